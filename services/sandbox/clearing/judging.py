"""How a payer judges a claim: denials with causes that can be seen in the claim, and a little chance."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from services.sandbox.clearing.book import Book
from services.sandbox.clearing.model import Claim, Line, Rejection
from services.sandbox.clearing.parties import BILLING_NPI, payers, renderer_by_npi
from services.sandbox.npi import is_npi

WHOLE = -1
ICD = re.compile(r"[A-TV-Z]\d[0-9A-Z]{1,5}")
CATEGORIES = {"I10", "Z23"}  # three characters and yet complete
VISITS = re.compile(r"99[23]\d\d|G0439")
PROCEDURES = {"20610", "17110", "69210", "96372", "94640", "97110", "90471"}
IMAGING = {"71046", "76700", "73721", "77067"}
# Diagnoses that support a test, by their beginnings; where a payer looks at them.
NECESSARY = {
    "80061": ("E78", "I", "E11", "R73"),
    "84443": ("E0", "R53"),
    "93000": ("I", "R00", "R07"),
    "83036": ("E11", "R73"),
}
LOOKS_AT_NECESSITY = {"SMR01", "SBP01"}
WANTS_REFERRING = {"SMR01", "SMD01"}
BUNDLES = {"SHH01": 0.95, "SBP01": 0.8, "SPC01": 0.6, "SNM01": 0.5, "SMR01": 0.7, "SMD01": 0.4}
ONLY = {"G0103": "M", "77067": "F", "88142": "F", "81025": "F"}
AGES = {"99391": (0, 0), "99392": (1, 4), "99393": (5, 11), "99394": (12, 17)} | {
    "99395": (18, 39), "99396": (40, 64), "99397": (65, 130), "G0439": (65, 130)
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One denial: of line *line* from 0, or of the whole claim."""

    line: int
    group: str
    carc: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A claim before the payer: when it came, what is remembered, and the dice."""

    claim: Claim
    received: date
    book: Book
    draws: random.Random


Rule = Callable[[Case], Iterator[Finding]]


def findings(case: Case) -> list[Finding]:
    """The denials of a claim; one of the whole claim stands alone."""
    found = [f for rule in RULES for f in rule(case)]
    whole = next((f for f in found if f.line == WHOLE), None)
    return [whole] if whole else list({f.line: f for f in reversed(found)}.values())


def rejection_of(claim: Claim, book: Book, today: date) -> Rejection | None:
    """Why the claim never reaches adjudication, or ``None``."""
    if not is_npi(claim.billing or BILLING_NPI):
        return Rejection("A7", "562", "85")
    if renderer_by_npi(claim.rendering) is None:
        return Rejection("A7", "562", "82")
    if claim.payer not in payers():
        return Rejection("A3", "116")
    if book.members.get(claim.member) != claim.payer:
        return Rejection("A7", "164", "IL")
    return _coding_rejection(claim, today)


def _coding_rejection(claim: Claim, today: date) -> Rejection | None:
    if not claim.lines:
        return Rejection("A6", "21")
    if not claim.diagnoses or not all(map(is_complete, claim.diagnoses)):
        return Rejection("A7", "255")
    pointers = {p for line in claim.lines for p in _pointers(claim, line)}
    if not pointers or not pointers <= set(range(1, len(claim.diagnoses) + 1)):
        return Rejection("A7", "477")
    if claim.frequency not in ("1", "7", "8"):
        return Rejection("A7", "535")
    if claim.day > today:
        return Rejection("A8", "187")
    if claim.frequency in ("7", "8") and not claim.original:
        return Rejection("A6", "464")
    return None


def _pointers(claim: Claim, line: Line) -> tuple[int, ...]:
    """An institution's lines point to nothing: each is for all that the claim tells."""
    return tuple(range(1, len(claim.diagnoses) + 1)) if claim.institutional else line.pointers


def is_complete(code: str) -> bool:
    """Is this the shape of a billable ICD-10-CM code?"""
    return bool(ICD.fullmatch(code)) and (len(code) > 3 or code in CATEGORIES)


def duplicate(case: Case) -> Iterator[Finding]:
    """The same service of the same day again."""
    if case.claim.frequency == "1" and case.book.knows(case.claim):
        yield Finding(WHOLE, "CO", "18", ("N522",))


def late(case: Case) -> Iterator[Finding]:
    """Filed after the payer's limit; a corrected claim has no such limit here."""
    claim, payer = case.claim, payers()[case.claim.payer]
    late_by = (case.received - claim.day).days - payer.timely
    if claim.frequency == "1" and claim.order == 1 and late_by > 0:
        yield Finding(WHOLE, "CO", "29", ("N211",))


def uncovered(case: Case) -> Iterator[Finding]:
    """The service was after the coverage ended."""
    end = case.book.ends.get((case.claim.payer, case.claim.member))
    if end and case.claim.day > end:
        yield Finding(WHOLE, "PR", "27", ("N30",))


def unauthorized(case: Case) -> Iterator[Finding]:
    """A procedure that needs an authorization, and none on the claim: nine times of ten."""
    wanted = payers()[case.claim.payer].authorized
    for number, line in enumerate(case.claim.lines):
        if line.procedure in wanted and not case.claim.authorization and case.draws.random() < 0.9:
            yield Finding(number, "CO", "197", ("M62",))


def unreferred(case: Case) -> Iterator[Finding]:
    """Imaging without a referring provider, for payers that ask: unprocessable."""
    claim = case.claim
    pictures = any(line.procedure in IMAGING for line in claim.lines)
    if claim.payer in WANTS_REFERRING and pictures and not claim.referring:
        yield Finding(WHOLE, "CO", "16", ("MA130", "N286"))


def bundled(case: Case) -> Iterator[Finding]:
    """A visit beside a procedure without modifier 25: more or less strictly by payer."""
    claim = case.claim
    if not any(line.procedure in PROCEDURES for line in claim.lines):
        return
    for number, line in enumerate(claim.lines):
        plain_visit = VISITS.fullmatch(line.procedure) and "25" not in line.modifiers
        if plain_visit and case.draws.random() < BUNDLES[claim.payer]:
            yield Finding(number, "CO", "97", ("N20",))


def unsupported(case: Case) -> Iterator[Finding]:
    """A test that the diagnosis it points to does not support, for payers that look."""
    claim = case.claim
    for number, line in enumerate(claim.lines if claim.payer in LOOKS_AT_NECESSITY else ()):
        codes = [claim.diagnoses[p - 1] for p in _pointers(claim, line)]
        wanted = NECESSARY.get(line.procedure)
        if wanted and not any(code.startswith(wanted) for code in codes):
            yield Finding(number, "CO", "50", ("N115",))


def excluded(case: Case) -> Iterator[Finding]:
    """What the plan does not cover is the patient's."""
    for number, line in enumerate(case.claim.lines):
        if line.procedure in payers()[case.claim.payer].excluded:
            yield Finding(number, "PR", "96", ("N130",))


def exhausted(case: Case) -> Iterator[Finding]:
    """More often than the benefit allows: check-ups once a year (infants more), HbA1c every 80 days."""
    for number, line in enumerate(case.claim.lines):
        most = {"99391": 8, "99392": 4}.get(line.procedure, 1)
        if line.procedure in AGES and case.book.earlier(case.claim, line.procedure, 360) >= most:
            yield Finding(number, "PR", "119", ("N362",))
        if line.procedure == "83036" and case.book.earlier(case.claim, "83036", 80):
            yield Finding(number, "CO", "151", ("N362",))


def mismatched(case: Case) -> Iterator[Finding]:
    """A procedure for the other sex or another age."""
    subject, day = case.claim.subject, case.claim.day
    age = (
        day.year
        - subject.born.year
        - ((day.month, day.day) < (subject.born.month, subject.born.day))
    )
    for number, line in enumerate(case.claim.lines):
        low, high = AGES.get(line.procedure, (0, 200))
        if ONLY.get(line.procedure, subject.sex) != subject.sex:
            yield Finding(number, "CO", "7")
        elif not low <= age <= high:
            yield Finding(number, "CO", "6", ("N129",))


def unlucky(case: Case) -> Iterator[Finding]:
    """What nobody could have seen coming: one first claim in eighty."""
    if case.claim.frequency == "1" and case.claim.order == 1 and case.draws.random() < 0.0125:
        yield case.draws.choice(
            [Finding(WHOLE, "CO", "16", ("M127",)), Finding(WHOLE, "CO", "252", ("N706",))]
        )


RULES: tuple[Rule, ...] = (
    *(duplicate, late, uncovered, unreferred, unauthorized, bundled, unsupported),
    *(excluded, exhausted, mismatched, unlucky),
)
