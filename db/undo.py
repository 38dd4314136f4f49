"""What an action changed, kept for the seconds in which it can be taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Undo(Row, table=True):
    """The fields of a conversation as they were before one person's last action on it."""

    __tablename__ = "undo"
    __table_args__ = (UniqueConstraint("practice_id", "conversation_id"),)

    conversation_id: UUID
    staff_id: UUID
    verb: str
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    until: datetime = Field(sa_type=UtcDateTime)


class Undos(Repository[Undo]):
    """Questions about what can still be taken back."""

    model = Undo

    def of(self, conversation_id: UUID) -> Undo | None:
        """The last action on a conversation, if it is kept."""
        return self.first(self.rows().where(col(Undo.conversation_id) == conversation_id))

    def put(self, undo: Undo) -> None:
        """Remember *undo* instead of whatever could be undone before."""
        old = self.of(undo.conversation_id)
        if old:
            self.session.delete(old)
            self.session.flush()
        self.add(undo)
