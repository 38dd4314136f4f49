"""How each provider likes their notes: style alone, never anything about a patient."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class NotePreference(Row, table=True):
    """One person's preferences, and under which reference the EHR knows them as a provider.

    ``wanted`` are section keys; none means every one. ``words`` are their own, on style.
    """

    __tablename__ = "note_preference"
    __table_args__ = (
        UniqueConstraint("practice_id", "staff_id"),
        UniqueConstraint("practice_id", "provider"),
    )

    staff_id: UUID
    provider: str | None = None  # an EHR reference; each belongs to one person
    plan: str = ""
    wanted: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    words: str = ""
    changed_at: datetime = Field(sa_type=UtcDateTime)


class NotePreferences(Repository[NotePreference]):
    """Questions about preferences."""

    model = NotePreference

    def of(self, staff_id: UUID) -> NotePreference | None:
        """What this person prefers; ``None`` where they never said."""
        return self.first(self.rows().where(col(NotePreference.staff_id) == staff_id))

    def of_provider(self, provider: str) -> NotePreference | None:
        """What the person prefers whom the EHR knows as *provider*."""
        return self.first(self.rows().where(col(NotePreference.provider) == provider))
