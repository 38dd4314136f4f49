"""Charges, units, days and the claim's frequency: what must add up or make sense by itself."""

from collections.abc import Iterator

from services.ehr.x12.claim import INSTITUTIONAL, ORIGINAL, REPLACEMENT, VOID, Claim
from services.ehr.x12.values import dollars
from services.scrub.context import Context
from services.scrub.facts import last_day, numbered
from services.scrub.findings import Found


def total(claim: Claim, context: Context) -> Iterator[Found]:
    """A total charge that is not the sum of the lines."""
    summed = sum(line.charge for line in claim.lines)
    if claim.charge != summed:
        difference = dollars(claim.charge - summed)
        yield Found(
            "charge", dollars(claim.charge), f"The total differs from the lines by {difference}.",
            "Correct the total or the line that is wrong.",
        )  # fmt: skip


def negative(claim: Claim, context: Context) -> Iterator[Found]:
    """A charge below zero."""
    for at, line in numbered(claim):
        if line.charge < 0:
            yield Found(
                "charge", dollars(line.charge), "The charge is negative.", "Correct it.", at
            )


def zero(claim: Claim, context: Context) -> Iterator[Found]:
    """A charge of zero; right for a quality measure or a vaccine that the state gives."""
    for at, line in numbered(claim):
        if not line.charge:
            yield Found(
                "charge", "0.00", "The charge is zero.",
                "Add the fee, unless nothing is charged for it.", at,
            )  # fmt: skip


def units(claim: Claim, context: Context) -> Iterator[Found]:
    """Units of zero or fewer."""
    for at, line in numbered(claim):
        if line.units is not None and line.units <= 0:
            yield Found("units", str(line.units), "The units are not above zero.", "Add them.", at)


def future(claim: Claim, context: Context) -> Iterator[Found]:
    """A service after today, where today is known."""
    for at, line in numbered(claim):
        day = last_day(claim, line)
        if context.today and day and day > context.today:
            yield Found(
                "service_date", day.isoformat(), "The day of service lies in the future.",
                "Correct the day, or wait for it.", at,
            )  # fmt: skip


def frequency(claim: Claim, context: Context) -> Iterator[Found]:
    """A frequency other than 1, 7 and 8."""
    if claim.frequency not in (ORIGINAL, REPLACEMENT, VOID):
        yield Found(
            "frequency", claim.frequency, "The claim's frequency is none of 1, 7 and 8.",
            "Use 1 for a new claim, 7 to replace and 8 to void one.",
        )  # fmt: skip


def institutional(claim: Claim, context: Context) -> Iterator[Found]:
    """An institutional claim, of which the rules made for professional ones are not asked."""
    if claim.kind == INSTITUTIONAL:
        told = (
            "Places, pointers, bundling and likely units are not checked on an institutional claim."
        )
        yield Found("kind", claim.kind, told, "Check them by hand.")


def original(claim: Claim, context: Context) -> Iterator[Found]:
    """A replacement or void without the payer's number of the claim it is about."""
    if claim.frequency in (REPLACEMENT, VOID) and not claim.original_reference:
        yield Found(
            "original_reference", "", "It replaces or voids a claim, but does not say which.",
            "Add the payer's claim number from the remittance.",
        )  # fmt: skip
