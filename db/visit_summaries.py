"""Summaries of visits for patients: what was signed, what was written of it, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, exists
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, func, select

from db.base import Repository, Row, UtcDateTime, Word
from db.deliveries import Delivery
from db.shred import unfinished
from db.vault import ItemKeys
from db.visit_notes import NoteState, VisitNote


class SummaryState(StrEnum):
    """Where the summary of a visit stands."""

    WAITING = "waiting"  # the note is signed; nothing is written yet
    READY = "ready"  # a draft lies beside the signed sentences
    FAILED = "failed"  # nothing could be written, or it could not be delivered; a person decides
    SENDING = "sending"  # approved; on its way
    SENT = "sent"  # and healow shows it
    GIVEN = "given"  # handed to the patient otherwise, by a person
    SET_ASIDE = "set_aside"  # a person decided that this patient gets none


UNSENT = (SummaryState.WAITING, SummaryState.READY, SummaryState.FAILED)
OPEN = (*UNSENT, SummaryState.SENDING)
OUT = (SummaryState.SENT, SummaryState.GIVEN)
CLOSED = (*OUT, SummaryState.SET_ASIDE)


class VisitSummary(Row, table=True):
    """What one patient is told of one visit. ``signed`` are the signed words it may rest on,
    ``draft`` the first words of the engine, ``text`` the summary as it stands, ``earlier`` what a
    person had written before it was drafted anew; all sealed JSON.

    ``source_digest`` names the signed words it was made of, ``newest_digest`` those that eCW shows
    now (empty while the note is not signed there), ``sent_digest`` those of which the patient has a
    summary. ``content_hash`` names the words of ``text``. ``grade`` is the school grade it is
    written for and ``spoken`` the language of the chart (BCP 47).
    """

    __tablename__ = "visit_summary"
    __table_args__ = (
        UniqueConstraint("practice_id", "encounter_ref"),
        Index("ix_visit_summary_list", "practice_id", "state", "visit_at"),
        Index("ix_visit_summary_patient", "practice_id", "patient_id"),
        Index("ix_visit_summary_closed", "practice_id", "purged_at", "closed_at"),
    )

    encounter_ref: str
    note_id: UUID
    patient_id: UUID
    key_id: UUID
    visit_at: datetime = Field(sa_type=UtcDateTime)
    signed_at: datetime = Field(sa_type=UtcDateTime)
    location: str = ""
    department: str = ""
    provider: str = ""
    signed: bytes | None = None
    draft: bytes | None = None
    text: bytes | None = None
    earlier: bytes | None = None
    language: str = ""  # as a person chose it; until then the chart decides
    spoken: str = ""
    grade: int = 0  # as a person chose it; until then the practice's own

    state: SummaryState = Field(default=SummaryState.WAITING, sa_type=Word(SummaryState))
    version: int = 1
    content_hash: str = ""
    source_digest: str = ""
    newest_digest: str = ""
    sent_digest: str = ""
    engine: str = ""
    model: str = ""
    prompt_digest: str = ""
    unsettled: int = 0  # sentences that a person must still decide about
    is_harder: bool = False
    is_edited: bool = False
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # at the note in eCW

    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.state in OPEN

    @property
    def is_outdated(self) -> bool:
        """Whether eCW shows other signed words than those it was made of, or none."""
        return self.newest_digest != self.source_digest


HEAVY: tuple[Any, ...] = (
    VisitSummary.signed, VisitSummary.draft, VisitSummary.text, VisitSummary.earlier,
)  # fmt: skip
LATER = [defer(column) for column in HEAVY]


class VisitSummaries(Repository[VisitSummary]):
    """Questions about summaries of visits."""

    model = VisitSummary

    def by_encounters(self, refs: Iterable[str]) -> dict[str, VisitSummary]:
        """Summaries by the visit they are of."""
        mine = self.rows().where(col(VisitSummary.encounter_ref).in_(list(refs)))
        return {row.encounter_ref: row for row in self.all(mine)}

    def locked(self, id: UUID) -> VisitSummary | None:
        """The summary as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(VisitSummary.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(VisitSummary.id) == id, col(VisitSummary.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def unwritten(self, since: datetime, limit: int) -> Sequence[VisitNote]:
        """Notes signed since a moment of whose visit there is no summary yet, earliest first."""
        theirs = exists().where(
            col(VisitSummary.practice_id) == self.practice_id,
            col(VisitSummary.encounter_ref) == col(VisitNote.encounter_ref),
        )
        signed = select(VisitNote).where(
            col(VisitNote.practice_id) == self.practice_id,
            col(VisitNote.state) == NoteState.SIGNED,
            col(VisitNote.signed_at) >= since,
            col(VisitNote.purged_at).is_(None),
            ~theirs,
        )
        first = signed.order_by(col(VisitNote.signed_at), col(VisitNote.id)).limit(limit)
        return self.session.exec(first.with_for_update(skip_locked=True)).all()

    def of_purged_notes(self, limit: int) -> Sequence[VisitSummary]:
        """Unsent summaries of visits whose note was destroyed here, locked."""
        gone = exists().where(
            col(VisitNote.practice_id) == self.practice_id,
            col(VisitNote.id) == col(VisitSummary.note_id),
            col(VisitNote.purged_at).is_not(None),
        )
        mine = self.rows().where(col(VisitSummary.state).in_(UNSENT), gone)
        return self.all(mine.order_by(col(VisitSummary.id)).limit(limit).with_for_update())

    def claim_waiting(self, now: datetime, until: datetime, limit: int) -> Sequence[VisitSummary]:
        """Take a batch that nothing was written for yet, earliest visit first, and lease it."""
        free = col(VisitSummary.lease_until).is_(None) | (col(VisitSummary.lease_until) < now)
        waiting = self.rows().where(col(VisitSummary.state) == SummaryState.WAITING, free)
        first = waiting.order_by(col(VisitSummary.visit_at), col(VisitSummary.id)).limit(limit)
        batch = self.all(first.with_for_update(skip_locked=True))
        for row in batch:
            row.lease_until = until
        return batch

    def to_look_at(
        self, unsent_before: datetime, out_before: datetime, since: datetime, limit: int
    ) -> Sequence[VisitSummary]:
        """Whose note to look at in eCW again, longest not looked at first.

        Of what a person may still send, where it was before *unsent_before*; of what the patient
        has since *since*, where it was before *out_before*.
        """
        seen, state = col(VisitSummary.looked_at), col(VisitSummary.state)
        here = (SummaryState.READY, SummaryState.FAILED, SummaryState.SENDING)
        due = (state.in_(here) & (seen < unsent_before)) | (
            state.in_(OUT) & (seen < out_before) & (col(VisitSummary.signed_at) >= since)
        )
        mine = self.rows().where(due, col(VisitSummary.purged_at).is_(None))
        return self.all(mine.options(*LATER).order_by(seen, col(VisitSummary.id)).limit(limit))

    def open_of(self, patient_id: UUID) -> Sequence[VisitSummary]:
        """Open summaries for one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(VisitSummary.patient_id) == patient_id, col(VisitSummary.state).in_(OPEN)
        )
        return self.all(mine.order_by(col(VisitSummary.id)).with_for_update())

    def listed(
        self, states: Iterable[SummaryState], since: datetime, limit: int, offset: int = 0
    ) -> Sequence[VisitSummary]:
        """Summaries in *states* of visits since a moment, by time of visit."""
        mine = self.rows().where(
            col(VisitSummary.state).in_(list(states)), col(VisitSummary.visit_at) >= since
        )
        order = (col(VisitSummary.visit_at), col(VisitSummary.id))
        return self.all(mine.options(*LATER).order_by(*order).limit(limit).offset(offset))

    def pulse(self) -> str:
        """A word that changes with every change of any summary."""
        asked = select(func.count(), func.sum(VisitSummary.version)).where(
            col(VisitSummary.practice_id) == self.practice_id
        )
        rows, versions = self.session.exec(asked).one()
        return f"{rows}.{versions or 0}"

    def amended(self, since: datetime) -> int:
        """Of how many visits since a moment the patient has another summary than eCW has a note."""
        asked = select(func.count()).where(
            *self.mine(),
            col(VisitSummary.state).in_(OUT),
            col(VisitSummary.visit_at) >= since,
            col(VisitSummary.newest_digest) != col(VisitSummary.source_digest),
        )
        return self.session.exec(asked).one()

    def counts(self) -> dict[SummaryState, int]:
        """How many summaries there are in each state."""
        grouped = (
            select(VisitSummary.state, func.count())
            .where(*self.mine())
            .group_by(col(VisitSummary.state))
        )
        return {SummaryState(state): n for state, n in self.session.exec(grouped)}


def shred_summaries(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of summaries closed before a moment; returns their ids, oldest first.

    The signed words, every wording and the payload go with the key; healow has what was sent.
    """
    summaries = VisitSummaries(session, practice_id)
    due = summaries.rows().where(
        col(VisitSummary.purged_at).is_(None),
        col(VisitSummary.closed_at) < closed_before,
        col(VisitSummary.state).in_(CLOSED),
        ~unfinished(practice_id, col(Delivery.summary_id) == col(VisitSummary.id)),
    )
    gone = summaries.all(due.order_by(col(VisitSummary.closed_at)).limit(limit).with_for_update())
    ItemKeys(session, practice_id).shred(sorted(row.key_id for row in gone))
    for row in gone:
        row.purged_at, row.content_hash = now, ""
    return [row.id for row in gone]
