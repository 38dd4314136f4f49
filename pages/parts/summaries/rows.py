"""The list of summaries: one button each, with what stands in the way of sending."""

import streamlit as st

from db.visit_summaries import SummaryState
from pages.parts.manage import clock_time
from pages.parts.plain import harmless
from pages.parts.summaries import words
from pages.parts.summaries.wishes import SUMMARY, turn_to
from services.workflows.summaries.listing import Listed, Row
from services.workflows.summaries.standing import LANGUAGES


def show(listed: Listed, lane: str) -> None:
    """Draw the list; patients' names are plain text."""
    if not listed.rows:
        st.info(words.EMPTY[lane], icon=":material/event_available:")
    for row in listed.rows:
        _row(row, listed)


def _row(row: Row, listed: Listed) -> None:
    with st.container(border=True, key=f"summary-{row.id}", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(row.patient, width="content")
            st.space("stretch")
            st.button(
                "Open" if SUMMARY.opened != row.id else "Opened", key=f"open/{row.id}",
                disabled=SUMMARY.opened == row.id, on_click=turn_to, args=(row.id,),
                type="tertiary",
            )  # fmt: skip
        st.caption(
            f"Visit {clock_time(row.visit_at, listed.options.zone)} · {harmless(row.provider)}"
        )
        _badges(row)


def _badges(row: Row) -> None:
    label, color, icon = words.state(row)
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(label, color=color, icon=icon)
        st.badge(LANGUAGES[row.language], color="gray", icon=":material/translate:")
        if row.unsettled and row.state in words.WRITABLE:
            st.badge(words.doubts(row), color="orange", icon=":material/rule:")
        if row.is_harder and row.state is SummaryState.READY:
            st.badge("Hard to read", color="orange", icon=":material/psychology_alt:")
        if row.trouble and row.state is not SummaryState.SET_ASIDE:
            st.badge("Please look", color="red", icon=":material/report:")
