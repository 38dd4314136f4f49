"""HL7 v2 messages read: any message's segments and observations, and our own notes as they were."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.ehr.hl7.escapes import DELIMITERS, plain
from services.ehr.hl7.faults import Hl7Fault
from services.ehr.hl7.note import Note, Patient, Provider, Sex
from services.ehr.hl7.profile import Profile

LARGEST_MESSAGE = 4 * 1024 * 1024
USUAL = frozenset({"PID", "PV1", "ORC", "OBR", "OBX", "NTE", "MSA", "ERR"})
DAY = re.compile(r"[0-9]{8}")
ENCODINGS = {
    "": "utf-8", "ASCII": "utf-8", "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8",
    "8859/1": "latin-1",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """Segments in their order, each a list of raw fields whose first is the segment's name.

    In MSH the field separator itself is field 1, so that every index is the standard's number.
    """

    segments: list[list[str]] = field(repr=False)
    delimiters: str = DELIMITERS

    def named(self, name: str) -> Iterator[list[str]]:
        """The segments of one name."""
        return (segment for segment in self.segments if segment[0] == name)

    def first(self, name: str) -> list[str]:
        """The first segment of that name, or one without fields."""
        return next(self.named(name), [name])

    def text(self, segment: list[str], number: int, component: int = 1) -> str:
        """One component of the first repetition of a field, as text; empty where there is none."""
        if number >= len(segment) or not segment[number]:
            return ""
        value = segment[number].split(self.delimiters[2], 1)[0]
        parts = value.split(self.delimiters[1], component)
        return plain(parts[component - 1], self.delimiters) if component <= len(parts) else ""

    @property
    def control(self) -> str:
        """MSH-10."""
        return self.text(self.segments[0], 10)


class Observation(NamedTuple):
    """One OBX. ``value`` is the text with line breaks as LF, or raw for other types than text."""

    set_id: str
    type: str
    code: str
    label: str
    system: str
    value: str
    status: str


def read(data: bytes) -> Message:
    """Any one HL7 v2 message. Raises ``Hl7Fault``."""
    if len(data) > LARGEST_MESSAGE:
        raise Hl7Fault(f"The message has more than {LARGEST_MESSAGE // 1024 // 1024} MB.")
    if not data.startswith(b"MSH"):
        raise Hl7Fault("The message does not begin with MSH (code 301).")
    lines = _decoded(data).split("\r")
    while lines and not lines[-1]:
        lines.pop()
    separator, delimiters = lines[0][3:4], lines[0][3:8]
    if len(set(delimiters)) < 5 or any(c.isalnum() or c.isspace() for c in delimiters):
        raise Hl7Fault("MSH does not name five different delimiters.")
    segments = [line.split(separator) for line in lines]
    segments[0].insert(1, separator)
    for number, segment in enumerate(segments, start=1):
        if segment[0] not in USUAL:
            _require_segment(segment, number)
    return Message(segments, delimiters)


def _require_segment(segment: list[str], number: int) -> None:
    name = segment[0]
    if not (len(name) == 3 and name.isascii() and name.isalnum() and name.isupper()):
        raise Hl7Fault(f"Line {number:,} of the message is not a segment.")
    if name == "MSH" and number > 1:
        raise Hl7Fault(f"Line {number:,} begins another message; one at a time is read.")


def _decoded(data: bytes) -> str:
    """By MSH-18; a message in UTF-8 may say nothing of it."""
    named = data[:2000].split(b"\r", 1)[0].split(data[3:4] or b"|")
    asked = named[17].decode("latin-1").partition("~")[0].strip() if len(named) > 17 else ""
    if asked not in ENCODINGS:
        raise Hl7Fault("MSH-18 names a character set that Foyer does not read.")
    try:
        return data.decode(ENCODINGS[asked])
    except UnicodeDecodeError as error:
        raise Hl7Fault(f"Byte {error.start + 1:,} does not fit the character set.") from None


TEXTS = ("FT", "TX", "ST")


def observations(message: Message) -> list[Observation]:
    """Every OBX, in the order of the message."""
    marks = message.delimiters
    return [_observation(segment, marks) for segment in message.segments if segment[0] == "OBX"]


def _observation(segment: list[str], marks: str) -> Observation:
    if len(segment) < 12:
        segment = [*segment, *[""] * (12 - len(segment))]
    parts = segment[3].split(marks[1])
    code, label, system = parts if len(parts) == 3 else [*parts, "", "", ""][:3]
    if marks[3] in segment[3]:
        code, label, system = (plain(part, marks) for part in (code, label, system))
    value = segment[5]
    if segment[2] in TEXTS:
        value = _text(value, marks)
    return Observation(segment[1], segment[2], code, label, system, value, segment[11])


def _text(value: str, marks: str) -> str:
    if marks[2] in value:
        value = value.replace(marks[2], "\n")  # TX and older FT: a repetition is a line
    return plain(value, marks)


def parse(data: bytes, profile: Profile) -> Note:
    """The note that :func:`build` was given. Raises ``Hl7Fault`` for anything but such a message."""
    message = read(data)
    sections: dict[str, str] = {}
    document = None
    for found in observations(message):
        place = (found.code, found.system)
        if place in profile.keys:
            sections[profile.keys[place]] = found.value
        elif profile.document and place == (profile.document.code, profile.document.system):
            document = _document(found.value, message.delimiters)
        else:
            raise Hl7Fault(f"OBX {found.set_id[:9]} has a code that the profile does not know.")
    visit = message.first("PV1")
    return Note(
        patient=_patient(message),
        encounter_id=message.text(visit, 19),
        provider=Provider(*(message.text(visit, 7, part) for part in (1, 2, 3))),
        sections=sections,
        document=document,
    )


def _patient(message: Message) -> Patient:
    pid = message.first("PID")
    sex = message.text(pid, 8)
    if sex not in set(Sex):
        raise Hl7Fault("PID-8 is not F, M, O or U.")
    return Patient(
        mrn=message.text(pid, 3),
        family=message.text(pid, 5, 1),
        given=message.text(pid, 5, 2),
        dob=_day(message.text(pid, 7)),
        sex=Sex(sex),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        if not DAY.fullmatch(text[:8]):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise Hl7Fault("PID-7 is not a date.") from None


def _document(value: str, delimiters: str) -> bytes:
    parts = value.split(delimiters[1])
    if len(parts) < 5 or parts[3] != "Base64":
        raise Hl7Fault("The document is not Base64.")
    try:
        return base64.b64decode(parts[4], validate=True)
    except binascii.Error:
        raise Hl7Fault("The document's Base64 is damaged.") from None
