"""Notes of visits: what a visit gave, what was drafted of it, what was approved, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, func, select

from db.base import Repository, Row, UtcDateTime, Word
from db.deliveries import Delivery
from db.shred import unfinished
from db.vault import ItemKeys


class NoteState(StrEnum):
    """Where the note of a visit stands."""

    WAITING = "waiting"  # the visit is known; nothing is drafted yet
    READY = "ready"  # a draft lies beside its sources
    FAILED = "failed"  # nothing could be drafted; a person writes
    SENDING = "sending"  # approved; on its way
    FILED = "filed"  # in eCW as a draft for signature, read back there
    SIGNED = "signed"  # the provider signed it in eCW
    SET_ASIDE = "set_aside"  # a person decided that this visit needs no note from here


OPEN = (NoteState.WAITING, NoteState.READY, NoteState.FAILED, NoteState.SENDING)
CLOSED = (NoteState.FILED, NoteState.SIGNED, NoteState.SET_ASIDE)


class VisitNote(Row, table=True):
    """The note of one visit. ``gathered`` is what it may rest on, ``draft`` the engine's first
    words, ``text`` the note as it stands; all three are sealed JSON.

    ``content_hash`` names the words of ``text``. ``source_digest`` names what was gathered, so
    that a transcript which comes later is seen. ``seconds`` is time in Foyer with the note open
    and in use, in seconds; eCW's own time is not in it.
    """

    __tablename__ = "visit_note"
    __table_args__ = (
        UniqueConstraint("practice_id", "encounter_ref"),
        Index("ix_visit_note_queue", "practice_id", "state", "visit_at"),
        Index("ix_visit_note_patient", "practice_id", "patient_id"),
        Index("ix_visit_note_closed", "practice_id", "purged_at", "closed_at"),
    )

    encounter_ref: str
    patient_id: UUID
    key_id: UUID
    visit_at: datetime = Field(sa_type=UtcDateTime)
    visit_status: str = ""  # FHIR's
    location: str = ""
    department: str = ""
    provider: str = ""
    reason: bytes | None = None
    transcript: bytes | None = None  # as a person supplied it; else eCW is asked for one
    gathered: bytes | None = None
    draft: bytes | None = None
    text: bytes | None = None

    state: NoteState = Field(default=NoteState.WAITING, sa_type=Word(NoteState))
    version: int = 1
    content_hash: str = ""
    source_digest: str = ""
    has_transcript: bool = False
    engine: str = ""
    model: str = ""
    prompt_digest: str = ""
    profile_id: UUID | None = None
    unsettled: int = 0  # sentences without a source or against it that a person must still decide
    seconds: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # in eCW, after it

    assigned_to: UUID | None = None
    pool: str = "provider"
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.state in OPEN


HEAVY: tuple[Any, ...] = (
    VisitNote.transcript, VisitNote.gathered, VisitNote.draft, VisitNote.text,
)  # fmt: skip
LATER = [defer(column) for column in HEAVY]


class VisitNotes(Repository[VisitNote]):
    """Questions about notes of visits."""

    model = VisitNote

    def by_encounters(self, refs: Iterable[str]) -> dict[str, VisitNote]:
        """Notes by the visit they are of, locked until the transaction ends."""
        mine = self.rows().where(col(VisitNote.encounter_ref).in_(list(refs)))
        found = self.all(mine.order_by(col(VisitNote.id)).with_for_update())
        return {note.encounter_ref: note for note in found}

    def locked(self, id: UUID) -> VisitNote | None:
        """The note as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(VisitNote.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(VisitNote.id) == id, col(VisitNote.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def claim_waiting(self, now: datetime, until: datetime, limit: int) -> Sequence[VisitNote]:
        """Take a batch that nothing was drafted for yet, earliest visit first, and lease it."""
        free = col(VisitNote.lease_until).is_(None) | (col(VisitNote.lease_until) < now)
        waiting = self.rows().where(col(VisitNote.state) == NoteState.WAITING, free)
        first = waiting.order_by(col(VisitNote.visit_at), col(VisitNote.id)).limit(limit)
        batch = self.all(first.with_for_update(skip_locked=True))
        for note in batch:
            note.lease_until = until
        return batch

    def open_of(self, patient_id: UUID) -> Sequence[VisitNote]:
        """Open notes of one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(VisitNote.patient_id) == patient_id, col(VisitNote.state).in_(OPEN)
        )
        return self.all(mine.order_by(col(VisitNote.id)).with_for_update())

    def listed(
        self, states: Iterable[NoteState], since: datetime, providers: Sequence[str],
        limit: int, offset: int = 0,
    ) -> Sequence[VisitNote]:  # fmt: skip
        """Notes in *states* of visits since a moment, by time of visit; of all where none is named."""
        mine = self.rows().where(
            col(VisitNote.state).in_(list(states)),
            col(VisitNote.visit_at) >= since,
            *([col(VisitNote.provider).in_(list(providers))] if providers else []),
        )
        order = (col(VisitNote.visit_at), col(VisitNote.id))
        return self.all(mine.options(*LATER).order_by(*order).limit(limit).offset(offset))

    def without_transcript(
        self, since: datetime, looked_before: datetime, limit: int
    ) -> Sequence[VisitNote]:
        """Drafts made without a transcript, untouched by people: one may have come since.

        Of visits since a moment, longest not looked at first.
        """
        seen = col(VisitNote.looked_at)
        mine = self.rows().where(
            col(VisitNote.state) == NoteState.READY,
            col(VisitNote.has_transcript).is_(False),
            col(VisitNote.last_actor).is_(None),
            col(VisitNote.visit_at) >= since,
            seen.is_(None) | (seen < looked_before),
        )
        never_first = (seen.is_not(None), seen)
        return self.all(mine.options(*LATER).order_by(*never_first).limit(limit))

    def unsigned(self, looked_before: datetime, limit: int) -> Sequence[VisitNote]:
        """Notes that lie in eCW as drafts, longest not looked at first."""
        seen = col(VisitNote.looked_at)
        mine = self.rows().where(
            col(VisitNote.state) == NoteState.FILED, seen.is_(None) | (seen < looked_before)
        )
        never_first = (seen.is_not(None), seen)
        return self.all(mine.options(*LATER).order_by(*never_first).limit(limit))

    def written_elsewhere(
        self, states: Iterable[NoteState], since: datetime, looked_before: datetime, limit: int
    ) -> Sequence[VisitNote]:
        """Notes in *states* of visits that are over since a moment, longest not looked at first."""
        seen = col(VisitNote.looked_at)
        mine = self.rows().where(
            col(VisitNote.state).in_(list(states)),
            col(VisitNote.visit_status) == "finished",
            col(VisitNote.visit_at) >= since,
            col(VisitNote.purged_at).is_(None),
            seen.is_(None) | (seen < looked_before),
        )
        never_first = (seen.is_not(None), seen)
        return self.all(mine.options(*LATER).order_by(*never_first).limit(limit))

    def newest_at(self, location: str, limit: int) -> Sequence[VisitNote]:
        """The newest notes of a location that have words, or of everywhere where none is named."""
        mine = self.rows().where(
            col(VisitNote.text).is_not(None),
            col(VisitNote.purged_at).is_(None),
            *([col(VisitNote.location) == location] if location else []),
        )
        return self.all(mine.order_by(col(VisitNote.visit_at).desc()).limit(limit))

    def pulse(self) -> str:
        """A word that changes with every change of any note that is not signed."""
        asked = select(func.count(), func.sum(VisitNote.version)).where(
            col(VisitNote.practice_id) == self.practice_id,
            col(VisitNote.state).in_((*OPEN, NoteState.FILED)),
        )
        notes, versions = self.session.exec(asked).one()
        return f"{notes}.{versions or 0}"

    def counts(self) -> dict[NoteState, int]:
        """How many notes there are in each state."""
        grouped = (
            select(VisitNote.state, func.count()).where(*self.mine()).group_by(col(VisitNote.state))
        )
        return {NoteState(state): n for state, n in self.session.exec(grouped)}


class NoteRevision(Row, table=True):
    """The note as it was after one edit; ``version`` is the note's own from then on."""

    __tablename__ = "note_revision"
    __table_args__ = (Index("ix_note_revision_note", "practice_id", "note_id", "version"),)

    note_id: UUID
    key_id: UUID
    version: int
    text: bytes | None = None
    edited_by: UUID | None = None


class NoteRevisions(Repository[NoteRevision]):
    """Questions about earlier wordings."""

    model = NoteRevision

    def of(self, note_id: UUID) -> Sequence[NoteRevision]:
        """Every wording of a note, oldest first."""
        mine = self.rows().where(col(NoteRevision.note_id) == note_id)
        return self.all(mine.order_by(col(NoteRevision.version), col(NoteRevision.id)))


def shred_notes(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of notes closed before a moment; returns their ids, oldest first.

    What was gathered, the draft, every edit and the payload go with the key; eCW has the note.
    """
    notes = VisitNotes(session, practice_id)
    due = notes.rows().where(
        col(VisitNote.purged_at).is_(None),
        col(VisitNote.closed_at) < closed_before,
        col(VisitNote.state).in_(CLOSED),
        ~unfinished(practice_id, col(Delivery.note_id) == col(VisitNote.id)),
    )
    gone = notes.all(due.order_by(col(VisitNote.closed_at)).limit(limit).with_for_update())
    ItemKeys(session, practice_id).shred(sorted(note.key_id for note in gone))
    for note in gone:
        note.purged_at, note.content_hash = now, ""
    return [note.id for note in gone]
