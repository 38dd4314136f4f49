"""What a person has typed and not yet sent: shared, and safe from a closed tab."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Draft(Row, table=True):
    """The one working text of a conversation; a colleague can finish it."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("practice_id", "conversation_id"),)

    conversation_id: UUID
    key_id: UUID
    text: bytes | None = None
    source_hash: str = ""
    staff_id: UUID
    saved_at: datetime = Field(sa_type=UtcDateTime)


class Drafts(Repository[Draft]):
    """Questions about working texts."""

    model = Draft

    def of(self, conversation_id: UUID) -> Draft | None:
        """The working text of a conversation, if anyone began one."""
        return self.first(self.rows().where(col(Draft.conversation_id) == conversation_id))

    def drop(self, conversation_id: UUID) -> None:
        """It was sent or thrown away."""
        found = self.of(conversation_id)
        if found:
            self.session.delete(found)
