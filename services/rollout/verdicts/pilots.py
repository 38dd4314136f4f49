"""Which pilots there are: where, since when, for whom, and since when each of them is in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.rollout import Rollout, Rollouts
from db.rollout_changes import RolloutVersion, RolloutVersions
from db.staff import Staff
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import scopes
from services.rollout.audience import reaches
from services.rollout.moves import readers
from services.rollout.scopes import Scope

ALL = 1_000  # versions of one workflow; more were never made
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


@dataclass(frozen=True)
class _Said:
    """What was said about one scope from a moment on."""

    at: datetime
    scope: Scope | None

    @property
    def is_pilot(self) -> bool:
        return self.scope is not None and self.scope.stage is Stage.PILOT


def pilots(desk: Desk, workflow: str) -> tuple[Pilot, ...]:
    """The latest pilot at each place: those that go on, and those that ended lately."""
    found = [_latest(desk, workflow, scope, said) for scope, said in _told(desk, workflow).items()]
    return tuple(
        one for one in found if one and (not one.ended or desk.now - one.ended <= SHOWN_FOR)
    )


def _told(desk: Desk, workflow: str) -> Mapping[str, Sequence[_Said]]:
    versions = sorted(desk.open(RolloutVersions).of(workflow, ALL), key=lambda v: v.number)
    if not versions:
        return {row.scope: [_Said(row.created_at, Scope.of(row))] for row in _rows(desk, workflow)}
    places = {one.scope for version in versions for one in scopes.loaded(version.scopes)}
    return {place: [_said(version, place) for version in versions] for place in sorted(places)}


def _rows(desk: Desk, workflow: str) -> Sequence[Rollout]:
    return desk.open(Rollouts).of(workflow)


def _said(version: RolloutVersion, place: str) -> _Said:
    state = scopes.loaded(version.scopes)
    return _Said(version.at, next((one for one in state if one.scope == place), None))


def _latest(desk: Desk, workflow: str, place: str, said: Sequence[_Said]) -> Pilot | None:
    """The last unbroken run of versions that say pilot there."""
    last = next((n for n in reversed(range(len(said))) if said[n].is_pilot), None)
    if last is None:
        return None
    first = last
    while first and said[first - 1].is_pilot:
        first -= 1
    ended = said[last + 1].at if last + 1 < len(said) else None
    run = said[first : last + 1]
    return Pilot(workflow, place, run[0].at, ended, tuple(_members(desk, workflow, run)))


def _members(desk: Desk, workflow: str, run: Sequence[_Said]) -> Iterator[Member]:
    last = run[-1].scope
    if last is None or last.percent:
        return
    for person in readers(desk, workflow):
        if str(person.id) in last.pilots:
            yield Member(person.id, person.name, _since(desk, workflow, person, run))


def _since(desk: Desk, workflow: str, person: Staff, run: Sequence[_Said]) -> datetime:
    """Since when they are in it without a break, by name, role or share."""
    role = {person.id: str(person.role)}
    since = run[-1].at
    for said in reversed(run):
        if said.scope is None or not reaches(
            said.scope, desk.practice_id, workflow, person.id, role
        ):
            break
        since = said.at
    return since
