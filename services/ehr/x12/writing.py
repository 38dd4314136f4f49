"""Segments and envelopes as bytes: counts and control numbers agree, and no value parts a segment."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from services.ehr.x12.rows import Address, Dated, Named, Reference, Row
from services.errors import Invalid

# Element, component, segment and repetition: those of X12's own examples.
ELEMENT, COMPONENT, TERMINATOR, REPETITION = "*", ":", "~", "^"
PARTING = re.compile(r"[*:~^]")
WRITABLE = re.compile(r"[ -)+-9;-\]_-}]*")  # printable ASCII without the four separators
LONGEST = 80  # characters of an element; the longest we write is a note
ID = re.compile(r"[!-)+-9;-\]_-}]{1,15}")


class Submission(Row, frozen=True):
    """Who sends to whom, and under which number. ``control`` is from 1 to 999,999,999.

    ``at`` is the sender's local time, as X12 has it.
    """

    sender: str
    receiver: str
    control: int
    at: datetime
    sender_name: str = ""
    receiver_name: str = ""
    contact: str = ""
    telephone: str = ""
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    is_test: bool = False


class SegmentWriter:
    """The segments of one transaction, in order."""

    def __init__(self) -> None:
        self.segments: list[str] = []

    def add(self, name: str, *elements: str) -> None:
        """One segment; empty elements at its end are left out.

        Raises ``Invalid`` where an element holds what parts elements, or is not plain ASCII.
        """
        kept = list(elements)
        while kept and not kept[-1]:
            kept.pop()
        self.segments.append(ELEMENT.join((name, *(_checked(element) for element in kept))))

    def named(self, named: Named) -> None:
        """NM1, with its words made writable."""
        self.add(
            "NM1", _id(named.role), _id(named.kind), words(named.last), words(named.first),
            words(named.middle), "", words(named.suffix), _id(named.qualifier), _id(named.id),
        )  # fmt: skip

    def address(self, address: Address | None) -> None:
        """N3 and N4, if there is an address."""
        if address is not None:
            self.add("N3", words(address.street), words(address.second_line))
            self.add(
                "N4", words(address.city), _id(address.state), _id(address.postal_code),
                _id(address.country),
            )  # fmt: skip

    def references(self, references: Sequence[Reference]) -> None:
        """A REF for each."""
        for reference in references:
            self.add("REF", _id(reference.qualifier), _id(reference.value))

    def dates(self, dates: Sequence[Dated]) -> None:
        """A DTP for each."""
        for dated in dates:
            first = f"{dated.day:%Y%m%d}"
            if dated.time:
                self.add("DTP", _id(dated.qualifier), "DT", first + _id(dated.time))
            elif dated.until is None:
                self.add("DTP", _id(dated.qualifier), "D8", first)
            else:
                self.add("DTP", _id(dated.qualifier), "RD8", f"{first}-{dated.until:%Y%m%d}")


class Composite(str):
    """Components that are already joined and checked."""

    __slots__ = ()


def composite(*components: str) -> Composite:
    """Components as one element; empty ones at the end are left out. Raises ``Invalid``."""
    kept = list(components)
    while kept and not kept[-1]:
        kept.pop()
    return Composite(COMPONENT.join(_checked(component) for component in kept))


def repeated(values: Sequence[str]) -> Composite:
    """An element that occurs several times. Raises ``Invalid``."""
    return Composite(REPETITION.join(_checked(value) for value in values))


def words(text: str) -> str:
    """A name, street or note as X12 can carry it.

    Accents are taken off, each separator and whatever else is not ASCII becomes a space, and
    spaces are put together. Identifiers and codes are never changed so: they are refused.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = "".join(mark if " " <= mark <= "}" else " " for mark in plain)
    return " ".join(PARTING.sub(" ", plain).split())


def interchange(
    transaction: SegmentWriter, submission: Submission, type: str, functional_id: str, version: str
) -> bytes:
    """*transaction* from ST to SE within its group and interchange. Raises ``Invalid``."""
    if not 1 <= submission.control <= 999_999_999:
        raise Invalid("The control number must have one to nine digits.")
    control, at = str(submission.control), submission.at
    body = SegmentWriter()
    body.segments.append(_isa(submission))
    body.add(
        "GS", functional_id, _party(submission.sender), _party(submission.receiver),
        f"{at:%Y%m%d}", f"{at:%H%M}", control, "X", version,
    )  # fmt: skip
    body.add("ST", type, control.zfill(4), version)
    body.segments += transaction.segments
    body.add("SE", str(len(transaction.segments) + 2), control.zfill(4))
    body.add("GE", "1", control)
    body.add("IEA", "1", control.zfill(9))
    return "".join(segment + TERMINATOR for segment in body.segments).encode("ascii")


def _isa(submission: Submission) -> str:
    fields = (
        "ISA", "00", " " * 10, "00", " " * 10,
        _qualifier(submission.sender_qualifier), _party(submission.sender).ljust(15),
        _qualifier(submission.receiver_qualifier), _party(submission.receiver).ljust(15),
        f"{submission.at:%y%m%d}", f"{submission.at:%H%M}", REPETITION, "00501",
        str(submission.control).zfill(9), "0", "T" if submission.is_test else "P", COMPONENT,
    )  # fmt: skip
    return ELEMENT.join(fields)


def _party(id: str) -> str:
    if not ID.fullmatch(id):
        raise Invalid("A sender or receiver id must have 1 to 15 plain characters.")
    return id


def _qualifier(code: str) -> str:
    if not (len(code) == 2 and code.isascii() and code.isalnum()):
        raise Invalid("The qualifier of a sender or receiver id must have two characters.")
    return code


def _id(value: str) -> str:
    if value != value.strip():
        raise Invalid("An identifier begins or ends with a space.")
    return value


def _checked(element: str) -> str:
    if isinstance(element, Composite):
        return element
    if not WRITABLE.fullmatch(element):
        raise Invalid("A value holds a character that X12 uses to part values, or cannot carry.")
    if len(element) > LONGEST:
        raise Invalid(f"A value is longer than the {LONGEST} characters that X12 carries.")
    return element
