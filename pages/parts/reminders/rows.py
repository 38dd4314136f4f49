"""One reminder in its list: to whom, when, which words, and what can be done with it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from db.reminders import ReminderState
from pages.parts.manage import Color, clock_time, may_do
from pages.parts.plain import harmless
from pages.parts.reminders import words
from pages.parts.reminders.wishes import CLICKS, open_for, opened
from services.actions import Action
from services.desk import Actor
from services.workflows.reminders import approving, skipping
from services.workflows.reminders.acting import OPEN_TO_WORDS
from services.workflows.reminders.listing import Row

TONES: dict[ReminderState, Color] = {
    ReminderState.CONFIRMED: "green",
    ReminderState.CHANGE: "orange",
    ReminderState.RETURNED: "red",
}


def show(row: Row, actor: Actor, zone: ZoneInfo, now: datetime, *, first: bool) -> None:
    """Draw *row*; the *first* one answers to the key ``a``. Patients' names are plain text."""
    with st.container(border=True):
        _head(row, zone, now)
        if row.trouble and not row.wants_none:
            st.warning(harmless(row.trouble), icon=":material/report:")
        decides = row.state in OPEN_TO_WORDS
        if decides and opened("edit", row.id):
            _edit(row)
        elif decides and opened("skip", row.id):
            _skip(row)
        else:
            st.text(row.text)
            _buttons(row, actor, first=first)


def _head(row: Row, zone: ZoneInfo, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(row.patient, width="content")
        st.badge(words.lead(row), color=TONES.get(row.state, "blue"), icon=":material/event:")
        st.badge(words.language(row), color="gray", icon=":material/translate:")
        if row.earlier:
            label, tone = words.EARLIER[row.earlier]
            st.badge(label, color=tone, icon=":material/reply:")
        if row.edited:
            st.badge("Edited", color="gray", icon=":material/edit:")
        st.space("stretch")
        st.caption(words.times(row, zone, now), width="content")
    where = " · ".join(filter(None, (row.provider, row.location)))
    st.caption(f"Visit {clock_time(row.visit_at, zone)}{' · ' if where else ''}{harmless(where)}")
    if row.reason:
        st.text(f"Skipped because: {row.reason}")


def _buttons(row: Row, actor: Actor, *, first: bool) -> None:
    with st.container(horizontal=True):
        match row.state:
            case ReminderState.PROPOSED:
                _to_decide(row, actor, first=first)
            case ReminderState.RETURNED if row.unsettled:
                _button(row, actor, approving.settle, "It is in healow", row.unsettled, True)
                _button(row, actor, approving.settle, "It is not there", row.unsettled, False)
            case ReminderState.RETURNED:
                _to_decide(row, actor, first=first)
            case ReminderState.APPROVED:
                _button(row, actor, approving.take_back)
            case ReminderState.SKIPPED:
                _button(row, actor, skipping.opt_in if row.wants_none else skipping.restore)
            case ReminderState.SENT | ReminderState.CHANGE:
                _button(row, actor, skipping.confirm)
        if row.state in (ReminderState.SENT, ReminderState.CONFIRMED):
            _button(row, actor, skipping.wants_change)


def _to_decide(row: Row, actor: Actor, *, first: bool) -> None:
    if may_do(actor, approving.approve.verb):
        st.button(
            approving.approve.label, key=f"approve/{row.id}", help=approving.approve.help,
            type="primary", shortcut="a" if first else None, on_click=CLICKS.wish,
            args=(approving.approve, [row.target]),
        )  # fmt: skip
        st.button("Edit wording", key=f"edit/{row.id}", on_click=open_for, args=("edit", row.id))
    if may_do(actor, skipping.skip.verb):
        st.button("Skip", key=f"skip/{row.id}", on_click=open_for, args=("skip", row.id))
    _button(row, actor, skipping.opt_out)


def _button(row: Row, actor: Actor, act: Action[Any], label: str = "", *arguments: object) -> None:
    if may_do(actor, act.verb):
        st.button(
            label or act.label, key=f"{act.verb}/{label}/{row.id}", help=act.help, on_click=CLICKS.wish,
            args=(act, [row.target], *arguments),
        )  # fmt: skip


def _edit(row: Row) -> None:
    key = f"wording/{row.id}/{row.version}"
    st.text_area("What the patient will read", value=row.text, key=key, height=200)
    with st.container(horizontal=True):
        st.button(
            approving.edit.label, key=f"save/{row.id}", type="primary", on_click=CLICKS.wish_typed,
            args=(approving.edit, row.target, key),
        )  # fmt: skip
        st.button("Cancel", key=f"cancel/{row.id}", on_click=open_for, args=("", None))


def _skip(row: Row) -> None:
    key = f"reason/{row.id}/{row.version}"
    st.text(row.text)
    st.text_input("Why is this one not sent?", key=key, max_chars=200)
    with st.container(horizontal=True):
        st.button(
            skipping.skip.label, key=f"skip-now/{row.id}", type="primary", on_click=CLICKS.wish_typed,
            args=(skipping.skip, row.target, key),
        )  # fmt: skip
        st.button("Cancel", key=f"cancel/{row.id}", on_click=open_for, args=("", None))
