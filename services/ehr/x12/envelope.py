"""Interchanges, groups and transactions: what ISA, GS and ST open, and whether it closes rightly."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import BinaryIO

from services.ehr.x12.faults import X12Fault, shown
from services.ehr.x12.rows import Row
from services.ehr.x12.segments import PATIENCE, SegmentReader
from services.ehr.x12.separators import Separators
from services.ehr.x12.values import day

ENVELOPE = frozenset(("ISA", "GS", "ST", "SE", "GE", "IEA"))
MOST_FINDINGS = 20  # told one by one, of each transaction


class Interchange(Row, frozen=True):
    """What ISA says. Sender, receiver and ``control`` together name what must not count twice.

    ``number`` is which of its file it is, from 1.
    """

    sender: str = ""
    receiver: str = ""
    control: str = ""
    is_test: bool = False
    number: int = 0

    @property
    def name(self) -> str:
        """Who sent it to whom, under which control number."""
        return f"{self.sender}/{self.receiver}/{self.control}"


Closed = Callable[[Interchange, str], object]  # told of an interchange and its content's digest


class Transaction(Row, frozen=True):
    """What ISA, GS and ST say of one transaction; ``type`` is such as 835, or TA1."""

    type: str
    version: str
    control: str
    group_control: str
    functional_id: str
    interchange: Interchange


class Body:
    """The segments between ST and SE of one transaction, to be gone through once.

    ``findings`` are sentences about what is wrong but harms nothing. ``rested`` is called after
    each row that was made: a row of endless segments is refused.
    """

    def __init__(
        self, header: Transaction, envelope: "_Envelope", segments: Iterator[list[str]]
    ) -> None:
        reader = envelope.reader
        self.header = header
        self.separators: Separators = reader.separators
        self._envelope = envelope
        self._reader = reader
        self._segments = segments
        self._is_open = True
        self.findings: list[str] = []
        self.rested()

    @property
    def number(self) -> int:
        """The segment last given, counted from 1 in the file."""
        return self._reader.number

    def __iter__(self) -> Iterator[list[str]]:
        for elements in self._segments if self._is_open else ():
            if elements[0] in ENVELOPE:
                self._is_open = False
                self._envelope.close_transaction(self, elements)
                return
            yield elements
        if self._is_open and self.header.type != "TA1":
            raise self.fault("The file ends before SE closes the transaction.")

    def rested(self) -> None:
        """A row is complete: the next may again take its share of segments."""
        self._reader.limit = self._reader.number + PATIENCE

    def fault(self, what: str) -> X12Fault:
        """A fault at the segment last given."""
        return self._reader.fault(what)

    def find(self, what: str) -> None:
        """Something wrong at the segment last given for which nobody need refuse the file."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(f"Segment {self.number:,}: {what}")

    def day(self, text: str) -> date | None:
        """A date of format D8; one that no calendar has is found, and left out."""
        try:
            return day(text)
        except ValueError:
            self.find("holds a date that no calendar has; it is left out.")
            return None


def transactions(
    file: BinaryIO, *, bare: bool = False, closed: Closed | None = None
) -> Iterator[Body]:
    """Every transaction of *file* in turn; what was not read of one is passed over, and checked.

    *closed* is told of each interchange when its IEA has agreed, with a digest of its content.
    Raises ``X12Fault`` as soon as counts, control numbers or the order of the envelope disagree:
    nothing of a file may be used before the last transaction was reached.
    """
    reader = SegmentReader(file, bare=bare, digests=closed is not None)
    segments = iter(reader)
    envelope = _Envelope(reader, closed)
    for elements in segments:
        opened = envelope.take(elements)
        if opened is not None:
            inside = iter([elements]) if opened.type == "TA1" else segments
            body = Body(opened, envelope, inside)
            yield body
            for _ in body:
                body.rested()
    envelope.ended()


class _Envelope:
    """Where in the envelope we are, and what its trailers must say."""

    def __init__(self, reader: SegmentReader, closed: Closed | None) -> None:
        self.reader = reader
        self.closed = closed
        self.interchange: Interchange | None = None
        self.group: list[str] | None = None
        self.interchanges = self.groups = self.sets = 0
        self.control = ""
        self.began = 0  # the number of the open ST

    def take(self, elements: list[str]) -> Transaction | None:
        """An envelope segment outside of transactions; the transaction that it opens."""
        match elements[0]:
            case "ISA" if self.interchange is None and not self.reader.is_bare:
                self._open_interchange(elements)
            case "GS" if self.interchange and self.group is None:
                self.group, self.sets = elements, 0
                self.groups += 1
            case "ST" if self.group or self.reader.is_bare:
                return self._open_transaction(elements)
            case "TA1" if self.interchange and self.group is None:
                return Transaction("TA1", "", "", "", "TA", self.interchange)
            case "GE" if self.group:
                self._agree(
                    "GE01", elements, 1, str(self.sets), "the transactions of the group are"
                )
                self._agree("GE02", elements, 2, _at(self.group, 6), "GS06 is")
                self.group = None
            case "IEA" if self.interchange and self.group is None:
                self._agree("IEA01", elements, 1, str(self.groups), "the groups of the file are")
                self._agree("IEA02", elements, 2, self.interchange.control, "ISA13 is")
                if self.closed:
                    self.closed(self.interchange, self.reader.digest())
                self.interchange = None
            case name:
                raise self.reader.fault(f"{name} stands where the envelope does not allow it.")
        return None

    def ended(self) -> None:
        """The file is at its end: everything must be closed."""
        if self.group or self.interchange:
            raise self.reader.fault("The file ends before IEA closes the interchange.")

    def _open_interchange(self, isa: list[str]) -> None:
        parts = [part.strip() for part in isa]
        self.interchanges += 1
        self.interchange = Interchange(
            f"{parts[5]}/{parts[6]}", f"{parts[7]}/{parts[8]}", parts[13], parts[15] == "T",
            self.interchanges,
        )  # fmt: skip
        self.groups = 0

    def _open_transaction(self, elements: list[str]) -> Transaction:
        type, self.control, named = _at(elements, 1), _at(elements, 2), _at(elements, 3)
        self.sets += 1
        self.began = self.reader.number
        group = self.group or []
        # GS08 may only say 005010, and ST03 which guide of it; before 005010 there is no ST03.
        version = _at(group, 8) if "X" in _at(group, 8) or not named else named
        return Transaction(
            type, version, self.control, _at(group, 6), _at(group, 1),
            self.interchange or Interchange(),
        )  # fmt: skip

    def close_transaction(self, body: Body, elements: list[str]) -> None:
        """SE must agree with what it closes."""
        if elements[0] != "SE":
            raise self.reader.fault(f"{elements[0]} stands before SE closes the transaction.")
        count = self.reader.number - self.began + 1
        try:
            self._agree("SE01", elements, 1, str(count), "the segments of the transaction are")
        except X12Fault as fault:
            if not self.reader.is_bare:
                raise
            body.findings.append(str(fault))  # somebody cut it out of its file by hand
        if self.reader.is_bare:
            body.find("The transaction stands without ISA and GS.")
        if _at(elements, 2) != self.control:  # text, not a number: leading zeros count
            found, wanted = shown(_at(elements, 2)), shown(self.control)
            raise self.reader.fault(f"SE02 says {found}, but ST02 is {wanted}.")

    def _agree(self, name: str, elements: list[str], at: int, wanted: str, which: str) -> None:
        found = _at(elements, at)
        if not found or _numeric(found) != _numeric(wanted):
            raise self.reader.fault(f"{name} says {shown(found)}, but {which} {shown(wanted)}.")


def _at(elements: list[str], at: int) -> str:
    return elements[at].strip() if len(elements) > at else ""


def _numeric(text: str) -> str:
    """Counts and most control numbers are numbers: 000000905 is 905."""
    return text.lstrip("0") or "0" if text else ""
