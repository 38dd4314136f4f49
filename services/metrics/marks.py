"""What charts mark of a rollout: the changes that bear on a metric, each pause from its begin to its end, its limit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from db.rollout_events import HALTS, Happened, RolloutEvent, RolloutEvents
from services.desk import Desk
from services.metrics.bearing import LIMITED, workflows_of
from services.metrics.definitions.definition import Definition
from services.metrics.deriving.happening import Clocks
from services.metrics.loading import Narrow
from services.rollout.history import names
from services.rollout.limits import limits
from services.rollout.scopes import Names
from services.switches import STOPPABLE

WORDS = {
    Happened.STARTED: "started",
    Happened.WIDENED: "widened",
    Happened.NARROWED: "narrowed",
    Happened.PAUSED: "paused",
    Happened.LIMIT: "paused by itself",
    Happened.RESUMED: "started again",
    Happened.STOPPED: "stopped",
    Happened.CHANGED: "changed",
}


@dataclass(frozen=True)
class Event:
    """A change of a rollout, as charts mark it."""

    day: date
    at: datetime
    told: str
    workflow: str = ""
    kind: Happened = Happened.CHANGED


@dataclass(frozen=True)
class Pause:
    """From the day nobody used it to the day they did again; *last* is open where it goes on."""

    first: date
    last: date | None
    told: str
    kind: Happened


@dataclass(frozen=True)
class Limit:
    """What pauses a workflow by itself, in the unit of the metric and in words."""

    value: float
    window: str
    below: bool  # it pauses where the metric falls under it


@dataclass(frozen=True)
class Marks:
    """Everything that is marked on one chart."""

    events: Sequence[Event] = ()
    pauses: Sequence[Pause] = ()
    limit: Limit | None = None


def marks_of(desk: Desk, metric: Definition, first: date, last: date, narrow: Narrow) -> Marks:
    """The marks of *metric* from *first* to *last*, at the places that *narrow* names."""
    clocks, name = Clocks(desk.options), names(desk)
    found = desk.open(RolloutEvents).of(workflows_of(metric.id), clocks.begin(_after(last)))
    mine = [one for one in found if _concerns(one, narrow)]
    events = [
        _event(one, name, clocks)
        for one in mine
        if clocks.day(one.at) >= first and one.kind not in HALTS
    ]
    paused = [
        p for p in _pauses(mine, name, desk.options.zone) if p.last is None or p.last >= first
    ]
    return Marks(events, paused, limit_of(desk, metric, narrow))


def happened(desk: Desk, first: date, last: date) -> list[Event]:
    """Every change of every workflow from *first* to *last*, pauses among them, in their order."""
    clocks, name = Clocks(desk.options), names(desk)
    found = desk.open(RolloutEvents).of(STOPPABLE, clocks.begin(_after(last)))
    return [_event(one, name, clocks) for one in found if clocks.day(one.at) >= first]


def limit_of(desk: Desk, metric: Definition, narrow: Narrow) -> Limit | None:
    """The limit in force on *metric*, at the narrowest place that *narrow* names."""
    limited = LIMITED.get(metric.id)
    if limited is None:
        return None
    place = narrow.provider or narrow.department or narrow.location
    found = limits(desk, limited.workflow, place)
    kept = next(one for one in found if one.measure == limited.measure)
    if not kept.is_on:
        return None
    value = limited.in_unit_of(metric.unit, kept.limit)
    return Limit(value, window_said(kept.hours), limited.counter)


def window_said(hours: int) -> str:
    """``7 days`` or ``24 h``."""
    return f"{hours // 24} days" if hours >= 48 and hours % 24 == 0 else f"{hours} h"


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _concerns(event: RolloutEvent, narrow: Narrow) -> bool:
    """Whether it happened to everybody, or where the chart looks."""
    places = narrow.places
    return not places or not event.scope or event.scope in places.values()


def _event(event: RolloutEvent, name: Names, clocks: Clocks) -> Event:
    told = f"{_what(event, name)} {WORDS[event.kind]}: {event.told}{_who(event, name)}"
    if not event.workflow:
        told = event.told
    return Event(clocks.day(event.at), event.at, told, event.workflow, event.kind)


def _what(event: RolloutEvent, name: Names) -> str:
    title = STOPPABLE.get(event.workflow, event.workflow)
    return f"{title} at {name(event.scope)}" if event.scope else title


def _who(event: RolloutEvent, name: Names) -> str:
    return f" (by {name(str(event.by))})" if event.by else ""


def _pauses(events: Iterable[RolloutEvent], name: Names, zone: ZoneInfo) -> Iterator[Pause]:
    """Each halt with what ended it: the next thing that let somebody use it again there."""
    halts: dict[tuple[str, str], RolloutEvent] = {}
    for event in events:
        key = event.workflow, event.scope
        if event.kind in HALTS:
            halts.setdefault(key, event)
        elif event.kind is not Happened.CHANGED and key in halts:
            yield _pause(halts.pop(key), event, name, zone)
    for halt in halts.values():
        yield _pause(halt, None, name, zone)


def _pause(halt: RolloutEvent, end: RolloutEvent | None, name: Names, zone: ZoneInfo) -> Pause:
    first = halt.at.astimezone(zone).date()
    last = end.at.astimezone(zone).date() if end else None
    why = halt.told if halt.told.endswith(".") else f"{halt.told}."
    ended = f"Started again {last}{_who(end, name)}." if end else "It goes on."
    told = f"{_what(halt, name)} {WORDS[halt.kind]} on {first}{_who(halt, name)}. {why} {ended}"
    return Pause(first, last, told, halt.kind)
