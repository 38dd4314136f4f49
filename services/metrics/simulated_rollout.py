"""The rollout of the simulated practice: a pilot that is widened, and a limit that pauses it by its real rule.

Nobody places the pause by hand. Each simulated evening the day's facts are judged as the watcher
judges rows, by ``services.rollout.limits.is_broken``; what breaks a limit is paused there from
the next morning on, until somebody has looked into it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.facts import Mode
from db.guardrails import GuardrailTrip
from db.rollout_events import Happened, RolloutEvent
from services.metrics.deriving.happening import Happening
from services.rollout import measures
from services.rollout.guardrails import found, trip_of
from services.rollout.limits import Reading, default
from services.rollout.measures import Measure, Measured

SHADOW, PILOT, WIDER, WORSE, BETTER = 59, 45, 25, 20, 8  # days ago
PILOTED = ("inbox", "notes")
RESTS = timedelta(days=4)  # until somebody has found out why
KEPT = timedelta(days=8)  # facts that a window may still reach
EVENING = timedelta(hours=9)  # after opening
# Which facts a limit of the inbox is measured from here; the others stand in rows alone.
MEASURED: Mapping[str, str] = {
    "correction_rate": "ai.corrected",
    "untouched_sends": "ai.untouched",
    "urgent_misses": "ai.missed",
}


@dataclass(frozen=True)
class Cast:
    """Where and with whom it happens: the practice's own places, as its EHR names them.

    Without *payers* there is no billing: a practice that has claims of its own brings its own.
    """

    locations: Sequence[str]
    providers: Sequence[str]
    payers: Sequence[str] = ()


@dataclass
class Story:
    """How far the pilot is, told day after day. In one that is not *faulty* all goes well."""

    cast: Cast
    practice_id: UUID
    faulty: bool = True
    facts: list[Happening] = field(default_factory=list)
    trips: list[GuardrailTrip] = field(default_factory=list)

    def has(self, workflow: str, ago: int, at: datetime, location: str, provider: str) -> bool:
        """Whether the people there work with it: two providers at one location first."""
        if ago > PILOT or (workflow == "inbox" and self._is_paused(at, location)):
            return False
        pilots = provider in self.cast.providers[:2] and location in self.cast.locations[:1]
        return ago <= WIDER or pilots

    def goes_wrong(self, ago: int, location: str) -> bool:
        """Whether drafts for the last location are bad, as they were until somebody mended it."""
        there = location in self.cast.locations[-1:]
        return self.faulty and there and WORSE >= ago > BETTER and not self.trips

    def evening(self, now: datetime, day: Iterable[Happening]) -> list[GuardrailTrip]:
        """Judge the day: the pauses that begin now. The practice is judged before its places."""
        old = now - KEPT
        self.facts = [one for one in self.facts if one.at >= old]
        self.facts += (one for one in day if one.kind in MEASURED.values())
        for scope in ("", *self.cast.locations):
            broken = next((r for r in self._readings(now, scope) if r.is_broken), None)
            if broken and not self._is_paused(now, scope):
                self.trips.append(self._trip(now, broken))
                return self.trips[-1:]
        return []

    def events(self, ago: int, opens: datetime) -> Iterator[RolloutEvent]:
        """What happened to the rollout on the morning of a day."""
        first = self.cast.locations[0] if self.cast.locations else ""
        for workflow in PILOTED:
            if ago == SHADOW:
                yield self._event(workflow, Happened.CHANGED, "off → shadow", opens)
            if ago == PILOT:
                yield self._event(
                    workflow, Happened.STARTED, "pilot for two providers", opens, first
                )
            if ago == WIDER:
                yield self._event(workflow, Happened.WIDENED, "pilot → on", opens)
        for trip in self.trips:
            if trip.resumed_at == opens:
                told = "as it was before the pause"
                yield self._event(trip.workflow, Happened.RESUMED, told, opens, trip.scope)

    def pause(self, trip: GuardrailTrip) -> RolloutEvent:
        """A pause as an event."""
        return self._event(trip.workflow, Happened.LIMIT, found(trip), trip.at, trip.scope)

    def _is_paused(self, at: datetime, scope: str) -> bool:
        return any(
            trip.scope in ("", scope) and trip.at <= at < (trip.resumed_at or at)
            for trip in self.trips
        )

    def _readings(self, now: datetime, scope: str) -> Iterator[Reading]:
        last = max((t.at for t in self.trips if t.scope in ("", scope)), default=None)
        for measure in measures.of("inbox"):
            if measure.key not in MEASURED or (scope and measure.adds_up):
                continue
            limit = default(self.practice_id, "inbox", measure)
            since = now - timedelta(hours=limit.hours)
            since = max(since, last) if last else since
            yield Reading(measure, limit, self._measured(measure, since, scope), since, scope)

    def _measured(self, measure: Measure, since: datetime, scope: str) -> Measured:
        values = [
            one.value
            for one in self.facts
            if one.kind == MEASURED[measure.key]
            and one.at >= since
            and one.mode is Mode.ON
            and scope in ("", one.location)
        ]
        if measure.adds_up:
            return Measured(sum(values), sum(values))
        return Measured(sum(values) / len(values) if values else 0.0, len(values))

    def _trip(self, now: datetime, reading: Reading) -> GuardrailTrip:
        trip = trip_of(self.practice_id, "inbox", reading, now)
        trip.simulated, trip.seen_at = True, now + timedelta(hours=1)
        trip.resumed_at = now - EVENING + RESTS
        return trip

    def _event(
        self, workflow: str, kind: Happened, told: str, at: datetime, scope: str = ""
    ) -> RolloutEvent:
        return RolloutEvent(
            practice_id=self.practice_id, workflow=workflow, scope=scope, kind=kind, at=at,
            told=told, simulated=True,
        )  # fmt: skip
