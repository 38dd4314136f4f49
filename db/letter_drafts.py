"""Appeal letters being drafted: who has hold of one, what was read for it, and why it came to nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, exists
from sqlmodel import Field, col

from db.appeal_letters import AppealLetter
from db.base import Repository, Row, UtcDateTime
from db.denials import Denial, DenialState


class LetterDraft(Row, table=True):
    """The work on one denial's letter, before there is a letter.

    ``chart`` is what the chart says of the day of service, as JSON, sealed under the claim's key;
    it serves every letter about that denial. ``next_at`` is when a worker may look again: a lease
    while one drafts, a pause after a try that failed, ``None`` when there is nothing left to do.
    ``note`` says in words why no model drafted it.
    """

    __tablename__ = "letter_draft"
    __table_args__ = (UniqueConstraint("practice_id", "denial_id"),)

    denial_id: UUID
    claim_id: UUID
    key_id: UUID
    chart: bytes | None = None
    chart_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = ""


class LetterDrafts(Repository[LetterDraft]):
    """Questions about letters being drafted."""

    model = LetterDraft

    def of_denial(self, denial_id: UUID) -> LetterDraft | None:
        """The work on this denial's letter."""
        return self.first(self.rows().where(col(LetterDraft.denial_id) == denial_id))

    def locked(self, denial_id: UUID) -> LetterDraft | None:
        """The same as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(LetterDraft.denial_id) == denial_id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))


class Undrafted(Repository[Denial]):
    """Denials whose letter nobody has begun."""

    model = Denial

    def claim(self, path: str, now: datetime, limit: int) -> Sequence[Denial]:
        """Open denials on *path* without a letter, newest money first, locked; none at work or resting."""
        here = col(Denial.practice_id)
        has_letter = exists().where(
            col(AppealLetter.practice_id) == here, col(AppealLetter.denial_id) == col(Denial.id)
        )
        not_due = exists().where(
            col(LetterDraft.practice_id) == here,
            col(LetterDraft.denial_id) == col(Denial.id),
            col(LetterDraft.next_at).is_(None) | (col(LetterDraft.next_at) > now),
        )
        mine = self.rows().where(
            col(Denial.state) == DenialState.OPEN, col(Denial.path) == path, ~has_letter, ~not_due
        )
        newest = (col(Denial.denied_on).desc(), col(Denial.denied_cents).desc(), col(Denial.id))
        return self.all(mine.order_by(*newest).limit(limit).with_for_update(skip_locked=True))
