"""Payments of nobody's claim: which claims they may be for and why, tied by a person, untied again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_payments import ClaimPayment
from db.claims import BEFORE, Claim, Claims, ClaimState
from services.claims import payments, remitted
from services.claims.books import Books, open_books
from services.desk import Desk
from services.errors import Invalid

MOST = 5  # claims that are suggested
NEAR = 3  # days between two dates of service that may be one visit
STEPS = {
    EventKind.SUBMITTED: ClaimState.SUBMITTED, EventKind.ACCEPTED: ClaimState.ACCEPTED,
    EventKind.REJECTED: ClaimState.REJECTED, EventKind.PENDING: ClaimState.PENDING,
    EventKind.CORRECTED: ClaimState.CORRECTED, EventKind.APPEALED: ClaimState.APPEALED,
}  # fmt: skip


@dataclass(frozen=True)
class Likely:
    """A claim that a payment may be for, and the reasons in words."""

    claim: Claim
    reasons: tuple[str, ...] = field(default=())


def likely(desk: Desk, payment: ClaimPayment) -> list[Likely]:
    """Claims with the payment's charge, those with most in common first; never only a guess."""
    answer = payments.answer_of(desk, payment)
    served = remitted.first_day(answer) if answer else None
    charge = abs(payment.charge_cents)
    found = [
        Likely(claim, _reasons(claim, payment, served))
        for claim in desk.open(Claims).alike(charge, _around(served))
        if claim.state not in BEFORE and claim.purged_at is None
    ]
    several = [one for one in found if len(one.reasons) > 1]
    return sorted(several, key=lambda one: -len(one.reasons))[:MOST]


def _around(served: date | None) -> tuple[date, date] | None:
    near = timedelta(days=NEAR)
    return (served - near, served + near) if served else None


def _reasons(claim: Claim, payment: ClaimPayment, served: date | None) -> tuple[str, ...]:
    reasons = ["the same charge"]
    if claim.payer_id == payment.payer_id:
        reasons.append("the same payer")
    if served and claim.service_on == served:
        reasons.append("the same day of service")
    elif served and abs((claim.service_on - served).days) <= NEAR:
        reasons.append("nearly the same day of service")
    if claim.answered_at is None:
        reasons.append("no answer yet")
    return tuple(reasons) if len(reasons) > 1 else ()


def match(desk: Desk, payment: ClaimPayment, claim: Claim) -> None:
    """*payment* is for *claim*, a person says so. Raises ``Invalid`` where it cannot be."""
    if not payment.unmatched:
        raise Invalid("This payment belongs to a claim already.")
    if claim.state in BEFORE:
        raise Invalid("This claim has not left yet, so nobody can have paid it.")
    payment.matched_by = desk.actor.staff_id
    payments.give(desk, claim, payment, open_books(desk, [claim]))


def unmatch(desk: Desk, payment: ClaimPayment) -> None:
    """Take *payment* off the claim that a person gave it to. Raises ``Invalid`` for any other."""
    if payment.claim_id is None or payment.matched_by is None:
        raise Invalid("Only a payment that a person has matched can be taken off again.")
    claim = desk.open(Claims).locked(payment.claim_id)
    if claim is None:
        raise Invalid("The claim is not here any more.")
    books = open_books(desk, [claim])
    _untie(payment, books.payments.get(claim.id, []))
    _off_the_timeline(desk, claim, payment)
    payment.claim_id, payment.unmatched, payment.matched_by = None, True, None
    _stand_without(desk, claim, payment, books)


def _untie(payment: ClaimPayment, mine: list[ClaimPayment]) -> None:
    mine[:] = [p for p in mine if p.id != payment.id]
    payment.reversed_by = None
    for other in mine:
        if other.reversed_by == payment.id:
            other.reversed_by = None


def _off_the_timeline(desk: Desk, claim: Claim, payment: ClaimPayment) -> None:
    events = desk.open(ClaimEvents)
    for event in events.of(claim.id):
        if (event.file_id, event.place) == (payment.file_id, payment.place):
            event.place = None  # it stays as history; its place may be used for another claim
    events.add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=desk.now,
            kind=EventKind.UNMATCHED, amount_cents=payment.paid_cents,
            file_id=payment.file_id, staff_id=desk.actor.staff_id,
        )
    )  # fmt: skip


def _stand_without(desk: Desk, claim: Claim, payment: ClaimPayment, books: Books) -> None:
    payments.stand(desk, claim, payment, books)
    if not books.payments.get(claim.id):
        claim.state = _last_step(desk.open(ClaimEvents).of_kinds(claim.id, STEPS))


def _last_step(events: Sequence[ClaimEvent]) -> ClaimState:
    return STEPS[events[-1].kind] if events else ClaimState.SUBMITTED
