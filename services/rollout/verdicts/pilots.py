"""Which pilots there are: where, since when, for whom, and since when each of them is in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.staff import Staff
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import runs
from services.rollout.audience import reaches
from services.rollout.moves import readers
from services.rollout.runs import Run

SHOWN_FOR = timedelta(days=60)  # after its end, so that it is read before it is forgotten


@dataclass(frozen=True)
class Member:
    """Somebody in a pilot, and since when."""

    id: UUID
    name: str
    since: datetime


@dataclass(frozen=True)
class Pilot:
    """One pilot of one workflow at one place; ``ended`` is ``None`` while it goes on.

    ``members`` are people chosen by name; a pilot by role or share has none.
    """

    workflow: str
    scope: str
    began: datetime
    ended: datetime | None
    members: tuple[Member, ...]


def pilots(desk: Desk, workflow: str) -> tuple[Pilot, ...]:
    """The latest pilot at each place: those that go on, and those that ended lately."""
    return tuple(
        Pilot(workflow, run.place, run.began, run.ended, tuple(_members(desk, workflow, run)))
        for run in runs.latest(desk, workflow, Stage.PILOT)
        if run.ended is None or desk.now - run.ended <= SHOWN_FOR
    )


def _members(desk: Desk, workflow: str, run: Run) -> Iterator[Member]:
    last = run.said[-1].scope
    if last is None or last.percent:
        return
    for person in readers(desk, workflow):
        if str(person.id) in last.pilots:
            yield Member(person.id, person.name, _since(desk, workflow, person, run))


def _since(desk: Desk, workflow: str, person: Staff, run: Run) -> datetime:
    """Since when they are in it without a break, by name, role or share."""
    role = {person.id: str(person.role)}
    since = run.said[-1].at
    for said in reversed(run.said):
        if said.scope is None or not reaches(
            said.scope, desk.practice_id, workflow, person.id, role
        ):
            break
        since = said.at
    return since
