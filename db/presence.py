"""Who is looking at which conversation right now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Presence(Row, table=True):
    """One person has one conversation open; ``typing`` once they began a reply."""

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("practice_id", "staff_id"),)

    staff_id: UUID
    conversation_id: UUID
    typing: bool = False
    seen_at: datetime = Field(sa_type=UtcDateTime)


class Presences(Repository[Presence]):
    """Questions about presence."""

    model = Presence

    def of(self, staff_id: UUID) -> Presence | None:
        """Where this person is."""
        return self.first(self.rows().where(col(Presence.staff_id) == staff_id))

    def since(self, moment: datetime) -> Sequence[Presence]:
        """Everyone seen after *moment*."""
        return self.all(self.rows().where(col(Presence.seen_at) >= moment))

    def leave(self, staff_id: UUID) -> None:
        """This person looks at nothing any more."""
        mine = (
            col(Presence.practice_id) == self.practice_id,
            col(Presence.staff_id) == staff_id,
        )
        self.session.connection().execute(delete(Presence).where(*mine))
