"""What staff decide about a denial: mend it, argue, ask, pass it on, or give it up."""

from collections.abc import Mapping, Sequence

from db.claim_events import EventKind
from db.claims import ClaimState
from db.denials import Denial, DenialState
from services.claims import mending, passing, sending
from services.desk import Desk
from services.errors import Invalid, Stale
from services.scrub import Finding
from services.workflows.denials import letters
from services.workflows.denials.acting import (
    LOOK_AGAIN,
    claim_of,
    decided,
    denial_action,
    mark,
    sends,
)

OVERRULES = "claims.overrule"  # the same permission as before a claim first leaves
NOT_THE_PATIENTS = ("CO", "PI")  # the practice bears it: by contract, or as the payer's own cut
CHANGED = "The claim changed after you opened this. Please read it again."


class Held(Invalid):
    """Rules hold the corrected claim; ``rules`` names them, so that a person may let them pass."""

    def __init__(self, message: str, rules: tuple[str, ...]) -> None:
        super().__init__(message)
        self.rules = rules


@denial_action("denials.correct", "Correct and resubmit", needs_shown=True)
def correct(
    desk: Desk, denial: Denial, changes: Mapping[str, str], *, claim_shown: str = "",
    let_pass: tuple[str, ...] = (), why: str = "",
) -> None:  # fmt: skip
    """Send the corrected claim in place of the one that the payer has (frequency code 7).

    Rules that *let_pass* names do not hold it, for the reason *why*. Raises ``Held`` for others.
    """
    claim = claim_of(desk, denial)
    if claim_shown and claim_shown != claim.content_hash:
        raise Stale(CHANGED)
    new, findings = mending.mended(desk, claim, changes)
    holding = [one for one in findings if one.holds]
    _let_pass(desk, denial, holding, let_pass, why)
    delivery = sending.promise_correction(desk, claim, denial, new)
    sends(desk, denial, delivery, "correct")


def _let_pass(
    desk: Desk, denial: Denial, holding: Sequence[Finding], let_pass: tuple[str, ...], why: str
) -> None:
    """Note which rules a person lets pass. Raises ``Held``, ``Invalid`` or ``NotAllowed``."""
    rules = tuple(sorted({one.rule for one in holding}))
    if set(rules) - set(let_pass):
        told = " ".join(f"{one.sentence} {one.fix}" for one in holding)
        raise Held(f"Not sent, a rule holds it: {told}", rules)
    if not rules:
        return
    desk.require(OVERRULES, "let a claim pass that a rule holds")
    reason = passing.why_of(why)
    for rule in rules:
        mark(desk, denial, EventKind.OVERRULED, passing.code_of(rule, reason))


@denial_action("denials.appeal", "Appeal", needs_shown=True)
def appeal(desk: Desk, denial: Denial, letter: str = "") -> None:
    """Send the letter of appeal to the payer, exactly as the page shows it."""
    claim = claim_of(desk, denial)
    kept, pdf = letters.approved(desk, denial, claim, letter)
    delivery = sending.promise_appeal(desk, claim, denial, pdf)
    kept.delivery_id = delivery.id
    sends(desk, denial, delivery, "appeal")


@denial_action("denials.enquire", "Ask the payer", needs_shown=True)
def enquire(desk: Desk, denial: Denial) -> None:
    """Ask the payer where this claim stands (276)."""
    delivery = sending.promise_enquiry(desk, claim_of(desk, denial), denial)
    sends(desk, denial, delivery, "enquire")


@denial_action("denials.other_payer", "Bill other payer")
def other_payer(desk: Desk, denial: Denial) -> None:
    """Bill the payer that comes first in eCW; the denial waits until the files show it."""
    claim_of(desk, denial)
    _wait(desk, denial, "other_payer")


@denial_action("denials.to_patient", "Patient responsibility")
def to_patient(desk: Desk, denial: Denial) -> None:
    """Make what is left the patient's to pay; never for what the practice bears by contract."""
    claim = claim_of(desk, denial)
    if denial.group_code in NOT_THE_PATIENTS:
        raise Invalid(
            f"The payer says {denial.group_code}: the practice bears it, "
            "and the patient may not be billed for it."
        )
    decided(desk, denial, DenialState.PATIENT, "patient")
    denial.closed_at = claim.closed_at = desk.now
    claim.state, claim.version = ClaimState.PATIENT, claim.version + 1
    mark(desk, denial, EventKind.PATIENT, cents=denial.denied_cents)


@denial_action("denials.write_off", "Write off")
def write_off(desk: Desk, denial: Denial) -> None:
    """Give this money up for good; it takes a permission of its own."""
    claim = claim_of(desk, denial)
    decided(desk, denial, DenialState.WRITTEN_OFF, "write_off")
    denial.closed_at = claim.closed_at = desk.now
    claim.state, claim.version = ClaimState.WRITTEN_OFF, claim.version + 1
    mark(desk, denial, EventKind.WRITTEN_OFF, cents=denial.denied_cents)


@denial_action("denials.fixed_in_ecw", "Fixed in eCW")
def fixed_in_ecw(desk: Desk, denial: Denial) -> None:
    """You corrected it in eCW: the next files clear it, or it comes back after two weeks."""
    claim_of(desk, denial)
    _wait(desk, denial, "fixed_in_ecw")


def _wait(desk: Desk, denial: Denial, decision: str) -> None:
    decided(desk, denial, DenialState.WAITING, decision)
    denial.snoozed_until = desk.now + LOOK_AGAIN
