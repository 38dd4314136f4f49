"""What was pinned to days: listed with who and when, and a form to pin another."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import clock_time, may_do, said_plainly
from pages.parts.metrics.address import Address
from pages.parts.plain import harmless
from services.desk import Actor
from services.metrics.annotations import (
    LONGEST,
    NO_PATIENTS,
    Pinned,
    annotate,
    of_metric,
    remove_annotation,
)
from services.metrics.definitions import BY_ID
from services.metrics.report import Report

WHERE = {True: "this chart", False: "every chart"}


def annotations(found: Report, address: Address, actor: Actor, zone: ZoneInfo) -> None:
    """The annotations of these days, of the opened metric or of all, and the form below them."""
    shown = of_metric(found.annotations, address.metric) if address.metric else found.annotations
    title = f"Annotations ({len(shown)})"
    with st.expander(title, icon=":material/push_pin:", key="annotations"):
        _list(shown, actor, zone)
        if may_do(actor, annotate.verb):
            today = open_building().clock().astimezone(zone).date()
            # Another number of them makes another form: what was pinned stands in it no more.
            _form(address, actor, today, f"annotate/{len(found.annotations)}")


def _list(shown: Sequence[Pinned], actor: Actor, zone: ZoneInfo) -> None:
    if not shown:
        st.caption(
            "Nothing is pinned to these days. Say here why a number bends: “Dr. A on leave”."
        )
    for one in shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{one.day}  {one.text}", width="content")
            st.caption(harmless(f"{one.about} · {one.by}, {clock_time(one.at, zone)}"))
            st.space("stretch")
            if may_do(actor, remove_annotation.verb) and st.button(
                remove_annotation.label, key=f"annotation/{one.id}", icon=":material/delete:",
                help=remove_annotation.help, type="tertiary",
            ):  # fmt: skip
                with said_plainly():
                    remove_annotation(open_building(), actor, one.id)
                    st.rerun()


def _form(address: Address, actor: Actor, today: date, key: str) -> None:
    with st.form(key, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(
                "Day",
                address.day or min(address.span.last, today),
                width=150,
                key=f"{key}/day/{address.day}",
            )
            text = st.text_input("What happened", max_chars=LONGEST, help=NO_PATIENTS,
                                 placeholder="New portal form", key=f"{key}/text")  # fmt: skip
            where = [True, False] if address.metric else [False]
            only = st.selectbox(
                "On", where, format_func=WHERE.__getitem__, width=150, key=f"{key}/on"
            )
            asked = st.form_submit_button(annotate.label, help=annotate.help, key=f"{key}/pin")
        st.caption(f"{NO_PATIENTS} It is seen by all who see these numbers, and in their files.")
    if asked:
        with said_plainly():
            metric = address.metric if only and address.metric in BY_ID else ""
            annotate(open_building(), actor, day, text, metric)
            st.rerun()
