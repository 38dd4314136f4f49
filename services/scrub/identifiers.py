"""Fields without which no payer takes a claim, and identifiers that must be built rightly."""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from services.codes.billing import is_npi
from services.ehr.x12.claim import Claim, Party
from services.scrub.context import Context
from services.scrub.facts import days, numbered, patient_party, payer_id, payer_rules, place
from services.scrub.findings import Found

TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
ROLES = {
    "85": ("billing_npi", "billing provider"),
    "82": ("rendering_npi", "rendering provider"),
    "DN": ("referring_npi", "referring provider"),
    "P3": ("referring_npi", "referring provider"),
    "77": ("facility_npi", "facility"),
    "DQ": ("supervising_npi", "supervising provider"),
    "DK": ("ordering_npi", "ordering provider"),
}
TAX_NUMBERS = ("EI", "SY")  # REF01: employer's, social security
TAX_AS_ID = ("24", "34")  # NM108; version 4010 may identify by tax number


def _of_patient(read: Callable[[Party], object]) -> Callable[[Claim], object]:
    def check(claim: Claim) -> object:
        party = patient_party(claim)
        return party and read(party)

    return check


def _of_subscriber(read: Callable[[Party], object]) -> Callable[[Claim], object]:
    return lambda claim: claim.coverage.subscriber and read(claim.coverage.subscriber)


def _tax_number(claim: Claim) -> object:
    billing = claim.billing
    return billing.name.qualifier in TAX_AS_ID or any(
        reference.qualifier in TAX_NUMBERS for reference in billing.references
    )


# Field, what staff call it, and where the claim says it. TR3 005010X222A1: all of it is required.
REQUIRED: tuple[tuple[str, str, Callable[[Claim], object]], ...] = (
    ("claim_id", "claim number", lambda claim: claim.claim_id),
    ("member_id", "member number", lambda claim: claim.coverage.member_id),
    ("subscriber_name", "subscriber's last name", _of_subscriber(lambda p: p.name.last)),
    ("patient_name", "patient's last name", _of_patient(lambda p: p.name.last)),
    ("birth_date", "patient's date of birth", _of_patient(lambda p: p.birth_date)),
    ("sex", "patient's sex", _of_patient(lambda p: p.sex)),
    ("relationship", "patient's relationship to the subscriber",
     lambda claim: claim.patient_relationship or claim.coverage.relationship),
    ("payer_id", "payer's identifier", payer_id),
    ("billing_name", "billing provider's name", lambda claim: claim.billing.name.last),
    ("billing_npi", "billing provider's NPI", lambda claim: claim.billing.name.npi),
    ("billing_address", "billing provider's address",
     lambda claim: claim.billing.address and claim.billing.address.street),
    ("billing_tax_number", "billing provider's tax number", _tax_number),
    ("signature", "provider's signature on file", lambda claim: claim.terms[0]),
    ("assignment", "acceptance of assignment", lambda claim: claim.terms[1]),
    ("benefits", "assignment of benefits", lambda claim: claim.terms[2]),
    ("release", "release of information", lambda claim: claim.terms[3]),
    ("lines", "service", lambda claim: claim.lines),
)  # fmt: skip


def required(claim: Claim, context: Context) -> Iterator[Found]:
    """A field is empty that every claim must have."""
    for field, what, read in REQUIRED:
        if not read(claim):
            yield Found(field, "", f"The {what} is missing.", f"Add the {what} in eCW.")
    for at, line in numbered(claim):
        if not days(claim, line):
            yield Found("service_date", "", "The line has no day of service.", "Add the day.", at)
        if not place(claim, line):
            yield Found("place", "", "The line has no place of service.", "Add the place.", at)
        if line.units is None:
            yield Found("units", "", "The line has no units.", "Add the units.", at)


def npi(claim: Claim, context: Context) -> Iterator[Found]:
    """An NPI whose check digit is wrong, of anybody that the claim names."""
    for at, party in _parties(claim):
        field, who = ROLES.get(party.name.role, ("", ""))
        if field and party.name.npi and not is_npi(party.name.npi):
            yield Found(
                field, party.name.npi, f"The NPI of the {who} is not built like one.",
                "Look the NPI up and correct it.", at,
            )  # fmt: skip


def rendering(claim: Claim, context: Context) -> Iterator[Found]:
    """A rendering provider who is named without an NPI."""
    for at, party in _parties(claim):
        if party.name.role == "82" and not party.name.npi:
            yield Found(
                "rendering_npi", "", "The rendering provider has no NPI.", "Add the NPI.", at
            )


def taxonomy_shape(claim: Claim, context: Context) -> Iterator[Found]:
    """A taxonomy code that is not nine letters or digits and an X; which exist is not checked."""
    for at, party in _parties(claim):
        if party.taxonomy and not TAXONOMY.fullmatch(party.taxonomy):
            yield Found(
                "taxonomy", party.taxonomy, "A taxonomy code is not built like one.",
                "Correct the provider's taxonomy code.", at,
            )  # fmt: skip


def taxonomy_missing(claim: Claim, context: Context) -> Iterator[Found]:
    """No taxonomy of the billing provider; silent where the payer is known not to need it."""
    if not claim.billing.taxonomy and payer_rules(claim, context).needs_taxonomy is None:
        yield _no_taxonomy()


def taxonomy_needed(claim: Claim, context: Context) -> Iterator[Found]:
    """No taxonomy of the billing provider, where the payer's table says that it needs one."""
    if not claim.billing.taxonomy and payer_rules(claim, context).needs_taxonomy:
        yield _no_taxonomy()


def _no_taxonomy() -> Found:
    what = "The billing provider's taxonomy code is missing."
    return Found("taxonomy", "", what, "Add the taxonomy code of the billing provider.")


def _parties(claim: Claim) -> Iterator[tuple[int | None, Party]]:
    """Everybody who is named, and on which line."""
    of_claim = ((None, party) for party in (claim.billing, *claim.parties))
    of_lines = ((at, party) for at, line in numbered(claim) for party in line.parties)
    return chain(of_claim, of_lines)
