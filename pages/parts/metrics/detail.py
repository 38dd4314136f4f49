"""One metric opened: its chart, the rows behind it, files, and the practice's own target."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from db.facts import MetricFact
from pages.parts.desk import open_building
from pages.parts.manage import may_do, said_plainly
from pages.parts.metrics import charts
from pages.parts.metrics.address import Address, go
from pages.parts.metrics.annotations import annotations
from pages.parts.metrics.tiles import explained
from services.desk import Actor
from services.metrics.definitions.definition import Definition, Unit
from services.metrics.exporting import export_rows
from services.metrics.report import Report, Span, rows, series
from services.metrics.targets import set_target
from services.money import dollars

SHOWN = 500
SCALE: Mapping[Unit, tuple[float, str]] = {
    Unit.SECONDS: (60, "minutes"), Unit.SHARE: (0.01, "%"), Unit.CENTS: (100, "dollars"),
    Unit.MICRODOLLARS: (1_000_000, "dollars"),
}  # fmt: skip
DOLLARS = ("claims.owed", "claims.owed_old", "claims.charged", "claims.remitted",
           "denials.denied", "denials.recovered")  # fmt: skip
SECONDS = ("inbox.time", "inbox.touch", "inbox.response", "inbox.closed", "notes.time",
           "notes.filed", "intake.time", "intake.wait", "denials.first_action")  # fmt: skip


def detail(found: Report, address: Address, actor: Actor, zone: ZoneInfo) -> None:
    """All about ``address.metric``."""
    container = open_building()
    opened = series(container, actor, address.metric, address.span, address.narrow)
    metric = opened.reading.metric
    with st.container(border=True, key="metrics-detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(metric.title, help=explained(opened.reading), width="content")
            st.space("stretch")
            if st.button("Close", key="close", icon=":material/close:"):
                go(address, metric="", day=None)
        clicked = charts.chart(opened, address.day)
        if clicked and clicked != address.day:
            go(address, day=clicked)
        annotations(found, address, actor, zone)
        _rows(found, metric, address, actor, zone)
        if may_do(actor, set_target.verb):
            _target(metric, found, actor)


def _rows(
    found: Report, metric: Definition, address: Address, actor: Actor, zone: ZoneInfo
) -> None:
    span = Span(address.day, address.day) if address.day else address.span
    facts = rows(open_building(), actor, metric.id, span, address.narrow, SHOWN + 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        when = str(address.day) if address.day else f"{span.first} to {span.last}"
        more = f"the newest {SHOWN} of more; the file has all" if len(facts) > SHOWN else len(facts)
        st.text(f"Rows of {when}: {more}", width="content")
        if address.day and st.button("All days", key="all-days", icon=":material/close:"):
            go(address, day=None)
        _file(metric, span, address, actor)
    if facts:
        shown = table(facts[:SHOWN], metric, found, zone, audit=may_do(actor, "audit.read"))
        link = {"Story": st.column_config.LinkColumn(display_text="Story in Audit")}
        st.dataframe(shown, hide_index=True, key=f"rows/{metric.id}/{when}", column_config=link)


def table(
    facts: Sequence[MetricFact], metric: Definition, found: Report, zone: ZoneInfo, *, audit: bool
) -> pd.DataFrame:
    """Rows as staff read them; the item is a reference and nothing of what is in it."""
    names = {ref: name for by in found.choices.values() for ref, name in by.items()}
    told = [
        {
            "When": f"{fact.at.astimezone(zone):%Y-%m-%d %H:%M}",
            "What": fact.kind,
            "Value": _value(fact, metric),
            "About": fact.label,
            "Workflow": str(fact.mode),
            "Location": names.get(fact.location, fact.location),
            "Provider": names.get(fact.provider, fact.provider),
            "Payer": names.get(fact.payer, fact.payer),
            "Item": fact.subject,
        }
        | ({"Story": f"/audit?item={fact.subject}"} if audit else {})
        for fact in facts
    ]
    return pd.DataFrame(told)


def _value(fact: MetricFact, metric: Definition) -> str:
    if metric.unit is Unit.SHARE and len(metric.measure.kinds) == 1:
        return "yes" if fact.value else "no"
    if fact.kind in DOLLARS:
        return dollars(fact.value)
    if fact.kind.removesuffix("_open") in SECONDS:
        return f"{fact.value / 60:,.1f} min"
    return f"{fact.value:,}"


def _file(metric: Definition, span: Span, address: Address, actor: Actor) -> None:
    if may_do(actor, export_rows.verb) and st.button(
        export_rows.label, key="rows/export", icon=":material/download:"
    ):
        with said_plainly():
            made = export_rows(open_building(), actor, metric.id, span, address.narrow)
            st.download_button(
                f"Save {made.lines:,} rows", made.text, f"{metric.id}.csv", "text/csv",
                on_click="ignore", key="rows/save",
            )  # fmt: skip


def _target(metric: Definition, found: Report, actor: Actor) -> None:
    size, unit = SCALE.get(metric.unit, (1, str(metric.unit)))
    wanted = next(r.wanted for r in found.readings if r.metric.id == metric.id)
    with (
        st.expander("Your own target and baseline", icon=":material/flag:"),
        st.form("target", border=False),
    ):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            target = st.number_input(f"Target, {unit}", value=_scaled(wanted.target, size))
            before = st.number_input(f"Baseline, {unit}", value=_scaled(wanted.baseline, size))
            this_month = f"{found.span.last:%Y-%m}"
            month = st.selectbox("For", ["every month", this_month])
            kept = st.form_submit_button(set_target.label, help=set_target.help)
        st.caption("An empty field takes the default. Every change is on the audit trail.")
    if kept:
        with said_plainly():
            only = this_month if month == this_month else ""
            set_target(open_building(), actor, metric.id, only, _back(target, size),
                       _back(before, size))  # fmt: skip
            st.rerun()


def _scaled(value: float | None, size: float) -> float | None:
    return None if value is None else round(value / size, 4)


def _back(value: float | None, size: float) -> float | None:
    return None if value is None else value * size
