"""What a receiver's ACK means: taken, refused, to be tried again, or nothing that we can trust."""

import re
from dataclasses import dataclass, field

from services.ehr.codes import Channel, in_words
from services.ehr.hl7.faults import Hl7Fault
from services.ehr.hl7.reading import Message, read
from services.ehr.ports import Receipt
from services.errors import Refused, Unreachable

TAKEN = ("AA", "CA")
REJECTED = ("AR",)
REFUSED = ("AE", "CE", "CR")
OF_OUR_MAKING = ("200", "201", "202", "203")  # AR for what we sent, not for how they are today
CODE = re.compile(r"[0-9]{1,5}")
CODE_IN_WORDS = re.compile(r"\s*([0-9]{1,5})\b")
LINE_END = re.compile(rb"\r?\n")  # some receivers end the lines of an ACK as text files do
HARMLESS = re.compile(r"[A-Z][A-Z0-9]{2}")


@dataclass(frozen=True)
class Complaint:
    """One ERR: its code and place. Its free text is left out, since it may quote the patient."""

    code: str
    segment: str = ""
    number: str = ""
    field: str = ""
    is_warning: bool = False

    @property
    def place(self) -> str:
        """Where, in words with a space before; empty where it does not say."""
        if not self.segment:
            return ""
        number = f" {self.number}" if self.number else ""
        return f" at {self.segment}{number}" + (f", field {self.field}" if self.field else "")


@dataclass(frozen=True)
class Acknowledgement:
    """An ACK: MSA-1, MSA-2, and what it complains of."""

    code: str
    control: str
    complaints: tuple[Complaint, ...] = field(default=())


def read_acknowledgement(data: bytes) -> Acknowledgement:
    """Raises ``Hl7Fault`` for what is no ACK, or one with an answer that HL7 does not define."""
    message = read(LINE_END.sub(b"\r", data))
    answer = message.first("MSA")
    code = message.text(answer, 1)
    if code not in (*TAKEN, *REJECTED, *REFUSED):
        raise Hl7Fault("The answer has no MSA with a code that HL7 defines.")
    return Acknowledgement(code, message.text(answer, 2), _complaints(message, answer))


def _complaints(message: Message, answer: list[str]) -> tuple[Complaint, ...]:
    """ERR as of 2.5, or what older receivers write: ERR-1, MSA-6, or a number that opens MSA-3."""
    found = tuple(_complaint(message, segment) for segment in message.named("ERR"))
    if any(one.code for one in found):
        return found
    words = CODE_IN_WORDS.match(message.text(answer, 3))
    code = _code(message.text(answer, 6)) or (words[1] if words else "")
    return (Complaint(code),) if code else found


def _complaint(message: Message, segment: list[str]) -> Complaint:
    code = _code(message.text(segment, 3)) or _code(_older(message, segment))
    name = message.text(segment, 2, 1)
    number, field_number = (_code(message.text(segment, 2, part)) for part in (2, 3))
    return Complaint(
        code,
        name if HARMLESS.fullmatch(name) else "",
        number,
        field_number,
        message.text(segment, 4) in ("W", "I"),
    )


def _older(message: Message, segment: list[str]) -> str:
    """ERR-1.4.1, of type ELD, whose fourth component is a coded element."""
    return message.text(segment, 1, 4).partition("&")[0]


def _code(text: str) -> str:
    return text if CODE.fullmatch(text) else ""


def verdict(answer: Acknowledgement, system: str) -> Receipt:
    """The receipt, or raises what the answer means.

    AE, CE and CR are a clear no: ``Refused``. AR is ``Unreachable``, tried again by itself, unless
    it says that the fault is in what we sent. A CA only means that it was stored: as with any
    receipt, reading back tells whether it was filed.
    """
    if answer.code in TAKEN:
        return Receipt(answer.control, _detail(answer))
    complaint = next((c for c in answer.complaints if not c.is_warning), Complaint(""))
    words = _words(complaint)
    if answer.code in REJECTED and complaint.code not in OF_OUR_MAKING:
        raise Unreachable(f"{system} cannot take notes at the moment: {words} ({answer.code}).")
    raise Refused(
        f"{system} did not take the note: {words} ({answer.code}).",
        code=complaint.code or answer.code,
    )


def _detail(answer: Acknowledgement) -> str:
    said = [_words(one) for one in answer.complaints]
    stored = ["stored, not yet filed"] if answer.code == "CA" else []
    return "; ".join([*stored, *said])


def _words(complaint: Complaint) -> str:
    if not complaint.code:
        return f"it does not say why{complaint.place}"
    return in_words(complaint.code, Channel.HL7) + complaint.place
