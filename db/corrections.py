"""Corrections staff made to what an engine suggested: the practice's own labelled examples."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import col

from db.base import Repository, Row


class Correction(Row, table=True):
    """A person changed *field* from *old* to *new*; the text stays with the conversation's key."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_when", "practice_id", "created_at"),)

    conversation_id: UUID
    suggestion_id: UUID | None = None
    field: str
    old: str
    new: str
    reason: str = ""
    confidence: float | None = None
    staff_id: UUID


class Corrections(Repository[Correction]):
    """Questions about corrections."""

    model = Correction

    def since(self, moment: datetime) -> Sequence[Correction]:
        """Corrections made after *moment*, newest first."""
        recent = self.rows().where(col(Correction.created_at) >= moment)
        return self.all(recent.order_by(col(Correction.created_at).desc()))

    def of(self, conversation_id: UUID) -> Sequence[Correction]:
        """Corrections of one conversation, oldest first."""
        mine = self.rows().where(col(Correction.conversation_id) == conversation_id)
        return self.all(mine.order_by(col(Correction.created_at)))
