"""The lists of notes: today's visits and their drafts, what is on its way, and what lies in eCW."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.base import Row as Kept
from db.patients import Patient, Patients
from db.places import Places
from db.vault import Unreadable
from db.visit_notes import NoteState, VisitNote, VisitNotes
from services import rollout
from services.actions import Target
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import NotRolledOut
from services.options import PracticeOptions

READ = "notes.read"
PAGE = 50
BACK = timedelta(days=14)  # older open drafts stay in the list of their own: nothing is lost
LANES: Mapping[str, tuple[NoteState, ...]] = {
    "draft": (NoteState.READY, NoteState.FAILED, NoteState.WAITING),
    "sending": (NoteState.SENDING,),
    "filed": (NoteState.FILED,),
    "signed": (NoteState.SIGNED,),
    "aside": (NoteState.SET_ASIDE,),
}
NO_END = timedelta(days=36_500)


@dataclass(frozen=True)
class Row:
    """One visit and its note in a list. ``seconds`` is time in Foyer."""

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    reason: str = field(repr=False)
    visit_at: datetime
    visit_status: str
    provider: str
    location: str
    state: NoteState
    engine: str
    has_transcript: bool
    unsettled: int
    seconds: int
    trouble: str
    filed_at: datetime | None
    signed_at: datetime | None

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Listed:
    """A page of notes with what stands around it."""

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions


def notes(container: Container, actor: Actor, lane: str = "draft", page: int = 0) -> Listed:
    """A page of one list by time of visit; that it was read is on the trail.

    Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read notes")
        since = desk.now - (NO_END if lane == "draft" else BACK)
        states = LANES.get(lane, LANES["draft"])
        sight = rollout.sight(desk, "notes")
        seen = desk.open(VisitNotes).seen(sight)
        found = seen.listed(states, since, (), PAGE + 1, page * PAGE)
        if not found and not sight.sees_new:
            raise NotRolledOut("Notes")
        shown = found[:PAGE]
        desk.record("notes.listed", "visit_note", reason=f"{len(shown)} of {lane}")
        return Listed(rows_of(desk, shown), len(found) > PAGE, _counts(seen), desk.options)


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the lists do, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require(READ, "read notes")
        return f"{desk.open(VisitNotes).pulse()}.{rollout.sight(desk, 'notes')}"


def rows_of(desk: Desk, found: Sequence[VisitNote]) -> tuple[Row, ...]:
    """These notes as rows, with the names around them."""
    patients = {p.id: p for p in desk.open(Patients).get_many([n.patient_id for n in found])}
    with suppress(Unreadable):  # it is met again where it concerns one note only
        desk.vault.preload([*(n.key_id for n in found), *(p.key_id for p in patients.values())])
    places = {ref: place.name for ref, place in desk.open(Places).by_ref().items()}
    return tuple(_row(desk, note, patients[note.patient_id], places) for note in found)


def _row(desk: Desk, note: VisitNote, patient: Patient, places: Mapping[str, str]) -> Row:
    return Row(
        id=note.id, version=note.version, content_hash=note.content_hash,
        patient=_name(desk, patient), reason=_read(desk, note, "reason"),
        visit_at=note.visit_at, visit_status=note.visit_status,
        provider=places.get(note.provider, ""), location=places.get(note.location, ""),
        state=note.state, engine=note.engine, has_transcript=note.has_transcript,
        unsettled=note.unsettled, seconds=note.seconds, trouble=note.trouble,
        filed_at=note.filed_at, signed_at=note.signed_at,
    )  # fmt: skip


def _name(desk: Desk, patient: Patient) -> str:
    return _read(desk, patient, "name") or "Patient not named yet"


def _read(desk: Desk, row: Kept, field: str) -> str:
    try:
        return desk.vault.read(row, field).text
    except Unreadable:
        return "(cannot be read any more)"


def _counts(seen: VisitNotes) -> dict[str, int]:
    counts = seen.counts()
    return {lane: sum(counts.get(state, 0) for state in states) for lane, states in LANES.items()}
