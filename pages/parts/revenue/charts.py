"""Denied dollars by payer, reason, place or month: a bar chart to click, and the same as a table."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.parts.revenue.words import BREAKDOWNS, name_of
from services.money import dollars
from services.workflows.denials.totals import Amount, By, Fate, Narrow, Revenue, broken_down

# Pattern as well as colour tells them apart; the colours are the theme's, in either light.
SERIES: Mapping[str, tuple[tuple[Fate, ...], str]] = {
    "still to be had": ((Fate.OPEN, Fate.IN_WORK, Fate.APPEALED), ""),
    "recovered": ((Fate.RECOVERED,), "/"),
    "not to be had": ((Fate.WRITTEN_OFF, Fate.PATIENT, Fate.LOST, Fate.CLEARED), "."),
}
MOST = 12  # bars; the table has them all
LONGEST = 34  # characters of a name on an axis


def chart(found: Revenue, narrow: Narrow, by: By) -> str:
    """Draw the bars and say which one was clicked; nothing where none was."""
    totals = broken_down(found.cells, narrow, by)
    shown = list(totals)[-MOST:] if by is By.MONTH else list(totals)[:MOST]
    if not shown:
        st.info("There are no denials like that.", icon=":material/info:")
        return ""
    event = st.plotly_chart(
        _figure(found, narrow, by, shown), key=f"revenue/{by}/{hash(narrow)}", on_select="rerun",
        selection_mode="points", config={"displayModeBar": False},
        alt=f"Denied dollars by {by}; the table beside it has the same numbers.",
    )  # fmt: skip
    if len(totals) > len(shown):
        st.caption(f"{len(shown)} of {len(totals)} are drawn; the table has all.")
    points = event["selection"]["points"]
    return str(points[0]["customdata"]) if points else ""


def table(found: Revenue, narrow: Narrow, by: By) -> None:
    """The same numbers as rows, for who does not read charts."""
    rows = [
        _row(name_of(found, by, value), amount)
        for value, amount in broken_down(found.cells, narrow, by).items()
    ]
    names = {"name": BREAKDOWNS[by]}
    st.dataframe(pd.DataFrame(rows).rename(columns=names), hide_index=True, key=f"table/{by}")


def _row(name: str, amount: Amount) -> dict[str, object]:
    return {
        "name": name,
        "Denials": amount.count,
        "Denied": dollars(amount.denied_cents),
        "Recovered": dollars(amount.recovered_cents),
    }


def _figure(found: Revenue, narrow: Narrow, by: By, shown: list[str]) -> go.Figure:
    names = [_short(name_of(found, by, value)) for value in shown]
    figure = go.Figure()
    for title, (fates, pattern) in SERIES.items():
        cents = _of(found, narrow, by, fates)
        figure.add_bar(
            name=title, y=names, x=[cents.get(value, 0) / 100 for value in shown],
            customdata=shown, orientation="h", marker_pattern_shape=pattern,
            hovertemplate="%{y}: $%{x:,.2f} " + title + "<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=90 + 34 * len(shown), margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.15}, xaxis={"tickprefix": "$", "title": None},
        yaxis={"autorange": "reversed", "type": "category"},
    )  # fmt: skip
    return figure


def _of(found: Revenue, narrow: Narrow, by: By, fates: tuple[Fate, ...]) -> dict[str, int]:
    asked = [fate for fate in fates if narrow.fate in (None, fate)]
    cents: dict[str, int] = {}
    for fate in asked:
        for value, amount in broken_down(found.cells, replace(narrow, fate=fate), by).items():
            cents[value] = cents.get(value, 0) + amount.denied_cents
    return cents


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
