"""What a person clicked on the reminders page: kept as it was shown, done at the next run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import streamlit as st

from db.base import NotFound
from services.actions import Action, Target, bulk
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError

WISH, SAID, OPENED = "reminders.wish", "reminders.said", "reminders.opened"
DONE = {
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
}


@dataclass(frozen=True)
class Wish:
    """One click: which action, on what exactly as it was on the screen, and with which words."""

    act: Action[Any]
    targets: tuple[Target, ...]
    arguments: tuple[Any, ...] = field(default=(), repr=False)


def wish(act: Action[Any], targets: Sequence[Target], *arguments: Any) -> None:
    """A button's callback. Its arguments are those of the run that drew the button."""
    st.session_state[WISH] = Wish(act, tuple(targets), arguments)


def wish_typed(act: Action[Any], target: Target, key: str) -> None:
    """The same with what stands in the field *key* at the moment of the click."""
    wish(act, [target], st.session_state.get(key, ""))


def open_for(what: str, id: UUID | None) -> None:
    """A button's callback: open the row *id* to edit or to skip, or close what is open."""
    st.session_state[OPENED] = (what, id)


def opened(what: str, id: UUID) -> bool:
    """Whether this row is open for *what*."""
    return bool(st.session_state.get(OPENED) == (what, id))


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished, once, and remember what to say about it."""
    asked: Wish | None = st.session_state.pop(WISH, None)
    if asked is None:
        return
    if len(asked.targets) > 1:
        _many(container, actor, asked)
        return
    try:
        asked.act(container, actor, asked.targets[0], *asked.arguments)
    except (FoyerError, NotFound) as error:
        st.session_state[SAID] = ("bad", f"Not done: {error}")
        return
    open_for("", None)
    st.session_state[SAID] = ("good", DONE[asked.act.verb])


def _many(container: Container, actor: Actor, asked: Wish) -> None:
    result = bulk(asked.act, container, actor, asked.targets, *asked.arguments)
    skipped = [f"{count} not: {why}" for why, count in result.skipped.items()]
    open_for("", None)
    words = " ".join([f"{len(result.done)} approved.", *skipped])
    st.session_state[SAID] = ("bad" if skipped else "good", words)


def say() -> None:
    """Say what became of the last click, until the next one."""
    tone, words = st.session_state.get(SAID, ("", ""))
    if tone == "good":
        st.success(words, icon=":material/check:")
    elif tone:
        st.error(words, icon=":material/error:")
