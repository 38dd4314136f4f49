"""Facts of claims and denials: clean, taken in, paid or denied, worked, won, and what is owed."""

from collections.abc import Iterator, Sequence
from datetime import date

from db.appeal_letters import AppealLetter, LetterState
from db.audit import AuditEntry
from db.claim_events import ClaimEvent, EventKind
from db.claim_payments import ClaimPayment
from db.claims import Claim
from db.denials import Denial, DenialState
from db.fact_sources import Outstanding
from db.facts import Mode
from services.metrics.deriving.happening import Clocks, Happening, Teller, done_by_people, wall

TOUCHED = (EventKind.HELD, EventKind.OVERRULED, EventKind.FIXED)
SCRUBBED = (EventKind.SCRUBBED, EventKind.HELD)
JUDGED = (EventKind.ACCEPTED, EventKind.REJECTED)
LOOKS = ("denials.listed", "denials.opened", "denials.letter_opened", "denials.read")


def of_claim(
    claim: Claim, events: Sequence[ClaimEvent], payments: Sequence[ClaimPayment], clocks: Clocks
) -> Iterator[Happening]:
    """A claim that has left, what the clearinghouse said of it, and what the payer answered."""
    here = any(event.kind is EventKind.RELEASED for event in events)
    teller = Teller(claim.ref, claim, claim.payer_id, Mode.ON if here else Mode.OFF)
    sent = next((e for e in events if e.kind is EventKind.SUBMITTED), None)
    if sent:
        yield teller.tell("claims.charged", sent.at, claim.charge_cents)
        before = {e.kind for e in events if e.at <= sent.at}
        if before & set(SCRUBBED):
            yield teller.tell("claims.clean", sent.at, not before & set(TOUCHED))
    judged = next((e for e in events if e.kind in JUDGED and e.code[:1] in ("", "A", "R")), None)
    if judged:
        yield teller.tell("claims.accepted", judged.at, judged.kind is EventKind.ACCEPTED)
    for payment in payments:
        if not payment.reversal:
            at = clocks.begin(payment.paid_on)
            yield teller.tell("claims.denied", at, payment.denied)
            yield teller.tell("claims.remitted", at, payment.charge_cents)


def of_denial(
    denial: Denial, lines: Sequence[AuditEntry], letters: Sequence[AppealLetter], clocks: Clocks
) -> Iterator[Happening]:
    """A denial: what it is worth, how soon somebody acted, how its appeals ended, what came back."""
    worked = [x for x in done_by_people(lines) if x.verb not in LOOKS]
    teller = Teller(denial.ref, denial, denial.payer_id, Mode.ON if worked else Mode.OFF)
    began = clocks.begin(denial.denied_on)
    yield teller.tell("denials.denied", began, denial.denied_cents, denial.carc)
    if worked:
        first = worked[0].at
        yield teller.tell("denials.first_action", first, wall(began, first), denial.carc)
    for letter in letters:
        if letter.ended_at:
            won = letter.state is LetterState.WON
            yield teller.tell("denials.appeal", letter.ended_at, won, denial.carc)
    if denial.state is DenialState.RECOVERED and denial.closed_at:
        yield teller.tell(
            "denials.recovered", denial.closed_at, denial.recovered_cents, denial.carc
        )


def of_receivables(day: date, owed: Sequence[Outstanding], clocks: Clocks) -> Iterator[Happening]:
    """What payers owe on one day: a stand, so the last day of a period counts and no sum."""
    for one in owed:
        teller = Teller(f"day/{day}", one, one.payer_id, Mode.ON)
        yield teller.tell("claims.owed", clocks.begin(day), one.cents)
        yield teller.tell("claims.owed_old", clocks.begin(day), one.old_cents)
