"""The list of visits: one button each, with its codes and what stands in the way."""

import streamlit as st

from db.charges import ChargeState
from pages.parts.charges import words
from pages.parts.charges.wishes import VISIT, turn_to
from pages.parts.manage import clock_time
from pages.parts.plain import harmless
from services.workflows.charges.listing import Listed, Row


def show(listed: Listed, lane: str) -> None:
    """Draw the list; patients' names are plain text."""
    if not listed.rows:
        st.info(words.EMPTY[lane], icon=":material/event_available:")
    for row in listed.rows:
        _row(row, listed)
    if lane == "approve" and listed.unsigned:
        told = words.count(listed.unsigned, "visit waits", "visits wait")
        st.caption(f"{told} for the provider's signature in eCW. Nothing is suggested before.")


def _row(row: Row, listed: Listed) -> None:
    is_open = VISIT.opened == row.id
    with st.container(border=True, key=f"visit-{row.id}", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(row.patient, width="content")
            st.space("stretch")
            st.button(
                "Opened" if is_open else "Open", key=f"open/{row.id}", disabled=is_open,
                on_click=turn_to, args=(row.id,), type="tertiary",
            )  # fmt: skip
        st.caption(f"{clock_time(row.visit_at, listed.options.zone)} · {harmless(row.provider)}")
        st.text(" · ".join(row.codes) or row.trouble or "No code is supported by the note.")
        _badges(row)


def _badges(row: Row) -> None:
    """What sets this visit apart in its list; nothing where it waits like the others."""
    if row.state is ChargeState.READY and row.trouble:
        st.badge("Look again", color="red", icon=":material/report:")
    elif row.state is ChargeState.DONE and row.is_by_hand:
        st.badge("Entered by hand", color="gray", icon=":material/edit:")
    elif row.state is not ChargeState.READY:
        label, color, icon = words.STATES[row.state]
        st.badge(label, color=color, icon=icon)
