"""Internal notes on a conversation: for staff, never for the patient."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, col

from db.base import Repository, Row


class Note(Row, table=True):
    """One note; ``mentions`` names the people it is for."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_conversation", "practice_id", "conversation_id"),)

    conversation_id: UUID
    key_id: UUID
    staff_id: UUID
    text: bytes | None = None
    mentions: list[str] = Field(default_factory=list, sa_type=JSON)


class Notes(Repository[Note]):
    """Questions about notes."""

    model = Note

    def of(self, conversation_id: UUID) -> Sequence[Note]:
        """Notes on a conversation, oldest first."""
        mine = self.rows().where(col(Note.conversation_id) == conversation_id)
        return self.all(mine.order_by(col(Note.created_at)))
