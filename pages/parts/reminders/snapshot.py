"""The list in front of a person: read anew when something changed, since each reading is on the trail."""

from dataclasses import dataclass

import streamlit as st

from services.container import Container
from services.desk import Actor
from services.workflows.reminders.listing import Listed, newest, reminders

SHOWN = "reminders.shown"


@dataclass(frozen=True)
class Snapshot:
    """What was read: which list, which page of it, and the word for how things stood."""

    lane: str
    page: int
    word: str
    listed: Listed


def current(container: Container, actor: Actor, lane: str, page: int) -> Listed:
    """The list as it is now. Raises ``NotAllowed`` or ``NotRolledOut``."""
    kept: Snapshot | None = st.session_state.get(SHOWN)
    word = newest(container, actor)
    if kept is None or (kept.lane, kept.page, kept.word) != (lane, page, word):
        kept = Snapshot(lane, page, word, reminders(container, actor, lane, page))
        st.session_state[SHOWN] = kept
    return kept.listed
