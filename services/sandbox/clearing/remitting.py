"""What a payer paid, as an 835 transaction (005010X221A1)."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from services.sandbox.clearing.model import Adjustment, Claim, LineVerdict, Remittance, Verdict
from services.sandbox.clearing.parties import (
    BILLING_NPI,
    PRACTICE_ADDRESS,
    PRACTICE_NAME,
    TAX_ID,
    Payer,
    payers,
    renderer_by_npi,
)
from services.sandbox.clearing.x12 import money, parts, plain, seg, ymd

BANK = ("01", "000000000", "DA", "0000100")
PAYER_ADDRESS = ("PO Box 100", "Springfield", "MA", "011030000")


def remittance_835(remittance: Remittance) -> list[str]:
    """The segments between ST and SE; ``slip`` cents are added to BPR02 and nothing else."""
    payer = payers()[remittance.payer]
    lines = [*_payment(remittance, payer), *_payer(payer), *_payee(), seg("LX", 1)]
    for verdict in remittance.verdicts:
        lines += _claim(verdict, payer)
    lines += _levies(remittance)
    return lines


def _payment(remittance: Remittance, payer: Payer) -> Iterator[str]:
    amount, day = money(remittance.payment + remittance.slip), ymd(remittance.day)
    way: tuple[str, ...]
    if remittance.payment + remittance.slip:
        way = ("I", amount, "C", "ACH", "CCP", *BANK, payer.tax_id, "", *BANK, day)
    else:
        way = ("H", amount, "C", "NON", *[""] * 11, day)
    yield seg("BPR", *way)
    yield seg("TRN", "1", remittance.trace, payer.tax_id)
    yield seg("DTM", "405", day)


def _payer(payer: Payer) -> Iterator[str]:
    yield seg("N1", "PR", payer.name)
    yield from _address(PAYER_ADDRESS)
    yield seg("REF", "2U", payer.id)
    yield seg("PER", "BL", "Provider services", "TE", "5550100900")


def _payee() -> Iterator[str]:
    yield seg("N1", "PE", PRACTICE_NAME, "XX", BILLING_NPI)
    yield from _address(PRACTICE_ADDRESS)
    yield seg("REF", "TJ", TAX_ID)


def _claim(verdict: Verdict, payer: Payer) -> Iterator[str]:
    claim = verdict.claim
    yield _clp(verdict, payer)
    if verdict.whole:
        yield from _adjustments(verdict.adjustments)
    names = (plain(claim.subject.family), plain(claim.subject.given))
    yield seg("NM1", "QC", "1", *names, "", "", "", "MI", claim.member)
    yield from _rendering(claim)
    if verdict.remarks:
        yield seg("MOA", "", "", *verdict.remarks[:5])
    yield seg("DTM", "232", ymd(claim.day))
    yield seg("DTM", "050", ymd(verdict.received))
    if not verdict.whole:
        for number, line in enumerate(verdict.lines, 1):
            yield from _line(claim, number, line)


def _clp(verdict: Verdict, payer: Payer) -> str:
    owed = "" if verdict.reversal else money(verdict.owed)
    amounts = (money(verdict.charge), money(verdict.paid), owed)
    place = ("11", verdict.claim.frequency)
    # CLP06 has no code of its own for Blue plans (BL) and commercial ones (CI).
    kind = "12" if payer.filing in ("BL", "CI") else payer.filing
    return seg("CLP", verdict.claim.id, verdict.status, *amounts, kind, verdict.number, *place)


def _rendering(claim: Claim) -> Iterator[str]:
    if known := renderer_by_npi(claim.rendering):
        names = (known.family, known.given)
        yield seg("NM1", "82", "1", *names, "", "", "", "XX", known.npi)


def _line(claim: Claim, number: int, verdict: LineVerdict) -> Iterator[str]:
    line = claim.lines[number - 1]
    service = parts("HC", line.procedure, *line.modifiers)
    yield seg("SVC", service, money(verdict.charge), money(verdict.paid), "", line.units)
    yield seg("DTM", "472", ymd(claim.day))
    yield from _adjustments(verdict.adjustments)
    yield seg("REF", "6R", f"{claim.id}L{number}")
    for remark in verdict.remarks:
        yield seg("LQ", "HE", remark)


def _adjustments(adjustments: Iterable[Adjustment]) -> Iterator[str]:
    # At claim level the same reason of several lines is told as one sum.
    totals: dict[tuple[str, str], int] = {}
    for a in adjustments:
        totals[a.group, a.code] = totals.get((a.group, a.code), 0) + a.amount
    ordered = sorted((key, amount) for key, amount in totals.items() if amount)
    for group, members in groupby(ordered, lambda entry: entry[0][0]):
        triplets = [(code, money(amount), "") for (_, code), amount in members]
        yield seg("CAS", group, *(element for triplet in triplets for element in triplet))


def _levies(remittance: Remittance) -> Iterator[str]:
    ends = f"{remittance.day.year}1231"
    for levy in remittance.levies:
        reason = parts(levy.reason, levy.reference)
        yield seg("PLB", BILLING_NPI, ends, reason, money(levy.amount))


def _address(address: tuple[str, str, str, str]) -> Iterator[str]:
    street, *place = address
    yield seg("N3", street)
    yield seg("N4", *place)
