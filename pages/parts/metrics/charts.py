"""A metric day by day: on and off as lines of their own, baseline, target and limit drawn, events and pauses marked."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from string import ascii_uppercase
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

from pages.parts.plain import harmless
from services.metrics.definitions.definition import Definition, Unit
from services.metrics.marks import Pause
from services.metrics.report import Point, Series
from services.metrics.words import said

HEIGHT = 360
GREY = "#84939a"  # seen on either ground, as are the colours below
RED = "#c8553d"
FAR = 3  # times the highest point: what lies above is told below the chart and not drawn
LINES = (  # dash and marker as well as colour tell them apart
    ("all", "points", "solid", "circle", "#178680"),
    ("workflow on", "on", "dash", "square", "#c96a1b"),
    ("workflow off", "off", "dot", "diamond", "#3f86c6"),
)


class Look(NamedTuple):
    """How one line is drawn."""

    dash: str
    symbol: str
    colour: str


def chart(found: Series, shown: date | None) -> date | None:
    """Draw it and say which day was clicked; *shown* is the one whose rows stand below.

    Another day makes another chart, or an old click would be taken for a new one.
    """
    if not found.points:
        st.info("Nothing is known of these days.", icon=":material/info:")
        return None
    metric = found.reading.metric
    event = st.plotly_chart(
        figure(found), key=f"chart/{metric.id}/{shown or ''}", on_select="rerun", selection_mode="points",
        config=_with_picture(metric),
        alt=f"{metric.title} by day; the rows below have the same numbers.",
    )  # fmt: skip
    told = [
        *limit_said(found),
        *(f"{letter}: {pause.told}" for letter, pause in _lettered(found)),
        *(f"{n}: {day}, {what}" for n, (day, what) in enumerate(_marks(found), start=1)),
    ]
    st.caption("  \n".join(map(harmless, told)))
    picked = event["selection"]["points"]
    return date.fromisoformat(str(picked[0]["customdata"])) if picked else None


def _with_picture(metric: Definition) -> dict[str, object]:
    """Only the button that saves the chart as PNG; the browser draws it, nothing leaves."""
    return {
        "displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": metric.id, "scale": 2},
    }  # fmt: skip


def figure(found: Series) -> go.Figure:
    """The chart as a figure."""
    metric, drawn = found.reading.metric, go.Figure()
    factor, unit = axis(metric, found.points)
    for name, attribute, dash, symbol, colour in LINES:
        points: Sequence[Point] = getattr(found, attribute)
        if points and (attribute == "points" or (found.on and found.off)):
            _line(drawn, metric, points, factor, name, Look(dash, symbol, colour))
    _across(drawn, found, factor)
    for letter, pause in _lettered(found):
        _span(drawn, letter, pause, found.points[-1].day)
    for number, (day, _) in enumerate(_marks(found), start=1):
        drawn.add_vline(x=str(day), line_width=1, line_dash="dash", line_color=GREY,
                        annotation_text=str(number), annotation_position="top")  # fmt: skip
    drawn.update_layout(
        height=HEIGHT, margin={"l": 8, "r": 8, "t": 28, "b": 8}, hovermode="closest",
        legend={"orientation": "h", "y": -0.2}, yaxis={"title": unit, "range": [0, _top(found) * factor]},
    )  # fmt: skip
    return drawn


def _top(found: Series) -> float:
    """How high the chart goes: all points, and what is across them unless that is far above."""
    most = max((point.measured.value or 0 for point in found.points), default=0)
    limit = found.limit.value if found.limit else None
    across = (found.reading.wanted.baseline, found.reading.wanted.target, limit)
    near = [value for value in across if value is not None and (not most or value <= FAR * most)]
    return max([most, *near]) * 1.1 or 1


def _line(
    drawn: go.Figure, metric: Definition, points: Sequence[Point], factor: float, name: str,
    look: Look,
) -> None:  # fmt: skip
    days = [str(point.day) for point in points]
    told = [f"{said(metric.unit, p.measured.value)}, {p.measured.count:,} counted" for p in points]
    drawn.add_scatter(
        x=days, y=[(p.measured.value or 0) * factor for p in points], name=name, mode="lines+markers",
        customdata=days, text=told, hovertemplate="%{x}: %{text}<extra>" + name + "</extra>",
        line={"dash": look.dash, "color": look.colour}, marker={"symbol": look.symbol, "size": 7},
    )  # fmt: skip


def _across(drawn: go.Figure, found: Series, factor: float) -> None:
    wanted, unit = found.reading.wanted, found.reading.metric.unit
    for name, value, dash, side in (
        ("Baseline", wanted.baseline, "longdash", "top left"),
        ("Target", wanted.target, "dot", "bottom right"),
    ):
        if value is not None:
            drawn.add_hline(
                y=value * factor, line_dash=dash, line_width=1.5, line_color=GREY,
                annotation_text=f"{name}: {said(unit, value)}", annotation_position=side,
            )  # fmt: skip
    if found.limit:
        drawn.add_hline(
            y=found.limit.value * factor, line_dash="dashdot", line_width=2, line_color=RED,
            annotation_text=f"Limit: {said(unit, found.limit.value)}",
            annotation_position="bottom left" if found.limit.below else "top right",
            annotation_font_color=RED,
        )  # fmt: skip


def limit_said(found: Series) -> list[str]:
    """``Limit: 15 % over 7 days, pauses by itself above it``, where there is one."""
    if found.limit is None:
        return []
    side = "below" if found.limit.below else "above"
    value = said(found.reading.metric.unit, found.limit.value)
    return [f"Limit: {value} over {found.limit.window}, pauses by itself {side} it"]


def _lettered(found: Series) -> list[tuple[str, Pause]]:
    """Pauses by letter, so that nobody takes them for one of the numbered changes."""
    return [(_letter(n), pause) for n, pause in enumerate(found.pauses)]


def _letter(number: int) -> str:
    return ascii_uppercase[number % 26] * (1 + number // 26)


def _span(drawn: go.Figure, letter: str, pause: Pause, newest: date) -> None:
    """A pause from its first to its last day: shaded, framed and named, whatever the colours."""
    last = max(pause.last or newest, pause.first)
    ends = str(last) if last > pause.first else f"{last} 12:00"
    drawn.add_vrect(
        x0=str(pause.first), x1=ends, fillcolor=GREY, opacity=0.28, layer="below", line_width=0
    )
    drawn.add_vrect(
        x0=str(pause.first), x1=ends, fillcolor="rgba(0,0,0,0)", line_width=1.5, line_color=GREY,
        annotation_text=f"Paused {letter}", annotation_position="top left",
    )  # fmt: skip


def _marks(found: Series) -> list[tuple[date, str]]:
    """Rollout events and annotations by day, each day told once."""
    days = groupby(found.events, lambda event: event.day)
    return [(day, "; ".join(event.told for event in events)) for day, events in days]


def axis(metric: Definition, points: Sequence[Point]) -> tuple[float, str]:
    """By what to multiply values for the axis, and what the axis then says."""
    most = max((point.measured.value or 0 for point in points), default=0)
    match metric.unit:
        case Unit.SECONDS if most >= 2 * 86_400:
            return 1 / 86_400, "days"
        case Unit.SECONDS if most >= 2 * 3600:
            return 1 / 3600, "hours"
        case Unit.SECONDS:
            return 1 / 60, "minutes"
        case Unit.SHARE:
            return 100, "%"
        case Unit.CENTS:
            return 0.01, "dollars"
        case Unit.MICRODOLLARS:
            return 1e-6, "dollars"
    return 1, str(metric.unit)
