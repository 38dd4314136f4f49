"""One note opened: section by section beside its sources, how it would leave, and what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.deliveries import Deliveries
from db.staff import StaffList
from db.visit_notes import NoteRevision, NoteRevisions, VisitNote, VisitNotes
from services import rollout
from services.actions import places_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.notes.draft import Draft
from services.notes.values import NAMES, Kind
from services.options import PracticeOptions
from services.policy import ALLOWED, may
from services.sent import SentEntry, sent_entry
from services.workflows.notes import gathered, standing
from services.workflows.notes.listing import READ, Row, rows_of
from services.workflows.notes.profiles import Layout, Placed, Way, layout_of, placed, ways
from services.workflows.notes.standing import NoteText


@dataclass(frozen=True)
class SourceShown:
    """One source: its citation, where it comes from in words, and what it says."""

    cited: str
    origin: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Wording:
    """One earlier wording: by whom, when."""

    by: str
    at: datetime
    text: NoteText = field(repr=False)


@dataclass(frozen=True)
class OpenNote:
    """Everything the open pane shows of one note."""

    row: Row
    text: NoteText = field(repr=False)
    first: Draft | None = field(repr=False)
    sources: Mapping[str, SourceShown] = field(repr=False)
    layout: Layout
    placed: Placed = field(repr=False)
    ways: tuple[Way, ...]
    wordings: tuple[Wording, ...] = field(repr=False)
    sent: tuple[SentEntry, ...]
    options: PracticeOptions
    verbs: frozenset[str]


def open_note(container: Container, actor: Actor, id: UUID) -> OpenNote:
    """Open one note for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read notes")
        note = desk.open(VisitNotes).get(id)
        rollout.require(desk, "notes", places_of(note), "Notes")
        desk.record("notes.opened", note.ref)
        return _open(desk, note)


def _open(desk: Desk, note: VisitNote) -> OpenNote:
    names, role = desk.open(StaffList).names(), desk.actor.role
    kept, first = desk.vault.read(note, "text").text, desk.vault.read(note, "draft").text
    text = standing.read(kept) if kept else NoteText(())
    layout = layout_of(desk, note)
    ready = placed(text, layout)
    return OpenNote(
        row=rows_of(desk, [note])[0],
        text=text,
        first=Draft.from_json(first) if first else None,
        sources=_sources(desk, note),
        layout=layout,
        placed=ready,
        ways=ways(ready, layout),
        wordings=_wordings(desk, note, names),
        sent=tuple(sent_entry(d, names) for d in desk.open(Deliveries).of_note(note.id)),
        options=desk.options,
        verbs=frozenset(v for v in ALLOWED if role is not None and may(role, v)),
    )


def _sources(desk: Desk, note: VisitNote) -> dict[str, SourceShown]:
    if note.gathered is None:
        return {}
    material = gathered.of(desk, note).material
    words = material.sources()
    shown = {
        turn.id: SourceShown(turn.id, f"said by {turn.role}", turn.text)
        for turn in material.transcript.turns
    }
    for kind in Kind:
        for cited, _ in material.facts.of(kind):
            shown[cited] = SourceShown(cited, NAMES[kind], words[cited])
    return shown


def _wordings(desk: Desk, note: VisitNote, names: Mapping[UUID, str]) -> tuple[Wording, ...]:
    kept: Sequence[NoteRevision] = desk.open(NoteRevisions).of(note.id)
    return tuple(
        Wording(
            names.get(one.edited_by, "") if one.edited_by else "",
            one.created_at,
            standing.read(desk.vault.read(one, "text").text),
        )
        for one in kept
        if one.text is not None
    )
