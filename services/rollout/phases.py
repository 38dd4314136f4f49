"""The default plan: four phases, low risk first, and where this practice stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.rollout import Rollouts
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout.moves import WORKFLOWS
from services.rollout.scopes import RANK
from services.workflows import ALL
from services.workflows.base import Phase


@dataclass(frozen=True)
class Advice:
    """What a phase is about, how to begin it, and who has the last word in it."""

    title: str
    begin: str
    last_word: str
    later: tuple[str, ...] = ()  # part of the phase and not in this version


PLAN: Mapping[Phase, Advice] = {
    Phase.NON_CLINICAL: Advice(
        "Non-clinical work",
        "Begin here: much volume and little risk. Sort messages, read intake forms, propose "
        "reminders.",
        "Staff review everything before it leaves.",
    ),
    Phase.CLINICAL: Advice(
        "Clinical documentation",
        "Pilot note drafts in one department, with two or three providers.",
        "The provider reads, changes and signs each note.",
    ),
    Phase.REVENUE: Advice(
        "Revenue cycle",
        "Check claims before they leave, then work on denials. Denials need claims.",
        "A biller decides about every claim and every letter.",
    ),
    Phase.ADVANCED: Advice(
        "Advanced clinical support",
        "Prepare prior authorizations and outreach to chronic patients.",
        "A person stays in the loop for everything a patient or a payer receives.",
        ("Prior authorization", "Chronic care management"),
    ),
}


@dataclass(frozen=True)
class Step:
    """One phase as this practice stands in it: each workflow's farthest stage anywhere."""

    phase: Phase
    advice: Advice
    stages: Mapping[str, Stage]
    is_next: bool = False

    @property
    def is_done(self) -> bool:
        """Whether all of it is on somewhere."""
        return bool(self.stages) and all(s is Stage.ON for s in self.stages.values())


def plan(desk: Desk) -> tuple[Step, ...]:
    """The four phases in their order; the first that is not done is next."""
    found = desk.open(Rollouts).of_many(list(WORKFLOWS))
    farthest = {
        key: max((row.stage for row in rows), key=RANK.__getitem__, default=Stage.OFF)
        for key, rows in found.items()
    }
    steps = [
        Step(phase, advice, {w.key: farthest[w.key] for w in ALL if w.phase is phase})
        for phase, advice in PLAN.items()
    ]
    following = next((step.phase for step in steps if not step.is_done), None)
    return tuple(
        Step(step.phase, step.advice, step.stages, step.phase is following) for step in steps
    )
