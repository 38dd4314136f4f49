"""What has been in shadow or pilot for long without a change: somebody should decide."""

from dataclasses import dataclass
from datetime import timedelta

from db.rollout import Rollouts
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import runs
from services.rollout.moves import WORKFLOWS

LONG = timedelta(days=30)
WAITING = (Stage.SHADOW, Stage.PILOT)  # neither off nor on: made to be left again


@dataclass(frozen=True)
class Waiting:
    """One place of a workflow that waits for a decision, for so many days."""

    workflow: str
    place: str
    stage: Stage
    days: int

    @property
    def said(self) -> str:
        """``In pilot for 41 days: decide``."""
        return f"In {self.stage} for {self.days} days: decide"


def waiting(desk: Desk) -> tuple[Waiting, ...]:
    """Every place that says shadow or pilot and has said exactly so for more than ``LONG``."""
    found = desk.open(Rollouts).of_many(list(WORKFLOWS))
    asked = [key for key, rows in found.items() if any(row.stage in WAITING for row in rows)]
    return tuple(
        Waiting(workflow, run.place, stage, (desk.now - run.began).days)
        for workflow in asked
        for run in runs.unchanged(desk, workflow)
        if (stage := run.said[-1].stage) in WAITING and desk.now - run.began > LONG
    )
