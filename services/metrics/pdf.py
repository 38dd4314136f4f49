"""The numbers as a PDF: every metric as the page shows it, small charts, and what happened between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from db.practices import Practices
from services.desk import Desk
from services.metrics.daily import every_series
from services.metrics.definitions import DESKS_IN_ORDER, NOT_MEASURED
from services.metrics.headlines import MISSED
from services.metrics.loading import BY, Narrow
from services.metrics.paper import GREY, RED, Cell, Head, Paper
from services.metrics.report import Event, Reading, Report, Series, Span, report_at, rollout_events
from services.metrics.small_charts import LEGEND, Mark, small_charts
from services.metrics.words import change_said, said, standing_said, wish_said

HEADS = ("Metric", "Value", "Change", "Before", "Baseline", "Target", "Standing", "Counted")
WIDTHS = (52, 24, 16, 24, 22, 27, 20, 15)
MOST = 5_000  # events; nobody switches more in two years


@dataclass(frozen=True)
class Shown:
    """What is printed: the report, its series, and what happened, by its number on the charts."""

    practice: str
    narrow: Narrow
    found: Report
    series: Sequence[Series]
    happened: Sequence[tuple[int, date, str, str]]  # number, day, words, metric; empty for all
    zone: ZoneInfo
    now: datetime


def gathered(desk: Desk, span: Span, narrow: Narrow) -> Shown:
    """Everything that is printed of these days and places."""
    found = report_at(desk, span, narrow)
    return Shown(
        Practices(desk.session).get(desk.practice_id).name, narrow, found,
        every_series(desk, span, narrow), _happened(found, rollout_events(desk, span, MOST), desk.options.zone),
        desk.options.zone, desk.now,
    )  # fmt: skip


def pdf(shown: Shown) -> bytes:
    """*shown* as a PDF; the same numbers at the same moment make the same bytes."""
    paper = Paper(_head(shown))
    paper.words(LEGEND, size=7, colour=GREY)
    for desk in DESKS_IN_ORDER:
        _desk(paper, shown, desk)
    _events(paper, shown)
    _not_measured(paper)
    if paper.unknown:
        paper.words("A question mark stands for a sign that this file's font has not.")
    return bytes(paper.output())


def narrowed(found: Report, narrow: Narrow) -> str:
    """Which places and payers the numbers are of, in words."""
    names = [found.choices.get(by, {}).get(ref, ref) for by, ref in narrow.places.items()]
    told = [f"{by} {name}" for by, name in zip(narrow.places, names, strict=True)]
    return ", ".join(told) or f"every {', '.join(BY[:-1])} and {BY[-1]}"


def as_of_said(found: Report, zone: ZoneInfo) -> str:
    """``Data as of 2026-11-30 14:05.``"""
    if found.as_of is None:
        return "Nothing has been gathered yet."
    return f"Data as of {found.as_of.astimezone(zone):%Y-%m-%d %H:%M}."


def _head(shown: Shown) -> Head:
    span = shown.found.span
    about = (
        f"{span.first} to {span.last}; {narrowed(shown.found, shown.narrow)}. "
        f"Compared with the {len(span.days)} days before these. Never a ranking of people."
    )
    return Head(f"{shown.practice}: metrics", about, as_of_said(shown.found, shown.zone),
                shown.found.simulated, shown.now)  # fmt: skip


def _desk(paper: Paper, shown: Shown, desk: str) -> None:
    readings = [one for one in shown.found.readings if one.metric.desk == desk]
    paper.heading(desk)
    paper.rows(HEADS, WIDTHS, [_row(one) for one in readings])
    series = [one for one in shown.series if one.reading.metric.desk == desk]
    if any(len(one.points) > 1 for one in series):
        paper.ln(3)
        _charts(paper, shown, series)


def _charts(paper: Paper, shown: Shown, series: Sequence[Series]) -> None:
    marked = [(one, marks_of(shown, one.reading.metric.id)) for one in series]
    small_charts(paper, marked, shown.found.span.days)


def marks_of(shown: Shown, metric: str) -> list[Mark]:
    """The numbers of what happened on each day and stands on the chart of *metric*."""
    mine = [one for one in shown.happened if one[3] in ("", metric)]
    days = groupby(mine, lambda one: one[1])
    return [(",".join(str(one[0]) for one in ones), day) for day, ones in days]


def _row(one: Reading) -> list[Cell]:
    metric, wanted = one.metric, one.wanted
    target = wish_said(metric, wanted.target) if wanted.target is not None else "-"
    baseline = said(metric.unit, wanted.baseline) if wanted.baseline is not None else "-"
    change = change_said(one).removesuffix(" to the days before") or "-"
    standing = (standing_said(one), RED if one.standing in MISSED else None)
    plain = (metric.title, said(metric.unit, one.now.value), change,
             said(metric.unit, one.before.value), baseline, target)  # fmt: skip
    return [*((text, None) for text in plain), standing, (f"{one.now.count:,}", None)]


def _happened(
    found: Report, events: Sequence[Event], zone: ZoneInfo
) -> list[tuple[int, date, str, str]]:
    told = [(event.day, event.told, "") for event in events]
    told += [
        (x.day, f"“{x.text}” ({x.about}; {x.by}, {x.at.astimezone(zone):%Y-%m-%d %H:%M})", x.metric)
        for x in found.annotations
    ]
    in_order = sorted(told, key=lambda one: one[0])
    return [(number, *one) for number, one in enumerate(in_order, start=1)]


def _events(paper: Paper, shown: Shown) -> None:
    paper.heading("What happened: rollout events and annotations")
    for number, day, text, _ in shown.happened:
        paper.words(f"{number}   {day}   {text}")
    if not shown.happened:
        paper.words("Nothing is known to have happened on these days.")


def _not_measured(paper: Paper) -> None:
    paper.heading("What is not measured, and why")
    for one in NOT_MEASURED:
        paper.words(f"{one.title}: {one.why}")
