"""X12 as text: segments and envelopes written, and read back with what is wrong with them."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

ELEMENT, REPEAT, COMPONENT, END = "*", "^", ":", "~"
SEPARATORS = "*^~\r\n"
ISA_LENGTH = 106
Segment = list[str]

# Functional group and implementation of each transaction set (ASC X12N 005010 guides).
GUIDES = {
    "837": ("HC", "837", "005010X222A1"),
    "835": ("HP", "835", "005010X221A1"),
    "999": ("FA", "999", "005010X231A1"),
    "277ca": ("HN", "277", "005010X214"),
    "277": ("HN", "277", "005010X212"),
    "276": ("HR", "276", "005010X212"),
    "270": ("HS", "270", "005010X279A1"),
    "271": ("HB", "271", "005010X279A1"),
}


def seg(*elements: object) -> str:
    """One segment without its end; empty elements at the tail are left out, as the standard asks."""
    texts = [_safe(e) for e in elements]
    while texts and not texts[-1]:
        texts.pop()
    return ELEMENT.join(texts)


def parts(*components: object) -> str:
    """A composite element; empty components at the tail are left out."""
    texts = [_safe(c) for c in components]
    return COMPONENT.join(texts).rstrip(COMPONENT)


def money(cents: int) -> str:
    """Cents as an X12 decimal: ``12500`` is ``125``, ``1250`` is ``12.5``."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole}.{rest:02}".rstrip("0").rstrip(".")
    return f"-{text}" if cents < 0 else text


def cents(text: str) -> int:
    """An X12 decimal as cents. Raises ValueError if it is none, or has parts of a cent."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, rest = digits.partition(".")
    if len(rest.rstrip("0")) > 2 or not (whole + rest).isdecimal():
        raise ValueError("not an amount in cents")
    return sign * (int(whole or "0") * 100 + int((rest[:2]).ljust(2, "0") or "0"))


def ymd(day: date) -> str:
    """A date as CCYYMMDD."""
    return f"{day:%Y%m%d}"


@dataclass(frozen=True)
class Parties:
    """Who sends an interchange to whom, both by mutually defined ids (qualifier ZZ)."""

    sender: str
    receiver: str

    def turned(self) -> "Parties":
        """The way back."""
        return Parties(self.receiver, self.sender)


def interchange(
    kind: str, transactions: Sequence[list[str]], who: Parties, at: datetime, control: int
) -> bytes:
    """One group of *transactions* (segments between ST and SE) in its envelope, marked as test data."""
    group, _, guide = GUIDES[kind]
    lines = [_isa(who, at, control)]
    stamped = (f"{at:%Y%m%d}", f"{at:%H%M}")
    lines.append(seg("GS", group, who.sender, who.receiver, *stamped, control, "X", guide))
    for number, body in enumerate(transactions, 1):
        lines += _transaction(kind, number, body)
    lines.append(seg("GE", len(transactions), control))
    lines.append(seg("IEA", 1, f"{control:09}"))
    return written(lines)


def bare_interchange(lines: Iterable[str], who: Parties, at: datetime, control: int) -> bytes:
    """An interchange without any group, as a TA1 travels."""
    return written([_isa(who, at, control), *lines, seg("IEA", 0, f"{control:09}")])


def written(lines: Iterable[str]) -> bytes:
    """Segments as a file, one a line."""
    return "".join(f"{line}{END}\n" for line in lines).encode("ascii", "replace")


@dataclass(frozen=True)
class Transaction:
    """What lies between ST and SE, both included. ``fault`` is an IK502 code, empty if in order."""

    kind: str
    control: str
    segments: list[Segment]
    fault: str = ""
    guide: str = ""


@dataclass
class Envelope:
    """An interchange as it was read.

    ``fault`` is a TA1 note (000 in order), ``group_fault`` an AK905 code, empty if in order.
    """

    isa: Segment = field(default_factory=list)
    group: Segment = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    fault: str = "000"
    group_fault: str = ""

    @property
    def control(self) -> str:
        """ISA13, or nine zeros where there is no ISA."""
        return self.isa[13] if len(self.isa) > 13 else "0" * 9


def read(raw: bytes) -> Envelope:
    """Read one interchange; what is wrong is noted in the envelope, nothing is raised."""
    text = raw.decode("latin-1").lstrip()
    if not text.startswith("ISA") or len(text) < ISA_LENGTH:
        return Envelope(fault="022")
    found = [[_cleaned(e, text[ISA_LENGTH - 2]) for e in segment] for segment in segments(text)]
    envelope = Envelope(isa=found[0])
    _read_groups(envelope, found[1:])
    envelope.fault = _interchange_fault(envelope, found)
    return envelope


def segments(text: str) -> Iterator[Segment]:
    """The segments of an interchange, by the separators its ISA declares."""
    element, end = text[3], text[ISA_LENGTH - 1]
    for line in text.split(end):
        if stripped := line.strip("\r\n"):
            yield stripped.split(element)


def _cleaned(element: str, component: str) -> str:
    """An element as it would stand in our own files, whatever separators its sender uses."""
    if component != COMPONENT:
        element = element.replace(COMPONENT, " ").replace(component, COMPONENT)
    return "".join(" " if c in SEPARATORS else c for c in element)


def _isa(who: Parties, at: datetime, control: int) -> str:
    # Usage T: everything the sandbox says is test data.
    blank = " " * 10
    ids = ("ZZ", who.sender.ljust(15), "ZZ", who.receiver.ljust(15))
    moment = (f"{at:%y%m%d}", f"{at:%H%M}")
    fields = ("00", blank, "00", blank, *ids, *moment, REPEAT, "00501", f"{control:09}", "0", "T")
    return ELEMENT.join(("ISA", *fields, COMPONENT))


def _transaction(kind: str, number: int, body: list[str]) -> list[str]:
    _, name, guide = GUIDES[kind]
    head = seg("ST", name, f"{number:04}", "" if kind == "835" else guide)
    return [head, *body, seg("SE", len(body) + 2, f"{number:04}")]


def _read_groups(envelope: Envelope, found: list[Segment]) -> None:
    opened: list[Segment] | None = None
    for segment in found:
        match segment[0]:
            case "GS":
                envelope.group = segment
            case "ST":
                opened = [segment]
            case "SE" if opened:
                opened.append(segment)
                envelope.transactions.append(_closed(envelope, opened))
                opened = None
            case "GE":
                envelope.group_fault = _group_fault(envelope, segment)
            case _ if opened is not None:
                opened.append(segment)
    if opened:
        envelope.transactions.append(_closed(envelope, opened, "2"))


def _closed(envelope: Envelope, found: list[Segment], fault: str = "") -> Transaction:
    start, end = found[0], found[-1]
    if not fault and end[2:3] != start[2:3]:
        fault = "3"
    elif not fault and end[1:2] != [str(len(found))]:
        fault = "4"
    guide = start[3] if len(start) > 3 else (envelope.group[8:9] or [""])[0]
    kind, control = [*start[1:3], "", ""][:2]
    return Transaction(kind, control, found, fault, guide)


def _group_fault(envelope: Envelope, end: Segment) -> str:
    if end[2:3] != envelope.group[6:7]:
        return "4"
    return "" if end[1:2] == [str(len(envelope.transactions))] else "5"


def _interchange_fault(envelope: Envelope, found: list[Segment]) -> str:
    last, names = found[-1], [segment[0] for segment in found]
    if last[0] != "IEA":
        return "023"
    if last[2:3] != [envelope.control]:
        return "001"
    if last[1:2] != [str(names.count("GS"))]:
        return "021"
    return "000" if names.count("GS") == names.count("GE") == 1 else "024"


def _safe(value: object) -> str:
    # A composite arrives with its own separators; free text was cleaned by `plain`.
    return "" if value is None else str(value)


def plain(text: str) -> str:
    """Free text without anything that separates, and ASCII only."""
    folded = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return "".join(" " if c in "*^:~\r\n" else c for c in folded).strip()
