"""One conversation opened: thread, patient, draft and reasons, with the reading on the trail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.connections import Connections
from db.conversations import Conversation, Conversations
from db.drafts import Draft, Drafts
from db.messages import Message, Messages
from db.notes import Notes
from db.patients import Patient, Patients
from db.places import Places
from db.staff import StaffList
from db.suggestions import Suggestion, Suggestions
from db.undo import Undos
from db.vault import Unreadable
from services import chart, rollout
from services.actions import Target, places_of
from services.ai.redflags import assess_for
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.ports import Author, Capability, ChartSummary, Road
from services.policy import may
from services.workflows.inbox.claims import Claims, drafted_text, examine
from services.workflows.inbox.clocks import Clock, clocks
from services.workflows.inbox.listing import shown
from services.workflows.inbox.phrases import Expansion, expansions
from services.workflows.inbox.progress import Sent, sent
from services.workflows.inbox.standing import unanswered
from services.workflows.inbox.why import Why, why_of

FRESH = timedelta(minutes=15)  # a chart younger than this is not asked for again


@dataclass(frozen=True)
class Span:
    """A stretch of a message's text worth marking: ``why`` says what for, ``kind`` how."""

    start: int
    end: int
    why: str
    kind: str  # red_flag, evidence


@dataclass(frozen=True)
class Said:
    """One message of the thread as the reader sees it."""

    author: str
    text: str = field(repr=False)
    sent_at: datetime
    files: tuple[str, ...] = field(repr=False)
    spans: tuple[Span, ...]
    waiting: bool
    earlier: tuple[str, ...] = field(repr=False)  # older versions, when the patient edited it
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class DraftView:
    """The reply to start from: a colleague's working text, or an engine's draft."""

    text: str = field(repr=False)
    by_engine: bool
    saved_by: str
    outdated: bool
    unsupported: tuple[str, ...] = field(repr=False)
    foreign: tuple[str, ...] = field(repr=False)
    used_facts: tuple[str, ...]


@dataclass(frozen=True)
class NoteView:
    """A colleague's note."""

    author: str
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class Item:
    """Everything the open pane shows of one conversation."""

    conversation: Conversation
    patient_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    subject: str = field(repr=False)
    thread: tuple[Said, ...]
    chart: ChartSummary | None
    chart_as_of: datetime | None
    provider: str
    location: str
    owner: str
    draft: DraftView
    why: Why | None
    notes: tuple[NoteView, ...]
    sent: tuple[Sent, ...]
    undo_until: datetime | None
    roads: dict[str, Capability]
    clocks: tuple[Clock, ...]
    phrases: tuple[Expansion, ...] = field(default=(), repr=False)

    @property
    def target(self) -> Target:
        """What an action on this item acts on: exactly what is shown."""
        row = self.conversation
        return Target(row.id, row.version, row.content_hash)


def open_item(container: Container, actor: Actor, id: UUID) -> Item:
    """Open one conversation for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed``, ``NotRolledOut``, or ``Unreadable`` after retention.
    """
    with working(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        conversation = desk.open(Conversations).get(id)
        rollout.require(desk, "inbox", places_of(conversation), "The inbox")
        patient = desk.open(Patients).get(conversation.patient_id)
        if patient.fetched_at is None or desk.now - patient.fetched_at > FRESH:
            patient.wanted_at = desk.now
        item = _item(desk, actor, conversation, patient)
        desk.record("inbox.read", conversation.ref, sources=patient.ref)
        return item


def _item(desk: Desk, actor: Actor, row: Conversation, patient: Patient) -> Item:
    places, names = desk.open(Places).by_ref(), desk.open(StaffList).names()
    suggestion = _suggestion(desk, row)
    answer = json.loads(desk.vault.read(suggestion, "answer").text) if suggestion else {}
    undo = desk.open(Undos).of(row.id)
    mine = undo is not None and undo.staff_id == actor.staff_id and undo.until > desk.now
    return Item(
        conversation=row,
        patient_name=shown(desk, patient, "name"),
        birth_date=shown(desk, patient, "birth_date"),
        subject=desk.vault.read(row, "subject").text,
        thread=_thread(desk, row, answer.get("evidence", [])),
        chart=_chart(desk, actor, patient),
        chart_as_of=patient.fetched_at,
        provider=places[row.provider].name if row.provider in places else "",
        location=places[row.location].name if row.location in places else "",
        owner=names.get(row.assigned_to, "") if row.assigned_to else "",
        draft=_draft(desk, row, suggestion, answer, names),
        why=why_of(desk, suggestion, answer) if suggestion else None,
        notes=_notes(desk, row, names),
        sent=sent(desk, row.id),
        undo_until=undo.until if undo and mine else None,
        roads=_roads(desk),
        clocks=_clocks(desk, row),
        phrases=expansions(desk, row),
    )


def _clocks(desk: Desk, row: Conversation) -> tuple[Clock, ...]:
    said = [m for m in desk.open(Messages).of(row.id) if not m.superseded]
    options = desk.options
    return clocks(row, said, options, desk.now)


def _suggestion(desk: Desk, row: Conversation) -> Suggestion | None:
    suggestion = desk.open(Suggestions).latest(row.id)
    return suggestion if suggestion and suggestion.answer is not None else None


def _thread(desk: Desk, row: Conversation, evidence: Sequence[str]) -> tuple[Said, ...]:
    every = desk.open(Messages).of(row.id)
    current = [m for m in every if not m.superseded]
    waiting = {m.id for m in unanswered(current)}
    return tuple(_said(desk, m, every, m.id in waiting, evidence) for m in current)


def _files(desk: Desk, message: Message) -> list[dict[str, Any]]:
    try:
        return list(json.loads(desk.vault.read(message, "attachments").text or "[]"))
    except Unreadable:
        return []


def _said(
    desk: Desk, message: Message, every: Sequence[Message], waiting: bool, evidence: Sequence[str]
) -> Said:
    text, files = shown(desk, message, "body"), _files(desk, message)
    older = [m for m in every if m.superseded and m.portal_id == message.portal_id]
    return Said(
        author=message.author,
        text=text,
        sent_at=message.sent_at,
        files=tuple(f"{f['name']} ({f['type']}, {f['size']:,} bytes)" for f in files),
        spans=_spans(desk, text, evidence) if message.author != Author.PRACTICE else (),
        waiting=waiting,
        earlier=tuple(shown(desk, m, "body") for m in older),
        flags=("withdrawn",) if message.withdrawn else tuple(message.flags),
    )


def _spans(desk: Desk, text: str, evidence: Sequence[str]) -> tuple[Span, ...]:
    raised = assess_for(desk.options.red_flags, text)
    flags = [Span(f.start, f.end, f.family, "red_flag") for f in raised]
    found = ((text.find(quote), quote) for quote in evidence)
    quotes = [
        Span(at, at + len(q), "decided the category", "evidence") for at, q in found if at >= 0
    ]
    return tuple(sorted(flags + quotes, key=lambda span: span.start))


def _chart(desk: Desk, actor: Actor, patient: Patient) -> ChartSummary | None:
    if actor.role is None or not may(actor.role, "chart.read"):
        return None
    summary = chart.read(desk, patient)
    if summary is None or may(actor.role, "chart.read_clinical"):
        return summary
    return chart.without_results(summary)


def _draft(
    desk: Desk, row: Conversation, suggestion: Suggestion | None, answer: dict[str, Any],
    names: dict[UUID, str],
) -> DraftView:  # fmt: skip
    saved = desk.open(Drafts).of(row.id)
    drafted = drafted_text(desk, row)
    text = desk.vault.read(saved, "text").text if saved else drafted
    found = examine(desk, row, text) if text else Claims((), ())
    return DraftView(
        text=text,
        by_engine=bool(drafted) and text == drafted,
        saved_by=names.get(saved.staff_id, "") if saved else "",
        outdated=saved is not None and saved.source_hash != row.content_hash,
        unsupported=tuple(c for c in found.unsupported if c in drafted),
        foreign=found.foreign,
        used_facts=tuple(answer.get("used_facts", [])) if suggestion else (),
    )


def _notes(desk: Desk, row: Conversation, names: dict[UUID, str]) -> tuple[NoteView, ...]:
    return tuple(
        NoteView(names.get(n.staff_id, "A colleague"), shown(desk, n, "text"), n.created_at)
        for n in desk.open(Notes).of(row.id)
    )


def _roads(desk: Desk) -> dict[str, Capability]:
    roads = desk.open(Connections).by_road()
    return {
        road: Capability(Road(road), c.able, c.reason)
        for road, c in roads.items()
        if road in set(Road)
    }


def save_draft(container: Container, actor: Actor, id: UUID, text: str, shown: str) -> None:
    """Keep what the person typed, so that a closed tab loses nothing; an empty text drops it."""
    if actor.staff_id is None:
        return
    with working(container, actor) as desk:
        desk.require("inbox.save_draft", "write replies")
        row = desk.open(Conversations).get(id)
        drafts = desk.open(Drafts)
        if not text.strip():
            drafts.drop(id)
            return
        draft = drafts.of(id) or Draft(
            practice_id=desk.practice_id, conversation_id=row.id, key_id=row.key_id,
            staff_id=actor.staff_id, saved_at=desk.now,
        )  # fmt: skip
        draft.staff_id, draft.saved_at, draft.source_hash = actor.staff_id, desk.now, shown
        desk.vault.seal_into(draft, text=text)
        drafts.add(draft)
