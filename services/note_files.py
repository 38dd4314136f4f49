"""A note as JSON and a message as a file: what `foyer hl7` reads and what it says of them."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.ehr.hl7.building import build, control_id
from services.ehr.hl7.checking import findings
from services.ehr.hl7.faults import Hl7Fault
from services.ehr.hl7.frames import Frames
from services.ehr.hl7.note import Note, Patient, Provider, Sex
from services.ehr.hl7.profile import load_profile
from services.ehr.hl7.reading import LARGEST_MESSAGE, Message, observations, read
from services.errors import Invalid

SEXES = {"female": Sex.FEMALE, "male": Sex.MALE, "other": Sex.OTHER, "unknown": Sex.UNKNOWN}
SEXES |= {str(sex).lower(): sex for sex in Sex} | {"": Sex.UNKNOWN}
LINE_END = re.compile(rb"\r\n|\n")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Json = Mapping[str, Any]


def message_of(profile_file: Path, note_file: Path, delivery: str, at: datetime | None) -> bytes:
    """The message of a note's file, the same bytes whenever nothing in the files has changed.

    Without *delivery* MSH-10 follows from what the files say, and without *at* the moment is when
    the note's file was written. Raises ``Invalid`` or ``Refused``.
    """
    profile_text, note_text = text_of(profile_file), text_of(note_file)
    moment = at or datetime.fromtimestamp(note_file.stat().st_mtime, UTC)
    content = hashlib.sha256("\x00".join((profile_text, note_text)).encode()).hexdigest()
    note = note_of(note_text)
    return build(note, load_profile(profile_text), control_id(delivery or content), moment)


def text_of(file: Path) -> str:
    """A file's text. Raises ``Invalid`` if it cannot be opened or is not UTF-8."""
    try:
        return file.read_text("utf-8")
    except OSError:
        raise Invalid(f"{file.name} cannot be opened.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{file.name} is not UTF-8.") from None


def note_of(text: str) -> Note:
    """The note in a JSON text. Raises ``Invalid``, naming the field and never what it says."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("The note is not JSON.") from None
    note = _table(found, "the note")
    patient, provider = (_table(note.get(name), name) for name in ("patient", "provider"))
    return Note(
        patient=Patient(
            mrn=_text(patient, "mrn"),
            family=_text(patient, "family"),
            given=_text(patient, "given", ""),
            dob=_day(patient),
            sex=_sex(patient),
        ),
        encounter_id=_text(note, "encounter_id"),
        provider=Provider(*(_text(provider, name, "") for name in ("npi", "family", "given"))),
        sections=_sections(note.get("sections")),
        document=_document(note),
    )


def _sections(found: Any) -> dict[str, str]:
    if not isinstance(found, list):
        raise Invalid("The note's sections are not a list.")
    sections: dict[str, str] = {}
    for each in found:
        section = _table(each, "a section")
        key = _text(section, "key")
        if key in sections:
            raise Invalid(f"The note has the section {key} twice.")
        sections[key] = _text(section, "text")
    return sections


def _table(found: Any, what: str) -> Json:
    if not isinstance(found, dict):
        raise Invalid(f"In the note, {what} is missing or not an object.")
    return found


def _text(table: Json, name: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a record number that was written as a number
    if not isinstance(value, str):
        raise Invalid(f"In the note, {name} is missing or not a text.")
    return value


def _day(patient: Json) -> date | None:
    text = _text(patient, "dob", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("In the note, dob is not a date such as 1980-02-03.") from None


def _sex(patient: Json) -> Sex:
    text = _text(patient, "sex", "").strip().lower()
    if text not in SEXES:
        raise Invalid("In the note, sex is not female, male, other or unknown.")
    return SEXES[text]


def _document(note: Json) -> bytes | None:
    if note.get("document") is None:
        return None
    try:
        return base64.b64decode(_text(note, "document"), validate=True)
    except ValueError:
        raise Invalid("In the note, document is not Base64.") from None


def message_in(file: Path) -> bytes:
    """The one message in a file, unframed, with CR after each segment.

    Editors end lines with LF, and some tools leave the MLLP frame around. Raises ``Invalid``.
    """
    try:
        if file.stat().st_size > 2 * LARGEST_MESSAGE:
            raise Invalid(f"{file.name} is larger than any message.")
        data = file.read_bytes()
    except OSError:
        raise Invalid(f"{file.name} cannot be opened.") from None
    data = data.removeprefix(BYTE_ORDER_MARK)
    if data.startswith(b"\x0b"):
        data = _unframed(data)
    return data if b"\r" in data.strip() and b"\n" not in data else LINE_END.sub(b"\r", data)


def _unframed(data: bytes) -> bytes:
    messages = Frames(2 * LARGEST_MESSAGE).feed(data)
    if len(messages) != 1:
        raise Invalid(f"The file holds {len(messages)} framed messages; one at a time is read.")
    return messages[0]


def checked(file: Path, profile_file: Path | None) -> tuple[dict[str, Any], list[str]]:
    """What a message is, without what it says of anybody, and a sentence for each fault."""
    profile = load_profile(text_of(profile_file)) if profile_file else None
    try:
        message = read(message_in(file))
    except (Hl7Fault, Invalid) as fault:
        return {}, [str(fault)]
    return _shown(message), findings(message, profile)


def _shown(message: Message) -> dict[str, Any]:
    head = message.segments[0]
    return {
        "type": "^".join(message.text(head, 9, part) for part in (1, 2)),
        "version": message.text(head, 12),
        "control": message.control,
        "sections": list(_sections_shown(message)),
    }


def _sections_shown(message: Message) -> Iterator[dict[str, Any]]:
    for one in observations(message):
        yield {"code": one.code, "label": one.label, "type": one.type, "characters": len(one.value)}
