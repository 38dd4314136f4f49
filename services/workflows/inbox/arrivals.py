"""Take in what changed in the portal: new messages, edits, withdrawals, replies made elsewhere."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from db.conversations import Conversation, Conversations
from db.messages import Message, Messages
from db.patients import Patient, Patients
from db.suggestions import Suggestions
from db.vault import Unreadable
from services.desk import Desk
from services.ehr.ports import IncomingMessage, MessagePage
from services.merges import RECHECK, survivor
from services.options import PracticeOptions
from services.outbox import NO_THREAD
from services.workflows.inbox.standing import Said, Standing, settled, unanswered

SNIPPET = 160  # characters of the newest message that the list shows


@dataclass
class TakenIn:
    """What one page brought, in numbers."""

    new: int = 0
    edited: int = 0
    withdrawn: int = 0
    known: int = 0
    urgent: int = 0


@dataclass
class Thread:
    """One thread while a page is taken in: what we hold of it, and what the page says about it.

    ``row`` and ``held`` are what was there before; ``new`` holds a new thread's columns.
    """

    id: UUID
    key_id: UUID
    row: Conversation | None
    patient_id: UUID
    new: dict[str, Any] = field(default_factory=dict)
    held: list[Message] = field(default_factory=list)
    incoming: list[IncomingMessage] = field(default_factory=list)


def take_in(desk: Desk, page: MessagePage, options: PracticeOptions) -> TakenIn:
    """Take in one page. Safe to repeat: a version we hold is counted as known and left alone.

    The red-flag floor is computed here, before any model is asked and whether or not one answers.
    """
    taken = TakenIn()
    threads = _threads(desk, _unknown(desk, page.messages, taken))
    # Rows as plain values, one statement for each table: objects would take ten times as long.
    messages = [_message(desk, t, incoming) for t in threads for incoming in t.incoming]
    for thread in threads:
        _settle(desk, thread, options, taken)
        desk.record("inbox.received", f"conversation/{thread.id}")
    desk.vault.keep_new_keys()
    desk.open(Conversations).insert_many([t.new for t in threads if t.row is None])
    desk.open(Messages).insert_many(messages)
    return taken


def _unknown(
    desk: Desk, messages: Sequence[IncomingMessage], taken: TakenIn
) -> list[IncomingMessage]:
    held = desk.open(Messages).newest_versions({m.portal_id for m in messages})
    newest: dict[str, IncomingMessage] = {}
    for message in messages:
        other = newest.get(message.portal_id)
        if held.get(message.portal_id, 0) >= message.version:
            taken.known += 1
        elif other is None or other.version < message.version:
            newest[message.portal_id] = message
    return sorted(newest.values(), key=attrgetter("sent_at"))


def _threads(desk: Desk, messages: Sequence[IncomingMessage]) -> list[Thread]:
    """The threads of *messages*, in the order of their first, with all we hold of them."""
    known = _readable(desk, desk.open(Conversations).by_threads({_thread_of(m) for m in messages}))
    patients = _patients(desk, {m.patient_ref for m in messages})
    threads: dict[str, Thread] = {}
    for message in messages:
        key, patient_id = _thread_of(message), patients[message.patient_ref]
        if key not in threads:
            row = known.get(key)
            threads[key] = (
                Thread(row.id, row.key_id, row, patient_id)
                if row
                else _new_thread(desk, message, patient_id)
            )
        threads[key].incoming.append(message)
        threads[key].patient_id = patient_id
    _join_held(desk, {t.id: t for t in threads.values() if t.row})
    return list(threads.values())


def _thread_of(message: IncomingMessage) -> str:
    # Messages without a thread have nothing in common, least of all a patient.
    return message.thread_id or f"{NO_THREAD}{message.portal_id}"


def _readable(desk: Desk, known: Mapping[str, Conversation]) -> dict[str, Conversation]:
    """What can be gone on with.

    A conversation whose words were destroyed after retention, or are damaged, gives up its
    thread: what comes now begins a new one, and does not stop the poll.
    """
    with suppress(Unreadable):
        desk.vault.preload([row.key_id for row in known.values()])
    found = {thread: row for thread, row in known.items() if _opens(desk, row)}
    for thread in known.keys() - found.keys():
        known[thread].thread_id = f"{thread}#{known[thread].id}"
    if len(found) < len(known):
        desk.session.flush()
    return found


def _opens(desk: Desk, row: Conversation) -> bool:
    try:
        desk.vault.read(row, "subject")
    except Unreadable:
        return False
    return row.purged_at is None


def _patients(desk: Desk, refs: set[str]) -> dict[str, UUID]:
    patients = desk.open(Patients)
    new: list[dict[str, Any]] = []
    ids = {ref: survivor(desk, found).id for ref, found in patients.by_refs(refs).items()}
    for ref in sorted(refs - ids.keys()):
        key_id = desk.vault.new_key_id()
        new.append(Patient.values(practice_id=desk.practice_id, ehr_ref=ref, key_id=key_id))
        ids[ref] = new[-1]["id"]
    patients.insert_many(new)
    return ids


def _new_thread(desk: Desk, message: IncomingMessage, patient_id: UUID) -> Thread:
    key_id = desk.vault.new_key_id()
    new = Conversation.values(
        practice_id=desk.practice_id,
        thread_id=_thread_of(message),
        patient_id=patient_id,
        key_id=key_id,
        location=message.location or "",
        department=message.department or "",
        provider=message.provider or "",
        first_at=message.received_at,
    )
    id: UUID = new["id"]
    new["subject"] = desk.vault.seal("conversation", "subject", id, key_id, message.subject)
    return Thread(id, key_id, None, patient_id, new)


def _join_held(desk: Desk, threads: Mapping[UUID, Thread]) -> None:
    """Give each thread the messages that we hold as current, with one question for all."""
    if not threads:
        return
    for message in desk.open(Messages).of_many(list(threads)):
        threads[message.conversation_id].held.append(message)


def _message(desk: Desk, thread: Thread, message: IncomingMessage) -> dict[str, Any]:
    row = Message.values(
        practice_id=desk.practice_id,
        conversation_id=thread.id,
        key_id=thread.key_id,
        portal_id=message.portal_id,
        source_version=message.version,
        author=message.author,
        sent_at=message.sent_at,
        received_at=message.received_at,
        withdrawn=message.withdrawn,
        delivery_ref=message.client_ref,
        flags=list(message.flags),
    )
    files = [{"name": a.name, "type": a.media_type, "size": a.size} for a in message.attachments]
    for column, text in (("body", message.body), ("attachments", json.dumps(files))):
        row[column] = desk.vault.seal("message", column, row["id"], thread.key_id, text)
    return row


def _settle(desk: Desk, thread: Thread, options: PracticeOptions, taken: TakenIn) -> None:
    """Bring the conversation in line with its messages as they now are."""
    current = _current(desk, thread, taken)
    now = settled(_before(thread), current, _subject(desk, thread), options)
    changed = now.values
    if waiting := unanswered(current):
        snippet = " ".join(waiting[-1].body.split())[:SNIPPET]
        changed["snippet"] = desk.vault.seal(
            "conversation", "snippet", thread.id, thread.key_id, snippet
        )
    _write(desk, thread, changed)
    taken.urgent += now.is_urgent


def _current(desk: Desk, thread: Thread, taken: TakenIn) -> list[Said]:
    """Every message as it now stands, oldest first; what a newer version replaces is marked."""
    held = {row.portal_id: row for row in thread.held}
    said = {portal_id: _as_held(desk, row) for portal_id, row in held.items()}
    for incoming in thread.incoming:
        if replaced := held.get(incoming.portal_id):
            replaced.superseded = True
        _count(incoming, replaced is not None, taken)
        said[incoming.portal_id] = _as_read(incoming)
    return sorted(said.values(), key=attrgetter("sent_at"))


def _count(message: IncomingMessage, replaces: bool, taken: TakenIn) -> None:
    taken.withdrawn += message.withdrawn
    taken.edited += replaces and not message.withdrawn
    taken.new += not replaces


def _as_held(desk: Desk, row: Message) -> Said:
    try:
        body = desk.vault.read(row, "body").text
    except Unreadable:
        body = ""  # one damaged message must not stop what else comes in
    return Said(row.portal_id, row.source_version, row.author, body, row.sent_at,
                row.received_at, row.withdrawn, row.delivery_ref is not None)  # fmt: skip


def _as_read(message: IncomingMessage) -> Said:
    return Said(message.portal_id, message.version, message.author, message.body,
                message.sent_at, message.received_at, message.withdrawn,
                message.client_ref is not None)  # fmt: skip


def _before(thread: Thread) -> Standing:
    if thread.row is not None:
        return Standing.of(thread.row)
    return Standing(waiting_since=thread.new["first_at"])


def _subject(desk: Desk, thread: Thread) -> str:
    if thread.row is not None:
        return desk.vault.read(thread.row, "subject").text
    return thread.incoming[0].subject


def _write(desk: Desk, thread: Thread, changed: Mapping[str, Any]) -> None:
    if thread.row is None:
        thread.new |= changed
        return
    for column, value in changed.items():
        setattr(thread.row, column, value)
    if thread.row.patient_id != thread.patient_id:
        thread.row.patient_id, thread.row.trouble = thread.patient_id, RECHECK
    thread.row.version += 1
    desk.open(Suggestions).supersede(thread.id)
