"""What a payer pays: contract, copay, deductible, coinsurance and sequestration, to the cent."""

from collections.abc import Sequence
from datetime import date

from services.sandbox.clearing.book import Book
from services.sandbox.clearing.judging import VISITS, WHOLE, Finding
from services.sandbox.clearing.model import Adjustment, Claim, Line, LineVerdict, Verdict
from services.sandbox.clearing.parties import Payer, payers

# Preventive services and the small change around a visit cost the patient nothing.
FREE = {"36415", "90471", "90472", "90686", "90700", "90715", "G0439", "88142", "77067"}
SEQUESTRATION = 2
SECONDARY_SHARE = 10
CROSSED_OVER = "19"


def verdict_on(
    claim: Claim, found: Sequence[Finding], book: Book, number: str, received: date
) -> Verdict:
    """The CLP of a claim: denied where *found* says so, paid by contract elsewhere."""
    payer = payers()[claim.payer]
    by_line = {f.line: f for f in found}
    lines = _lines(claim, by_line, book, payer)
    refused = all(any(a.denies for a in line.adjustments) for line in lines)
    whole = by_line.get(WHOLE)
    status = _status(claim, payer, refused)
    remarks = whole.remarks if whole else ()
    told_whole = bool(whole) and payer.whole_denials
    return Verdict(claim, status, lines, number, received, remarks, told_whole)


def _status(claim: Claim, payer: Payer, refused: bool) -> str:
    # Some payers tell a denial as a claim processed with nothing paid.
    denied = payer.denied_as if claim.order == 1 else "4"
    return denied if refused else str(claim.order)


def _lines(
    claim: Claim, by_line: dict[int, Finding], book: Book, payer: Payer
) -> tuple[LineVerdict, ...]:
    copay, lines = payer.copay, []
    for number, line in enumerate(claim.lines):
        finding = by_line.get(WHOLE) or by_line.get(number)
        if finding:
            lines.append(_denied(line, finding))
        elif claim.other:
            lines.append(_after_another(line, claim.other.adjustments[number]))
        else:
            due = copay if VISITS.fullmatch(line.procedure) and not _is_free(line) else 0
            copay -= due
            lines.append(_by_contract(claim, line, due, book, payer))
    return tuple(lines)


def _denied(line: Line, finding: Finding) -> LineVerdict:
    taken = Adjustment(finding.group, finding.carc, line.charge)
    return LineVerdict(line.charge, (taken,), () if finding.line == WHOLE else finding.remarks)


def _after_another(line: Line, first: Sequence[Adjustment]) -> LineVerdict:
    left = sum(a.amount for a in first if a.group == "PR")
    own = left * SECONDARY_SHARE // 100
    return LineVerdict(line.charge, _some(("OA", "23", line.charge - left), ("PR", "2", own)))


def _by_contract(claim: Claim, line: Line, copay: int, book: Book, payer: Payer) -> LineVerdict:
    allowed = line.charge * payer.allowed // 100
    if _is_free(line):
        shares = [("PR", "3", 0)]
    elif copay:
        shares = [("PR", "3", min(copay, allowed))]
    else:
        shares = _shared(claim, allowed, book, payer)
    left = allowed - sum(amount for _, _, amount in shares)
    cut = left * SEQUESTRATION // 100 if payer.sequestered else 0
    taken = _some(("CO", "45", line.charge - allowed), *shares, ("CO", "253", cut))
    return LineVerdict(line.charge, taken)


def _shared(claim: Claim, allowed: int, book: Book, payer: Payer) -> list[tuple[str, str, int]]:
    year = claim.day.year
    deductible = min(allowed, book.deductible_left(payer, claim.member, year))
    book.meet(payer, claim.member, year, deductible)
    coinsurance = (allowed - deductible) * payer.coinsurance // 100
    return [("PR", "1", deductible), ("PR", "2", coinsurance)]


def _is_free(line: Line) -> bool:
    return line.procedure in FREE or line.procedure.startswith("9939")


def _some(*triplets: tuple[str, str, int]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(*triplet) for triplet in triplets if triplet[2])
