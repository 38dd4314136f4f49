"""The rollout that the simulated ninety days tell of, as versions, so that its pilot can be judged.

Only for a practice marked as synthetic whose rollout nobody has changed.
"""

from collections.abc import Sequence
from datetime import timedelta

from db.places import Places
from db.practices import Practice
from db.rollout_changes import RolloutVersion, RolloutVersions
from db.vocabulary import Stage
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.metrics.simulated import fill_when_ready
from services.metrics.simulated_rollout import PILOT, PILOTED, SHADOW, WIDER
from services.rollout.moves import Because
from services.rollout.scopes import Scope

JOB = "rollout.simulated"
SHARE = 35  # percent of the people there
Told = tuple[int, Sequence[Scope], Because]


def history(location: str) -> Sequence[Told]:
    """What was changed how many days ago: a pilot at *location*, and then everybody.

    That a limit paused one place later is no change: the stages stayed as they are.
    """
    shadow = Scope("", Stage.SHADOW)
    return (
        (SHADOW + 1, [Scope("", Stage.OFF)], Because.UNSAID),
        (SHADOW, [shadow], Because.NEXT_PHASE),
        (PILOT, [shadow, Scope(location, Stage.PILOT, percent=SHARE)], Because.TRIAL),
        (WIDER, [Scope("", Stage.ON)], Because.WENT_WELL),
    )


def past(container: Container, practice: Practice) -> int:
    """The numbers as soon as the practice's places are known, and the versions with them."""
    made = fill_when_ready(container, practice)
    with looking(container, Actor.job(practice.id, JOB)) as desk:
        locations = desk.open(Places).of_kind("location")
    if locations:
        remember(container, practice, locations[0].ehr_ref)
    return made


def remember(container: Container, practice: Practice, location: str) -> int:
    """Write the versions of those days, once; returns how many."""
    if not practice.synthetic:
        return 0
    with working(container, Actor.job(practice.id, JOB)) as desk:
        return sum(_remember(desk, workflow, history(location)) for workflow in PILOTED)


def _remember(desk: Desk, workflow: str, told: Sequence[Told]) -> int:
    versions = desk.open(RolloutVersions)
    if versions.latest(workflow):
        return 0
    for number, (ago, scopes, because) in enumerate(told):
        version = RolloutVersion(
            practice_id=desk.practice_id, workflow=workflow, number=number,
            at=desk.now - timedelta(days=ago), scopes=[scope.dumped() for scope in scopes],
            actor=desk.actor.ref if number else "", because=str(because),
        )  # fmt: skip
        versions.add(version)
    return len(told)
