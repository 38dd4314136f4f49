"""A metric day by day: on and off as lines of their own, baseline and target always drawn, events marked."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import streamlit as st

from services.metrics.definitions.definition import Definition, Unit
from services.metrics.report import Point, Series
from services.metrics.words import said

HEIGHT = 360
LINES = (  # dash and marker as well as colour tell them apart
    ("all", "points", "solid", "circle"),
    ("workflow on", "on", "dash", "square"),
    ("workflow off", "off", "dot", "diamond"),
)


def chart(found: Series) -> date | None:
    """Draw it and say which day was clicked."""
    if not found.points:
        st.info("Nothing is known of these days.", icon=":material/info:")
        return None
    metric = found.reading.metric
    event = st.plotly_chart(
        figure(found), key=f"chart/{metric.id}", on_select="rerun", selection_mode="points",
        config={"displayModeBar": False},
        alt=f"{metric.title} by day; the rows below have the same numbers.",
    )  # fmt: skip
    for number, one in enumerate(found.events, start=1):
        st.caption(f"{number}: {one.day}, {one.told}".replace("$", r"\$"))
    picked = event["selection"]["points"]
    return date.fromisoformat(str(picked[0]["customdata"])) if picked else None


def figure(found: Series) -> go.Figure:
    """The chart as a figure."""
    metric, drawn = found.reading.metric, go.Figure()
    factor, unit = axis(metric, found.points)
    for name, attribute, dash, symbol in LINES:
        points: Sequence[Point] = getattr(found, attribute)
        if points and (attribute == "points" or (found.on and found.off)):
            _line(drawn, metric, points, factor, name, dash, symbol)
    _across(drawn, found, factor)
    for number, one in enumerate(found.events, start=1):
        drawn.add_vline(x=str(one.day), line_width=1, line_dash="dash", annotation_text=str(number),
                        annotation_position="top")  # fmt: skip
    drawn.update_layout(
        height=HEIGHT, margin={"l": 8, "r": 8, "t": 28, "b": 8}, hovermode="closest",
        legend={"orientation": "h", "y": -0.2}, yaxis={"title": unit, "rangemode": "tozero"},
    )  # fmt: skip
    return drawn


def _line(
    drawn: go.Figure, metric: Definition, points: Sequence[Point], factor: float, name: str,
    dash: str, symbol: str,
) -> None:  # fmt: skip
    days = [str(point.day) for point in points]
    told = [f"{said(metric.unit, p.measured.value)}, {p.measured.count:,} counted" for p in points]
    drawn.add_scatter(
        x=days, y=[(p.measured.value or 0) * factor for p in points], name=name, mode="lines+markers",
        customdata=days, text=told, hovertemplate="%{x}: %{text}<extra>" + name + "</extra>",
        line={"dash": dash}, marker={"symbol": symbol, "size": 7},
    )  # fmt: skip


def _across(drawn: go.Figure, found: Series, factor: float) -> None:
    wanted, unit = found.reading.wanted, found.reading.metric.unit
    for name, value, dash, side in (
        ("Baseline", wanted.baseline, "longdash", "top left"),
        ("Target", wanted.target, "dot", "bottom right"),
    ):
        if value is not None:
            drawn.add_hline(
                y=value * factor, line_dash=dash, line_width=1.5, opacity=0.8,
                annotation_text=f"{name}: {said(unit, value)}", annotation_position=side,
            )  # fmt: skip


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
