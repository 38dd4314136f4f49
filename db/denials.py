"""Denials as work: one for each denied claim, with its reason, its deadline and what it is worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Column, ColumnElement, Index
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime, Word


class DenialState(StrEnum):
    """Where a denial stands."""

    OPEN = "open"
    SNOOZED = "snoozed"
    WAITING = "waiting"  # somebody else has it: intake, coding, or eCW at the next sync
    SENDING = "sending"  # a correction, an appeal or an enquiry is on its way
    IN_WORK = "in_work"  # it has left; the payer's answer is awaited
    RECOVERED = "recovered"  # paid after all
    PATIENT = "patient"  # made the patient's responsibility
    WRITTEN_OFF = "written_off"
    LOST = "lost"  # upheld; nothing more can be done
    CLEARED = "cleared"  # it is none any more: reversed, or fixed in eCW


OPEN = (DenialState.OPEN, DenialState.SNOOZED, DenialState.WAITING, DenialState.SENDING,
        DenialState.IN_WORK)  # fmt: skip


class Denial(Row, table=True):
    """One denial as work.

    ``carc`` and ``group_code`` are the leading reason, ``remarks`` the RARCs, ``scenario`` CAQH
    CORE's (1 to 4). ``group_key`` is the same for denials with one reason, payer and fix.
    ``expected_cents`` is what working it is expected to bring, ``minutes`` what it is expected to
    take; ``urgency`` orders the list and is made of both and of ``due_on`` (services).
    """

    __tablename__ = "denial"
    __table_args__ = (
        Index("ix_denial_queue", "practice_id", "state", "urgency", "id"),
        Index("ix_denial_claim", "practice_id", "claim_id"),
        Index("ix_denial_group", "practice_id", "group_key", "state"),
        Index("ix_denial_closed", "practice_id", "closed_at"),
        Index("ix_denial_path", "practice_id", "state", "path", "denied_on"),
    )

    claim_id: UUID
    payment_id: UUID
    patient_id: UUID | None = None
    payer_id: str
    payer_name: str = ""
    carc: str
    group_code: str
    remarks: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    scenario: int = 0
    denied_cents: int
    recovered_cents: int = 0
    denied_on: date
    path: str = ""  # the suggested fix
    path_reason: str = ""
    group_key: str = ""
    due_on: date | None = None
    due_from: str = ""  # the rule the deadline comes from, in words
    expected_cents: int = 0
    minutes: int = 0
    urgency: int = 0  # small comes first
    ranked_on: date | None = None

    location: str = ""
    department: str = ""
    provider: str = ""
    state: DenialState = Field(default=DenialState.OPEN, sa_type=Word(DenialState))
    version: int = 1
    content_hash: str = ""
    assigned_to: UUID | None = None
    pool: str = "billing"
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str = ""  # the desk that caused it: registration, authorization, coding …
    decision: str = ""
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = ""
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether anything can still come of it."""
        return self.state in OPEN


@dataclass(frozen=True)
class DenialFilter:
    """Which denials a worklist shows. Empty fields do not filter."""

    states: tuple[DenialState, ...] = (DenialState.OPEN,)
    owner: UUID | None = None  # theirs, or nobody's
    pool: str = ""
    payer_id: str = ""
    carc: str = ""
    location: str = ""
    appealed: bool | None = None  # whether a letter is what was decided
    claim_ids: tuple[UUID, ...] | None = None


class Denials(Repository[Denial]):
    """Questions about denials."""

    model = Denial

    def locked(self, id: UUID) -> Denial | None:
        """The denial as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(Denial.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(Denial.id) == id, col(Denial.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def of_claim(self, claim_id: UUID) -> Sequence[Denial]:
        """Every denial of a claim, oldest first."""
        mine = self.rows().where(col(Denial.claim_id) == claim_id)
        return self.all(mine.order_by(col(Denial.created_at), col(Denial.id)))

    def open_of_claims(self, claim_ids: Iterable[UUID]) -> dict[UUID, Denial]:
        """The denial of each claim that is still open, locked until the transaction ends."""
        mine = self.rows().where(
            col(Denial.claim_id).in_(list(claim_ids)), col(Denial.state).in_(OPEN)
        )
        found = self.all(mine.order_by(col(Denial.id)).with_for_update())
        return {denial.claim_id: denial for denial in found}

    def group(self, key: str, limit: int = 500) -> Sequence[Denial]:
        """Open denials with the same reason, payer and fix, most urgent first."""
        mine = self.rows().where(
            col(Denial.group_key) == key, col(Denial.state) == DenialState.OPEN
        )
        return self.all(mine.order_by(col(Denial.urgency), col(Denial.id)).limit(limit))

    def due_again(self, now: datetime, limit: int) -> Sequence[Denial]:
        """Snoozed ones and waiting ones whose time has come."""
        asleep = (DenialState.SNOOZED, DenialState.WAITING)
        due = self.rows().where(col(Denial.state).in_(asleep), col(Denial.snoozed_until) <= now)
        return self.all(due.limit(limit).with_for_update(skip_locked=True))

    def waiting(self, limit: int) -> Sequence[Denial]:
        """Those that somebody else has, locked; the longest decided first."""
        mine = self.rows().where(col(Denial.state) == DenialState.WAITING)
        ordered = mine.order_by(col(Denial.decided_at), col(Denial.id)).limit(limit)
        return self.all(ordered.with_for_update(skip_locked=True))

    def ranked_before(self, day: date, limit: int) -> Sequence[Denial]:
        """Open ones whose place in the list is of another day, locked."""
        stale = self.rows().where(
            col(Denial.state).in_(OPEN),
            col(Denial.ranked_on).is_(None) | (col(Denial.ranked_on) < day),
        )
        return self.all(stale.limit(limit).with_for_update(skip_locked=True))

    def worklist(self, wanted: DenialFilter, limit: int, offset: int = 0) -> Sequence[Denial]:
        """Denials by urgency; closed ones by when they ended, the last first."""
        mine = self.rows().where(*_conditions(wanted))
        over = not set(wanted.states) & set(OPEN)
        first = col(Denial.closed_at).desc() if over else col(Denial.urgency)
        return self.all(mine.order_by(first, col(Denial.id)).limit(limit).offset(offset))

    def count_up_to(self, at_most: int, wanted: DenialFilter) -> int:
        """How many denials there are, counted no further than *at_most*."""
        few = self.rows().where(*_conditions(wanted)).with_only_columns(col(Denial.id))
        counted = select(func.count()).select_from(few.limit(at_most).subquery())
        return self.session.scalar(counted) or 0

    def ended_like(self, carc: str, payer_id: str, limit: int = 200) -> Sequence[Denial]:
        """Closed denials with the same reason and payer, newest first: how they ended."""
        mine = self.rows().where(
            col(Denial.carc) == carc,
            col(Denial.payer_id) == payer_id,
            col(Denial.closed_at).is_not(None),
        )
        return self.all(mine.order_by(col(Denial.closed_at).desc()).limit(limit))

    def kinds(self) -> Sequence[tuple[str, str, str, str]]:
        """The payers (id, name), reasons and locations of all that is open."""
        which = (
            col(Denial.payer_id), col(Denial.payer_name), col(Denial.carc), col(Denial.location),
        )  # fmt: skip
        mine = self.rows().where(col(Denial.state).in_(OPEN)).with_only_columns(*which)
        return [tuple(row) for row in self.session.execute(mine.distinct())]

    def pulse(self) -> str:
        """A word that changes with every change of any denial.

        One that is open raises its version when it changes; one that is closed says when it was.
        """
        mine = col(Denial.practice_id) == self.practice_id
        opened = select(func.count(), func.sum(Denial.version)).where(mine)
        count, versions = self.session.exec(opened.where(col(Denial.state).in_(OPEN))).one()
        when = col(Denial.closed_at)
        closed = self.session.scalar(select(func.max(when)).where(mine, when.is_not(None)))
        return f"{count}.{versions or 0}.{closed.isoformat() if closed else ''}"

    def counts(self) -> dict[str, int]:
        """How many denials there are in each state."""
        grouped = (
            select(Denial.state, func.count())
            .where(col(Denial.practice_id) == self.practice_id)
            .group_by(col(Denial.state))
        )
        return {str(state): n for state, n in self.session.exec(grouped)}


def _conditions(wanted: DenialFilter) -> list[ColumnElement[bool]]:
    owner = col(Denial.assigned_to)
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.states, col(Denial.state).in_(wanted.states)),
        (wanted.owner, owner.is_(None) | (owner == wanted.owner)),
        (wanted.pool, col(Denial.pool) == wanted.pool),
        (wanted.payer_id, col(Denial.payer_id) == wanted.payer_id),
        (wanted.carc, col(Denial.carc) == wanted.carc),
        (wanted.location, col(Denial.location) == wanted.location),
    ]
    if wanted.appealed is not None:
        letter = col(Denial.decision) == "appeal"
        asked.append((True, letter if wanted.appealed else ~letter))
    found = [condition for is_asked, condition in asked if is_asked]
    if wanted.claim_ids is not None:
        found.append(col(Denial.claim_id).in_(wanted.claim_ids))
    return found
