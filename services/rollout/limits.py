"""Limits a workflow must keep while people use it, in the practice and at its places, and what is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.guardrail_counts import GuardrailCounts
from db.guardrails import Guardrail, Guardrails, GuardrailTrips
from db.places import Places
from services import switches
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.rollout import measures
from services.rollout.measures import Measure, Measured
from services.rollout.moves import WORKFLOWS

LONGEST = 24 * 90  # hours of a window
UNKNOWN = "There is no such limit."


@dataclass(frozen=True)
class Reading:
    """One limit and what is measured against it now, in the practice or at the place *scope*."""

    measure: Measure
    limit: Guardrail
    measured: Measured
    since: datetime
    scope: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether there are enough cases, and too much."""
        return is_broken(self.limit, self.measured)

    @property
    def is_own(self) -> bool:
        """Whether this place has the limit to itself, and does not go by the practice's."""
        return self.limit.scope == self.scope


def is_broken(limit: Guardrail, measured: Measured) -> bool:
    """The rule of every limit: whether there are enough cases, and too much."""
    enough = measured.count >= limit.at_least
    return limit.is_on and enough and measured.value > limit.limit


def limits(desk: Desk, workflow: str, scope: str = "") -> list[Guardrail]:
    """The limits of *workflow* there: the place's own, else the practice's, else the defaults."""
    own = desk.open(Guardrails)
    found = own.by_measure(workflow) | (own.by_measure(workflow, scope) if scope else {})
    return [
        found.get(m.key) or default(desk.practice_id, workflow, m) for m in measures.of(workflow)
    ]


def default(practice_id: UUID, workflow: str, measure: Measure) -> Guardrail:
    """The limit of a practice that has set none."""
    return Guardrail(
        practice_id=practice_id, workflow=workflow, measure=measure.key,
        limit=measure.limit, hours=measure.hours, at_least=measure.at_least,
    )  # fmt: skip


def watched(desk: Desk, workflow: str) -> list[str]:
    """Where limits are kept: the practice, each location, and wherever there is one of its own."""
    locations = [place.ehr_ref for place in desk.open(Places).of_kind("location")]
    own = sorted(desk.open(Guardrails).scopes(workflow) - {"", *locations})
    return ["", *locations, *own]


def readings(desk: Desk, workflow: str, scope: str = "") -> list[Reading]:
    """Every limit of *workflow* there with what is measured now.

    What a limit already paused it for is not held against it again: the window begins after it.
    A sum, such as the cost, has a limit at a place only where the place has one of its own.
    """
    trip = desk.open(GuardrailTrips).latest(workflow, {"", scope})
    counts = GuardrailCounts(desk.session, desk.practice_id, scope)
    found = []
    for measure, limit in zip(measures.of(workflow), limits(desk, workflow, scope), strict=True):
        if measure.adds_up and limit.scope != scope:
            continue
        since = desk.now - timedelta(hours=limit.hours)
        since = max(since, trip.at) if trip else since
        found.append(Reading(measure, limit, measure.run(counts, workflow, since), since, scope))
    return found


@managed("rollout.set_guardrail", "Set limit")
def set_limit(
    desk: Desk, workflow: str, key: str, limit: float, hours: int, at_least: int, is_on: bool,
    scope: str = "",
) -> Deed[None]:  # fmt: skip
    """Set what must not be exceeded, over how long, and from how many cases on."""
    measure = _known(desk, workflow, key, scope)
    if limit < 0 or not 1 <= hours <= LONGEST or at_least < 1:
        raise Invalid("A limit is 0 or more, over 1 hour to 90 days, from 1 case on.")
    own = desk.open(Guardrails).by_measure(workflow, scope).get(key)
    before = _words(measure, own or _in_force(desk, workflow, key, scope))
    row = own or _added(desk, workflow, measure, scope)
    row.limit, row.hours, row.at_least, row.is_on = limit, hours, at_least, is_on
    how = f"{key}: {before} -> {_words(measure, row)}"
    return Deed(switches.subject(workflow, scope), how, None)


@managed("rollout.drop_guardrail", "As in the practice")
def drop_limit(desk: Desk, workflow: str, key: str, scope: str) -> Deed[None]:
    """Let a place go by the practice's limit again. Raises ``Stale`` where it does already."""
    measure = _known(desk, workflow, key, scope)
    own = desk.open(Guardrails).by_measure(workflow, scope).get(key) if scope else None
    if own is None:
        raise Stale("This place has no limit of its own.")
    how = f"{key}: {_words(measure, own)} -> as in the practice"
    desk.session.delete(own)
    return Deed(switches.subject(workflow, scope), how, None)


def _known(desk: Desk, workflow: str, key: str, scope: str) -> Measure:
    measure = measures.named(workflow, key) if workflow in WORKFLOWS else None
    if measure is None:
        raise Invalid(UNKNOWN)
    if scope and measure.whole:
        raise Invalid(f"{measure.title} is known of the whole practice only, not of its places.")
    if scope and scope not in desk.open(Places).by_ref():
        raise Invalid("There is no such location, department or provider here.")
    return measure


def _in_force(desk: Desk, workflow: str, key: str, scope: str) -> Guardrail:
    found: Sequence[Guardrail] = limits(desk, workflow, scope)
    return next(one for one in found if one.measure == key)


def _added(desk: Desk, workflow: str, measure: Measure, scope: str) -> Guardrail:
    row = default(desk.practice_id, workflow, measure)
    row.scope = scope
    return desk.open(Guardrails).add(row)


def _words(measure: Measure, row: Guardrail) -> str:
    if not row.is_on:
        return "off"
    return f"{measure.said(row.limit)} over {row.hours} h from {row.at_least} cases"
