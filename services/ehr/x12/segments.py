"""A binary file of X12 as its segments, one by one: memory does not grow with the file."""

import hashlib
import re
import sys
from collections.abc import Iterator
from typing import BinaryIO

from services.ehr.x12.faults import X12Fault
from services.ehr.x12.separators import ISA_LENGTH, Separators, separators_of

BLOCK = 65_536  # bytes read at a time
LONGEST = 65_536  # bytes of one segment: far above any claim or payment, below any attachment
MOST_ELEMENTS = 100  # the longest segment of our transactions, MIA, has 24
PATIENCE = 50_000  # segments that make one row; a claim has at most 999 lines
NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}")
BLANK = b" \t\r\n\x1a"  # 0x1A ends a file on some mainframes
PADDING = (b" ", b"\t", b"\r", b"\n")
BOM = b"\xef\xbb\xbf"


class SegmentReader:
    """The segments of *file* as lists of elements, the name first, each interchange by its own ISA.

    ``number`` is that of the segment last given, counted from 1; ``limit`` is the number before
    which the next row must be complete; ``separators`` are those in force. With *bare*, a file that begins with ST and has no envelope is read with the usual
    separators. With *digests*, the bytes of each interchange are summed up. Raises ``X12Fault``.
    """

    def __init__(self, file: BinaryIO, *, bare: bool = False, digests: bool = False) -> None:
        self.number = 0
        self.limit = sys.maxsize
        self.separators = Separators()
        self.is_bare = False
        self._file = file
        self._may_be_bare = bare
        self._content = hashlib.sha256() if digests else None

    def __iter__(self) -> Iterator[list[str]]:
        seen: set[str] = set()
        for segments in self._blocks():
            if self.number > self.limit:  # asked once a block: it need not be exact
                raise self.fault("belongs to a claim of more segments than any claim has.")
            element = self.separators.element
            for segment in segments:
                if not segment:  # an empty line, or a terminator too many
                    continue
                self.number += 1
                elements = segment.split(element)
                if elements[0] not in seen:
                    if not segment.strip():  # blanks between a terminator and a line's end
                        self.number -= 1
                        continue
                    elements[0] = self._name(elements[0].lstrip())
                    seen.add(elements[0])
                if len(segment) > MOST_ELEMENTS and (
                    len(segment) > LONGEST or len(elements) > MOST_ELEMENTS
                ):
                    raise self.fault("is longer than any segment that X12 allows here.")
                yield elements

    def fault(self, what: str) -> X12Fault:
        """A fault at the segment last given."""
        return X12Fault(what, self.number)

    def digest(self) -> str:
        """SHA-256 of the interchange whose IEA was last given; line ends do not count."""
        return self._content.hexdigest() if self._content else ""

    def _name(self, name: str) -> str:
        if not NAME.fullmatch(name):
            raise self.fault("begins with no segment name.")
        return name

    def _blocks(self) -> Iterator[list[str]]:
        data = self._header(self._file.read(BLOCK).removeprefix(BOM))
        while data:
            terminator = self.separators.terminator.encode()
            last = b"IEA" + self.separators.element.encode()
            done = False
            while not done:
                cut, done = _cut(data, terminator, last)
                if cut >= 0:
                    yield self._split(data[:cut], terminator)
                    data = data[cut + 1 :]
                elif more := self._file.read(BLOCK):
                    data += more
                    if len(data) > LONGEST + BLOCK:
                        raise X12Fault("is longer than any segment we read.", self.number + 1)
                else:
                    yield self._split(self._rest(data, last), terminator)
                    return
            data = self._header(data)

    def _header(self, data: bytes) -> bytes:
        """*data* from the next ISA on, with its separators in force; nothing at the file's end."""
        data = data.lstrip(BLANK)
        while len(data) < ISA_LENGTH and (more := self._file.read(BLOCK)):
            data = (data + more).lstrip(BLANK)
        if not data and self.number:
            return data
        if data.startswith(b"ISA"):
            self.separators = separators_of(data[:ISA_LENGTH], self.number + 1)
            self._content = self._content and hashlib.sha256()
        elif self._may_be_bare and not self.number and data.startswith(b"ST*"):
            self.is_bare = True
        else:
            raise X12Fault(
                "The file does not begin with ISA, so it is not X12." if not self.number
                else "Something other than an interchange follows IEA.", self.number and self.number + 1
            )  # fmt: skip
        return data

    def _split(self, block: bytes, terminator: bytes) -> list[str]:
        if b"\0" in block:
            raise X12Fault("Somewhere after it stands a NUL character.", max(self.number, 1))
        # Files are padded or wrapped with line ends, which mean nothing unless they part segments.
        block = block.translate(None, b"\r\n".replace(terminator, b""))
        if self._content:  # each block lost its last terminator: where it was cut must not matter
            self._content.update(block + terminator)
        return _text(block, terminator).split(self.separators.terminator)

    def _rest(self, data: bytes, last: bytes) -> bytes:
        """What follows the last terminator: only IEA may lack its own, at the end of the file."""
        rest = data.strip(BLANK)
        if rest and not rest.startswith(last):
            raise X12Fault("The file ends in the middle of a segment.", self.number + 1)
        return rest


def _cut(data: bytes, terminator: bytes, last: bytes) -> tuple[int, bool]:
    """Where the last whole segment of this interchange ends, and whether that is its IEA."""
    found = data.find(last)
    while found >= 0:
        if _begins(data, found, terminator):
            end = data.find(terminator, found)
            return (end, True) if end >= 0 else (data.rfind(terminator), False)
        found = data.find(last, found + 1)
    return data.rfind(terminator), False


def _begins(data: bytes, at: int, terminator: bytes) -> bool:
    """Whether a segment begins at *at*: only blanks stand between it and a terminator."""
    while at > 0 and data[at - 1 : at] in PADDING and data[at - 1 : at] != terminator:
        at -= 1
    return at == 0 or data[at - 1 : at] == terminator


def _text(block: bytes, terminator: bytes) -> str:
    """UTF-8, and Latin-1 for a segment that is not: the standard only promises ASCII."""
    try:
        return block.decode()
    except UnicodeDecodeError:
        return terminator.decode().join(map(_one, block.split(terminator)))


def _one(segment: bytes) -> str:
    try:
        return segment.decode()
    except UnicodeDecodeError:
        return segment.decode("latin-1")
