"""What happened to a workflow's rollout, one row for each change, as charts mark it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime, Word

MOST = 500  # marks of a few workflows; nobody changes a rollout more often


class Happened(StrEnum):
    """What a change was to the people who use the workflow."""

    STARTED = "started"  # somebody has it now, and nobody had
    WIDENED = "widened"
    NARROWED = "narrowed"
    PAUSED = "paused"  # by a person: it is measured on, and unseen
    LIMIT = "limit"  # paused by itself
    RESUMED = "resumed"
    STOPPED = "stopped"
    CHANGED = "changed"  # nobody sees a difference


HALTS = (Happened.PAUSED, Happened.LIMIT, Happened.STOPPED)


class RolloutEvent(Row, table=True):
    """One change. ``workflow`` may be a kill switch, or empty for one of before there were these rows.

    ``scope`` is empty for the whole practice, else a place's EHR reference. ``told`` is what it
    was and what it is, without anybody's name.
    """

    __tablename__ = "rollout_event"
    __table_args__ = (Index("ix_rollout_event_at", "practice_id", "workflow", "at"),)

    workflow: str
    scope: str = ""
    kind: Happened = Field(sa_type=Word(Happened))
    at: datetime = Field(sa_type=UtcDateTime)
    told: str
    by: UUID | None = None
    simulated: bool = False


class RolloutEvents(Repository[RolloutEvent]):
    """Questions about what happened."""

    model = RolloutEvent

    def of(self, workflows: Iterable[str], until: datetime) -> Sequence[RolloutEvent]:
        """What happened to these workflows before *until*, oldest first."""
        mine = self.rows().where(
            col(RolloutEvent.workflow).in_(["", *workflows]), col(RolloutEvent.at) < until
        )
        newest = mine.order_by(col(RolloutEvent.at).desc(), col(RolloutEvent.id).desc())
        return self.all(newest.limit(MOST))[::-1]

    def latest(self, workflow: str, scope: str) -> RolloutEvent | None:
        """The last thing that happened to *workflow* there."""
        mine = self.rows().where(
            col(RolloutEvent.workflow) == workflow,
            col(RolloutEvent.scope) == scope,
            col(RolloutEvent.simulated).is_(False),
        )
        return self.first(
            mine.order_by(col(RolloutEvent.at).desc(), col(RolloutEvent.id).desc()).limit(1)
        )
