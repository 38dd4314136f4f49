"""Instructions that a practice wrote for an engine: every version, and which one is in force."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime, Word


class PromptState(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


class PromptVersion(Row, table=True):
    """One version of the part that a practice may write; no text ever changes, a new one is kept.

    ``digest`` is that of the whole prompt, fixed part and all, as it was when it was written.
    ``note`` says what is different and why, in the author's words; neither holds patient data.
    """

    __tablename__ = "prompt_version"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "number"),)

    workflow: str
    number: int
    text: str
    digest: str
    note: str = ""
    state: PromptState = Field(default=PromptState.DRAFT, sa_type=Word(PromptState))
    staff_id: UUID | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    live_by: UUID | None = None
    live_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # first time
    because: str = ""


class PromptVersions(Repository[PromptVersion]):
    """Questions about versions."""

    model = PromptVersion

    def live(self, workflow: str) -> PromptVersion | None:
        """The version in force; ``None`` where it is the one that Foyer ships."""
        mine = col(PromptVersion.workflow) == workflow
        return self.first(self.rows().where(mine, col(PromptVersion.state) == PromptState.LIVE))

    def of(self, workflow: str) -> Sequence[PromptVersion]:
        """Every version for one kind of work, newest first."""
        mine = self.rows().where(col(PromptVersion.workflow) == workflow)
        return self.all(mine.order_by(col(PromptVersion.number).desc()))

    def numbered(self, workflow: str, number: int) -> PromptVersion | None:
        """The version of this number, as it is now."""
        mine = (col(PromptVersion.workflow) == workflow, col(PromptVersion.number) == number)
        return self.first(self.rows().where(*mine).execution_options(populate_existing=True))

    def begin(self, version: PromptVersion) -> bool:
        """Keep *version*; false when somebody was faster with its number."""
        try:
            with self.session.begin_nested():
                self.add(version)
        except IntegrityError:
            return False
        return True
