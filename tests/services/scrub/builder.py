"""A claim on which there is nothing to find, and others made from it."""

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from services.ehr.x12.claim import BilledLine, Claim, Coverage, Diagnosis, Party
from services.ehr.x12.rows import Address, Dated, Named, Reference
from services.scrub import Context, Finding, scrub

DAY = date(2021, 3, 10)
TODAY = date(2021, 4, 1)
BORN = date(1985, 5, 17)
NPI, OTHER_NPI = "1234567893", "1245319599"
PAYER, MEMBER_ID = "PAYER01", "M0012345"
KNOWN = Context(today=TODAY)
ADDRESS = Address("1 Harbor Street", "Portsmouth", "NH", "03801")
BILLING = Party(
    Named("85", "2", "HARBOR FAMILY MEDICINE", qualifier="XX", id=NPI),
    "207Q00000X",
    ADDRESS,
    references=(Reference("EI", "123456789"),),
)
SUBSCRIBER = Party(
    Named("IL", "1", "Moreau", "Alice", qualifier="MI", id=MEMBER_ID), "", ADDRESS, BORN, "F"
)
RENDERING = Party(Named("82", "1", "Okafor", "Ada", qualifier="XX", id=OTHER_NPI))
PAYER_PARTY = Party(Named("PR", "2", "NORTHERN HEALTH", qualifier="PI", id=PAYER))


def coverage(**changes: Any) -> Coverage:
    return replace(
        Coverage("P", "18", "G1", "", "CI", SUBSCRIBER, PAYER_PARTY),
        **changes,
    )


def line(procedure: str = "99213", *modifiers: str, **changes: Any) -> BilledLine:
    plain = BilledLine(
        "HC", procedure, modifiers, 12_000, "UN", Decimal(1), "11", (1,),
        dates=(Dated("472", DAY),),
    )  # fmt: skip
    return replace(plain, **changes)


def on(day: date) -> tuple[Dated, ...]:
    return (Dated("472", day),)


def claim(*lines: BilledLine, **changes: Any) -> Claim:
    """A clean claim; with *lines*, for them; ``codes`` are its diagnoses."""
    billed = lines or (line(),)
    codes = changes.pop("codes", ("J069",))
    listed = tuple(Diagnosis("ABF" if at else "ABK", code) for at, code in enumerate(codes))
    plain = Claim(
        "P", "C1001", sum(one.charge for one in billed), "11", "B", "1", ("Y", "A", "Y", "Y"),
        BILLING, coverage(), diagnoses=listed, parties=(RENDERING,), lines=billed,
    )  # fmt: skip
    return replace(plain, **changes)


def subscribed(**changes: Any) -> Claim:
    """A claim whose patient, the subscriber, is another."""
    return claim(coverage=coverage(subscriber=replace(SUBSCRIBER, **changes)))


def found(billed: Claim, context: Context = KNOWN) -> dict[str, Finding]:
    """The first finding of each rule on it."""
    findings: dict[str, Finding] = {}
    for finding in scrub(billed, context):
        findings.setdefault(finding.rule, finding)
    return findings
