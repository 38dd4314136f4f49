"""HL7 v2 as the receiver reads and writes it, written apart from the sender's own reading."""

import re
from dataclasses import dataclass
from datetime import datetime

ESCAPE = re.compile(r"\\([^\\]*)\\")
SIGNS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}
ERRORS = {
    "100": "Segment sequence error", "101": "Required field missing",
    "200": "Unsupported message type", "202": "Unsupported processing id",
    "203": "Unsupported version id", "204": "Unknown key identifier",
    "207": "Application internal error", "301": "MSH missing", "302": "Content table write failed",
    "303": "Encounter not of this patient", "304": "Encounter not found", "305": "Processing",
    "306": "PROG identifier missing", "307": "OBR missing", "308": "Interface setup",
    "2027": "NDC not in formulary",
}  # fmt: skip


@dataclass(frozen=True)
class Incoming:
    """A message as segments of raw fields; field numbers are the standard's."""

    segments: tuple[tuple[str, ...], ...]

    def all(self, name: str) -> list[tuple[str, ...]]:
        """The segments of one name."""
        return [s for s in self.segments if s[0] == name]

    def value(self, name: str, number: int, component: int = 1) -> str:
        """A component of the first segment of that name, as text; empty where there is none."""
        for segment in self.all(name)[:1]:
            return part(segment, number, component)
        return ""


def part(segment: tuple[str, ...], number: int, component: int = 1) -> str:
    """One component of a field, as text."""
    parts = (segment[number] if number < len(segment) else "").split("~")[0].split("^")
    return text_of(parts[component - 1]) if component <= len(parts) else ""


def text_of(value: str) -> str:
    """A value without its escapes."""
    return ESCAPE.sub(_sign, value)


def _sign(found: re.Match[str]) -> str:
    code = found[1]
    if code[:1] == "X":
        return bytes.fromhex(code[1:]).decode("utf-8", "replace")
    return SIGNS.get(code, "")


def read(data: bytes) -> Incoming:
    """Raises ValueError for what is not UTF-8 or does not begin with MSH."""
    text = data.decode("utf-8")
    if not text.startswith("MSH|"):
        raise ValueError("It does not begin with MSH.")
    segments = [tuple(line.split("|")) for line in text.split("\r") if line]
    head = ("MSH", "|", *segments[0][1:])
    return Incoming((head, *segments[1:]))


@dataclass(frozen=True)
class Answer:
    """What an ACK says: MSA-1, the id it answers, and the error with its place, if there is one."""

    code: str
    control: str
    error: str = ""
    place: str = ""

    def as_bytes(self, number: int, at: datetime) -> bytes:
        """The ACK with its own id, unframed."""
        lines = [
            f"MSH|^~\\&|ECW|SANDBOX|||{at:%Y%m%d%H%M%S}+0000||ACK^R01^ACK|ACK{number}|P|2.5.1",
            f"MSA|{self.code}|{self.control}",
        ]
        if self.error:
            words = ERRORS.get(self.error, "Error")
            lines.append(f"ERR||{self.place}|{self.error}^{words}^L|E")
        return ("\r".join(lines) + "\r").encode()
