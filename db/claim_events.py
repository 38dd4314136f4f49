"""The life of a claim as a timeline: every step, when, from which file, by whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, col, select

from db.base import Repository, Row, UtcDateTime, Word


class EventKind(StrEnum):
    """What can happen to a claim."""

    BILLED = "billed"  # eCW made it
    SCRUBBED = "scrubbed"  # the rules looked at it
    HELD = "held"
    OVERRULED = "overruled"  # a person let a finding pass
    RELEASED = "released"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"  # 999: the file could be read
    ACCEPTED = "accepted"  # 277CA
    REJECTED = "rejected"  # 277CA or 999
    PENDING = "pending"  # 277
    FINALIZED = "finalized"  # 277: the payer has decided; the money comes with the 835
    PAID = "paid"
    DENIED = "denied"
    REVERSED = "reversed"  # an earlier payment was taken back
    FORWARDED = "forwarded"  # to another payer
    ENQUIRED = "enquired"  # we asked where it stands (276)
    CORRECTED = "corrected"
    APPEALED = "appealed"
    OVERTURNED = "overturned"
    UPHELD = "upheld"
    ASSIGNED = "assigned"
    SENT_BACK = "sent_back"  # to intake or coding
    PATIENT = "patient"  # made the patient's
    WRITTEN_OFF = "written_off"
    REOPENED = "reopened"
    REMITTED = "remitted"  # first heard of from a payer's answer: nobody showed us the 837
    UNMATCHED = "unmatched"  # a payment was taken off again
    FIXED = "fixed"  # a person has corrected it in eCW
    TAKEN_BACK = "taken_back"  # a release was called back in time
    RETURNED = "returned"  # what we sent did not arrive, or was refused


class ClaimEvent(Row, table=True):
    """One step. ``code`` is a status or reason code, never PHI; ``place`` its number in the file."""

    __tablename__ = "claim_event"
    __table_args__ = (
        UniqueConstraint("practice_id", "file_id", "place"),
        Index("ix_claim_event_claim", "practice_id", "claim_id", "at"),
        Index("ix_claim_event_code", "practice_id", "code"),
    )

    claim_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)
    kind: EventKind = Field(sa_type=Word(EventKind))
    code: str = ""
    amount_cents: int | None = None
    file_id: UUID | None = None
    place: int | None = None
    delivery_id: UUID | None = None
    staff_id: UUID | None = None


class ClaimEvents(Repository[ClaimEvent]):
    """Questions about timelines."""

    model = ClaimEvent

    def of(self, claim_id: UUID) -> Sequence[ClaimEvent]:
        """A claim's timeline, oldest first."""
        mine = self.rows().where(col(ClaimEvent.claim_id) == claim_id)
        return self.all(mine.order_by(col(ClaimEvent.at), col(ClaimEvent.created_at)))

    def of_kinds(self, claim_id: UUID, kinds: Iterable[EventKind]) -> Sequence[ClaimEvent]:
        """The steps of these kinds, oldest first."""
        mine = self.rows().where(
            col(ClaimEvent.claim_id) == claim_id, col(ClaimEvent.kind).in_(list(kinds))
        )
        return self.all(mine.order_by(col(ClaimEvent.at), col(ClaimEvent.created_at)))

    def submitted_as(self, code: str) -> Sequence[ClaimEvent]:
        """The claims that left in this transaction (group control/transaction control), newest file only.

        Control numbers come round again: a file of last year must not be answered by today's 999.
        """
        mine = self.rows().where(
            col(ClaimEvent.code) == code,
            col(ClaimEvent.kind).in_((EventKind.SUBMITTED, EventKind.CORRECTED)),
        )
        newest = self.first(mine.order_by(col(ClaimEvent.at).desc()))
        if newest is None:
            return []
        same = mine.where(
            col(ClaimEvent.file_id).is_not_distinct_from(newest.file_id),
            col(ClaimEvent.at) == newest.at,
        )
        return self.all(same.order_by(col(ClaimEvent.id)))

    def has(self, claim_id: UUID, file_id: UUID) -> bool:
        """Whether this file has said something of this claim already."""
        mine = self.rows().where(
            col(ClaimEvent.claim_id) == claim_id, col(ClaimEvent.file_id) == file_id
        )
        return self.first(mine) is not None

    def places(self, file_id: UUID) -> set[int]:
        """Which places of a file are in the books already."""
        mine = (col(ClaimEvent.practice_id) == self.practice_id, col(ClaimEvent.file_id) == file_id)
        found = self.session.exec(select(ClaimEvent.place).where(*mine)).all()
        return {place for place in found if place is not None}
