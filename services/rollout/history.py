"""Every change of a workflow's rollout, newest first, each with its diff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from db.guardrails import GuardrailTrips
from db.places import Places
from db.rollout import Rollouts
from db.rollout_changes import RolloutVersion, RolloutVersions
from db.staff import StaffList
from services.desk import Desk
from services.rollout import guardrails, scopes
from services.rollout.scopes import Difference, Names

JOBS: Mapping[str, str] = {
    "job/rollout.guardrails": "a limit, by itself",
    "job/rollout.scheduled": "the schedule",
    "job/operator": "the operator",
    "job/rollout.simulated": "the simulated practice",
}


@dataclass(frozen=True)
class Change:
    """One version of a workflow's rollout. ``can_return`` is false for what is so already."""

    workflow: str
    number: int
    at: datetime
    by: str
    owner: str
    because: str
    lines: tuple[Difference, ...]
    can_return: bool


def history(desk: Desk, workflow: str, limit: int = 20) -> tuple[Change, ...]:
    """The latest changes of *workflow*, newest first; the oldest one is how it was found."""
    found = list(desk.open(RolloutVersions).of(workflow, limit + 1))
    name = names(desk)
    now = scopes.state_of(desk.open(Rollouts).of(workflow))
    shown = [
        _change(desk, newer, scopes.loaded(older.scopes), name, now)
        for newer, older in pairwise(found)
    ]
    if found and found[-1].number == 0:
        shown.append(_change(desk, found[-1], scopes.loaded(found[-1].scopes), name, now))
    return tuple(shown)


@dataclass(frozen=True)
class Pause:
    """One time a limit paused a workflow, and how it ended if it did."""

    at: datetime
    where: str
    why: str
    ended_at: datetime | None
    ended_by: str
    simulated: bool


def pauses(desk: Desk, workflow: str, limit: int = 10) -> tuple[Pause, ...]:
    """The latest pauses of *workflow* by a limit, newest first."""
    name, zone = names(desk), desk.options.zone
    return tuple(
        Pause(
            trip.at, name(trip.scope), guardrails.said(trip, zone), trip.resumed_at,
            name(str(trip.resumed_by)) if trip.resumed_by else "", trip.simulated,
        )
        for trip in desk.open(GuardrailTrips).of(workflow, limit)
    )  # fmt: skip


def latest_number(desk: Desk, workflow: str) -> int:
    """The number of the newest version; 0 where nothing was ever changed."""
    latest = desk.open(RolloutVersions).latest(workflow)
    return latest.number if latest else 0


def names(desk: Desk) -> Names:
    """Staff ids and places as a person knows them."""
    staff = {str(id): name for id, name in desk.open(StaffList).names().items()}
    places = {ref: place.name for ref, place in desk.open(Places).by_ref().items()}
    known = {"": "Whole practice", **places, **staff}
    return lambda id: known.get(id, "somebody who left")


def _change(
    desk: Desk, version: RolloutVersion, before: scopes.State, name: Names, now: scopes.State
) -> Change:
    after = scopes.loaded(version.scopes)
    return Change(
        version.workflow,
        version.number,
        version.at,
        name(str(version.by)) if version.by else JOBS.get(version.actor, "as it was found"),
        name(str(version.owner)) if version.owner else "",
        version.because,
        tuple(
            Difference(name(line.where), line.before, line.after)
            for line in scopes.diff(before, after, name)
        ),
        after != now,
    )
