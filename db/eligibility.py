"""What payers answered about coverage: whom we asked about, for which day, when, and what they said."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Session, col

from db.base import Repository, Row, UtcDateTime, Word
from db.vault import ItemKeys


class Covered(StrEnum):
    """What the payer said."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    NOT_FOUND = "not_found"  # it does not know this member by this number and name
    UNSAID = "unsaid"  # it answered, but neither yes nor no
    FAILED = "failed"  # it could not answer now


class EligibilityCheck(Row, table=True):
    """The newest answer about one member for one day. ``answer`` is it as JSON, sealed.

    ``member_digest`` finds it by the member's number, letters and digits alone.
    """

    __tablename__ = "eligibility_check"
    __table_args__ = (
        UniqueConstraint("practice_id", "member_digest", "payer_id", "on_day"),
        Index("ix_eligibility_check_asked", "practice_id", "asked_at"),
    )

    member_digest: bytes
    payer_id: str
    payer_name: str = ""
    on_day: date
    asked_at: datetime = Field(sa_type=UtcDateTime)
    covered: Covered = Field(sa_type=Word(Covered))
    refusals: str = ""  # AAA03 codes
    answer: bytes | None = None
    key_id: UUID


class EligibilityChecks(Repository[EligibilityCheck]):
    """Questions about answers."""

    model = EligibilityCheck

    def of(self, digests: Iterable[bytes]) -> Sequence[EligibilityCheck]:
        """Every answer about these members, newest first."""
        mine = self.rows().where(col(EligibilityCheck.member_digest).in_(list(digests)))
        return self.all(mine.order_by(col(EligibilityCheck.asked_at).desc()))

    def asked(self, digest: bytes, payer_id: str, day: date) -> EligibilityCheck | None:
        """The answer about this member for this day, locked until the transaction ends."""
        mine = self.rows().where(
            col(EligibilityCheck.member_digest) == digest,
            col(EligibilityCheck.payer_id) == payer_id,
            col(EligibilityCheck.on_day) == day,
        )
        return self.first(mine.with_for_update())

    def older_than(self, moment: datetime, limit: int) -> Sequence[EligibilityCheck]:
        """Answers from before *moment* that can still be read."""
        mine = self.rows().where(
            col(EligibilityCheck.asked_at) < moment, col(EligibilityCheck.answer).is_not(None)
        )
        return self.all(mine.order_by(col(EligibilityCheck.asked_at)).limit(limit))


def shred_answers(
    session: Session, practice_id: UUID, asked_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of answers from before a moment; that they were given, and when, stays."""
    gone = EligibilityChecks(session, practice_id).older_than(asked_before, limit)
    ItemKeys(session, practice_id).shred(sorted(check.key_id for check in gone))
    for check in gone:
        check.answer = None
        session.add(check)
    return [check.id for check in gone]
