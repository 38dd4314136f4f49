"""What a person clicked on the Notes page: kept as it was shown, done at the next run."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import streamlit as st

from db.base import NotFound
from pages.parts.notes import words
from services.actions import Action, Target
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError

WISH, SAID, EDITED, OPENED = "notes.wish", "notes.said", "notes.edited", "notes.opened"


@dataclass(frozen=True)
class Wish:
    """One click: which action, on what exactly as it was on the screen, and with which words."""

    act: Action[Any]
    target: Target
    arguments: tuple[Any, ...] = field(default=(), repr=False)


def wish(act: Action[Any], target: Target, *arguments: Any) -> None:
    """A button's callback. Its arguments are those of the run that drew the button."""
    st.session_state[WISH] = Wish(act, target, arguments)


def wish_typed(act: Action[Any], target: Target, key: str, field: str) -> None:
    """The same for a section, with what stands in its *field* at the moment of the click."""
    wish(act, target, key, st.session_state.get(field, ""))


def wish_field(act: Action[Any], target: Target, field: str) -> None:
    """The same with nothing but what stands in *field* at the moment of the click."""
    wish(act, target, st.session_state.get(field, ""))


def open_note(id: UUID | None) -> None:
    """A button's callback: open this note beside the list."""
    st.session_state[OPENED] = id
    st.session_state.pop(EDITED, None)
    st.session_state.pop(SAID, None)


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


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished, once, and remember what to say about it."""
    asked: Wish | None = st.session_state.pop(WISH, None)
    if asked is None:
        return
    try:
        asked.act(container, actor, asked.target, *asked.arguments)
    except (FoyerError, NotFound) as error:
        # What was typed stays in its field.
        st.session_state[SAID] = ("bad", f"Not done: {error}")
        return
    st.session_state.pop(EDITED, None)
    st.session_state[SAID] = ("good", words.DONE[asked.act.verb])


def say() -> None:
    """Say what became of the last click, until the next one."""
    tone, said = st.session_state.get(SAID, ("", ""))
    if tone == "good":
        st.success(said, icon=":material/check:")
    elif tone:
        st.error(said, icon=":material/error:")
