"""A signed note that changed: what has not left is called back, of what has left people are told."""

from db.charges import ChargeCapture, ChargeState
from db.deliveries import Deliveries
from services.desk import Desk
from services.ehr.notebook import SignedNote
from services.workflows.charges.coding import Coding, Kind, made_anew
from services.workflows.charges.keeping import coding_of, keep_note, keep_suggestions, promised

ANEW = "The note was amended in eCW. Codes are suggested anew; what you had decided is kept."
CALLED_BACK = (
    "The note was amended in eCW after approval, before anything had left. Please look again."
)
LEFT = (
    "The note was amended in eCW after its codes had left. Compare them, and correct them in eCW."
)
PARTLY = "Codes that had not left were called back: enter in eCW what still holds."
SAME = "The note was amended in eCW after its codes had left; it supports the same codes."


def amend(desk: Desk, capture: ChargeCapture, note: SignedNote, fresh: Coding) -> None:
    """Take in the amended *note*, which supports the codes *fresh*."""
    old, is_approved = coding_of(desk, capture), capture.state is ChargeState.SENDING
    called_back = _call_back(desk, capture)
    capture.amended_at = desk.now
    has_left = capture.is_by_hand or bool(promised(desk, capture))
    if has_left:
        _tell(desk, capture, note, old, fresh)
        if called_back:
            capture.trouble = f"{capture.trouble} {PARTLY}"
    else:
        keep_suggestions(desk, capture, note, made_anew(old, fresh))
        capture.state, capture.trouble = ChargeState.READY, CALLED_BACK if is_approved else ANEW
        capture.approved_by = capture.approved_at = None
    desk.record("charges.amended", capture.ref, sources=capture.note_digest)


def _call_back(desk: Desk, capture: ChargeCapture) -> int:
    """Cancel what has not left; returns how many."""
    deliveries = desk.open(Deliveries)
    held = [d for d in deliveries.of_charge(capture.id) if deliveries.cancel(d.id, desk.now)]
    for delivery in held:
        desk.record("delivery.cancelled", delivery.ref, sources=capture.ref)
    return len(held)


def _tell(desk: Desk, capture: ChargeCapture, note: SignedNote, old: Coding, fresh: Coding) -> None:
    keep_note(desk, capture, note)
    if fresh.suggested == old.suggested and capture.state is ChargeState.DONE:
        capture.trouble = SAME
        return
    desk.vault.seal_into(capture, difference=_difference(old, fresh))
    capture.state, capture.trouble, capture.closed_at = ChargeState.AMENDED, LEFT, None


def _difference(old: Coding, fresh: Coding) -> str:
    gone = sorted(old.suggested - fresh.suggested)
    new = sorted(fresh.suggested - old.suggested)
    told = [f"no longer supports {_named(one)}" for one in gone]
    told += [f"now supports {_named(one)}" for one in new]
    return f"The note {' and '.join(told)}." if told else "The note supports the same codes."


def _named(one: tuple[str, str]) -> str:
    kind, code = one
    return f"diagnosis {code}" if kind == Kind.DIAGNOSIS else code
