"""What payers answered: one payment for each CLP of an 835, and its adjustments to the cent."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime


class ClaimPayment(Row, table=True):
    """One payer's answer to one claim. ``content`` is the whole answer as JSON, sealed.

    ``claim_id`` is empty until the claim it belongs to is known. ``status`` is CLP02. A
    ``reversal`` takes an earlier answer back; ``reversed_by`` names it there.
    """

    __tablename__ = "claim_payment"
    __table_args__ = (
        UniqueConstraint("practice_id", "file_id", "place"),
        Index("ix_claim_payment_claim", "practice_id", "claim_id", "paid_on"),
        Index("ix_claim_payment_unmatched", "practice_id", "unmatched"),
        Index("ix_claim_payment_number", "practice_id", "number_digest"),
        Index("ix_claim_payment_sums", "practice_id", "unmatched", "reversal", "paid_cents"),
        Index("ix_claim_payment_reversed", "practice_id", "reversed_by"),
    )

    file_id: UUID
    place: int  # which CLP of the file, from 1
    claim_id: UUID | None = None
    unmatched: bool = False
    number_digest: bytes
    content: bytes | None = None
    key_id: UUID
    payer_id: str = ""
    payer_name: str = ""
    status: str
    paid_on: date
    charge_cents: int
    paid_cents: int
    patient_cents: int
    denied: bool = False
    reversal: bool = False
    reversed_by: UUID | None = None
    matched_by: UUID | None = None

    location: str = ""
    department: str = ""
    provider: str = ""
    version: int = 1
    content_hash: str = ""
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Adjustment(Row, table=True):
    """One CAS triplet: why a payer pays less than was charged. ``line`` is 0 for the whole claim."""

    __tablename__ = "adjustment"
    __table_args__ = (
        Index("ix_adjustment_payment", "practice_id", "payment_id"),
        Index("ix_adjustment_reason", "practice_id", "reason", "group_code"),
    )

    payment_id: UUID
    line: int = 0
    group_code: str
    reason: str
    amount_cents: int
    remarks: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


# By day, then as they were posted: a correction follows the reversal of the same file.
IN_ORDER = (col(ClaimPayment.paid_on), col(ClaimPayment.created_at), col(ClaimPayment.place))


class ClaimPayments(Repository[ClaimPayment]):
    """Questions about payers' answers."""

    model = ClaimPayment

    def of_claim(self, claim_id: UUID) -> Sequence[ClaimPayment]:
        """Every answer to a claim, oldest first."""
        return self.of_claims([claim_id])

    def of_claims(self, claim_ids: Iterable[UUID]) -> Sequence[ClaimPayment]:
        """Every answer to these claims, oldest first."""
        mine = self.rows().where(col(ClaimPayment.claim_id).in_(list(claim_ids)))
        return self.all(mine.order_by(*IN_ORDER))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(ClaimPayment.id) == id, col(ClaimPayment.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def first_answers(self, claim_ids: Iterable[UUID]) -> dict[UUID, tuple[date, bool]]:
        """The day of the first answer to each of these claims, and whether it denied something."""
        told = select(
            col(ClaimPayment.claim_id), col(ClaimPayment.paid_on), col(ClaimPayment.denied)
        ).where(
            col(ClaimPayment.practice_id) == self.practice_id,
            col(ClaimPayment.claim_id).in_(list(claim_ids)),
            col(ClaimPayment.reversal).is_(False),
        )
        newest_first = told.order_by(col(ClaimPayment.paid_on).desc(), col(ClaimPayment.id).desc())
        return {id: (day, denied) for id, day, denied in self.session.exec(newest_first) if id}

    def places(self, file_id: UUID) -> set[int]:
        """Which places of a file are in the books already."""
        mine = (
            col(ClaimPayment.practice_id) == self.practice_id,
            col(ClaimPayment.file_id) == file_id,
        )
        return set(self.session.exec(select(ClaimPayment.place).where(*mine)).all())

    def unmatched(self, limit: int = 50, offset: int = 0) -> Sequence[ClaimPayment]:
        """Answers to claims nobody knows, oldest first."""
        mine = self.rows().where(col(ClaimPayment.unmatched).is_(True))
        ordered = mine.order_by(col(ClaimPayment.paid_on), col(ClaimPayment.id))
        return self.all(ordered.limit(limit).offset(offset))

    def count_unmatched(self, at_most: int) -> int:
        """How many answers to claims nobody knows there are, counted no further than *at_most*."""
        mine = self.rows().where(col(ClaimPayment.unmatched).is_(True))
        few = mine.with_only_columns(col(ClaimPayment.id)).limit(at_most)
        return self.session.scalar(select(func.count()).select_from(few.subquery())) or 0

    def waiting_for(self, digests: Iterable[bytes]) -> Sequence[ClaimPayment]:
        """Unmatched answers to claims of these numbers, oldest first."""
        mine = self.rows().where(
            col(ClaimPayment.number_digest).in_(list(digests)),
            col(ClaimPayment.unmatched).is_(True),
        )
        return self.all(mine.order_by(*IN_ORDER))


class Adjustments(Repository[Adjustment]):
    """Questions about adjustments."""

    model = Adjustment

    def of_payments(self, payment_ids: Iterable[UUID]) -> Sequence[Adjustment]:
        """The adjustments of these answers, line by line."""
        mine = self.rows().where(col(Adjustment.payment_id).in_(list(payment_ids)))
        return self.all(mine.order_by(col(Adjustment.line), col(Adjustment.id)))
