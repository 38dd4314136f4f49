"""Claims as an 837P transaction (005010X222A1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.sandbox.clearing.model import Claim, Line, OtherPayer, Person
from services.sandbox.clearing.parties import (
    BILLING_NPI,
    CLEARINGHOUSE_ID,
    CLEARINGHOUSE_NAME,
    OTHER_PROVIDER,
    PRACTICE_ADDRESS,
    PRACTICE_ID,
    PRACTICE_NAME,
    PRACTICE_PHONE,
    TAX_ID,
    Payer,
    facilities,
    payers,
    renderer_by_npi,
)
from services.sandbox.clearing.x12 import money, parts, plain, seg, ymd

FAMILY_MEDICINE = "207Q00000X"
OFFICE = "11"


def claims_837(claims: Iterable[Claim], reference: str, at: datetime) -> list[str]:
    """The segments between ST and SE. One billing provider; a subscriber loop for each claim."""
    lines = [seg("BHT", "0019", "00", reference, ymd(at), f"{at:%H%M}", "CH")]
    lines += [
        seg("NM1", "41", "2", PRACTICE_NAME, *[""] * 4, "46", PRACTICE_ID),
        seg("PER", "IC", "Billing office", "TE", PRACTICE_PHONE),
        seg("NM1", "40", "2", CLEARINGHOUSE_NAME, *[""] * 4, "46", CLEARINGHOUSE_ID),
    ]
    level = 0
    for claim in claims:
        lines += _provider(level := level + 1, claim)
        parent, level = level, level + 1
        lines += _subscriber(claim, level, parent)
        if claim.relationship != "18":
            level += 1
            lines += _patient(claim, level)
        lines += _claim(claim)
    return lines


def _provider(level: int, claim: Claim) -> Iterator[str]:
    yield seg("HL", level, "", "20", "1")
    yield seg("PRV", "BI", "PXC", FAMILY_MEDICINE)
    yield seg("NM1", "85", "2", PRACTICE_NAME, *[""] * 4, "XX", claim.billing or BILLING_NPI)
    yield from _address(PRACTICE_ADDRESS)
    yield seg("REF", "EI", TAX_ID)


def _subscriber(claim: Claim, level: int, parent: int) -> Iterator[str]:
    payer, own = payers()[claim.payer], claim.relationship == "18"
    holder = claim.subject if own else claim.holder or claim.subject
    place = "PST"[claim.order - 1]
    yield seg("HL", level, parent, "22", "0" if own else "1")
    yield seg("SBR", place, "18" if own else "", claim.group, *[""] * 5, payer.filing)
    yield _named("IL", holder, claim.member)
    if own:
        yield from _details(holder)
    yield seg("NM1", "PR", "2", payer.name, *[""] * 4, "PI", payer.id)


def _patient(claim: Claim, level: int) -> Iterator[str]:
    yield seg("HL", level, level - 1, "23", "0")
    yield seg("PAT", claim.relationship)
    yield _named("QC", claim.subject)
    yield from _details(claim.subject)


def _claim(claim: Claim) -> Iterator[str]:
    place = parts(OFFICE, "B", claim.frequency)
    yield seg("CLM", claim.id, money(claim.charge), "", "", place, "Y", "A", "Y", "Y")
    if claim.authorization:
        yield seg("REF", "G1", claim.authorization)
    if claim.original:
        yield seg("REF", "F8", claim.original)
    codes = enumerate(claim.diagnoses)
    yield seg("HI", *(parts("ABF" if n else "ABK", code) for n, code in codes))
    if claim.referring:
        family, given, _ = OTHER_PROVIDER
        yield seg("NM1", "DN", "1", family, given, "", "", "", "XX", claim.referring)
    yield from _rendering(claim)
    if claim.other:
        yield from _other_payer(claim, claim.other)
    for number, line in enumerate(claim.lines, 1):
        yield from _line(claim, number, line)


def _rendering(claim: Claim) -> Iterator[str]:
    known = renderer_by_npi(claim.rendering)
    family, given = (known.family, known.given) if known else ("Unknown", "Provider")
    yield seg("NM1", "82", "1", family, given, "", "", "", "XX", claim.rendering)
    yield seg("PRV", "PE", "PXC", FAMILY_MEDICINE)
    name, npi = facilities()[claim.facility]
    yield seg("NM1", "77", "2", name, *[""] * 4, "XX", npi)
    yield from _address(PRACTICE_ADDRESS)


def _other_payer(claim: Claim, other: OtherPayer) -> Iterator[str]:
    payer: Payer = payers()[other.payer]
    yield seg("SBR", "P", "18", *[""] * 6, payer.filing)
    yield seg("AMT", "D", money(sum(other.paid)))
    yield seg("OI", "", "", "Y", "", "", "Y")
    yield _named("IL", claim.subject, other.member)
    yield seg("NM1", "PR", "2", payer.name, *[""] * 4, "PI", payer.id)


def _line(claim: Claim, number: int, line: Line) -> Iterator[str]:
    pointers = parts(*line.pointers)
    service = parts("HC", line.procedure, *line.modifiers)
    yield seg("LX", number)
    yield seg("SV1", service, money(line.charge), "UN", line.units, "", "", pointers)
    yield seg("DTP", "472", "D8", ymd(claim.day))
    yield seg("REF", "6R", f"{claim.id}L{number}")
    if claim.other:
        other = claim.other
        paid = money(other.paid[number - 1])
        yield seg("SVD", other.payer, paid, service, "", line.units)
        for adjustment in other.adjustments[number - 1]:
            yield seg("CAS", adjustment.group, adjustment.code, money(adjustment.amount))
        yield seg("DTP", "573", "D8", ymd(other.day))


def _named(kind: str, person: Person, member: str = "") -> str:
    names = (plain(person.family), plain(person.given))
    return seg("NM1", kind, "1", *names, "", "", "", *(("MI", member) if member else ()))


def _details(person: Person) -> Iterator[str]:
    yield from _address(person.address)
    yield seg("DMG", "D8", ymd(person.born), person.sex)


def _address(address: tuple[str, str, str, str]) -> Iterator[str]:
    street, *place = address
    yield seg("N3", plain(street))
    yield seg("N4", *map(plain, place))
