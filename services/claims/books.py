"""What the books say of some claims, read with a few questions for all of them together."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from db.claim_payments import Adjustment, Adjustments, ClaimPayment, ClaimPayments
from db.claims import Claim
from db.denials import Denial, Denials
from services.desk import Desk


@dataclass
class Books:
    """Answers by claim, oldest first, adjustments by answer, and each claim's open denial."""

    payments: dict[UUID, list[ClaimPayment]] = field(default_factory=dict)
    adjustments: dict[UUID, list[Adjustment]] = field(default_factory=dict)
    denials: dict[UUID, Denial] = field(default_factory=dict)

    def enter(self, claim: Claim, payment: ClaimPayment, adjustments: Sequence[Adjustment]) -> None:
        """*payment* belongs to *claim* from now on."""
        mine = self.payments.setdefault(claim.id, [])
        if payment not in mine:
            insort(mine, payment, key=_order)
        self.adjustments.setdefault(payment.id, list(adjustments))

    def adjustments_of(self, claim: Claim) -> list[Adjustment]:
        """The adjustments of every answer to *claim*."""
        mine = self.payments.get(claim.id, [])
        return [a for payment in mine for a in self.adjustments.get(payment.id, [])]


def open_books(desk: Desk, claims: Sequence[Claim]) -> Books:
    """The books of *claims*; their keys are unwrapped as well."""
    books = Books()
    ids = [claim.id for claim in claims]
    if not ids:
        return books
    for payment in desk.open(ClaimPayments).of_claims(ids):
        books.payments.setdefault(payment.claim_id or payment.id, []).append(payment)
    known = [p.id for mine in books.payments.values() for p in mine]
    for adjustment in desk.open(Adjustments).of_payments(known) if known else ():
        books.adjustments.setdefault(adjustment.payment_id, []).append(adjustment)
    books.denials = desk.open(Denials).open_of_claims(ids)
    desk.vault.preload([claim.key_id for claim in claims])
    return books


def _order(payment: ClaimPayment) -> tuple[object, ...]:
    return payment.paid_on, payment.created_at, payment.place
