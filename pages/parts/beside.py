"""A list with one thing open beside it: what is open in this tab, and both read anew when something changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import streamlit as st

from db.base import NotFound
from services.container import Container
from services.desk import Actor

Listed = TypeVar("Listed")
Opened = TypeVar("Opened")


@dataclass(frozen=True)
class Shown(Generic[Listed, Opened]):
    """What was read: which list and page, what is open, and the word for how things stood."""

    lane: str
    page: int
    id: UUID | None
    word: str
    listed: Listed
    opened: Opened | None


@dataclass(frozen=True)
class Beside(Generic[Listed, Opened]):
    """The list and the open thing of the page *name*, and how each is read.

    ``newest`` is a word that changes with them: reading is on the trail, so it is not done twice.
    """

    name: str
    newest: Callable[[Container, Actor], str]
    list: Callable[[Container, Actor, str, int], Listed]
    read: Callable[[Container, Actor, UUID], Opened]

    def open(self, id: UUID | None) -> None:
        """Open this one beside the list, with nothing of it being written; ``None`` closes it."""
        st.session_state[self._opened] = id
        st.session_state.pop(self._edited, None)

    @property
    def opened(self) -> UUID | None:
        """Which one is open in this tab."""
        found: UUID | None = st.session_state.get(self._opened)
        return found

    def edit(self, part: str) -> None:
        """A button's callback: open this part of it to write there; the empty name closes it."""
        st.session_state[self._edited] = part

    @property
    def edited(self) -> str:
        """Which part is open to write in."""
        return str(st.session_state.get(self._edited, ""))

    @property
    def kept(self) -> Shown[Listed, Opened] | None:
        """What was read last in this tab."""
        found: Shown[Listed, Opened] | None = st.session_state.get(self._shown)
        return found

    def shown(
        self, container: Container, actor: Actor, lane: str, page: int
    ) -> Shown[Listed, Opened]:
        """List and open thing as they are now. Raises ``NotAllowed`` or ``NotRolledOut``."""
        kept = self.kept
        id, word = self.opened, self.newest(container, actor)
        if kept is None or (kept.lane, kept.page, kept.id, kept.word) != (lane, page, id, word):
            listed = self.list(container, actor, lane, page)
            kept = Shown(lane, page, id, word, listed, self._read(container, actor, id))
            st.session_state[self._shown] = kept
        return kept

    def _read(self, container: Container, actor: Actor, id: UUID | None) -> Opened | None:
        try:
            return self.read(container, actor, id) if id else None
        except NotFound:
            return None

    @property
    def _opened(self) -> str:
        return f"{self.name}.opened"

    @property
    def _edited(self) -> str:
        return f"{self.name}.edited"

    @property
    def _shown(self) -> str:
        return f"{self.name}.shown"
