"""The numbers of a span of days: every metric with its count, what it was before, and its target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from db.fact_sources import ClaimSource
from db.facts import MetricCursors, MetricDays, MetricFact, MetricFacts
from db.practices import Practices
from services.claims import places
from services.container import Container
from services.desk import Actor, Desk, looking
from services.metrics.annotations import Pinned, of_metric, pinned
from services.metrics.definitions import ALL, BY_ID
from services.metrics.definitions.definition import Definition, Standing
from services.metrics.loading import BY, Loaded, Narrow, load_since
from services.metrics.marks import Event, Limit, Pause, happened, marks_of
from services.metrics.measures import Measured
from services.metrics.samples import Samples
from services.metrics.wishes import Span, Wanted, wanted_of

__all__ = [
    "READ", "Event", "Point", "Reading", "Report", "Series", "Span", "Wanted", "counted",
    "loaded_of", "report", "report_at", "rollout_events", "rows", "rows_at", "series", "series_of",
    "split", "wanted_of",
]  # fmt: skip

READ = "metrics.read"


@dataclass(frozen=True)
class Reading:
    """One metric over a span: now, before, and how it stands."""

    metric: Definition
    now: Measured
    before: Measured
    wanted: Wanted

    @property
    def standing(self) -> Standing:
        """How it stands to its target."""
        wanted = self.wanted
        return self.metric.standing(self.now.value, wanted.target, bands=not wanted.own_target)

    @property
    def change(self) -> float | None:
        """By how much of what it was before it changed; nothing where either is unknown."""
        now, before = self.now.value, self.before.value
        return None if now is None or not before else now / before - 1


@dataclass(frozen=True)
class Point:
    """One day of a series."""

    day: date
    measured: Measured


@dataclass(frozen=True)
class Report:
    """All numbers of a span, what can narrow them, and as of when they are."""

    span: Span
    readings: Sequence[Reading]
    as_of: datetime | None
    known: tuple[date, date] | None
    choices: Mapping[str, Mapping[str, str]]  # by location, department …: reference and name
    simulated: bool
    annotations: Sequence[Pinned] = ()


@dataclass(frozen=True)
class Series:
    """One metric day by day: all of it, and how it was worked; with what happened between.

    ``events`` are rollout events and annotations by day. A pause is a span of its own and not
    among them. ``limit`` is what pauses by itself.
    """

    reading: Reading
    points: Sequence[Point]
    on: Sequence[Point]
    off: Sequence[Point]
    events: Sequence[Event] = ()
    pauses: Sequence[Pause] = ()
    limit: Limit | None = None


def report(container: Container, actor: Actor, span: Span, narrow: Narrow) -> Report:
    """Every metric. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        _require(desk)
        return report_at(desk, span, narrow)


def report_at(desk: Desk, span: Span, narrow: Narrow) -> Report:
    """The same at an open desk that has asked for the permission."""
    wanted = wanted_of(desk, span.last)
    loaded = loaded_of(desk, ALL, span, wanted)
    whole, narrowed = loaded.samples(), loaded.samples(narrow)
    readings = tuple(
        _reading(one, whole if one.whole_practice else narrowed, span, wanted[one.id])
        for one in ALL
    )
    return Report(
        span, readings, desk.open(MetricCursors).as_of(), desk.open(MetricDays).span(),
        _choices(desk, loaded), Practices(desk.session).get(desk.practice_id).synthetic,
        pinned(desk, span.first, span.last),
    )  # fmt: skip


def series(container: Container, actor: Actor, metric: str, span: Span, narrow: Narrow) -> Series:
    """One metric day by day. Raises ``NotAllowed`` or ``LookupError``."""
    definition = BY_ID[metric]
    with looking(container, actor) as desk:
        _require(desk)
        wanted = wanted_of(desk, span.last)
        loaded = loaded_of(desk, (definition,), span, wanted)
        found = series_of(definition, loaded, span, narrow, wanted[metric])
        marks = marks_of(desk, definition, span.first, span.last, counted(definition, narrow))
        events = [*marks.events, *_pinned(desk, span, metric)]
        return replace(
            found, events=sorted(events, key=lambda event: event.day), pauses=marks.pauses,
            limit=marks.limit,
        )  # fmt: skip


def series_of(
    metric: Definition, loaded: Loaded, span: Span, narrow: Narrow, wanted: Wanted
) -> Series:
    """The same of facts that are loaded already, without what happened between."""
    samples = loaded.samples(counted(metric, narrow))
    found = [
        [Point(day, metric.measure.of(part, day, day)) for day in span.days]
        for part in (samples, samples.only(on=True), samples.only(on=False))
    ]
    every, on, off = ([p for p in ps if p.measured.value is not None] for ps in found)
    reading = _reading(metric, samples, span, wanted)
    return Series(reading, every, on, off, ())


def split(
    container: Container, actor: Actor, span: Span, by: str
) -> dict[str, tuple[str, dict[str, Measured]]]:
    """Every metric by one of location, department, provider and payer: name and values by metric."""
    with looking(container, actor) as desk:
        _require(desk)
        loaded = loaded_of(desk, ALL, span, wanted_of(desk, span.last))
        names = _choices(desk, loaded)[by]
        return {
            value: (names.get(value, value), {
                one.id: one.measure.of(samples, span.first, span.last)
                for one in ALL if not one.whole_practice
            })
            for value, samples in loaded.split(by).items()
        }  # fmt: skip


def rows(
    container: Container, actor: Actor, metric: str, span: Span, narrow: Narrow, limit: int
) -> Sequence[MetricFact]:
    """The facts behind one metric, newest first. Raises ``NotAllowed`` or ``LookupError``."""
    definition = BY_ID[metric]
    with looking(container, actor) as desk:
        _require(desk)
        return rows_at(desk, definition, span, narrow, limit)


def rows_at(
    desk: Desk, metric: Definition, span: Span, narrow: Narrow, limit: int
) -> Sequence[MetricFact]:
    """The same at an open desk that has asked for the permission."""
    measure, where = metric.measure, counted(metric, narrow).places
    facts = desk.open(MetricFacts)
    return facts.behind(
        measure.kinds, span.first, span.last, where, limit, without_noughts=measure.sums
    )


def _require(desk: Desk) -> None:
    # Jobs and the console act for the house; a person needs the role.
    if desk.actor.staff_id is not None:
        desk.require(READ, "read metrics")


def loaded_of(
    desk: Desk, metrics: Sequence[Definition], span: Span, wanted: Mapping[str, Wanted]
) -> Loaded:
    """The facts that these metrics need for this span and for the days before it."""
    baselines = {id: w.baseline for id, w in wanted.items() if w.baseline is not None}
    return load_since(desk, _since(metrics, span.before.first), span.last, baselines)


def _since(metrics: Sequence[Definition], first: date) -> dict[str, date]:
    """From which day each kind is read: some measures look back further than the span."""
    needed = [(k, one.measure.reach) for one in metrics for k in one.measure.kinds]
    return {kind: first - timedelta(days=reach) for kind, reach in sorted(needed)}


def counted(metric: Definition, narrow: Narrow) -> Narrow:
    """What narrows this metric: nothing does where it knows no places."""
    return Narrow() if metric.whole_practice else narrow


def _reading(metric: Definition, samples: Samples, span: Span, wanted: Wanted) -> Reading:
    before = span.before
    return Reading(
        metric, metric.measure.of(samples, span.first, span.last),
        metric.measure.of(samples, before.first, before.last), wanted,
    )  # fmt: skip


def _pinned(desk: Desk, span: Span, metric: str) -> list[Event]:
    """What was pinned to this metric or to all."""
    found = of_metric(pinned(desk, span.first, span.last), metric)
    return [Event(one.day, one.at, f"“{one.text}”") for one in found]


def rollout_events(desk: Desk, span: Span, most: int = 200) -> list[Event]:
    """What was switched, in its order; of more than *most* the newest."""
    return happened(desk, span.first, span.last)[-most:]


def _choices(desk: Desk, loaded: Loaded) -> dict[str, dict[str, str]]:
    found = {by: {getattr(g, by) for g in loaded.groups} - {""} for by in BY}
    names = _names(desk) | desk.open(ClaimSource).payer_names(sorted(found["payer"]))
    return {
        by: dict(sorted(((v, names.get(v, v)) for v in values), key=lambda one: one[1]))
        for by, values in found.items()
    }


def _names(desk: Desk) -> dict[str, str]:
    known = places.names(desk)
    return {ref: places.name_of(known, ref) for ref in known}
