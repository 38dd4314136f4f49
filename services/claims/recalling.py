"""What was approved against a payer's answer does not leave once that answer is not its last word."""

from db.appeal_letters import AppealLetters, LetterState
from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.deliveries import Deliveries
from db.denials import Denial, DenialState
from services.desk import Desk


def recall(desk: Desk, denial: Denial) -> bool:
    """Call back what is promised for *denial* if it has not left; returns whether it was held.

    What has left is not called back: the payer has both, and answers again. The caller says where
    the denial stands then.
    """
    id = denial.delivery_id
    if denial.state is not DenialState.SENDING or id is None:
        return False
    # A worker may have picked it up already; it commits to sending only what is still held.
    if not desk.open(Deliveries).cancel(id, desk.now, leased=True):
        return False
    letter = desk.open(AppealLetters).of_denial(denial.id)
    if letter and letter.delivery_id == id:
        letter.state, letter.delivery_id = LetterState.DRAFT, None
    denial.delivery_id = None
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=denial.claim_id, at=desk.now,
            kind=EventKind.TAKEN_BACK, code=f"{denial.group_code}-{denial.carc}", delivery_id=id,
        )
    )  # fmt: skip
    why = "The payer answered before it left."
    desk.record("delivery.cancelled", f"delivery/{id}", sources=denial.ref, reason=why)
    return True
