"""What was changed about a rollout, kept as versions; and what is planned, asked for and approved."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, Session, col, select

from db.base import Repository, Row, UtcDateTime, Word
from db.practices import Practice


class RolloutVersion(Row, table=True):
    """Every scope of one workflow as a change left it. Number 0 is how the first change found it."""

    __tablename__ = "rollout_version"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "number"),)

    workflow: str
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    scopes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    actor: str = ""  # as the trail names it
    by: UUID | None = None
    owner: UUID | None = None  # who answers for it at the practice
    because: str = ""


class PlanState(StrEnum):
    """Where a planned change stands."""

    ASKED = "asked"  # a second person has to approve it
    READY = "ready"  # it begins when its time comes
    RUNNING = "running"  # begun; it ends when its time comes
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # its time came and it could not be done; ``outcome`` says why


PENDING = (PlanState.ASKED, PlanState.READY, PlanState.RUNNING)


class RolloutPlan(Row, table=True):
    """One change of one scope that begins, and perhaps ends, by itself.

    ``move`` is what shall be (see ``services.rollout.moves``); ``digest`` is what was approved.
    ``before`` is what the scope was when it began, and what it goes back to at the end.
    ``earlier`` is what was planned before each edit, oldest first.
    """

    __tablename__ = "rollout_plan"
    __table_args__ = (Index("ix_rollout_plan_state", "practice_id", "state"),)

    workflow: str
    move: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    stops_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: PlanState = Field(default=PlanState.READY, sa_type=Word(PlanState))
    version: int = 1
    owner: UUID | None = None
    because: str = ""
    asked_by: UUID | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: str = ""
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""
    earlier: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class RolloutVersions(Repository[RolloutVersion]):
    """Questions about what was changed."""

    model = RolloutVersion

    def of(self, workflow: str, limit: int = 50) -> Sequence[RolloutVersion]:
        """The versions of *workflow*, newest first."""
        mine = self.rows().where(col(RolloutVersion.workflow) == workflow)
        return self.all(mine.order_by(col(RolloutVersion.number).desc()).limit(limit))

    def latest(self, workflow: str) -> RolloutVersion | None:
        """The newest version of *workflow*, if it was ever changed."""
        return next(iter(self.of(workflow, 1)), None)

    def numbered(self, workflow: str, number: int) -> RolloutVersion | None:
        """One version of *workflow*."""
        mine = (col(RolloutVersion.workflow) == workflow, col(RolloutVersion.number) == number)
        return self.first(self.rows().where(*mine))

    def since(self, moment: datetime) -> Sequence[RolloutVersion]:
        """What was changed after *moment*, oldest first."""
        mine = self.rows().where(col(RolloutVersion.at) >= moment, col(RolloutVersion.number) > 0)
        return self.all(mine.order_by(col(RolloutVersion.at), col(RolloutVersion.number)))


class RolloutPlans(Repository[RolloutPlan]):
    """Questions about what is planned."""

    model = RolloutPlan

    def pending(self) -> Sequence[RolloutPlan]:
        """Everything that waits for somebody or for its time, soonest first."""
        mine = self.rows().where(col(RolloutPlan.state).in_(PENDING))
        return self.all(mine.order_by(col(RolloutPlan.starts_at), col(RolloutPlan.id)))

    def settled(self, limit: int = 10) -> Sequence[RolloutPlan]:
        """What came of the latest ones, newest first."""
        mine = self.rows().where(col(RolloutPlan.state).not_in(PENDING))
        return self.all(mine.order_by(col(RolloutPlan.settled_at).desc()).limit(limit))

    def due(self, now: datetime) -> Sequence[RolloutPlan]:
        """What has to begin or to end by now, longest due first."""
        begins = (col(RolloutPlan.state) == PlanState.READY) & (col(RolloutPlan.starts_at) <= now)
        ends = (col(RolloutPlan.state) == PlanState.RUNNING) & (col(RolloutPlan.stops_at) <= now)
        return self.all(self.rows().where(begins | ends).order_by(col(RolloutPlan.starts_at)))

    def locked(self, id: UUID) -> RolloutPlan | None:
        """The plan as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(RolloutPlan.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))


def lock_rollouts(session: Session, practice_id: UUID) -> None:
    """Let nobody else change this practice's rollout until the transaction ends.

    A scope that does not exist yet cannot be locked, so the practice itself is.
    """
    mine = select(Practice.id).where(col(Practice.id) == practice_id).with_for_update()
    session.exec(mine).first()
