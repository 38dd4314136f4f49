"""Whose work a denial is: back to the desk that caused it, later, to a colleague, or back here."""

from datetime import datetime
from uuid import UUID

from db.appeal_letters import AppealLetters, LetterState
from db.claim_events import EventKind
from db.claims import Claims
from db.deliveries import Deliveries
from db.denials import Denial, DenialState
from db.staff import StaffList
from services.claims import showing
from services.desk import Desk
from services.errors import Invalid
from services.options import FRONT_DESK
from services.workflows.denials import cause
from services.workflows.denials.acting import LOOK_AGAIN, claim_of, decided, denial_action, mark

BILLING = "billing"
LEFT = "It has left already. The payer's answer will come back to this denial."
CLOSED = (DenialState.PATIENT, DenialState.WRITTEN_OFF, DenialState.LOST, DenialState.CLEARED)


@denial_action("denials.send_back", "Send back")
def send_back(desk: Desk, denial: Denial, to: str) -> None:
    """Pass it to the desk that caused it, *to* intake or coding, with what went wrong."""
    claim = claim_of(desk, denial)
    if to not in ("intake", "coding"):
        raise Invalid("A denial goes back to intake or to coding.")
    decided(desk, denial, DenialState.WAITING, f"ask_{to}")
    denial.assigned_to, denial.snoozed_until = None, desk.now + LOOK_AGAIN
    denial.pool = FRONT_DESK if to == "intake" else _coders(desk)
    if to == "intake":
        cause.tell_intake(desk, denial, claim)
    mark(desk, denial, EventKind.SENT_BACK, to)


@denial_action("denials.snooze", "Snooze")
def snooze(desk: Desk, denial: Denial, until: datetime) -> None:
    """Put it aside until then; it comes back by itself, and before its deadline."""
    if denial.state not in (DenialState.OPEN, DenialState.SNOOZED):
        raise Invalid("Only an open denial can be put aside.")
    if until <= desk.now:
        raise Invalid("Please choose a time in the future.")
    if denial.due_on and desk.today <= denial.due_on < until.date():
        raise Invalid(f"Its last day is {denial.due_on:%m/%d/%Y}: that is before you want it back.")
    denial.state, denial.snoozed_until = DenialState.SNOOZED, until


@denial_action("denials.assign", "Assign")
def assign(desk: Desk, denial: Denial, staff_id: UUID | None = None) -> None:
    """Give the denial to a colleague, take it, or let go of it."""
    if staff_id is not None and staff_id not in desk.open(StaffList).names():
        raise Invalid("This person is not on the staff list.")
    if not denial.is_open:
        raise Invalid("This denial is closed.")
    denial.assigned_to = staff_id


@denial_action("denials.reopen", "Reopen")
def reopen(desk: Desk, denial: Denial) -> None:
    """Put it back on the list, to be decided anew."""
    if denial.state in (DenialState.OPEN, DenialState.SENDING, DenialState.RECOVERED):
        raise Invalid("This denial cannot be reopened.")
    if denial.state in CLOSED:
        _claim_as_answered(desk, denial)
    _open(denial)
    mark(desk, denial, EventKind.REOPENED)


@denial_action("denials.take_back", "Take back")
def take_back(desk: Desk, denial: Denial) -> None:
    """Call back what was approved, while it has not left, and decide again."""
    deliveries = desk.open(Deliveries)
    if denial.state is not DenialState.SENDING or denial.delivery_id is None:
        raise Invalid(LEFT)
    if not deliveries.cancel(denial.delivery_id, desk.now):
        raise Invalid(LEFT)
    desk.record("delivery.cancelled", f"delivery/{denial.delivery_id}", sources=denial.ref)
    letter = desk.open(AppealLetters).of_denial(denial.id)
    if letter and letter.delivery_id == denial.delivery_id:
        letter.state, letter.delivery_id = LetterState.DRAFT, None
    _open(denial)


def _open(denial: Denial) -> None:
    denial.state, denial.decision, denial.trouble = DenialState.OPEN, "", ""
    denial.delivery_id = denial.closed_at = denial.snoozed_until = None
    denial.decided_by = denial.decided_at = None
    denial.pool = BILLING


def _claim_as_answered(desk: Desk, denial: Denial) -> None:
    """The claim stands again where the payers' answers left it."""
    claim = desk.open(Claims).locked(denial.claim_id)
    if claim:
        claim.state = showing.stand_again(desk, claim).state
        claim.closed_at, claim.version = None, claim.version + 1


def _coders(desk: Desk) -> str:
    """The team that codes; where the practice named none, the providers."""
    pools = desk.options.pools
    return next((name for name in ("coding", "providers") if name in pools), BILLING)
