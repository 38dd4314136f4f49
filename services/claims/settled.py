"""What becomes of a claim and its denial when what we sent for them arrived, or did not."""

from db.appeal_letters import AppealLetters, LetterState
from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claims import Claim, Claims, ClaimState
from db.deliveries import Delivery
from db.denials import Denial, Denials, DenialState
from services.desk import Desk

ARRIVED: dict[str, tuple[ClaimState | None, EventKind]] = {
    "claim": (ClaimState.SUBMITTED, EventKind.SUBMITTED),
    "corrected_claim": (ClaimState.CORRECTED, EventKind.CORRECTED),
    "claim_enquiry": (None, EventKind.ENQUIRED),
    "appeal": (ClaimState.APPEALED, EventKind.APPEALED),
}


def arrived(desk: Desk, delivery: Delivery) -> None:
    """The clearinghouse shows it: the claim has left, and its denial waits for the payer.

    A payer may answer before we have read back; then its answer stands.
    """
    claim = desk.open(Claims).locked(delivery.claim_id) if delivery.claim_id else None
    if claim is None:
        return
    state, kind = ARRIVED[delivery.kind]
    denial = _denial(desk, delivery)
    waits = denial.state is DenialState.SENDING if denial else claim.state is ClaimState.RELEASED
    if state and waits:
        claim.state = state
    if kind is EventKind.SUBMITTED:
        claim.submitted_at = delivery.sent_at
    claim.trouble, claim.version = "", claim.version + 1
    _event(desk, claim, delivery, kind)
    if denial and waits:
        _letter_sent(desk, denial, delivery)
        denial.state, denial.trouble = DenialState.IN_WORK, ""
        denial.version += 1


def returned(desk: Desk, delivery: Delivery, why: str) -> None:
    """It was refused or nobody can tell: claim and denial come back to a person, with the reason."""
    claim = desk.open(Claims).locked(delivery.claim_id) if delivery.claim_id else None
    if claim is None:
        return
    if claim.state is ClaimState.RELEASED:
        claim.state = ClaimState.HELD if claim.holds else ClaimState.READY
    claim.trouble, claim.version = why, claim.version + 1
    _event(desk, claim, delivery, EventKind.RETURNED)
    denial = _denial(desk, delivery)
    if denial and denial.state is DenialState.SENDING:
        denial.state, denial.decision, denial.trouble = DenialState.OPEN, "", why
        denial.version += 1
        letter = desk.open(AppealLetters).of_denial(denial.id)
        if letter and letter.delivery_id == delivery.id:
            letter.state = LetterState.DRAFT


def _denial(desk: Desk, delivery: Delivery) -> Denial | None:
    return desk.open(Denials).locked(delivery.denial_id) if delivery.denial_id else None


def _letter_sent(desk: Desk, denial: Denial, delivery: Delivery) -> None:
    letter = desk.open(AppealLetters).of_denial(denial.id)
    if letter and letter.delivery_id == delivery.id:
        letter.state, letter.sent_at = LetterState.SENT, delivery.sent_at


def _event(desk: Desk, claim: Claim, delivery: Delivery, kind: EventKind) -> None:
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=delivery.sent_at or desk.now,
            kind=kind, delivery_id=delivery.id, staff_id=delivery.approved_by,
        )
    )  # fmt: skip
