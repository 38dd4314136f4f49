"""What is clicked on the Charges page, and which visit is open beside the list in this tab."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts import worklist
from pages.parts.beside import Beside
from pages.parts.charges import words
from pages.parts.clicks import Clicks
from services.actions import Action, Done, Target
from services.container import Container
from services.desk import Actor
from services.workflows.charges import approving
from services.workflows.charges.listing import Listed, charges, newest
from services.workflows.charges.reading import OpenCharges, open_charges, whole_note

WHOLE, UNDO = "charges.note", "charges.undo"
ADDING = "add"  # stands for the line that is not there yet


def _came_of(done: Done) -> None:
    """A visit that left the list makes room for the next; an approval can be taken back."""
    if done.verb in words.LEAVES:
        rows = VISIT.kept.listed.rows if VISIT.kept else ()
        turn_to(worklist.following([row.id for row in rows], done.id))
    VISIT.edit("")
    if done.verb == approving.approve.verb:
        st.session_state[UNDO] = Target(done.id, done.version)


CLICKS = Clicks("charges", words.DONE, _came_of)
VISIT: Beside[Listed, OpenCharges] = Beside("charges", newest, charges, open_charges)


def wish_typed(act: Action[Any], target: Target, typed: Callable[[], tuple[Any, ...]]) -> None:
    """A button's callback: what stands in the fields now is what is meant."""
    CLICKS.wish(act, target, *typed())


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished, once, and remember what to say about it."""
    if CLICKS.are_waiting:
        st.session_state.pop(UNDO, None)
    CLICKS.carry_out(container, actor)


def turn_to(id: UUID | None) -> None:
    """A button's callback: open this visit; what became of the last click is told no more."""
    VISIT.open(id)
    CLICKS.forget()
    for kept in (WHOLE, UNDO):
        st.session_state.pop(kept, None)


def ask_note() -> None:
    """A button's callback: the whole note is wanted."""
    st.session_state[WHOLE] = "asked"


def note_shown(container: Container, actor: Actor, id: UUID) -> tuple[tuple[str, str], ...]:
    """The whole note where it was asked for; it is read, and on the trail, once."""
    kept = st.session_state.get(WHOLE)
    if kept == "asked":
        kept = st.session_state[WHOLE] = whole_note(container, actor, id)
    return kept or ()


def say() -> None:
    """Say what became of the last click, until the next one, with the way back where there is one."""
    undo: Target | None = st.session_state.get(UNDO)
    with st.container(horizontal=True, vertical_alignment="center"):
        CLICKS.say()
        if undo:
            st.button(
                approving.take_back.label, key="undo", help=approving.take_back.help,
                on_click=CLICKS.wish, args=(approving.take_back, undo), shortcut="u",
            )  # fmt: skip
