"""The list of visits: one button each, with what stands in the way of sending."""

import streamlit as st

from pages.parts.manage import clock_time
from pages.parts.notes import words
from pages.parts.notes.wishes import NOTE, turn_to
from pages.parts.plain import harmless
from services.workflows.notes.listing import Listed, Row


def show(listed: Listed, lane: str) -> None:
    """Draw the list; patients' names are plain text."""
    if not listed.rows:
        st.info(words.EMPTY[lane], icon=":material/event_available:")
    for row in listed.rows:
        _row(row, listed)


def _row(row: Row, listed: Listed) -> None:
    with st.container(border=True, key=f"visit-{row.id}", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(row.patient, width="content")
            st.space("stretch")
            st.button(
                "Open" if NOTE.opened != row.id else "Opened", key=f"open/{row.id}",
                disabled=NOTE.opened == row.id, on_click=turn_to, args=(row.id,),
                type="tertiary",
            )  # fmt: skip
        st.caption(f"{clock_time(row.visit_at, listed.options.zone)} · {harmless(row.provider)}")
        st.text(row.reason or "No reason was given.")
        _badges(row)


def _badges(row: Row) -> None:
    label, color, icon = words.STATES[row.state]
    with st.container(horizontal=True):
        st.badge(label, color=color, icon=icon)
        if row.unsettled and row.state in words.REVIEWED:
            st.badge(words.doubts(row), color="orange", icon=":material/rule:")
        if not row.has_transcript and row.state in words.REVIEWED:
            st.badge("No transcript", color="gray", icon=":material/mic_off:")
        if row.trouble:
            st.badge("Came back", color="red", icon=":material/report:")
