"""Two questions to a payer, written: where is this claim (276), is this person covered (270)?"""

from datetime import date

from msgspec.structs import replace

from services.ehr.x12.rows import Dated, Named, Row
from services.ehr.x12.values import dollars
from services.ehr.x12.writing import SegmentWriter, Submission, interchange, repeated
from services.errors import Invalid

STATUS_GUIDE, ELIGIBILITY_GUIDE = "005010X212", "005010X279A1"
SUBSCRIBER, DEPENDENT = "22", "23"
DEPENDENT_OF_270 = "03"  # the role in NM1; a 276 calls the same person QC, the patient


class Person(Row, frozen=True):
    """Somebody covered, and by what payers tell people apart."""

    name: Named
    birth_date: date | None = None
    sex: str = ""


class StatusEnquiry(Row, frozen=True):
    """What identifies a claim to its payer. ``dependent`` is the patient, if not the subscriber.

    ``claim_id`` is ours, ``payer_claim_id`` the payer's if known, ``charge`` in cents.
    """

    payer: Named
    provider: Named
    subscriber: Person
    trace: str
    claim_id: str
    charge: int
    served: Dated
    payer_claim_id: str = ""
    dependent: Person | None = None


class EligibilityEnquiry(Row, frozen=True):
    """Whom we ask about, for which ``services`` (element 1365; 30 is the plan as a whole) and day."""

    payer: Named
    provider: Named
    subscriber: Person
    trace: str
    on: date
    services: tuple[str, ...] = ("30",)
    dependent: Person | None = None


def write_status_enquiry(enquiry: StatusEnquiry, submission: Submission) -> bytes:
    """A 276 with one claim. Raises ``Invalid``."""
    writer = _begun("0010", "13", submission)
    _level(writer, 1, "20")
    writer.named(enquiry.payer)
    _level(writer, 2, "21")
    receiver = submission.sender_name or submission.sender
    writer.named(Named("41", "2", receiver, qualifier="46", id=submission.sender))
    _level(writer, 3, "19")
    writer.named(enquiry.provider)
    _people(writer, enquiry.subscriber, enquiry.dependent, first=4, born_before_name=True)
    writer.add("TRN", "1", _needed(enquiry.trace))
    if enquiry.payer_claim_id:
        writer.add("REF", "1K", enquiry.payer_claim_id)
    writer.add("REF", "EJ", _needed(enquiry.claim_id))
    writer.add("AMT", "T3", dollars(enquiry.charge))
    writer.dates([enquiry.served])
    return interchange(writer, submission, "276", "HR", STATUS_GUIDE)


def write_eligibility_enquiry(enquiry: EligibilityEnquiry, submission: Submission) -> bytes:
    """A 270 about one person. Raises ``Invalid``."""
    writer = _begun("0022", "13", submission)
    _level(writer, 1, "20")
    writer.named(enquiry.payer)
    _level(writer, 2, "21")
    writer.named(enquiry.provider)
    trace = "TRN", "1", _needed(enquiry.trace), "9" + submission.sender[:9].rjust(9, "0")
    dependent = enquiry.dependent
    if dependent:
        dependent = replace(dependent, name=replace(dependent.name, role=DEPENDENT_OF_270))
    _people(writer, enquiry.subscriber, dependent, first=3, born_before_name=False, trace=trace)
    writer.dates([Dated("291", enquiry.on)])
    if not enquiry.services:
        raise Invalid("An eligibility enquiry names at least one service type.")
    writer.add("EQ", repeated(enquiry.services))
    return interchange(writer, submission, "270", "HS", ELIGIBILITY_GUIDE)


def _begun(structure: str, purpose: str, submission: Submission) -> SegmentWriter:
    writer = SegmentWriter()
    at = submission.at
    writer.add("BHT", structure, purpose, str(submission.control), f"{at:%Y%m%d}", f"{at:%H%M}")
    return writer


def _level(writer: SegmentWriter, number: int, code: str, *, has_below: bool = True) -> None:
    above = str(number - 1) if number > 1 else ""
    writer.add("HL", str(number), above, code, "1" if has_below else "0")


def _people(
    writer: SegmentWriter, subscriber: Person, dependent: Person | None, *, first: int,
    born_before_name: bool, trace: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """The subscriber's level and, below it, a dependent's; *trace* goes to who is asked about."""
    people = [(SUBSCRIBER, subscriber), *([(DEPENDENT, dependent)] if dependent else [])]
    for number, (level, person) in enumerate(people, start=first):
        is_last = level == people[-1][0]
        _level(writer, number, level, has_below=not is_last)
        if born_before_name and is_last:
            _born(writer, person)
        if trace and is_last:
            writer.add(*trace)
        writer.named(person.name)
        if not born_before_name and is_last:
            _born(writer, person)


def _born(writer: SegmentWriter, person: Person) -> None:
    if person.birth_date:
        writer.add("DMG", "D8", f"{person.birth_date:%Y%m%d}", person.sex)


def _needed(id: str) -> str:
    if not id:
        raise Invalid("The enquiry needs a number of its own and the claim's.")
    return id
