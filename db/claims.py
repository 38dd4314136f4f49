"""Claims: what was billed, where it stands, and what has been paid of it so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, ColumnElement, Index, UniqueConstraint
from sqlalchemy.orm import defer
from sqlmodel import Field, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db.base import Repository, Row, UtcDateTime, Word


class ClaimState(StrEnum):
    """Where a claim stands, from charge to closed. A rejection is no denial: nobody judged it."""

    HELD = "held"  # a rule found something before it left
    READY = "ready"  # nothing was found; a person may release it
    RELEASED = "released"  # approved; it is on its way out
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"  # the payer has taken it in (277CA)
    REJECTED = "rejected"  # the payer has not (277CA, 999): correct and submit anew
    PENDING = "pending"  # the payer is working on it, or waits for something (277)
    DENIED = "denied"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    APPEALED = "appealed"
    CORRECTED = "corrected"  # a corrected claim has left
    PATIENT = "patient"  # what is left is the patient's
    WRITTEN_OFF = "written_off"


BEFORE = (ClaimState.HELD, ClaimState.READY)
# What no payer has judged yet.
UNANSWERED = (
    *BEFORE, ClaimState.RELEASED, ClaimState.SUBMITTED, ClaimState.ACCEPTED, ClaimState.REJECTED,
    ClaimState.PENDING,
)  # fmt: skip
OVER = (ClaimState.PAID, ClaimState.PATIENT, ClaimState.WRITTEN_OFF)
QUEUE = ("practice_id", "state", "service_on", "id")


class Claim(Row, table=True):
    """One claim. ``content`` is the billed claim as JSON, ``number`` and ``payer_control`` its names.

    ``number_digest`` finds it by the practice's own number (CLM01), ``name_digest`` and
    ``birth_digest`` by whom it was billed for, whether the chart knows them or not. Money is in cents. ``risk``
    is the probability of a denial in thousandths, as ``risk_model`` judged it. ``holds`` counts
    the findings that keep it from leaving.
    """

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("practice_id", "number_digest"),
        Index("ix_claim_queue", *QUEUE),
        Index("ix_claim_patient", "practice_id", "patient_id"),
        Index("ix_claim_name", "practice_id", "name_digest"),
        Index("ix_claim_birth", "practice_id", "birth_digest"),
        Index("ix_claim_payer", "practice_id", "payer_id", "service_on"),
        Index("ix_claim_closed", "practice_id", "purged_at", "closed_at"),
        Index("ix_claim_answered", "practice_id", "answered_at"),
        Index("ix_claim_paid", "practice_id", "paid_cents"),
    )

    number: bytes | None = None
    number_digest: bytes
    payer_control: bytes | None = None
    content: bytes | None = None
    traits: bytes | None = None  # what was first billed, in the words the risk model reads
    key_id: UUID
    patient_id: UUID | None = None
    name_digest: bytes | None = None
    birth_digest: bytes | None = None
    payer_id: str
    payer_name: str = ""
    kind: str = "P"  # P professional, I institutional
    frequency: str = "1"
    attempt: int = 1
    location: str = ""
    department: str = ""
    provider: str = ""
    service_on: date
    charge_cents: int
    paid_cents: int = 0
    patient_cents: int = 0
    adjusted_cents: int = 0

    state: ClaimState = Field(default=ClaimState.SUBMITTED, sa_type=Word(ClaimState))
    version: int = 1
    content_hash: str = ""
    holds: int = 0
    risk: int | None = None
    risk_model: str = ""
    risk_on: date | None = None
    risk_reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = ""

    assigned_to: UUID | None = None
    pool: str = "billing"
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


HEAVY: tuple[Any, ...] = (Claim.content, Claim.payer_control, Claim.traits)
LATER = [defer(column) for column in HEAVY]


@dataclass(frozen=True)
class ClaimFilter:
    """Which claims a worklist shows. Empty fields do not filter."""

    states: tuple[ClaimState, ...] = BEFORE
    payer_id: str = ""
    location: str = ""
    numbers: tuple[bytes, ...] = ()
    patients: tuple[UUID, ...] = ()
    facts: tuple[bytes, ...] = ()  # of patients; also true of the patients named


class Claims(Repository[Claim]):
    """Questions about claims."""

    model = Claim

    def by_numbers(self, digests: Iterable[bytes]) -> dict[bytes, Claim]:
        """Claims by the practice's own number, locked until the transaction ends."""
        mine = self.rows().where(col(Claim.number_digest).in_(list(digests)))
        found = self.all(mine.order_by(col(Claim.id)).with_for_update())
        return {claim.number_digest: claim for claim in found}

    def nobodys(self, ids: Iterable[UUID]) -> Sequence[Claim]:
        """Those of these claims that still are of no known patient, locked until the transaction ends."""
        mine = self.rows().where(col(Claim.id).in_(list(ids)), col(Claim.patient_id).is_(None))
        return self.all(mine.order_by(col(Claim.id)).options(*LATER).with_for_update())

    def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Claim]:
        """These claims, by id."""
        found = self.all(self.rows().where(col(Claim.id).in_(list(ids))))
        return {claim.id: claim for claim in found}

    def same_day(self, patient_id: UUID, day: date) -> Sequence[Claim]:
        """The patient's claims for services of one day."""
        mine = self.rows().where(col(Claim.patient_id) == patient_id, col(Claim.service_on) == day)
        return self.all(mine.order_by(col(Claim.id)))

    def newest_of(self, patient_ids: Iterable[UUID]) -> dict[UUID, Claim]:
        """Each of these patients' newest claim."""
        mine = self.rows().where(
            col(Claim.patient_id).in_(list(patient_ids)), col(Claim.content).is_not(None)
        )
        oldest_first = self.all(mine.order_by(col(Claim.service_on), col(Claim.id)))
        return {claim.patient_id: claim for claim in oldest_first if claim.patient_id}

    def locked(self, id: UUID) -> Claim | None:
        """The claim as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(Claim.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(Claim.id) == id, col(Claim.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def alike(
        self, charge_cents: int, days: tuple[date, date] | None, limit: int = 200
    ) -> Sequence[Claim]:
        """Claims of this charge, for services of these days where they are known, newest first."""
        mine = self.rows().where(col(Claim.charge_cents) == charge_cents)
        if days:
            mine = mine.where(col(Claim.service_on).between(*days))
        return self.all(mine.order_by(col(Claim.service_on).desc()).options(*LATER).limit(limit))

    def pulse(self) -> str:
        """A word that changes whenever a claim does."""
        mine = (func.count(), func.coalesce(func.sum(Claim.version), 0))
        row = self.session.execute(
            select(*mine).where(col(Claim.practice_id) == self.practice_id)
        ).one()
        return f"{row[0]}/{row[1]}"

    def worklist(self, wanted: ClaimFilter, limit: int, offset: int = 0) -> Sequence[Claim]:
        """Claims by date of service, oldest first; what they hold is read when asked."""
        mine = self.rows().where(*_conditions(wanted)).options(*LATER)
        ordered = mine.order_by(col(Claim.service_on), col(Claim.id))
        return self.all(ordered.limit(limit).offset(offset))

    def answered(self, limit: int) -> Sequence[Claim]:
        """Claims that a payer has answered and whose first billing is known, newest answer first."""
        mine = self._answered().options(defer(Claim.content), defer(Claim.payer_control))  # type: ignore[arg-type]
        return self.all(mine.order_by(col(Claim.answered_at).desc(), col(Claim.id)).limit(limit))

    def count_answered(self, at_most: int) -> int:
        """How many there are, counted no further than *at_most*."""
        few = self._answered().with_only_columns(col(Claim.id)).limit(at_most).subquery()
        return self.session.scalar(select(func.count()).select_from(few)) or 0

    def _answered(self) -> SelectOfScalar[Claim]:
        return self.rows().where(
            col(Claim.answered_at).is_not(None),
            col(Claim.traits).is_not(None),
            col(Claim.purged_at).is_(None),
        )

    def scored_otherwise(self, model: str, day: date, limit: int) -> Sequence[Claim]:
        """Claims nobody has answered that another *model* scored; drafts also of another *day*."""
        waiting = col(Claim.state).in_(BEFORE) & (col(Claim.risk_on) < day)
        stale = self.rows().where(
            col(Claim.state).in_(UNANSWERED),
            col(Claim.answered_at).is_(None),
            (col(Claim.risk_model) != model) | waiting,
        )
        return self.all(stale.limit(limit).with_for_update(skip_locked=True))

    def counts(self) -> dict[str, int]:
        """How many claims there are in each state."""
        grouped = (
            select(Claim.state, func.count())
            .where(col(Claim.practice_id) == self.practice_id)
            .group_by(col(Claim.state))
        )
        return {str(state): n for state, n in self.session.exec(grouped)}

    def count_up_to(self, at_most: int, wanted: ClaimFilter) -> int:
        """How many claims there are, counted no further than *at_most*."""
        few = self.rows().where(*_conditions(wanted)).with_only_columns(col(Claim.id))
        return (
            self.session.scalar(select(func.count()).select_from(few.limit(at_most).subquery()))
            or 0
        )


def _conditions(wanted: ClaimFilter) -> list[ColumnElement[bool]]:
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.states, col(Claim.state).in_(wanted.states)),
        (wanted.payer_id, col(Claim.payer_id) == wanted.payer_id),
        (wanted.location, col(Claim.location) == wanted.location),
        (wanted.numbers, col(Claim.number_digest).in_(wanted.numbers)),
        (wanted.patients or wanted.facts, _about(wanted)),
    ]
    return [condition for is_asked, condition in asked if is_asked]


def _about(wanted: ClaimFilter) -> ColumnElement[bool]:
    return (
        col(Claim.patient_id).in_(wanted.patients)
        | col(Claim.name_digest).in_(wanted.facts)
        | col(Claim.birth_digest).in_(wanted.facts)
    )
