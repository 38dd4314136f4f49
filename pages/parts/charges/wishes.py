"""What a person clicked on the Charges page: kept as it was shown, done at the next run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import streamlit as st

from db.base import NotFound
from pages.parts import worklist
from pages.parts.charges import words
from pages.parts.plain import harmless
from services.actions import Action, Target
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.charges import approving
from services.workflows.charges.reading import whole_note

WISH, SAID, EDITED, OPENED, NOTE, ROWS = (
    f"charges.{name}" for name in ("wish", "said", "edited", "opened", "note", "rows")
)
ADDING = "add"  # stands for the line that is not there yet


@dataclass(frozen=True)
class Wish:
    """One click: which action, on what exactly as it was on the screen, and with which words."""

    act: Action[Any]
    target: Target
    arguments: tuple[Any, ...] = field(default=(), repr=False)


def wish(act: Action[Any], target: Target, *arguments: Any) -> None:
    """A button's callback. Its arguments are those of the run that drew the button."""
    st.session_state[WISH] = Wish(act, target, arguments)


def wish_typed(act: Action[Any], target: Target, typed: Callable[[], tuple[Any, ...]]) -> None:
    """The same with what stands in the fields at the moment of the click."""
    wish(act, target, *typed())


def open_visit(id: UUID | None) -> None:
    """A button's callback: open this visit beside the list."""
    st.session_state[OPENED] = id
    for kept in (EDITED, SAID, NOTE):
        st.session_state.pop(kept, None)


def opened() -> UUID | None:
    """Which visit is open in this tab."""
    found: UUID | None = st.session_state.get(OPENED)
    return found


def edit(line: str) -> None:
    """A button's callback: open this line to change it; none closes it."""
    st.session_state[EDITED] = line


def edited() -> str:
    """Which line is open to be changed."""
    return str(st.session_state.get(EDITED, ""))


def ask_note() -> None:
    """A button's callback: the whole note is wanted."""
    st.session_state[NOTE] = "asked"


def note_shown(container: Container, actor: Actor, id: UUID) -> tuple[tuple[str, str], ...]:
    """The whole note where it was asked for; it is read, and on the trail, once."""
    kept = st.session_state.get(NOTE)
    if kept == "asked":
        kept = st.session_state[NOTE] = whole_note(container, actor, id)
    return kept or ()


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished, once, and remember what to say about it."""
    asked: Wish | None = st.session_state.pop(WISH, None)
    if asked is None:
        return
    try:
        done = asked.act(container, actor, asked.target, *asked.arguments)
    except (FoyerError, NotFound) as error:
        # What was typed stays in its field.
        st.session_state[SAID] = ("bad", f"Not done: {error}", None)
        return
    if done.verb in words.LEAVES:
        open_visit(worklist.following(st.session_state.get(ROWS, []), done.id))
    st.session_state.pop(EDITED, None)
    undo = Target(done.id, done.version) if done.verb == approving.approve.verb else None
    st.session_state[SAID] = ("good", words.DONE[done.verb], undo)


def say() -> None:
    """Say what became of the last click, until the next one."""
    tone, said, undo = st.session_state.get(SAID, ("", "", None))
    if tone == "good":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(said, icon=":material/check:")
            if undo:
                st.button(
                    approving.take_back.label, key="undo", help=approving.take_back.help,
                    on_click=wish, args=(approving.take_back, undo), shortcut="u",
                )  # fmt: skip
    elif tone:
        st.error(harmless(said), icon=":material/error:")
