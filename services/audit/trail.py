"""Reading the trail: by filter, or everything about one item, with people's names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.audit import AuditEntry, AuditTrail, Ending
from db.base import Repository, Row
from db.conversations import Conversation, Conversations
from db.deliveries import Deliveries, Delivery
from db.messages import Messages
from db.notes import Notes
from db.practices import Practices
from db.staff import StaffList
from db.suggestions import Suggestion, Suggestions
from services.desk import Desk
from services.errors import Invalid
from services.management import Deed, managed

# What may stand in a filter. Free text is refused: filters are written to the trail.
VERB = re.compile(r"[a-z_]+(\.[a-z_]+)+")
REFERENCE = re.compile(r"[a-z_]+(/[A-Za-z0-9._-]+){0,3}")
ABOUT: Mapping[str, type[Repository[Any]]] = {
    "message": Messages,
    "suggestion": Suggestions,
    "delivery": Deliveries,
    "note": Notes,
}


@dataclass(frozen=True)
class Wanted:
    """Which lines: empty fields do not filter; *since* is included, *until* is not.

    Raises ``Invalid`` for what cannot be a verb or a reference, without repeating it.
    """

    verb: str = ""
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.verb and not VERB.fullmatch(self.verb):
            raise Invalid("A verb looks like inbox.send_reply.")
        if any(ref and not REFERENCE.fullmatch(ref) for ref in (self.actor, self.subject)):
            raise Invalid("A reference looks like conversation/ and an identifier.")

    def __str__(self) -> str:
        """For the trail: ``verb=inbox.send_reply since=2026-03-02T08:00:00+00:00``."""
        moments = {"since": self.since, "until": self.until}
        words = {"verb": self.verb, "actor": self.actor, "subject": self.subject}
        words |= {name: moment.isoformat() for name, moment in moments.items() if moment}
        return " ".join(f"{name}={word}" for name, word in words.items() if word) or "everything"

    def covers(self, entry: AuditEntry) -> bool:
        """Whether *entry* is wanted."""
        return (
            self.verb in ("", entry.verb)
            and self.actor in ("", entry.actor)
            and self.subject in ("", entry.subject)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


@dataclass(frozen=True)
class Line:
    """One line of the trail, with the practice's code and the name of who did it."""

    id: UUID
    site: str
    seq: int
    at: datetime
    who: str
    actor: str
    verb: str
    subject: str
    ending: Ending
    reason: str
    sources: str
    prompt_digest: str
    mac: str


@dataclass(frozen=True)
class Story:
    """Everything on record about one conversation, oldest first; no patient's words."""

    subject: str
    lines: tuple[Line, ...]
    suggestions: tuple[Suggestion, ...]
    deliveries: tuple[Delivery, ...]
    names: Mapping[UUID, str]

    def name_of(self, staff_id: UUID | None) -> str:
        """The name of somebody who decided; empty while nobody has."""
        return self.names.get(staff_id, "someone unknown") if staff_id else ""


@managed("audit.read", "Read the audit trail")
def search(desk: Desk, wanted: Wanted, limit: int = 500) -> Deed[tuple[Line, ...]]:
    """The newest lines that match, newest first, at most *limit*."""
    found = desk.open(AuditTrail).search(
        verb=wanted.verb,
        actor=wanted.actor,
        subject=wanted.subject,
        since=wanted.since,
        until=wanted.until,
        limit=limit,
    )
    lines = _named(desk, found)
    return Deed("audit", f"search: {wanted}; {len(lines)} lines", lines)


@managed("audit.read", "Read one item's story")
def story(desk: Desk, reference: str) -> Deed[Story]:
    """All that happened to a conversation, asked for by it or by anything that belongs to it.

    Raises ``Invalid`` for what is not a reference and ``NotFound`` for what is not here.
    """
    conversation = _conversation(desk, reference)
    suggestions = desk.open(Suggestions).of(conversation.id)
    deliveries = desk.open(Deliveries).of(conversation.id)
    rows = (*suggestions, *deliveries, *_words(desk, conversation))
    subjects = [conversation.ref, *(row.ref for row in rows)]
    lines = _named(desk, desk.open(AuditTrail).story_of(subjects))
    names = desk.open(StaffList).names()
    told = Story(conversation.ref, lines, tuple(suggestions), tuple(deliveries), names)
    return Deed(conversation.ref, f"story; {len(lines)} lines", told)


def line_of(entry: AuditEntry, names: Mapping[UUID, str], site: str) -> Line:
    """One entry as a line of the practice with code *site*."""
    return Line(
        id=entry.id,
        site=site,
        seq=entry.seq,
        at=entry.at,
        who=who(entry.actor, names),
        actor=entry.actor,
        verb=entry.verb,
        subject=entry.subject,
        ending=entry.ending,
        reason=entry.reason,
        sources=entry.sources,
        prompt_digest=entry.prompt_digest,
        mac=entry.mac,
    )


def who(actor: str, names: Mapping[UUID, str]) -> str:
    """The name behind a reference: a person's, or ``Foyer (deliver)`` for a job."""
    kind, _, rest = actor.partition("/")
    if kind == "job":
        return f"Foyer ({rest})"
    found = _identifier(rest)
    return names.get(found, "someone unknown") if found else actor


def _named(desk: Desk, entries: Sequence[AuditEntry]) -> tuple[Line, ...]:
    site = Practices(desk.session).get(desk.practice_id).code
    names = desk.open(StaffList).names()
    return tuple(line_of(entry, names, site) for entry in entries)


def _conversation(desk: Desk, reference: str) -> Conversation:
    kind, _, rest = reference.strip().partition("/")
    id = _identifier(rest)
    if id is None or kind not in {"conversation", *ABOUT}:
        raise Invalid("A reference looks like conversation/ and an identifier.")
    if kind in ABOUT:
        belongs: Repository[Any] = desk.open(ABOUT[kind])
        id = belongs.get(id).conversation_id
    return desk.open(Conversations).get(id)


def _words(desk: Desk, conversation: Conversation) -> Sequence[Row]:
    return (*desk.open(Messages).of(conversation.id), *desk.open(Notes).of(conversation.id))


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
