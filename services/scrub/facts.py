"""What rules ask of a claim again and again: its patient, payer, days, providers and lines."""

from collections.abc import Iterator
from datetime import date

from services.ehr.x12.claim import BilledLine, Claim, Diagnosis, Party
from services.ehr.x12.rows import Dated
from services.scrub.context import Context, EarlierLine, Member, Patient, PayerRules, Visit

SERVICE = ("472", "434")  # DTP01: a service's day; a statement's days
HCPCS = "HC"
ICD10, ICD9 = ("ABK", "ABF"), ("BK", "BF")
MEDICARE = ("MA", "MB", "16")  # SBR09: Medicare Part A, Part B, an HMO of Medicare's
OFFICE_VISITS, PREVENTIVE_VISITS = range(99202, 99216), range(99381, 99398)
# CPT's evaluation and management section; eye visits and CMS's own visits count as such for NCCI.
EVALUATIONS = range(99202, 99500)
OTHER_EVALUATIONS = frozenset(
    ("92002", "92004", "92012", "92014", "G0402", "G0438", "G0439", "G0463", "G2212")
)
SURGERY = range(10004, 69991)


def numbered(claim: Claim) -> Iterator[tuple[int, BilledLine]]:
    """The claim's lines, counted from 1."""
    return enumerate(claim.lines, 1)


def procedures(claim: Claim) -> Iterator[tuple[int, BilledLine]]:
    """The lines that name a procedure of CPT or HCPCS."""
    return ((at, line) for at, line in numbered(claim) if line.qualifier == HCPCS)


def days(claim: Claim, line: BilledLine) -> Dated | None:
    """When the service was given; the claim's own days where the line has none."""
    for dated in (*line.dates, *claim.dates):
        if dated.qualifier in SERVICE:
            return dated
    return None


def first_day(claim: Claim, line: BilledLine) -> date | None:
    """The first day of the service."""
    dated = days(claim, line)
    return dated.day if dated else None


def last_day(claim: Claim, line: BilledLine) -> date | None:
    """The last day of the service."""
    dated = days(claim, line)
    return (dated.until or dated.day) if dated else None


def begun(claim: Claim) -> date | None:
    """The first day of service of the whole claim."""
    return min((day for line in claim.lines if (day := first_day(claim, line))), default=None)


def patient_party(claim: Claim) -> Party | None:
    """The patient: a dependent, or the subscriber."""
    return claim.patient or claim.coverage.subscriber


def patient(claim: Claim) -> Patient | None:
    """Who the claim is for, as earlier claims are found by."""
    party = patient_party(claim)
    if party is None:
        return None
    name = party.name
    return Patient(
        claim.coverage.member_id, party.birth_date, name.last.lower(), name.first.lower()
    )


def member(claim: Claim) -> Member:
    """Who is insured where."""
    return Member(payer_id(claim), claim.coverage.member_id)


def payer_id(claim: Claim) -> str:
    """The identifier of the payer that the claim goes to."""
    return claim.coverage.payer.name.id if claim.coverage.payer else ""


def payer_rules(claim: Claim, context: Context) -> PayerRules:
    """What is known of the payer's wishes; nothing, where the table does not have it."""
    return context.payers.get(payer_id(claim), PayerRules())


def rendering(claim: Claim, line: BilledLine) -> str:
    """The NPI of who gave the service: the line's, else the claim's, else the billing provider's."""
    own = next((party for party in line.parties if party.name.role == "82"), None)
    party = own or claim.party("82") or claim.billing
    return party.name.npi


def place(claim: Claim, line: BilledLine) -> str:
    """Where the service was given: the line's place, else the claim's."""
    return line.place or claim.facility


def diagnoses(claim: Claim) -> Iterator[tuple[int, Diagnosis]]:
    """The diagnoses that lines may point to, counted from 1; no others such as external causes."""
    listed = (d for d in claim.diagnoses if d.qualifier in ICD10 or d.qualifier in ICD9)
    return enumerate(listed, 1)


def icd10(claim: Claim) -> Iterator[tuple[int, str]]:
    """The ICD-10-CM codes among them, without their point."""
    for at, diagnosis in diagnoses(claim):
        if diagnosis.qualifier in ICD10:
            yield at, diagnosis.code.replace(".", "").upper()


def pointed(claim: Claim, line: BilledLine) -> list[str]:
    """The ICD-10-CM codes that *line* points to."""
    return [code for at, code in icd10(claim) if at in line.pointers]


def is_evaluation(procedure: str) -> bool:
    """Whether it is a visit: evaluation and management."""
    return number(procedure) in EVALUATIONS or procedure in OTHER_EVALUATIONS


def number(procedure: str) -> int:
    """A procedure of five digits as a number, 0 for any other."""
    return int(procedure) if len(procedure) == 5 and procedure.isdecimal() else 0


def earlier(claim: Claim, line: BilledLine, context: Context) -> tuple[EarlierLine, ...]:
    """What is known to have been billed before for the patient's day; nothing without a day."""
    who, day = patient(claim), first_day(claim, line)
    return context.earlier.get(Visit(who, day), ()) if who and day else ()


def billed(claim: Claim) -> Iterator[tuple[Visit, EarlierLine]]:
    """The claim's services as later claims will see them."""
    who = patient(claim)
    for _, line in procedures(claim):
        day, modifiers = first_day(claim, line), frozenset(line.modifiers)
        if who and day:
            provider = rendering(claim, line)
            yield Visit(who, day), EarlierLine(claim.claim_id, line.procedure, modifiers, provider)
