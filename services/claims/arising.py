"""A payer's answer makes a denial, ends one, or says the same again."""

from collections import Counter
from collections.abc import Sequence

from db.appeal_letters import AppealLetter, AppealLetters, LetterState
from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_payments import Adjustment, ClaimPayment
from db.claims import Claim, ClaimState
from db.denials import Denial, Denials, DenialState
from db.payer_rules import PayerRules
from services.claims import deadlines, life, paths, ranking, recalling
from services.claims.paths import Advice
from services.desk import Desk

ENOUGH = 20  # endings of one reason and payer before they speak instead of an assumption
CALLED_BACK = "What was about to be sent was called back."
UPHELD = "The payer has upheld its denial."
WON, LOST_TOO = (DenialState.RECOVERED,), (DenialState.WRITTEN_OFF, DenialState.LOST)


def follow(
    desk: Desk, claim: Claim, payment: ClaimPayment, now: life.Standing,
    adjustments: Sequence[Adjustment], known: Denial | None,
) -> Denial | None:  # fmt: skip
    """Make the claim's denial, the open one being *known*, agree with where the claim stands *now*."""
    if now.denying:
        reasons = [a for a in adjustments if a.payment_id == now.denying.id]
        return _denied(desk, claim, now, reasons, known)
    if known and payment.reversal:  # the new decision follows, and says how it ends
        _undecided(desk, claim, known)
    elif known:
        _ended(desk, claim, known, now)
    return known


def _denied(
    desk: Desk, claim: Claim, now: life.Standing, reasons: Sequence[Adjustment],
    known: Denial | None,
) -> Denial:  # fmt: skip
    latest = now.denying
    assert latest is not None  # noqa: S101  (what is denied has an answer that denies it)
    if known and known.payment_id == latest.id:
        return known
    denial = known or _new(desk, claim, latest)
    if known:
        called_back = recalling.recall(desk, denial)
        _denied_again(desk, denial)
        denial.trouble += f" {CALLED_BACK}" if called_back else ""
    first = life.leading(latest, reasons)
    denial.payment_id, denial.denied_on = latest.id, latest.paid_on
    denial.carc = first.reason if first else ""
    denial.group_code = first.group_code if first else ""
    denial.remarks = sorted({r for a in reasons for r in a.remarks})
    denial.denied_cents = now.denied_cents
    denial.content_hash = str(latest.id)  # what a person must have seen: this very answer
    rank(desk, denial)
    denial.version += 1
    desk.record("denials.arose", denial.ref, sources=claim.ref)
    return denial


def _undecided(desk: Desk, claim: Claim, denial: Denial) -> None:
    """The payer took its answer back: what was approved against it stays here."""
    if recalling.recall(desk, denial):
        denial.state, denial.decision = DenialState.OPEN, ""
        denial.trouble = f"The payer has taken its answer back. {CALLED_BACK}"
        denial.version += 1
        desk.record("denials.came_back", denial.ref, sources=claim.ref)


def told(desk: Desk, claim: Claim, kind: EventKind, category: str) -> None:
    """A status alone may end the waiting: the denial upheld (F2), or what was sent not taken in."""
    upheld = kind is EventKind.FINALIZED and category == "F2"
    if not upheld and kind is not EventKind.REJECTED:
        return
    denial = desk.open(Denials).open_of_claims([claim.id]).get(claim.id)
    if denial is None or denial.state not in (DenialState.IN_WORK, DenialState.WAITING):
        return
    if upheld and denial.decision == "appeal":
        claim.state = ClaimState.DENIED
    _denied_again(desk, denial)
    denial.trouble = UPHELD if upheld else "What was sent was rejected. The timeline says why."
    denial.version += 1
    desk.record("denials.came_back", denial.ref, sources=claim.ref)


def _new(desk: Desk, claim: Claim, payment: ClaimPayment) -> Denial:
    denial = Denial(
        practice_id=desk.practice_id, claim_id=claim.id, payment_id=payment.id,
        patient_id=claim.patient_id, payer_id=payment.payer_id or claim.payer_id,
        payer_name=payment.payer_name or claim.payer_name, carc="", group_code="",
        denied_cents=0, denied_on=payment.paid_on, location=claim.location,
        department=claim.department, provider=claim.provider,
    )  # fmt: skip
    return desk.open(Denials).add(denial)


def rank(desk: Desk, denial: Denial) -> None:
    """What to do about it, until when, and its place in the list. Safe to repeat."""
    advice = paths.advise(denial.carc, denial.group_code, denial.remarks)
    worth = worth_of(desk, denial, advice)
    denial.path, denial.path_reason, denial.cause = advice.path, advice.why, advice.cause
    denial.scenario, denial.minutes = advice.scenario, advice.minutes
    denial.expected_cents = worth.expected_cents
    denial.group_key = f"{denial.group_code}-{denial.carc}/{denial.payer_id}/{advice.path}"
    denial.due_on, denial.due_from = deadlines.due(
        desk.open(PayerRules).for_payer, denial.payer_id, advice.path, denial.denied_on,
        upheld=_is_upheld(desk, denial),
    )  # fmt: skip
    denial.urgency = ranking.urgency(worth, denial.due_on, desk.today)
    denial.ranked_on = desk.today


def _is_upheld(desk: Desk, denial: Denial) -> bool:
    """Whether its last letter was lost; what nobody has touched has none, and is not asked."""
    letter = desk.open(AppealLetters).of_denial(denial.id) if denial.touches else None
    return letter is not None and letter.state is LetterState.LOST


def worth_of(desk: Desk, denial: Denial, advice: Advice) -> ranking.Worth:
    """The arithmetic: by the practice's own endings where there are enough, else assumed."""
    ended = desk.open(Denials).ended_like(denial.carc, denial.payer_id)
    won = Counter(d.state in WON for d in ended if d.state in (*WON, *LOST_TOO))
    enough = won.total() >= ENOUGH
    chance = won[True] / won.total() if enough else advice.chance
    return ranking.Worth(denial.denied_cents, chance, advice.minutes, assumed=not enough)


def _denied_again(desk: Desk, denial: Denial) -> None:
    """The payer said no to what we sent: the next thing has to be decided."""
    for letter in _sent_letters(desk, denial):
        letter.state, letter.ended_at = LetterState.LOST, desk.now
        _event(desk, denial, EventKind.UPHELD)
    if denial.state is not DenialState.OPEN:
        denial.state, denial.decision = DenialState.OPEN, ""
        denial.trouble = "The payer has denied it again."


def _ended(desk: Desk, claim: Claim, denial: Denial, now: life.Standing) -> None:
    paid = now.paid_cents > 0
    recalling.recall(desk, denial)  # first: a letter that never left was not won
    for letter in _sent_letters(desk, denial):
        letter.state = LetterState.WON if paid else LetterState.LOST
        letter.ended_at = desk.now
    denial.recovered_cents = min(now.paid_cents, denial.denied_cents) if paid else 0
    denial.state = DenialState.RECOVERED if paid else DenialState.CLEARED
    denial.closed_at, denial.trouble = desk.now, ""
    denial.version += 1
    if paid:
        _event(desk, denial, EventKind.OVERTURNED, denial.recovered_cents)
    desk.record(f"denials.{denial.state}", denial.ref, sources=claim.ref)


def _sent_letters(desk: Desk, denial: Denial) -> list[AppealLetter]:
    letter = desk.open(AppealLetters).of_denial(denial.id)
    gone = (LetterState.SENDING, LetterState.SENT)  # a payer may answer before we read back
    return [letter] if letter and letter.state in gone else []


def _event(desk: Desk, denial: Denial, kind: EventKind, cents: int | None = None) -> None:
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=denial.claim_id, at=desk.now, kind=kind,
            code=f"{denial.group_code}-{denial.carc}", amount_cents=cents,
        )
    )  # fmt: skip
