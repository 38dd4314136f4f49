"""The words that travel in a conversation: one row per version of a portal message."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, func
from sqlmodel import Field, col, select

from db.base import Repository, Row, UtcDateTime


class Message(Row, table=True):
    """One version of one message. An edit adds a row; the older version stays as history."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("practice_id", "portal_id", "source_version"),
        Index("ix_message_conversation", "practice_id", "conversation_id", "sent_at"),
    )

    conversation_id: UUID
    key_id: UUID
    portal_id: str
    source_version: int = 1
    author: str  # patient, proxy or practice
    body: bytes | None = None
    sent_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn: bool = False
    superseded: bool = False
    delivery_ref: str | None = None  # ours, when the practice's reply came from here
    attachments: bytes | None = None  # sealed JSON: name, type and size, never the bytes
    flags: list[str] = Field(default_factory=list, sa_type=JSON)


class Messages(Repository[Message]):
    """Questions about messages."""

    model = Message

    def of(self, conversation_id: UUID) -> Sequence[Message]:
        """The whole thread, oldest first, every version."""
        mine = self.rows().where(col(Message.conversation_id) == conversation_id)
        return self.all(mine.order_by(col(Message.sent_at), col(Message.source_version)))

    def of_many(self, conversation_ids: Sequence[UUID]) -> Sequence[Message]:
        """Current versions in many threads, oldest first."""
        mine = self.rows().where(
            col(Message.conversation_id).in_(list(conversation_ids)),
            col(Message.superseded).is_(False),
        )
        return self.all(mine.order_by(col(Message.sent_at)))

    def newest_id(self) -> UUID | None:
        """The message that came in last; ids grow with time."""
        newest = self.first(self.rows().order_by(col(Message.id).desc()))
        return newest.id if newest else None

    def newest_versions(self, portal_ids: Iterable[str]) -> dict[str, int]:
        """The newest version we hold, by portal id."""
        held = (
            select(Message.portal_id, func.max(Message.source_version))
            .where(col(Message.practice_id) == self.practice_id)
            .where(col(Message.portal_id).in_(list(portal_ids)))
            .group_by(col(Message.portal_id))
        )
        return dict(self.session.exec(held).all())
