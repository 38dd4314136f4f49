"""Answers the practice owes and when: read many at once, and moved at once when its clock changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col

from db.base import Repository
from db.conversations import Conversation, State, Turn
from db.vocabulary import Urgency


class Owed(NamedTuple):
    """A conversation that waits for the practice, and until when it may."""

    id: UUID
    waiting_since: datetime
    urgency: Urgency
    due_at: datetime | None


class OwedAnswers(Repository[Conversation]):
    """Due times of conversations."""

    model = Conversation

    def all_of_them(self) -> Sequence[Owed]:
        """Every conversation that the practice owes an answer, by id."""
        columns: list[Any] = [
            Conversation.id, Conversation.waiting_since, Conversation.urgency, Conversation.due_at,
        ]  # fmt: skip
        mine = self.rows().where(
            col(Conversation.state).in_((State.OPEN, State.SNOOZED)),
            col(Conversation.turn) == Turn.PRACTICE,
            col(Conversation.needs_reply),
        )
        found = self.session.execute(
            mine.with_only_columns(*columns).order_by(col(Conversation.id))
        )
        return [Owed(*row) for row in found]

    def move(self, moved: Sequence[dict[str, Any]]) -> None:
        """Give each conversation, by ``which``, its new ``moment``. It stays the same version:
        nobody's decision depends on the clock."""
        change = (
            self.change()
            .where(col(Conversation.id) == bindparam("which"))
            .values(due_at=bindparam("moment"))
        )
        if moved:
            self.session.connection().execute(change, moved)
