"""Payers' answers from an 835: each posted once, reversals paired, denials made into work."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import msgspec

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_payments import Adjustment, Adjustments, ClaimPayment, ClaimPayments
from db.claims import OVER, Claim, Claims, ClaimState
from db.x12_files import X12File, X12Files
from services.claims import arising, deadlines, life, names, remitted
from services.claims.books import Books, open_books
from services.desk import Desk
from services.ehr.x12 import remittance as x12

Answered = tuple[int, x12.Payment, x12.ClaimPayment]  # its place, whose payment, the answer
_encode = msgspec.json.Encoder().encode


def post(desk: Desk, file: X12File, batch: Sequence[Answered]) -> int:
    """Post these answers to their claims; those of nobody's claim wait to be matched."""
    digests = [names.number_digest(desk, answer.claim_id) for _, _, answer in batch]
    claims = desk.open(Claims).by_numbers(digests)
    if len(claims) < len(set(digests)) and not desk.open(X12Files).any_billed():
        claims |= remitted.become_known(desk, file, batch, digests, claims)
    books = open_books(desk, list(claims.values()))
    for payer_id, payer_name, filing in _payers(batch):
        deadlines.meet(desk, payer_id, payer_name, filing)
    desk.session.flush()
    with desk.session.no_autoflush:  # one flush for all of them is ten times as fast
        for digest, one in zip(digests, batch, strict=True):
            _post(desk, file, digest, one, claims.get(digest), books)
    desk.session.flush()
    return len(batch)


def _payers(batch: Sequence[Answered]) -> set[tuple[str, str, str]]:
    """Whose answers these are, and how each of them files (CLP06)."""
    return {(remitted.payer_id(p), p.payer.name, a.filing_indicator) for _, p, a in batch}


def _post(
    desk: Desk, file: X12File, digest: bytes, one: Answered, claim: Claim | None, books: Books
) -> None:
    row = _row(desk, file, digest, *one, claim)
    adjustments = _adjustments(row, one[2])
    desk.session.add(row)
    desk.session.add_all(adjustments)
    if claim:
        books.enter(claim, row, adjustments)
        settle(desk, claim, row, books)


def adopt(desk: Desk, claims: dict[bytes, Claim]) -> int:
    """Give claims that have just become known the answers that came before them."""
    waiting = desk.open(ClaimPayments).waiting_for(claims)
    if not waiting:
        return 0
    mine = {d: c for d, c in claims.items() if any(p.number_digest == d for p in waiting)}
    books = open_books(desk, list(mine.values()))
    for payment in waiting:
        give(desk, mine[payment.number_digest], payment, books)
    return len(waiting)


def give(desk: Desk, claim: Claim, payment: ClaimPayment, books: Books) -> None:
    """*payment*, which was nobody's, belongs to *claim*."""
    books.enter(claim, payment, desk.open(Adjustments).of_payments([payment.id]))
    settle(desk, claim, payment, books)


def settle(desk: Desk, claim: Claim, payment: ClaimPayment, books: Books) -> None:
    """Say where *claim* stands now that *payment* belongs to it."""
    payment.claim_id, payment.unmatched = claim.id, False
    _pair(payment, books.payments[claim.id])
    _mark(desk, claim, payment, books.adjustments[payment.id])
    stand(desk, claim, payment, books)


def stand(desk: Desk, claim: Claim, payment: ClaimPayment, books: Books) -> None:
    """Derive anew where *claim* stands, and make its denial agree; *payment* is the occasion."""
    mine, adjustments = books.payments.get(claim.id, []), books.adjustments_of(claim)
    now = life.standing(mine, adjustments)
    _tell(claim, mine, now)
    denial = arising.follow(desk, claim, payment, now, adjustments, books.denials.get(claim.id))
    books.denials.pop(claim.id, None)
    if denial and denial.is_open:
        books.denials[claim.id] = denial


def _row(
    desk: Desk, file: X12File, digest: bytes, place: int, payment: x12.Payment,
    answer: x12.ClaimPayment, claim: Claim | None,
) -> ClaimPayment:  # fmt: skip
    row = ClaimPayment(
        practice_id=desk.practice_id, file_id=file.id, place=place, number_digest=digest,
        key_id=claim.key_id if claim else file.key_id, unmatched=claim is None,
        claim_id=claim.id if claim else None, payer_id=remitted.payer_id(payment),
        payer_name=payment.payer.name, status=answer.status,
        paid_on=payment.paid_on or desk.today, charge_cents=answer.charge,
        paid_cents=answer.paid, patient_cents=answer.patient_responsibility,
        denied=answer.is_denied, reversal=answer.is_reversal,
    )  # fmt: skip
    desk.vault.seal_into(row, content=_encode(answer).decode())
    return row


def answer_of(desk: Desk, row: ClaimPayment) -> x12.ClaimPayment | None:
    """The whole answer as the payer gave it; ``None`` where it was never kept."""
    sealed = desk.vault.read(row, "content")
    return msgspec.json.decode(sealed.text, type=x12.ClaimPayment) if sealed.text else None


def _adjustments(row: ClaimPayment, answer: x12.ClaimPayment) -> list[Adjustment]:
    def kept(line: int, a: x12.Adjustment, remarks: Sequence[str]) -> Adjustment:
        return Adjustment(
            practice_id=row.practice_id, payment_id=row.id, line=line, group_code=a.group,
            reason=a.reason, amount_cents=a.amount, remarks=list(remarks),
        )  # fmt: skip

    whole = [kept(0, a, answer.remarks) for a in answer.adjustments]
    lines = [
        kept(number, a, (*line.remarks, *answer.remarks))
        for number, line in enumerate(answer.lines, start=1)
        for a in line.adjustments
    ]
    return whole + lines


def _pair(payment: ClaimPayment, payments: Sequence[ClaimPayment]) -> None:
    """Tie a reversal and the answer it takes back, whichever of them came first."""
    if payment.reversal:
        _take_back(payment, [p for p in payments if _could_be(p, payment)])
        return
    used = {p.reversed_by for p in payments}
    early = [p for p in payments if p.reversal and p.id not in used and _could_be(payment, p)]
    # A correction bears the day of its reversal; what the reversal takes back is older.
    before = [p for p in early if payment.paid_on < p.paid_on]
    if before:
        payment.reversed_by = before[-1].id


def _take_back(reversal: ClaimPayment, candidates: Sequence[ClaimPayment]) -> None:
    """The latest of this payer and charge that stands, one with the very amount before others."""
    exact = [p for p in candidates if p.paid_cents == -reversal.paid_cents]
    for earlier in (exact or candidates)[-1:]:
        earlier.reversed_by = reversal.id


def _could_be(payment: ClaimPayment, reversal: ClaimPayment) -> bool:
    stands = not payment.reversal and payment.reversed_by is None
    mine = (payment.payer_id, payment.charge_cents)
    return stands and mine == (reversal.payer_id, -reversal.charge_cents)


def _tell(claim: Claim, payments: Sequence[ClaimPayment], now: life.Standing) -> None:
    claim.paid_cents, claim.patient_cents = now.paid_cents, now.patient_cents
    claim.adjusted_cents = now.adjusted_cents
    if claim.state is not ClaimState.WRITTEN_OFF or now.paid_cents > 0:
        claim.state = now.state
    claim.answered_at = max((when(p.paid_on) for p in payments), default=None)
    claim.closed_at = claim.answered_at if claim.state in OVER else None
    claim.version += 1


def _mark(
    desk: Desk, claim: Claim, payment: ClaimPayment, adjustments: Sequence[Adjustment]
) -> None:
    first = life.leading(payment, adjustments)
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=when(payment.paid_on),
            kind=_kind(payment), code=f"{first.group_code}-{first.reason}" if first else "",
            amount_cents=payment.paid_cents, file_id=payment.file_id, place=payment.place,
            staff_id=payment.matched_by,
        )
    )  # fmt: skip


def _kind(payment: ClaimPayment) -> EventKind:
    if payment.reversal:
        return EventKind.REVERSED
    if payment.denied and payment.paid_cents == 0:
        return EventKind.DENIED
    return EventKind.FORWARDED if payment.status in ("19", "20", "21", "23") else EventKind.PAID


def when(day: date) -> datetime:
    """Noon UTC of a day: files say no more than the day."""
    return datetime.combine(day, time(12), UTC)
