"""Where a claim stands, derived from what payers answered: reversals netted, denials told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.claim_payments import Adjustment, ClaimPayment
from db.claims import ClaimState
from services.ehr.x12.remittance import DENIED, NO_DENIALS

PATIENTS = "PR"  # the group code of what the patient bears
PRIOR_PAYER = "23"  # a secondary payer deducts what the primary paid: that refuses nothing


@dataclass(frozen=True)
class Standing:
    """What all live answers come to. Money in cents.

    ``denying`` is the answer that withholds most for reasons which are denials, and
    ``denied_cents`` what it withholds; none and 0 where nothing is denied.
    """

    state: ClaimState
    paid_cents: int
    patient_cents: int
    adjusted_cents: int
    denied_cents: int
    denying: ClaimPayment | None


def live(payments: Sequence[ClaimPayment]) -> list[ClaimPayment]:
    """Answers that still stand: neither reversals nor taken back by one. Oldest first."""
    return [p for p in payments if not p.reversal and p.reversed_by is None]


def standing(payments: Sequence[ClaimPayment], adjustments: Sequence[Adjustment]) -> Standing:
    """Where the claim stands by its *payments*; *adjustments* are those of all of them.

    A primary and a secondary payer answer one after the other: what they pay adds up, while
    what is left for the patient is as the latest of them says. Each may deny; the one that
    withholds most is worked.
    """
    counted = live(payments)
    if not counted:
        return Standing(ClaimState.PENDING, 0, 0, 0, 0, None)
    latest = counted[-1]
    paid = sum(p.paid_cents for p in counted)
    mine = _of(latest, adjustments)
    adjusted = sum(a.amount_cents for a in mine if a.group_code != PATIENTS)
    newest = {p.payer_id: p for p in counted}.values()  # a payer's later word replaces its earlier
    denied, denying = 0, None
    for payment in newest:
        if (cents := withheld(payment, _of(payment, adjustments))) > denied:
            denied, denying = cents, payment
    state = _state(latest, paid, denied)
    return Standing(state, paid, latest.patient_cents, adjusted, denied, denying)


def _of(payment: ClaimPayment, adjustments: Sequence[Adjustment]) -> list[Adjustment]:
    return [a for a in adjustments if a.payment_id == payment.id]


def withheld(payment: ClaimPayment, adjustments: Sequence[Adjustment]) -> int:
    """Cents that an answer withholds for reasons which are denials; 0 where it denies nothing."""
    if not payment.denied:
        return 0
    refusing = sum(a.amount_cents for a in _refusing(adjustments))
    whole = payment.charge_cents - payment.paid_cents if payment.status == DENIED else 0
    return refusing or whole


def leading(payment: ClaimPayment, adjustments: Sequence[Adjustment]) -> Adjustment | None:
    """The reason that withholds most; it decides what is done."""
    if not payment.denied:
        return None
    return max(_refusing(adjustments), key=lambda a: a.amount_cents, default=None)


def _refusing(adjustments: Sequence[Adjustment]) -> list[Adjustment]:
    return [a for a in adjustments if is_denial(a.reason) and a.amount_cents > 0]


def is_denial(reason: str) -> bool:
    """Whether a CARC refuses a service; the patient's share and the fee schedule refuse none."""
    return reason not in NO_DENIALS and reason != PRIOR_PAYER


def _state(latest: ClaimPayment, paid: int, denied: int) -> ClaimState:
    if denied:
        return ClaimState.PARTLY_PAID if paid > 0 else ClaimState.DENIED
    if paid > 0:
        return ClaimState.PAID
    return ClaimState.PATIENT if latest.patient_cents > 0 else ClaimState.PAID
