"""Where a claim stands: 277CA (005010X214) on receipt, 277 (005010X212) when asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.sandbox.clearing.model import Claim, Rejection
from services.sandbox.clearing.parties import (
    BILLING_NPI,
    CLEARINGHOUSE_ID,
    CLEARINGHOUSE_NAME,
    PRACTICE_ID,
    PRACTICE_NAME,
    payers,
)
from services.sandbox.clearing.x12 import money, parts, plain, seg, ymd


@dataclass(frozen=True)
class Receipt:
    """One claim of a submission and how the first look at it ended."""

    claim: Claim
    rejection: Rejection | None
    number: str


@dataclass(frozen=True)
class Standing:
    """One claim's answer to an enquiry. ``asked`` is the enquirer's trace number."""

    asked: str
    claim_id: str
    category: str
    status: str
    charge: int = 0
    paid: int = 0
    number: str = ""
    family: str = ""
    given: str = ""
    member: str = ""
    payer: str = ""
    service: date | None = None
    day: date | None = None


def receipts_277ca(
    receipts: Sequence[Receipt], batch: str, reference: str, at: datetime
) -> list[str]:
    """The segments between ST and SE. *batch* is BHT03 of the 837 that is answered."""
    day = ymd(at)
    good = [r for r in receipts if r.rejection is None]
    bad = [r for r in receipts if r.rejection is not None]
    lines = [seg("BHT", "0085", "08", reference, day, f"{at:%H%M}", "TH")]
    lines += [
        seg("HL", 1, "", "20", "1"),
        seg("NM1", "AY", "2", CLEARINGHOUSE_NAME, *[""] * 4, "46", CLEARINGHOUSE_ID),
        seg("TRN", "1", reference),
        seg("DTP", "050", "D8", day),
        seg("DTP", "009", "D8", day),
        seg("HL", 2, 1, "21", "1"),
        seg("NM1", "41", "2", PRACTICE_NAME, *[""] * 4, "46", PRACTICE_ID),
        seg("TRN", "2", batch),
        seg("STC", parts("A1", "19", "PR"), day, "WQ", money(_sum(receipts))),
        *_counted(good, bad),
        seg("HL", 3, 2, "19", "1"),
        seg("NM1", "85", "2", PRACTICE_NAME, *[""] * 4, "XX", BILLING_NPI),
        seg("TRN", "1", "0"),
        seg("STC", parts("A1", "19", "PR"), "", "WQ", money(_sum(receipts))),
    ]
    for number, receipt in enumerate(receipts, 4):
        lines += _receipt(receipt, number, day)
    return lines


def standings_277(standings: Sequence[Standing], reference: str, at: datetime) -> list[str]:
    """The segments between ST and SE; one provider, a subscriber for each claim asked about."""
    lines = [seg("BHT", "0010", "08", reference, ymd(at), f"{at:%H%M}", "DG")]
    level = 0
    for standing in standings:
        lines += _standing(standing, level, ymd(at))
        level += 4
    return lines


def _counted(good: Sequence[Receipt], bad: Sequence[Receipt]) -> Iterator[str]:
    for code, receipts in (("90", good), ("AA", bad)):
        if receipts:
            yield seg("QTY", code, len(receipts))
    for code, receipts in (("YU", good), ("YY", bad)):
        if receipts:
            yield seg("AMT", code, money(_sum(receipts)))


def _sum(receipts: Iterable[Receipt]) -> int:
    return sum(r.claim.charge for r in receipts)


def _receipt(receipt: Receipt, level: int, day: str) -> Iterator[str]:
    claim, rejection = receipt.claim, receipt.rejection
    names = (plain(claim.subject.family), plain(claim.subject.given))
    yield seg("HL", level, 3, "PT")
    yield seg("NM1", "QC", "1", *names, "", "", "", "MI", claim.member)
    yield seg("TRN", "2", claim.id)
    if rejection is None:
        yield seg("STC", parts("A2", "20", "PR"), day, "WQ", money(claim.charge))
        yield seg("REF", "1K", receipt.number)
    else:
        why = parts(rejection.category, rejection.status, rejection.entity)
        yield seg("STC", why, day, "U", money(claim.charge))
    yield seg("DTP", "472", "D8", ymd(claim.day))


def _standing(standing: Standing, level: int, day: str) -> Iterator[str]:
    payer = payers().get(standing.payer)
    name, payer_id = (payer.name, payer.id) if payer else ("Unknown (synthetic)", "UNKNOWN")
    yield seg("HL", level + 1, "", "20", "1")
    yield seg("NM1", "PR", "2", name, *[""] * 4, "PI", payer_id)
    yield seg("HL", level + 2, level + 1, "21", "1")
    yield seg("NM1", "41", "2", PRACTICE_NAME, *[""] * 4, "46", PRACTICE_ID)
    yield seg("HL", level + 3, level + 2, "19", "1")
    yield seg("NM1", "1P", "2", PRACTICE_NAME, *[""] * 4, "XX", BILLING_NPI)
    yield seg("HL", level + 4, level + 3, "22", "0")
    names = (plain(standing.family) or "Unknown", plain(standing.given))
    yield seg("NM1", "IL", "1", *names, "", "", "", "MI", standing.member or "UNKNOWN")
    yield seg("TRN", "2", standing.asked)
    yield _stc(standing, day)
    if standing.number:
        yield seg("REF", "1K", standing.number)
    yield seg("REF", "EJ", standing.claim_id)
    if standing.service:
        yield seg("DTP", "472", "D8", ymd(standing.service))


def _stc(standing: Standing, day: str) -> str:
    settled = ymd(standing.day) if standing.day else ""
    amounts = (money(standing.charge), money(standing.paid))
    return seg("STC", parts(standing.category, standing.status), day, "", *amounts, settled)
