"""Diagnoses: there, pointed to, valid on the day of service, and fitting the kind of visit."""

from collections.abc import Iterator
from datetime import date

from services.codes.billing import is_billable_diagnosis
from services.codes.diagnoses import is_icd10_shaped
from services.ehr.x12.claim import INSTITUTIONAL, Claim
from services.scrub.context import Context
from services.scrub.facts import (
    ICD9,
    OFFICE_VISITS,
    begun,
    diagnoses,
    icd10,
    number,
    numbered,
    pointed,
    procedures,
)
from services.scrub.findings import Found

ICD10_BEGAN = date(2015, 10, 1)
# ICD-10-CM changes each October; the list we have is the one of January 2021.
EDITION_FIRST, EDITION_LAST = date(2020, 10, 1), date(2021, 9, 30)
MOST_POINTERS, MOST_DIAGNOSES = 4, 12  # SV107 and HI of the 837P
MOST_INSTITUTIONAL = 25  # the principal one and 24 others
PREVENTIVE = ("Z000", "Z001")


def missing(claim: Claim, context: Context) -> Iterator[Found]:
    """No diagnosis at all."""
    if not any(True for _ in diagnoses(claim)):
        yield Found("diagnosis", "", "The claim has no diagnosis.", "Add the diagnosis.")


def pointers(claim: Claim, context: Context) -> Iterator[Found]:
    """A line that points to no diagnosis, to one that is not there, twice to one, or to five."""
    count = sum(1 for _ in diagnoses(claim))
    for at, line in numbered(claim):
        wrong = _wrong(line.pointers, count)
        if wrong:
            shown = " ".join(map(str, line.pointers))
            yield Found("pointers", shown, wrong, "Point the line to the diagnoses it is for.", at)


def repeated(claim: Claim, context: Context) -> Iterator[Found]:
    """The same diagnosis listed twice, or more diagnoses than a claim holds."""
    codes = [d.code.replace(".", "").upper() for _, d in diagnoses(claim)]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield Found("diagnosis", code, "A diagnosis is listed twice.", "Take one off.")
    limit = MOST_INSTITUTIONAL if claim.kind == INSTITUTIONAL else MOST_DIAGNOSES
    if len(codes) > limit:
        most = f"A claim holds at most {limit} diagnoses."
        yield Found("diagnosis", str(len(codes)), most, "Keep those that the lines need.")


def invalid(claim: Claim, context: Context) -> Iterator[Found]:
    """What is not built like ICD-10-CM, or is not in the list of the year of service."""
    day = begun(claim)
    in_edition = day is not None and EDITION_FIRST <= day <= EDITION_LAST
    for _, code in icd10(claim):
        if not is_icd10_shaped(code) or (in_edition and is_billable_diagnosis(code) is None):
            yield Found(
                "diagnosis", code, "A diagnosis is no code of ICD-10-CM.", "Correct the diagnosis."
            )


def header(claim: Claim, context: Context) -> Iterator[Found]:
    """A category that is divided further, and may not be billed itself."""
    for _, code in icd10(claim):
        if is_billable_diagnosis(code) is False:
            yield Found(
                "diagnosis", code, "A diagnosis is not specific enough to be billed.",
                "Choose the full code below it that the record supports.",
            )  # fmt: skip


def unlisted(claim: Claim, context: Context) -> Iterator[Found]:
    """A code that the list of January 2021 lacks, on a day for which that list does not speak."""
    day = begun(claim)
    if day is None or not EDITION_FIRST <= day <= EDITION_LAST:
        for _, code in icd10(claim):
            if is_icd10_shaped(code) and is_billable_diagnosis(code) is None:
                yield Found(
                    "diagnosis", code, "A diagnosis is not in ICD-10-CM of January 2021.",
                    "Check it in eCW: it is either of another year or wrong.",
                )  # fmt: skip


def icd9(claim: Claim, context: Context) -> Iterator[Found]:
    """ICD-9-CM on a day when ICD-10-CM was the law."""
    day = begun(claim)
    if day is not None and day >= ICD10_BEGAN:
        for _, diagnosis in diagnoses(claim):
            if diagnosis.qualifier in ICD9:
                yield Found(
                    "diagnosis", diagnosis.code, "A diagnosis is sent as ICD-9-CM.",
                    "Replace it with the ICD-10-CM code; it may only be marked wrongly.",
                )  # fmt: skip


def preventive(claim: Claim, context: Context) -> Iterator[Found]:
    """A problem visit of the office for which only a routine examination stands as diagnosis."""
    for at, line in procedures(claim):
        codes = pointed(claim, line)
        if number(line.procedure) in OFFICE_VISITS and codes and all(map(_is_routine, codes)):
            yield Found(
                "pointers", " ".join(codes),
                f"{line.procedure} is a visit for a problem, but only a routine examination is its"
                " diagnosis.",
                "Bill a preventive visit, or point to the problem that was treated.", at,
            )  # fmt: skip


def _wrong(pointers: tuple[int, ...], count: int) -> str:
    if not pointers:
        return "The line points to no diagnosis."
    if any(not 1 <= pointer <= count for pointer in pointers):
        return "The line points to a diagnosis that is not listed."
    if len(set(pointers)) < len(pointers):
        return "The line points twice to one diagnosis."
    return "The line points to more than 4 diagnoses." if len(pointers) > MOST_POINTERS else ""


def _is_routine(code: str) -> bool:
    return code.startswith(PREVENTIVE)
