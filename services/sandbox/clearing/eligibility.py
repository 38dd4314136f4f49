"""Is a patient insured: 271 answers to a 270 (005010X279A1), from the chart's coverages."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from services.sandbox.charts import Chart
from services.sandbox.clearing.book import Book
from services.sandbox.clearing.insured import FOREVER, Insurance, insurances
from services.sandbox.clearing.parties import BILLING_NPI, PRACTICE_NAME, Payer, payers
from services.sandbox.clearing.reading import Enquiry
from services.sandbox.clearing.x12 import money, plain, seg, ymd

# Service types: 30 health plan coverage, 98 professional visit.
PLAN, VISIT = "30", "98"
ACTIVE, INACTIVE = "1", "6"
# EB04 has codes of its own: PR a preferred provider organization, C1 commercial.
KINDS = {"BL": "PR", "12": "PR", "CI": "C1"}


def benefits_271(
    asked: Sequence[Enquiry], chart: Chart, book: Book, reference: str, at: datetime
) -> list[str]:
    """The segments between ST and SE: one payer, provider and subscriber for each enquiry."""
    lines = [seg("BHT", "0022", "11", reference, ymd(at), f"{at:%H%M}")]
    known = [one for ones in insurances(chart).values() for one in ones]
    for number, enquiry in enumerate(asked):
        found = _found(known, enquiry)
        lines += _levels(3 * number, enquiry)
        lines += _rejected(enquiry) if found is None else _benefits(found, enquiry, book, at.date())
    return lines


def _found(known: Sequence[Insurance], asked: Enquiry) -> Insurance | None:
    """The coverage by member id and payer, and the name if one is given (the holder's will do)."""
    for one in known:
        people = {one.subject.family.lower(), (one.holder or one.subject).family.lower()}
        named = not asked.family or plain(asked.family).lower() in people
        if one.member == asked.member and asked.payer in ("", one.payer) and named:
            return one
    return None


def _levels(before: int, asked: Enquiry) -> Iterator[str]:
    payer = payers().get(asked.payer)
    yield seg("HL", before + 1, "", "20", "1")
    yield seg("NM1", "PR", "2", payer.name if payer else "Unknown", *[""] * 4, "PI", asked.payer)
    yield seg("HL", before + 2, before + 1, "21", "1")
    yield seg("NM1", "1P", "2", PRACTICE_NAME, *[""] * 4, "XX", BILLING_NPI)
    yield seg("HL", before + 3, before + 2, "22", "0")
    if asked.trace:
        yield seg("TRN", "2", asked.trace, "9SANDBOXCH")


def _rejected(asked: Enquiry) -> Iterator[str]:
    # AAA 75: subscriber not found; C: please correct and resubmit.
    names = (plain(asked.family), plain(asked.given))
    yield seg("NM1", "IL", "1", *names, "", "", "", "MI", asked.member)
    yield seg("AAA", "N", "", "75", "C")


def _benefits(one: Insurance, asked: Enquiry, book: Book, today: date) -> Iterator[str]:
    payer, covered = payers()[one.payer], one.covers(today)
    subject = one.subject
    yield seg("NM1", "IL", "1", subject.family, subject.given, "", "", "", "MI", one.member)
    if one.group:
        yield seg("REF", "6P", one.group)
    yield seg("DMG", "D8", ymd(subject.born), subject.sex)
    yield seg("DTP", "346", "D8", ymd(one.start))
    if one.end != FOREVER:
        yield seg("DTP", "347", "D8", ymd(one.end))
    yield seg(
        "EB",
        ACTIVE if covered else INACTIVE,
        "IND",
        PLAN,
        KINDS.get(payer.filing, payer.filing),
        plain(one.plan),
    )
    if covered:
        yield from _shares(one, payer, book, today)


def _shares(one: Insurance, payer: Payer, book: Book, today: date) -> Iterator[str]:
    left = book.deductible_left(payer, one.member, today.year)
    yield seg("EB", "B", "IND", VISIT, "", "", "27", money(payer.copay))
    yield seg("EB", "C", "IND", PLAN, "", "", "23", money(payer.deductible))
    yield seg("EB", "C", "IND", PLAN, "", "", "29", money(left))
    share = f"{payer.coinsurance / 100:g}"
    yield seg("EB", "A", "IND", PLAN, "", "", "", "", share)
