"""The list and the summary in front of a person: read anew when something changed, as reading is on the trail."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from db.base import NotFound
from services.container import Container
from services.desk import Actor
from services.workflows.summaries.listing import Listed, newest, summaries
from services.workflows.summaries.reading import OpenSummary, open_summary

SHOWN = "summaries.shown"


@dataclass(frozen=True)
class Snapshot:
    """What was read: which list and page, which summary, and the word for how things stood."""

    lane: str
    page: int
    id: UUID | None
    word: str
    listed: Listed
    summary: OpenSummary | None


def current(container: Container, actor: Actor, lane: str, page: int, id: UUID | None) -> Snapshot:
    """List and open summary as they are now. Raises ``NotAllowed`` or ``NotRolledOut``."""
    kept: Snapshot | None = st.session_state.get(SHOWN)
    word = newest(container, actor)
    if kept is None or (kept.lane, kept.page, kept.id, kept.word) != (lane, page, id, word):
        listed = summaries(container, actor, lane, page)
        kept = Snapshot(lane, page, id, word, listed, _summary(container, actor, id))
        st.session_state[SHOWN] = kept
    return kept


def _summary(container: Container, actor: Actor, id: UUID | None) -> OpenSummary | None:
    try:
        return open_summary(container, actor, id) if id else None
    except NotFound:
        return None
