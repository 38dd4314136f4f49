"""Intake forms and their fields: what patients wrote, what was proposed, what a person accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Subquery, UniqueConstraint, true, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer
from sqlmodel import Field, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db.base import Repository, Row, UtcDateTime, Word
from db.vocabulary import DocumentKind


class FormState(StrEnum):
    """Where a form stands."""

    WAITING = "waiting"  # nobody has read it yet; an engine will
    READY = "ready"  # its fields lie beside the chart
    FAILED = "failed"  # it could not be read; a person has to
    WRITING = "writing"  # committed; the deliveries are on their way
    DONE = "done"  # the chart shows what was accepted
    REMOVED = "removed"  # junk, a duplicate, or the wrong patient's
    WITHDRAWN = "withdrawn"  # taken back where it came from


OPEN = (FormState.WAITING, FormState.READY, FormState.FAILED, FormState.WRITING)


class Match(StrEnum):
    """How sure we are whose form it is."""

    GIVEN = "given"  # the EHR says so
    EXACT = "exact"
    PROBABLE = "probable"  # a person confirms
    NONE = "none"
    CONFIRMED = "confirmed"  # a person did


CERTAIN = (Match.GIVEN, Match.EXACT, Match.CONFIRMED)


QUEUE_COLUMNS = (
    "practice_id", "state", "visit_at", "id", "assigned_to", "pool", "match", "version",
    "escalated",
)  # fmt: skip


class IntakeForm(Row, table=True):
    """One form as work. ``content`` is what was read of it, ``original`` the file as it came.

    ``source`` is ``check_in`` or ``document``; ``source_ref`` names it there, and
    ``content_hash`` is the digest of its newest version; ``kind`` is none until it was read or
    a person said. ``candidates`` are the charts it may belong to; ``note`` is for colleagues. ``registration`` is the chart it was
    compared with, as of ``compared_at``. ``open_fields`` counts what still needs a decision.
    """

    __tablename__ = "intake_form"
    __table_args__ = (
        UniqueConstraint("practice_id", "source_ref"),
        Index("ix_intake_form_queue", *QUEUE_COLUMNS),
        Index("ix_intake_form_patient", "practice_id", "patient_id"),
        Index("ix_intake_form_closed", "practice_id", "purged_at", "closed_at"),
        Index("ix_intake_form_newest", "practice_id", "closed_at"),
    )

    source: str
    source_ref: str
    title: bytes | None = None
    content: bytes | None = None
    original: bytes | None = None
    registration: bytes | None = None
    match_reasons: bytes | None = None
    candidates: bytes | None = None
    note: bytes | None = None
    key_id: UUID
    patient_id: UUID | None = None
    match: Match = Field(default=Match.GIVEN, sa_type=Word(Match))
    kind: DocumentKind | None = Field(default=None, sa_type=Word(DocumentKind))
    form_status: str = ""  # FHIR's: in-progress, completed, amended …
    visit_ref: str = ""
    visit_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    location: str = ""
    department: str = ""
    provider: str = ""
    authored_at: datetime = Field(sa_type=UtcDateTime)
    compared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    state: FormState = Field(default=FormState.WAITING, sa_type=Word(FormState))
    version: int = 1
    content_hash: str = ""
    amended: int = 0  # how often it changed after we had it
    engine: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fields: int = 0
    same: int = 0
    open_fields: int = 0
    conflicts: int = 0
    to_copy: int = 0  # entries that a person still has to type into eCW
    asked: int = 0  # fields about which the patient was asked
    escalated: int = 0  # fields that wait for a clinician

    assigned_to: UUID | None = None
    pool: str = "front_desk"
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    committed_by: UUID | None = None
    committed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    noted_by: UUID | None = None
    trouble: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.state in OPEN


BY_VISIT = (col(IntakeForm.visit_at).nulls_last(), col(IntakeForm.id))
HEAVY: tuple[Any, ...] = (
    IntakeForm.content, IntakeForm.original, IntakeForm.registration, IntakeForm.match_reasons,
    IntakeForm.candidates,
)  # fmt: skip
LATER = [defer(column) for column in HEAVY]


@dataclass(frozen=True)
class FormFilter:
    """Which forms a worklist shows. Empty fields do not filter."""

    states: tuple[FormState, ...] = OPEN
    owner: UUID | None = None  # theirs, or nobody's in these pools
    pools: tuple[str, ...] = ()
    clinical: bool = False  # with an owner: also what waits for a clinician, whoever holds it
    unassigned: bool = False
    unsure: bool = False  # whose form it is must still be confirmed


class IntakeForms(Repository[IntakeForm]):
    """Questions about forms."""

    model = IntakeForm

    def by_sources(self, source_refs: Iterable[str]) -> dict[str, IntakeForm]:
        """Forms by where they came from, locked until the transaction ends."""
        mine = self.rows().where(col(IntakeForm.source_ref).in_(list(source_refs)))
        found = self.all(mine.order_by(col(IntakeForm.id)).with_for_update())
        return {form.source_ref: form for form in found}

    def keep_new(self, form: IntakeForm) -> bool:
        """Keep *form* unless another process has kept one from the same source meanwhile."""
        try:
            with self.session.begin_nested():
                self.add(form)
        except IntegrityError:
            return False
        return True

    def locked(self, id: UUID) -> IntakeForm | None:
        """The form as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(IntakeForm.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(IntakeForm.id) == id, col(IntakeForm.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def claim_waiting(self, now: datetime, until: datetime, limit: int) -> Sequence[IntakeForm]:
        """Take a batch that nobody has read yet, next visit first, and lease it."""
        free = col(IntakeForm.lease_until).is_(None) | (col(IntakeForm.lease_until) < now)
        waiting = self.rows().where(col(IntakeForm.state) == FormState.WAITING, free)
        first = waiting.order_by(*BY_VISIT).limit(limit)
        batch = self.all(first.with_for_update(skip_locked=True))
        for form in batch:
            form.lease_until = until
        return batch

    def open_of(self, patient_id: UUID) -> Sequence[IntakeForm]:
        """Open forms of one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(IntakeForm.patient_id) == patient_id, col(IntakeForm.state).in_(OPEN)
        )
        return self.all(mine.order_by(col(IntakeForm.id)).with_for_update())

    def of_patient(self, patient_id: UUID, limit: int = 5) -> Sequence[IntakeForm]:
        """The patient's newest forms that count, newest first."""
        gone = (FormState.REMOVED, FormState.WITHDRAWN)
        mine = self.rows().where(
            col(IntakeForm.patient_id) == patient_id, col(IntakeForm.state).not_in(gone)
        )
        return self.all(mine.order_by(col(IntakeForm.authored_at).desc()).limit(limit))

    def worklist(self, wanted: FormFilter, limit: int, offset: int = 0) -> Sequence[IntakeForm]:
        """Forms by time of visit, those without a visit last; what they hold is read when asked."""
        ids = self.session.exec(self._first(wanted, limit, offset)).all()
        light = self.rows().where(col(IntakeForm.id).in_(ids)).options(*LATER)
        rows = {form.id: form for form in self.all(light)}
        return [rows[id] for id in ids if id in rows]

    def count_up_to(self, at_most: int, wanted: FormFilter) -> int:
        """How many forms there are, counted no further than *at_most*."""
        mine = self.rows().where(col(IntakeForm.state).in_(wanted.states), *_conditions(wanted))
        few = mine.with_only_columns(col(IntakeForm.id)).limit(at_most).subquery()
        return self.session.scalar(select(func.count()).select_from(few)) or 0

    def pulse(self) -> str:
        """A word that changes with every change of any form.

        One that is open raises its version when it changes; one that is closed says when it was.
        """
        mine = col(IntakeForm.practice_id) == self.practice_id
        opened = select(func.count(), func.sum(IntakeForm.version)).where(mine)
        forms, versions = self.session.exec(opened.where(col(IntakeForm.state).in_(OPEN))).one()
        # The newest alone is read, however many years of forms lie behind it.
        when = col(IntakeForm.closed_at)
        closed = self.session.scalar(select(func.max(when)).where(mine, when.is_not(None)))
        return f"{forms}.{versions or 0}.{closed.isoformat() if closed else ''}"

    def counts(self) -> dict[str, int]:
        """How many forms there are in each state."""
        grouped = (
            select(IntakeForm.state, func.count())
            .where(col(IntakeForm.practice_id) == self.practice_id)
            .group_by(col(IntakeForm.state))
        )
        return {str(state): n for state, n in self.session.exec(grouped)}

    def _first(self, wanted: FormFilter, limit: int, offset: int) -> SelectOfScalar[UUID]:
        # An index is in order within one state only: each state gives its first, and of
        # those few the first are taken, however many forms wait.
        each = [self._of_state(state, wanted, limit + offset) for state in wanted.states]
        found = union_all(*(select(few) for few in each)).subquery().c
        ordered = select(found.id).order_by(found.visit_at.nulls_last(), found.id)
        return ordered.limit(limit).offset(offset)

    def _of_state(self, state: FormState, wanted: FormFilter, limit: int) -> Subquery:
        keys = self.rows().with_only_columns(col(IntakeForm.id), col(IntakeForm.visit_at))
        mine = keys.where(col(IntakeForm.state) == state, *_conditions(wanted))
        return mine.order_by(*BY_VISIT).limit(limit).subquery()


def _conditions(wanted: FormFilter) -> list[ColumnElement[bool]]:
    owner = col(IntakeForm.assigned_to)
    asked = [
        (wanted.owner, _of_team(wanted)),
        (wanted.unassigned, owner.is_(None)),
        (wanted.unsure, col(IntakeForm.match).not_in(CERTAIN)),
    ]
    return [condition for is_asked, condition in asked if is_asked]


def _of_team(wanted: FormFilter) -> ColumnElement[bool]:
    owner = col(IntakeForm.assigned_to)
    ours = col(IntakeForm.pool).in_(wanted.pools) if wanted.pools else true()
    found = (owner == wanted.owner) | (owner.is_(None) & ours)
    return found | (col(IntakeForm.escalated) > 0) if wanted.clinical else found
