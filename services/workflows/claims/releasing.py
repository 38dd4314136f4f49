"""What staff may do with a claim before and after it leaves: let pass, release, ask where it stands."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec
from uuid import UUID

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_findings import ClaimFindings
from db.claims import BEFORE, Claim, Claims, ClaimState
from db.deliveries import Deliveries
from services.actions import Action
from services.claims import passing, scrubbing, sending
from services.claims.billed import content_of
from services.desk import Desk
from services.errors import Invalid

P = ParamSpec("P")
WAITS = "Said to be fixed in eCW. It leaves this list when its new version comes."
ASKABLE = (ClaimState.SUBMITTED, ClaimState.ACCEPTED, ClaimState.PENDING, ClaimState.CORRECTED)


def claim_action(
    verb: str, label: str, *, needs_shown: bool = True
) -> Callable[[Callable[Concatenate[Desk, Claim, P], None]], Action[P]]:
    """Make a function of a desk and a claim into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, Claim, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=Claims, needs_shown=needs_shown)

    return wrap


@claim_action("claims.overrule", "Let pass")
def overrule(desk: Desk, claim: Claim, finding_id: UUID, why: str) -> None:
    """Let this finding pass: the claim may leave although the rule speaks against it."""
    reason = passing.why_of(why)
    if claim.state not in BEFORE:
        raise Invalid("This claim has left already.")
    finding = desk.open(ClaimFindings).get(finding_id)
    if finding.claim_id != claim.id or finding.overruled_by is not None:
        raise Invalid("This finding is not open any more. Please look again.")
    finding.overruled_by, finding.overruled_at = desk.actor.staff_id, desk.now
    finding.overruled_for = reason
    holding = [f for f in desk.open(ClaimFindings).of(claim.id) if f.severity == "hold"]
    claim.holds = sum(f.overruled_by is None for f in holding)
    if claim.holds == 0:
        claim.state = ClaimState.READY
    note(desk, claim, EventKind.OVERRULED, passing.code_of(finding.rule, reason))


@claim_action("claims.release", "Release")
def release(desk: Desk, claim: Claim) -> None:
    """Send this claim to the clearinghouse as it is shown."""
    if claim.state is not ClaimState.READY:
        raise Invalid("A rule holds this claim: correct it in eCW, or let the finding pass.")
    sending.promise_claim(desk, claim)
    claim.state, claim.trouble = ClaimState.RELEASED, ""
    note(desk, claim, EventKind.RELEASED)


@claim_action("claims.enquire", "Ask the payer", needs_shown=False)
def enquire(desk: Desk, claim: Claim) -> None:
    """Ask the payer where this claim stands (276)."""
    if claim.state not in ASKABLE:
        raise Invalid("Nothing is open at the payer for this claim.")
    sending.promise_enquiry(desk, claim, None)


@claim_action("claims.take_back", "Take back", needs_shown=False)
def take_back(desk: Desk, claim: Claim) -> None:
    """Call a released claim back while it has not left."""
    deliveries = desk.open(Deliveries)
    mine = [d for d in deliveries.of_claim(claim.id) if d.kind == "claim"]
    taken = [d for d in mine if deliveries.cancel(d.id, desk.now)]
    if claim.state is not ClaimState.RELEASED or not taken:
        raise Invalid("It has left already. Ask the payer, or void it in eCW.")
    for delivery in taken:
        desk.record("delivery.cancelled", delivery.ref, sources=claim.ref)
    claim.state = ClaimState.HELD if claim.holds else ClaimState.READY
    note(desk, claim, EventKind.TAKEN_BACK)


@claim_action("claims.fixed_in_ecw", "Fixed in eCW", needs_shown=False)
def fixed_in_ecw(desk: Desk, claim: Claim) -> None:
    """Say that it is corrected in eCW: a draft is checked anew, a rejected claim waits for its new version."""
    if claim.state in BEFORE:
        billed = content_of(desk, claim)
        if billed is None:
            raise Invalid("What was billed is not known here; please look in eCW.")
        note(desk, claim, EventKind.FIXED)
        scrubbing.look_at(desk, claim, billed)
        return
    if claim.state is not ClaimState.REJECTED:
        raise Invalid("Only a claim that is held or was rejected waits to be fixed.")
    note(desk, claim, EventKind.FIXED)
    claim.trouble = WAITS


def note(desk: Desk, claim: Claim, kind: EventKind, code: str = "") -> None:
    """Put a step on the claim's timeline."""
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=desk.now, kind=kind, code=code,
            amount_cents=claim.charge_cents, staff_id=desk.actor.staff_id,
        )
    )  # fmt: skip
