"""From one item of the healow channel to a message; what cannot be trusted is flagged or set aside.

Nothing is dropped: an item that belongs to nobody is quarantined with its reason, a
value that is only odd is kept, repaired and flagged.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.ehr.fhir_datatypes import plain_reference
from services.ehr.ports import Attachment, Author, IncomingMessage, Quarantined
from services.ehr.strict_json import NOT_TEXT, clean_text

ID = re.compile(r"[\x21-\x7e]{1,128}")
PATIENT = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}")  # FHIR R4 ids
WORD = re.compile(r"[a-z][a-z_-]{0,30}")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LONGEST_SUBJECT = 500
MOST_ATTACHMENTS = 100


@dataclass
class Reader:
    """Takes values out of one item and collects the flags on the way."""

    item: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo
    flags: list[str] = field(default_factory=list)

    def text(self, name: str, value: Any) -> str:
        """A text that both databases can keep; flagged if it had to be repaired or was none."""
        if not isinstance(value, str):
            if value is not None:
                self.flags.append(f"unreadable-{name}")
            return ""
        if NOT_TEXT.search(value):
            self.flags.append("replaced-nul" if "\x00" in value else "replaced-surrogate")
        return clean_text(value)

    def moment(self, name: str, otherwise: datetime) -> datetime:
        """An instant; flagged when only part of it, or nothing plausible, is given."""
        flag, moment = read_moment(self.item.get(name), self.zone)
        if moment is not None and not EARLIEST <= moment <= self.now + timedelta(days=1):
            flag, moment = "implausible", None
        if flag:
            self.flags.append(f"{flag}-{name}")
        return moment or otherwise

    def word(self, name: str, known: Mapping[str, Any], otherwise: Any) -> Any:
        """What a word stands for; an unknown one is flagged with the word itself."""
        raw = self.item.get(name)
        if isinstance(raw, str) and raw in known:
            return known[raw]
        shown = raw if isinstance(raw, str) and WORD.fullmatch(raw) else "?"
        self.flags.append(f"unknown-{name}={shown}")
        return otherwise


STATUSES = {"active": False, "withdrawn": True}
AUTHORS = {author.value: author for author in Author}


def read_item(item: Any, now: datetime, zone: ZoneInfo) -> IncomingMessage | Quarantined:
    """One item as a message, or set aside for lack of an id, a patient or a text."""
    if not isinstance(item, Mapping):
        return Quarantined(_name(item), "is not a message")
    read = Reader(item, now, zone)
    withdrawn = read.word("status", STATUSES, otherwise=False)
    patient = _patient(item)
    for missing, reason in (
        (_id(item.get("id")) is None, "has no usable id"),
        (patient is None, "names no patient"),
        (not withdrawn and not isinstance(item.get("body"), str), "has no text"),
    ):
        if missing:
            return Quarantined(_name(item), reason)
    return _message(read, str(item["id"]), str(patient), withdrawn)


def _message(read: Reader, portal_id: str, patient: str, withdrawn: bool) -> IncomingMessage:
    item = read.item
    received_at = read.moment("received", otherwise=read.now)
    thread = _member(item, "thread")
    return IncomingMessage(
        portal_id=portal_id,
        thread_id=_thread(read, thread),
        version=_version(read),
        patient_ref=patient,
        author=read.word("from", AUTHORS, otherwise=Author.PATIENT),
        subject=read.text("subject", thread.get("subject"))[:LONGEST_SUBJECT],
        body="" if withdrawn else read.text("body", item.get("body")),
        sent_at=read.moment("sent", otherwise=received_at),
        received_at=received_at,
        withdrawn=withdrawn,
        in_reply_to=_id(item.get("in_reply_to")),
        client_ref=_id(item.get("client_ref")),
        location=_place(item.get("location"), "Location"),
        department=_place(item.get("department"), "Organization"),
        provider=_place(item.get("provider"), "Practitioner"),
        attachments=_attachments(read),
        flags=tuple(dict.fromkeys(read.flags)),
    )


def _member(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and ID.fullmatch(value) else None


def _name(item: Any) -> str:
    """The item's own id, or a digest by which the same item is known at the next poll."""
    own = _id(item.get("id")) if isinstance(item, Mapping) else None
    content = json.dumps(item, sort_keys=True).encode()
    return own or f"unnamed-{hashlib.sha256(content).hexdigest()[:16]}"


def _patient(item: Mapping[str, Any]) -> str | None:
    named = _member(item, "patient").get("reference")
    reference = plain_reference(named) if isinstance(named, str) else ""
    return reference if PATIENT.fullmatch(reference) else None


def _thread(read: Reader, thread: Mapping[str, Any]) -> str:
    """The conversation's id; without one the message is shown but cannot be answered."""
    found = _id(thread.get("id"))
    if found is None:
        read.flags.append("no-thread")
    return found or ""


def _version(read: Reader) -> int:
    version = read.item.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and 0 < version < 2**31:
        return version
    read.flags.append("unknown-version")
    return 1


def _place(value: Any, kind: str) -> str | None:
    """As the directory names it: ``Location/l.1``."""
    if _id(value) is None:
        return None
    return plain_reference(value) if "/" in value else f"{kind}/{value}"


def _attachments(read: Reader) -> tuple[Attachment, ...]:
    listed = read.item.get("attachments")
    if not isinstance(listed, list):
        return ()
    found = [_attachment(read, one) for one in listed[:MOST_ATTACHMENTS]]
    usable = tuple(one for one in found if one)
    if len(usable) < len(listed):
        read.flags.append("unreadable-attachment")
    return usable


def _attachment(read: Reader, listed: Any) -> Attachment | None:
    """What it is, never its bytes: they are not fetched, opened or shown to a model."""
    if not isinstance(listed, Mapping) or _id(listed.get("id")) is None:
        return None
    size = listed.get("size")
    return Attachment(
        portal_id=str(listed["id"]),
        name=read.text("attachment", listed.get("name"))[:200],
        media_type=read.text("attachment", listed.get("type"))[:100],
        size=size if isinstance(size, int) and 0 <= size < 2**40 else 0,
    )


def read_moment(value: Any, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """A flag (or none) and the instant in UTC that *value* names.

    A year, month or day alone means its first moment at the practice, a time without
    a zone the practice's own time; both are flagged.
    """
    if not isinstance(value, str):
        return "missing", None
    try:
        return _parse(value, zone)
    except (ValueError, OverflowError):
        return "invalid", None


def _parse(value: str, zone: ZoneInfo) -> tuple[str, datetime | None]:
    for length, completion in PARTIAL.items():
        if len(value) == length:
            day = datetime.fromisoformat(value + completion)
            return "partial", day.replace(tzinfo=zone).astimezone(UTC)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return "no-zone", moment.replace(tzinfo=zone).astimezone(UTC)
    return "", moment.astimezone(UTC)


PARTIAL = {4: "-01-01", 7: "-01", 10: ""}  # FHIR: year, month, day
