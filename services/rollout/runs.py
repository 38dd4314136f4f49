"""Since when a place is at its stage, as the versions of a rollout tell it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.rollout import Rollouts
from db.rollout_changes import RolloutVersion, RolloutVersions
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import scopes
from services.rollout.scopes import Scope

ALL = 1_000  # versions of one workflow; more were never made


@dataclass(frozen=True)
class Said:
    """What was said about one place from a moment on, by whom and why.

    A ``scope`` of ``None`` is nothing of its own.
    """

    at: datetime
    scope: Scope | None
    actor: str = ""
    by: UUID | None = None
    because: str = ""

    @property
    def stage(self) -> Stage | None:
        """The place's own stage from then on."""
        return self.scope.stage if self.scope else None


@dataclass(frozen=True)
class Run:
    """An unbroken run of versions at one place; ``ended`` is ``None`` while it goes on."""

    place: str
    said: tuple[Said, ...]
    ended: datetime | None

    @property
    def began(self) -> datetime:
        """When the first of them was made."""
        return self.said[0].at


def latest(desk: Desk, workflow: str, stage: Stage) -> tuple[Run, ...]:
    """The last unbroken run in *stage* of each place that was ever in it."""
    found = (_last(place, said, lambda one: one.stage is stage)
             for place, said in told(desk, workflow).items())  # fmt: skip
    return tuple(run for run in found if run)


def unchanged(desk: Desk, workflow: str) -> tuple[Run, ...]:
    """What each place says now, since it says exactly that."""
    found = []
    for place, said in told(desk, workflow).items():
        run = _last(place, said, lambda one, now=said[-1].scope: one.scope == now)  # type: ignore[misc]
        if run and run.said[-1].scope:
            found.append(run)
    return tuple(found)


def told(desk: Desk, workflow: str) -> Mapping[str, Sequence[Said]]:
    """Everything that was ever said about each place, oldest first."""
    versions = sorted(desk.open(RolloutVersions).of(workflow, ALL), key=lambda v: v.number)
    if not versions:  # set before there were versions, and never changed since
        rows = desk.open(Rollouts).of(workflow)
        return {row.scope: (Said(row.created_at, Scope.of(row)),) for row in rows}
    places = {one.scope for version in versions for one in scopes.loaded(version.scopes)}
    return {place: [_said(version, place) for version in versions] for place in sorted(places)}


def _said(version: RolloutVersion, place: str) -> Said:
    state = scopes.loaded(version.scopes)
    scope = next((one for one in state if one.scope == place), None)
    return Said(version.at, scope, version.actor, version.by, version.because)


def _last(place: str, said: Sequence[Said], counts: Callable[[Said], bool]) -> Run | None:
    last = next((n for n in reversed(range(len(said))) if counts(said[n])), None)
    if last is None:
        return None
    first = last
    while first and counts(said[first - 1]):
        first -= 1
    ended = said[last + 1].at if last + 1 < len(said) else None
    return Run(place, tuple(said[first : last + 1]), ended)
