"""Metrics: what changed, beside targets and what was before; never a ranking of people."""

from datetime import date

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import ago, clock_time, may_do, open_room, said_plainly, zone_of
from pages.parts.metrics import address as addresses
from pages.parts.metrics.address import Address
from pages.parts.metrics.annotations import annotations
from pages.parts.metrics.detail import detail
from pages.parts.metrics.filters import desks, filters
from pages.parts.metrics.tiles import tiles
from pages.parts.metrics.weekly import weekly
from services.desk import Actor
from services.metrics.definitions import NOT_MEASURED
from services.metrics.exporting import export_pdf, export_report, keep_pdf
from services.metrics.report import Report, report


def room() -> None:
    """The whole page as of now."""
    actor = open_room("metrics.read", "read metrics")
    container, zone = open_building(), zone_of(actor)
    today = container.clock().astimezone(zone).date()
    address = addresses.read(st.query_params, today)
    found = report(container, actor, address.span, address.narrow)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Metrics", width="content")
        if found.simulated:
            st.badge("Simulated practice", icon=":material/science:", color="orange")
        st.space("stretch")
        _file(actor, address)
    _as_of(found, actor)
    filters(found, address, today)
    if address.metric:
        detail(found, address, actor, zone)
    desks(address)
    tiles(found, address)
    if not address.metric:
        annotations(found, address, actor, zone)
    weekly(actor, zone)
    _beside(found, today)


def _as_of(found: Report, actor: Actor) -> None:
    now = open_building().clock()
    if found.as_of is None:
        st.warning("Nothing has been gathered yet. It is, two minutes after the worker starts.",
                   icon=":material/schedule:")  # fmt: skip
        return
    told = f"Data as of {clock_time(found.as_of, zone_of(actor))}, {ago(found.as_of, now)}."
    st.caption(f"{told} Compared with the {len(found.span.days)} days before these.")


def _file(actor: Actor, address: Address) -> None:
    if may_do(actor, export_report.verb) and st.button(
        export_report.label, key="export", icon=":material/download:", help=export_report.help
    ):
        with said_plainly():
            made = export_report(open_building(), actor, address.span, address.narrow)
            st.download_button(
                f"Save {made.lines} metrics", made.text, "metrics.csv", "text/csv",
                on_click="ignore", key="save",
            )  # fmt: skip
    if may_do(actor, keep_pdf.verb) and st.button(
        keep_pdf.label, key="export/pdf", icon=":material/picture_as_pdf:", help=keep_pdf.help
    ):
        with said_plainly():
            paper = export_pdf(open_building(), actor, address.span, address.narrow)
            st.download_button(
                f"Save the PDF of {paper.lines} metrics", paper.data, "metrics.pdf",
                "application/pdf", on_click="ignore", key="save/pdf",
            )  # fmt: skip


def _beside(found: Report, today: date) -> None:
    with st.expander("What is not measured, and why", icon=":material/help:"):
        for one in NOT_MEASURED:
            st.text(f"{one.title}: {one.why}")
    if found.known:
        st.caption(f"Facts are known from {found.known[0]} to {min(found.known[1], today)}.")


room()
