"""What is clicked on the Notes page, and which note and section are open in this tab."""

from uuid import UUID

import streamlit as st

from pages.parts.clicks import Clicks
from pages.parts.notes import words
from services.container import Container
from services.desk import Actor

EDITED, OPENED = "notes.edited", "notes.opened"
CLICKS = Clicks("notes", words.DONE)


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished; a section that was kept is closed."""
    if CLICKS.carry_out(container, actor):
        st.session_state.pop(EDITED, None)


def open_note(id: UUID | None) -> None:
    """A button's callback: open this note beside the list."""
    st.session_state[OPENED] = id
    st.session_state.pop(EDITED, None)
    CLICKS.forget()


def opened() -> UUID | None:
    """Which note is open in this tab."""
    found: UUID | None = st.session_state.get(OPENED)
    return found


def edit(key: str) -> None:
    """A button's callback: open this section to write in it; none closes it."""
    st.session_state[EDITED] = key


def edited() -> str:
    """Which section is open to write in."""
    return str(st.session_state.get(EDITED, ""))
