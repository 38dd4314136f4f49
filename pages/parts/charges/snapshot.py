"""The list and the visit in front of a person: read anew when something changed, as reading is on the trail."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from db.base import NotFound
from pages.parts.charges.wishes import ROWS
from services.container import Container
from services.desk import Actor
from services.workflows.charges.listing import Listed, charges, newest
from services.workflows.charges.reading import OpenCharges, open_charges

SHOWN = "charges.shown"


@dataclass(frozen=True)
class Snapshot:
    """What was read: which list and page, which visit, and the word for how things stood."""

    lane: str
    page: int
    id: UUID | None
    word: str
    listed: Listed
    visit: OpenCharges | None


def current(container: Container, actor: Actor, lane: str, page: int, id: UUID | None) -> Snapshot:
    """List and open visit as they are now. Raises ``NotAllowed`` or ``NotRolledOut``."""
    kept: Snapshot | None = st.session_state.get(SHOWN)
    word = newest(container, actor)
    if kept is None or (kept.lane, kept.page, kept.id, kept.word) != (lane, page, id, word):
        listed = charges(container, actor, lane, page)
        kept = Snapshot(lane, page, id, word, listed, _visit(container, actor, id))
        st.session_state[SHOWN] = kept
        st.session_state[ROWS] = [row.id for row in listed.rows]
    return kept


def _visit(container: Container, actor: Actor, id: UUID | None) -> OpenCharges | None:
    try:
        return open_charges(container, actor, id) if id else None
    except NotFound:
        return None
