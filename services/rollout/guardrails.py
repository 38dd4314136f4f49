"""Limits a workflow must keep while people use it; what exceeds one is paused by itself, once."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from db.guardrail_counts import GuardrailCounts
from db.guardrails import Guardrail, Guardrails, GuardrailTrip, GuardrailTrips
from db.practices import Practice
from db.rollout import Rollouts, Switches
from db.vocabulary import Stage
from services import switches
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.rollout import measures
from services.rollout.measures import Measure, Measured
from services.rollout.moves import WORKFLOWS, Because, Given

JOB = "rollout.guardrails"
LONGEST = 24 * 90  # hours of a window


@dataclass(frozen=True)
class Reading:
    """One limit and what is measured against it now."""

    measure: Measure
    limit: Guardrail
    measured: Measured
    since: datetime

    @property
    def is_broken(self) -> bool:
        """Whether there are enough cases, and too much."""
        enough = self.measured.count >= self.limit.at_least
        return self.limit.is_on and enough and self.measured.value > self.limit.limit


def limits(desk: Desk, workflow: str) -> list[Guardrail]:
    """The limits of *workflow*: the practice's own, else the defaults."""
    own = desk.open(Guardrails).by_measure(workflow)
    return [own.get(m.key) or _default(desk, workflow, m) for m in measures.of(workflow)]


def readings(desk: Desk, workflow: str) -> list[Reading]:
    """Every limit of *workflow* with what is measured now.

    What a limit already paused it for is not held against it again: the window begins after it.
    """
    trip = desk.open(GuardrailTrips).latest(workflow)
    counts = GuardrailCounts(desk.session, desk.practice_id)
    found = []
    for measure, limit in zip(measures.of(workflow), limits(desk, workflow), strict=True):
        since = desk.now - timedelta(hours=limit.hours)
        since = max(since, trip.at) if trip else since
        found.append(Reading(measure, limit, measure.run(counts, workflow, since), since))
    return found


@managed("rollout.set_guardrail", "Set limit")
def set_limit(
    desk: Desk, workflow: str, key: str, limit: float, hours: int, at_least: int, is_on: bool
) -> Deed[None]:
    """Set what must not be exceeded, over how long, and from how many cases on."""
    measure = measures.named(workflow, key) if workflow in WORKFLOWS else None
    if measure is None:
        raise Invalid("There is no such limit.")
    if limit < 0 or not 1 <= hours <= LONGEST or at_least < 1:
        raise Invalid("A limit is 0 or more, over 1 hour to 90 days, from 1 case on.")
    own = desk.open(Guardrails)
    row = own.by_measure(workflow).get(key) or own.add(_default(desk, workflow, measure))
    before = _words(measure, row)
    row.limit, row.hours, row.at_least, row.is_on = limit, hours, at_least, is_on
    how = f"{key}: {before} -> {_words(measure, row)}"
    return Deed(switches.subject(workflow), how, None)


@managed("rollout.pause", "Pause")
def pause_for(desk: Desk, workflow: str, reading: Reading) -> Deed[None]:
    """Move what people use to shadow, because a limit was exceeded; and keep why, for the console."""
    given = Given(Because.GUARDRAIL, drains=True)
    deed = switches.pause.run(desk, workflow, given)
    trip = GuardrailTrip(
        practice_id=desk.practice_id, workflow=workflow, measure=reading.measure.key,
        at=desk.now, since=reading.since, value=reading.measured.value,
        count=reading.measured.count, limit=reading.limit.limit,
        paused=[scope.dumped() for scope in deed.value],
    )  # fmt: skip
    desk.open(GuardrailTrips).add(trip)
    return Deed(deed.subject, f"{said(trip)} {deed.how}", None)


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
        broken = {key: _first_broken(desk, key) for key in WORKFLOWS if _is_used(desk, key)}
    counts: Counter[str] = Counter(checked=len(broken))
    for workflow, reading in broken.items():
        if reading:
            pause_for.by_house(container, actor, workflow, reading)
            counts["paused"] += 1
    return counts


def said(trip: GuardrailTrip, zone: tzinfo = UTC) -> str:
    """Why it was paused, in a sentence; by the clock of *zone*."""
    measure = measures.named(trip.workflow, trip.measure)
    if measure is None:
        return "A limit was exceeded."
    cases = "" if measure.unit == "count" else f" in {trip.count:,} cases"
    since = f"{trip.since.astimezone(zone):%Y-%m-%d %H:%M}{' UTC' if zone is UTC else ''}"
    return (
        f"{measure.title}: {measure.said(trip.value)}{cases} since {since}; "
        f"the limit is {measure.said(trip.limit)}."
    )


def _first_broken(desk: Desk, workflow: str) -> Reading | None:
    return next((r for r in readings(desk, workflow) if r.is_broken), None)


def _is_used(desk: Desk, workflow: str) -> bool:
    used = any(row.stage in (Stage.PILOT, Stage.ON) for row in desk.open(Rollouts).of(workflow))
    return used and workflow not in desk.open(Switches).stopped()


def _default(desk: Desk, workflow: str, measure: Measure) -> Guardrail:
    return Guardrail(
        practice_id=desk.practice_id, workflow=workflow, measure=measure.key,
        limit=measure.limit, hours=measure.hours, at_least=measure.at_least,
    )  # fmt: skip


def _words(measure: Measure, row: Guardrail) -> str:
    if not row.is_on:
        return "off"
    return f"{measure.said(row.limit)} over {row.hours} h from {row.at_least} cases"
