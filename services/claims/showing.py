"""A claim as staff read it: what was billed beside what the payer answered, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from db.claim_payments import Adjustment, Adjustments, ClaimPayment, ClaimPayments
from db.claims import Claim
from services.claims import life, names, payments
from services.claims.billed import content_of
from services.codes import reasons
from services.desk import Desk
from services.ehr.x12 import claim as x12
from services.ehr.x12 import remittance

UNLISTED = "This code is not on the list of mid-2024; the payer's site may explain it."


@dataclass(frozen=True)
class Because:
    """Why a payer withholds ``cents``: group, CARC and RARCs, each with its sentence."""

    group: str
    carc: str
    sentence: str
    cents: int
    remarks: tuple[tuple[str, str], ...] = ()
    is_denial: bool = False


@dataclass(frozen=True)
class LineBeside:
    """One service: as it was billed, and what the payer made of it. Money in cents.

    ``number`` counts from 1; 0 is the claim as a whole. ``paid_cents`` is ``None`` where the
    payer does not speak of the line.
    """

    number: int
    procedure: str
    modifiers: tuple[str, ...]
    pointers: tuple[int, ...]
    day: date | None
    charge_cents: int
    paid_cents: int | None
    because: tuple[Because, ...]


@dataclass(frozen=True)
class Billed:
    """Who and what a claim names; all of it may be patient data."""

    patient: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    member_id: str = field(repr=False)
    number: str = field(repr=False)
    payer_control: str = field(repr=False)
    provider: str
    diagnoses: tuple[str, ...] = field(repr=False)
    authorization: str = field(repr=False)
    known: bool  # whether an 837 was seen at all
    from_address: tuple[str, ...] = ()


def sentence(carc: str) -> str:
    """A CARC in plain words."""
    found = reasons.carc(carc)
    return found.sentence if found else UNLISTED


def remark(rarc: str) -> str:
    """A RARC in plain words."""
    found = reasons.rarc(rarc)
    return found.sentence if found else UNLISTED


def billed_of(desk: Desk, claim: Claim) -> Billed:
    """Who and what *claim* names."""
    content = content_of(desk, claim)
    number = desk.vault.read(claim, "number").text
    control = desk.vault.read(claim, "payer_control").text
    if content is None:
        return Billed("", None, "", number, control, "", (), "", known=False)
    who = names.patient_of(content)
    provider = content.party("82") or content.billing
    return Billed(
        patient=_name(who), birth_date=who.birth_date if who else None,
        member_id=content.coverage.member_id, number=number, payer_control=control,
        provider=_name(provider),
        diagnoses=tuple(d.code for d in content.diagnoses),
        authorization=content.prior_authorization,
        known=True, from_address=_address(content.billing),
    )  # fmt: skip


def lines_of(desk: Desk, claim: Claim, payment: ClaimPayment | None) -> tuple[LineBeside, ...]:
    """Each billed line beside the answer to it; what concerns the whole claim comes last."""
    content = content_of(desk, claim)
    bills = content.lines if content else ()
    answer = payments.answer_of(desk, payment) if payment else None
    rows = desk.open(Adjustments).of_payments([payment.id]) if payment else []
    answers = answer.lines if answer else ()
    beside = _paired(bills, answers)
    found = [
        _line(n, bill, answers[at] if at is not None else None, _because(rows, at))
        for n, (bill, at) in enumerate(beside, start=1)
    ]
    whole = tuple(_told(a) for a in rows if a.line == 0)
    if whole:
        paid = payment.paid_cents if payment else None
        found.append(LineBeside(0, "", (), (), None, claim.charge_cents, paid, whole))
    return tuple(found)


def stand_again(desk: Desk, claim: Claim) -> life.Standing:
    """Where the payers' answers alone leave *claim*, whatever staff have decided since."""
    mine = desk.open(ClaimPayments).of_claim(claim.id)
    return life.standing(mine, desk.open(Adjustments).of_payments([p.id for p in mine]))


Pair = tuple[x12.BilledLine | remittance.ServiceLine, int | None]


def _paired(
    bills: Sequence[x12.BilledLine], answers: Sequence[remittance.ServiceLine]
) -> list[Pair]:
    """Each billed line with the place of its answer: by procedure and charge, in their order."""
    if not bills:
        return [(answer, at) for at, answer in enumerate(answers)]
    left = list(range(len(answers)))
    pairs: list[Pair] = []
    for bill in bills:
        at = next((n for n in left if _same(bill, answers[n])), None)
        if at is not None:
            left.remove(at)
        pairs.append((bill, at))
    return pairs + [(answers[n], n) for n in left]


def _same(bill: x12.BilledLine, answer: remittance.ServiceLine) -> bool:
    asked = answer.submitted or answer.procedure
    return (bill.procedure, bill.charge) == (asked.split(":")[-1], answer.charge)


def _line(
    number: int, bill: x12.BilledLine | remittance.ServiceLine,
    answer: remittance.ServiceLine | None, because: tuple[Because, ...],
) -> LineBeside:  # fmt: skip
    days = [d.day for d in bill.dates if d.qualifier in ("472", "150")]
    return LineBeside(
        number=number, procedure=bill.procedure, modifiers=bill.modifiers,
        pointers=bill.pointers if isinstance(bill, x12.BilledLine) else (),
        day=min(days, default=None), charge_cents=bill.charge,
        paid_cents=answer.paid if answer else None, because=because,
    )  # fmt: skip


def _because(rows: Sequence[Adjustment], at: int | None) -> tuple[Because, ...]:
    return tuple(_told(a) for a in rows if at is not None and a.line == at + 1)


def _told(a: Adjustment) -> Because:
    remarks = tuple((code, remark(code)) for code in a.remarks)
    refuses = life.is_denial(a.reason) and a.amount_cents > 0
    return Because(
        a.group_code, a.reason, sentence(a.reason), a.amount_cents, remarks, is_denial=refuses
    )


def _address(party: x12.Party) -> tuple[str, ...]:
    """The lines of an address as a letter has them."""
    if party.address is None:
        return ()
    at = party.address
    town = f"{at.city}, {at.state} {at.postal_code}".strip(", ")
    return tuple(line for line in (at.street, at.second_line, town) if line)


def _name(party: x12.Party | None) -> str:
    return " ".join(part for part in (party.name.first, party.name.last) if part) if party else ""
