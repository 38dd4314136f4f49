"""Limits at work: what exceeds one is paused by itself, there and once, and says why until it is ended."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from db.guardrails import GuardrailTrip, GuardrailTrips
from db.places import Places
from db.practices import Practice
from db.rollout_events import Happened
from db.vocabulary import Stage
from services import switches
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Stale
from services.management import Deed, managed
from services.rollout import measures, moves, scopes
from services.rollout.events import is_used, tell
from services.rollout.gate import gate
from services.rollout.limits import (
    LONGEST,
    Reading,
    drop_limit,
    limits,
    readings,
    set_limit,
    watched,
)
from services.rollout.moves import WORKFLOWS, Because, Given
from services.rollout.scopes import Scope, State

__all__ = [
    "LONGEST", "Reading", "acknowledge", "drop_limit", "found", "limits", "pause_for",
    "readings", "restart", "said", "set_limit", "trip_of", "watch", "watched",
]  # fmt: skip

JOB = "rollout.guardrails"


@managed("rollout.pause", "Pause")
def pause_for(desk: Desk, workflow: str, reading: Reading) -> Deed[None]:
    """Let nobody use it there any more, because a limit was exceeded; and keep why.

    In the whole practice what people use moves to shadow. At a place every stage stays as it is
    and counts for no more than shadow there, until somebody starts it again.
    """
    moves.locked(desk, workflow)
    _require_first(desk, workflow, reading)
    paused: State = ()
    how = f"at {reading.scope}: used -> paused{moves.because(Given(Because.GUARDRAIL))}"
    if not reading.scope:
        paused, how = switches.moved_to_shadow(
            desk, workflow, Given(Because.GUARDRAIL, drains=True)
        )
    trip = trip_of(desk.practice_id, workflow, reading, desk.now)
    trip.paused = [scope.dumped() for scope in paused]
    desk.open(GuardrailTrips).add(trip)
    tell(desk, workflow, Happened.LIMIT, found(trip), trip.scope)
    return Deed(switches.subject(workflow, reading.scope), f"{said(trip)} {how}", None)


@managed("rollout.restart", "Start again as it was")
def restart(desk: Desk, id: UUID) -> Deed[None]:
    """End a pause: what a limit paused is on again exactly as it was.

    Raises ``Stale`` where somebody ended it or changed its stages meanwhile.
    """
    trip = desk.open(GuardrailTrips).get(id)
    before = moves.locked(desk, trip.workflow)
    desk.session.refresh(trip)
    if trip.resumed_at is not None:
        raise Stale("Somebody has started it again already.")
    if not trip.scope:
        _put_back(desk, trip, before)
    trip.resumed_by, trip.resumed_at = desk.actor.staff_id, desk.now
    trip.seen_by, trip.seen_at = trip.seen_by or trip.resumed_by, trip.seen_at or desk.now
    tell(desk, trip.workflow, Happened.RESUMED, "as it was before the pause", trip.scope)
    return Deed(switches.subject(trip.workflow, trip.scope), "paused -> as it was before", None)


@managed("rollout.acknowledge", "I have seen this")
def acknowledge(desk: Desk, id: UUID) -> Deed[None]:
    """Take the notice off the page. The workflow stays paused until somebody switches it on."""
    trip = desk.open(GuardrailTrips).get(id)
    if trip.seen_at is not None:
        raise Stale("Somebody has seen this already.")
    trip.seen_by, trip.seen_at = desk.actor.staff_id, desk.now
    return Deed(f"guardrail_trip/{id}", "seen", None)


def watch(container: Container, practice: Practice) -> Counter[str]:
    """Pause every workflow that exceeds a limit while people use it. Counts what was paused."""
    actor = Actor.job(practice.id, JOB)
    with looking(container, actor) as desk:
        broken = {key: list(_broken(desk, key)) for key in WORKFLOWS if _is_used(desk, key)}
    counts: Counter[str] = Counter(checked=len(broken))
    for workflow, found in broken.items():
        for reading in found:
            counts["paused"] += _paused(container, actor, workflow, reading)
    return +counts


def said(trip: GuardrailTrip, zone: tzinfo = UTC) -> str:
    """Why it was paused, in a sentence; by the clock of *zone*."""
    measure = measures.named(trip.workflow, trip.measure)
    if measure is None:
        return "A limit was exceeded."
    since = f"{trip.since.astimezone(zone):%Y-%m-%d %H:%M}{' UTC' if zone is UTC else ''}"
    return found(trip, f" since {since}")


def found(trip: GuardrailTrip, since: str = "") -> str:
    """The same without a clock, or with the words *since*."""
    measure = measures.named(trip.workflow, trip.measure)
    if measure is None:
        return "A limit was exceeded."
    cases = "" if measure.unit == "count" else f" in {trip.count:,} cases"
    limit = measure.said(trip.limit)
    return f"{measure.title}: {measure.said(trip.value)}{cases}{since}; the limit is {limit}."


def _paused(container: Container, actor: Actor, workflow: str, reading: Reading) -> int:
    try:
        pause_for.by_house(container, actor, workflow, reading)
    except Stale:
        return 0  # another worker, or a person, was first
    return 1


def _broken(desk: Desk, workflow: str) -> Iterator[Reading]:
    """The first limit that is exceeded in the practice; else the first at each place."""
    for scope in watched(desk, workflow):
        if scope and not _is_used_at(desk, workflow, scope):
            continue
        first = next((r for r in readings(desk, workflow, scope) if r.is_broken), None)
        if first:
            yield first
        if first and not scope:
            return


def _is_used(desk: Desk, workflow: str) -> bool:
    now = gate(desk, workflow)
    return workflow not in now.stopped and any(is_used(row) for row in now.scopes)


def _is_used_at(desk: Desk, workflow: str, scope: str) -> bool:
    """Whether anybody uses it at this place: by its own stage, or by that of another kind of place."""
    now = gate(desk, workflow)
    if now.hold((scope,)):
        return False
    kinds = {ref: place.kind for ref, place in desk.open(Places).by_ref().items()}
    others = (r for r in now.scopes if r.scope and kinds.get(r.scope) != kinds.get(scope))
    return is_used(now.scope((scope,))) or any(is_used(row) for row in others)


def _require_first(desk: Desk, workflow: str, reading: Reading) -> None:
    """Two may find the same at once: whoever comes second finds a younger pause than its window."""
    trip = desk.open(GuardrailTrips).latest(workflow, {"", reading.scope})
    if trip and trip.at > reading.since:
        raise Stale("It was paused already.")


def trip_of(practice_id: UUID, workflow: str, reading: Reading, now: datetime) -> GuardrailTrip:
    """The row that says what was exceeded *now*."""
    return GuardrailTrip(
        practice_id=practice_id, workflow=workflow, measure=reading.measure.key,
        scope=reading.scope, at=now, since=reading.since, value=reading.measured.value,
        count=reading.measured.count, limit=reading.limit.limit,
    )  # fmt: skip


def _put_back(desk: Desk, trip: GuardrailTrip, before: State) -> None:
    was = scopes.loaded(trip.paused)
    if not {Scope(one.scope, Stage.SHADOW) for one in was} <= {*before}:
        raise Stale("Somebody changed its stages since. Please choose them on this page.")
    mine = {one.scope for one in was}
    after = tuple(sorted((*was, *(one for one in before if one.scope not in mine)),
                         key=lambda one: one.scope))  # fmt: skip
    moves.put(desk, trip.workflow, after, Given(Because.RESTART))
