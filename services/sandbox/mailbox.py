"""A practice's portal threads and messages, and the order in which they changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.sandbox.shapes import Json, stamp

NETWORK_DELAY = timedelta(seconds=4)


@dataclass(frozen=True)
class Thread:
    """One conversation with one patient, and whose desk at the practice it belongs to."""

    id: str
    subject: str
    patient: str
    display: str
    location: str
    department: str
    provider: str


@dataclass(frozen=True)
class Message:
    """One version of one message. ``overrides`` replace fields on the wire, to spoil them."""

    id: str
    thread: str
    author: str
    body: str
    sent: datetime
    received: datetime
    version: int = 1
    status: str = "active"
    attachments: tuple[Json, ...] = ()
    in_reply_to: str = ""
    client_ref: str = ""
    overrides: Json = field(default_factory=dict)


class Mailbox:
    """Threads by id, messages by id, and a log of changes whose index is the cursor."""

    def __init__(self) -> None:
        self.threads: dict[str, Thread] = {}
        self.messages: dict[str, Message] = {}
        self.older: dict[str, list[Message]] = {}
        self.members: dict[str, list[str]] = {}
        self.changes: list[str] = []
        self.latest: dict[str, int] = {}

    def open(self, thread: Thread) -> Thread:
        """Start a conversation."""
        self.threads[thread.id] = thread
        self.members.setdefault(thread.id, [])
        return thread

    def put(self, message: Message) -> Message:
        """Take in a message or a new version of one; either is a change."""
        known = self.messages.get(message.id)
        if known is None:
            self.members[message.thread].append(message.id)
        else:
            self.older.setdefault(message.id, []).append(known)
        self.messages[message.id] = message
        self.latest[message.id] = len(self.changes)
        self.changes.append(message.id)
        return message

    def edit(self, message_id: str, body: str) -> Message:
        """The patient rewrites a message: same id, next version. Raises KeyError."""
        known = self.messages[message_id]
        return self.put(replace(known, body=body, version=known.version + 1))

    def withdraw(self, message_id: str) -> Message:
        """The patient recalls a message: same id, next version, no body. Raises KeyError."""
        known = self.messages[message_id]
        version = known.version + 1
        return self.put(replace(known, body="", version=version, status="withdrawn"))

    def page(self, since: int, limit: int = 100) -> tuple[list[Message], int]:
        """At most *limit* messages changed from *since* on, each once, and where to go on."""
        found: list[Message] = []
        for index in range(since, len(self.changes)):
            if len(found) == limit:
                return found, index
            message_id = self.changes[index]
            if self.latest[message_id] == index:
                found.append(self.messages[message_id])
        return found, len(self.changes)

    def versions(self, message: Message) -> Iterator[Message]:
        """*message* and what it said before, newest first: for the out-of-order fault."""
        yield message
        yield from reversed(self.older.get(message.id, []))

    def of_thread(self, thread_id: str) -> list[Message]:
        """A thread's messages, oldest first. Raises KeyError."""
        return [self.messages[i] for i in self.members[thread_id]]

    def last_from_patient(self, thread_id: str) -> str:
        """The id of the last message a reply would answer, or empty."""
        ids = (m.id for m in reversed(self.of_thread(thread_id)) if m.author != "practice")
        return next(ids, "")

    def as_json(self, message: Message) -> Json:
        """*message* as the wire has it; an override of ``None`` leaves the field out."""
        thread = self.threads[message.thread]
        shape = {
            "id": message.id,
            "thread": {"id": thread.id, "subject": thread.subject},
            "patient": {"reference": thread.patient, "display": thread.display},
            "from": message.author,
            "body": message.body,
            "sent": stamp(message.sent),
            "received": stamp(message.received),
            "version": message.version,
            "status": message.status,
            "location": thread.location,
            "department": thread.department,
            "provider": thread.provider,
            "attachments": list(message.attachments),
        }
        if message.in_reply_to:
            shape["in_reply_to"] = message.in_reply_to
        if message.client_ref:
            shape["client_ref"] = message.client_ref
        shape |= message.overrides
        return {name: value for name, value in shape.items() if value is not None}
