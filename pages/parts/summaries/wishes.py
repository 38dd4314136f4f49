"""What a person clicked on the Summaries page: kept as it was shown, done at the next run."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import streamlit as st

from db.base import NotFound
from db.vault import Unreadable
from pages.parts.plain import harmless
from pages.parts.summaries import words
from services.actions import Action, Target
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError

WISH, SAID, EDITED, OPENED = (
    f"summaries.{what}" for what in ("wish", "said", "edited", "opened")
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """One click: which action, on what exactly as it was on the screen, and with which words."""

    act: Action[Any]
    target: Target
    arguments: tuple[Any, ...] = field(default=(), repr=False)


def wish(act: Action[Any], target: Target, *arguments: Any) -> None:
    """A button's callback. Its arguments are those of the run that drew the button."""
    st.session_state[WISH] = Wish(act, target, arguments)


def wish_typed(act: Action[Any], target: Target, name: str, field: str) -> None:
    """The same for a part, with what stands in its *field* at the moment of the click."""
    wish(act, target, name, st.session_state.get(field, ""))


def wish_chosen(act: Action[Any], target: Target, language: str, grade: str) -> None:
    """The same with what is chosen in the fields *language* and *grade* at the moment of the click."""
    wish(act, target, st.session_state.get(language, "en"), int(st.session_state.get(grade, 0)))


def open_summary(id: UUID | None) -> None:
    """A button's callback: open this summary beside the list."""
    st.session_state[OPENED] = id
    st.session_state.pop(EDITED, None)
    st.session_state.pop(SAID, None)


def opened() -> UUID | None:
    """Which summary is open in this tab."""
    found: UUID | None = st.session_state.get(OPENED)
    return found


def edit(name: str) -> None:
    """A button's callback: open this part to write in it; none closes it."""
    st.session_state[EDITED] = name


def edited() -> str:
    """Which part is open to write in."""
    return str(st.session_state.get(EDITED, ""))


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished, once, and remember what to say about it."""
    asked: Wish | None = st.session_state.pop(WISH, None)
    if asked is None:
        return
    try:
        asked.act(container, actor, asked.target, *asked.arguments)
    except (FoyerError, NotFound, Unreadable) as error:
        # What was typed stays in its field.
        st.session_state[SAID] = ("bad", f"Not done: {error}")
        return
    st.session_state.pop(EDITED, None)
    st.session_state[SAID] = ("good", words.DONE[asked.act.verb])


def say(has_left: bool) -> None:
    """Say what became of the last click, until the next one, or until what was approved *has_left*."""
    tone, said = st.session_state.get(SAID, ("", ""))
    if has_left and said == words.DONE["summaries.send"]:
        return
    if tone == "good":
        st.success(said, icon=":material/check:")
    elif tone:
        st.error(harmless(said), icon=":material/error:")
