"""The rollout that the simulated ninety days tell of, as versions, so that its pilot can be judged.

Only for a practice marked as synthetic whose rollout nobody has changed.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from db.practices import Practice
from db.rollout_changes import RolloutVersion, RolloutVersions
from db.vocabulary import Stage
from services.container import Container
from services.desk import Actor, Desk, working
from services.metrics.simulated import PAUSED, PILOT, RESUMED, WIDER, fill_when_ready
from services.rollout.moves import Because
from services.rollout.scopes import Scope

JOB = "rollout.simulated"
SHARE = 35  # percent of the people, as the simulated facts have it
Told = tuple[int, Scope, Because]

BEGUN: Sequence[Told] = (
    (PILOT + 15, Scope("", Stage.OFF), Because.UNSAID),
    (PILOT + 14, Scope("", Stage.SHADOW), Because.NEXT_PHASE),
    (PILOT, Scope("", Stage.PILOT, percent=SHARE), Because.TRIAL),
    (WIDER, Scope("", Stage.ON), Because.WENT_WELL),
)
HISTORY: Mapping[str, Sequence[Told]] = {
    "inbox": (
        *BEGUN,
        (PAUSED, Scope("", Stage.SHADOW), Because.GUARDRAIL),
        (RESUMED, Scope("", Stage.ON), Because.OTHER),
    ),
    "notes": BEGUN,
}


def past(container: Container, practice: Practice) -> int:
    """The versions at once, and the numbers as soon as the practice's places are known."""
    remember(container, practice)
    return fill_when_ready(container, practice)


def remember(container: Container, practice: Practice) -> int:
    """Write the versions of those days, once; returns how many."""
    if not practice.synthetic:
        return 0
    with working(container, Actor.job(practice.id, JOB)) as desk:
        return sum(_remember(desk, workflow, told) for workflow, told in HISTORY.items())


def _remember(desk: Desk, workflow: str, told: Sequence[Told]) -> int:
    versions = desk.open(RolloutVersions)
    if versions.latest(workflow):
        return 0
    for number, (ago, scope, because) in enumerate(told):
        version = RolloutVersion(
            practice_id=desk.practice_id, workflow=workflow, number=number,
            at=desk.now - timedelta(days=ago), scopes=[scope.dumped()],
            actor=desk.actor.ref if number else "", because=str(because),
        )  # fmt: skip
        versions.add(version)
    return len(told)
