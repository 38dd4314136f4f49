"""What is clicked on the reminders page, and which row is open to edit or to skip."""

from uuid import UUID

import streamlit as st

from pages.parts.clicks import Clicks
from services.container import Container
from services.desk import Actor

OPENED = "reminders.opened"
CLICKS = Clicks(
    "reminders",
    {
        "reminders.approve": "Approved. It leaves when its time comes.",
        "reminders.edit": "The new wording is saved. It still has to be approved.",
        "reminders.take_back": "Taken back.",
        "reminders.settle": "Settled.",
        "reminders.skip": "Skipped.",
        "reminders.restore": "Proposed again.",
        "reminders.opt_out": "This patient gets no reminders any more.",
        "reminders.opt_in": "This patient gets reminders again.",
        "reminders.confirm": "Marked as confirmed.",
        "reminders.wants_change": "Marked as a visit to change.",
    },
)


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished; the row it was about is closed."""
    if CLICKS.carry_out(container, actor):
        open_for("", None)


def open_for(what: str, id: UUID | None) -> None:
    """A button's callback: open the row *id* to edit or to skip, or close what is open."""
    st.session_state[OPENED] = (what, id)


def opened(what: str, id: UUID) -> bool:
    """Whether this row is open for *what*."""
    return bool(st.session_state.get(OPENED) == (what, id))
