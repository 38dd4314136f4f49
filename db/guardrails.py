"""Limits that a workflow must keep while people use it, and the times it did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Guardrail(Row, table=True):
    """One limit of one workflow, as this practice set it; where there is none the default holds.

    What is measured over the last ``hours`` must not exceed ``limit``, and below ``at_least``
    cases nothing is said.
    """

    __tablename__ = "guardrail"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "measure"),)

    workflow: str
    measure: str
    limit: float
    hours: int
    at_least: int
    is_on: bool = True


class GuardrailTrip(Row, table=True):
    """One time a limit was exceeded and the workflow was paused. ``paused`` is what was on before."""

    __tablename__ = "guardrail_trip"
    __table_args__ = (Index("ix_guardrail_trip_at", "practice_id", "at"),)

    workflow: str
    measure: str
    at: datetime = Field(sa_type=UtcDateTime)
    since: datetime = Field(sa_type=UtcDateTime)  # where the window began
    value: float
    count: int
    limit: float
    paused: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    seen_by: UUID | None = None
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Guardrails(Repository[Guardrail]):
    """Questions about limits."""

    model = Guardrail

    def by_measure(self, workflow: str) -> dict[str, Guardrail]:
        """The limits that this practice set for *workflow*."""
        found = self.all(self.rows().where(col(Guardrail.workflow) == workflow))
        return {row.measure: row for row in found}


class GuardrailTrips(Repository[GuardrailTrip]):
    """Questions about limits that were exceeded."""

    model = GuardrailTrip

    def unseen(self) -> Sequence[GuardrailTrip]:
        """What nobody has acknowledged, newest first."""
        mine = self.rows().where(col(GuardrailTrip.seen_at).is_(None))
        return self.all(mine.order_by(col(GuardrailTrip.at).desc()))

    def latest(self, workflow: str) -> GuardrailTrip | None:
        """The last time *workflow* was paused by a limit."""
        mine = self.rows().where(col(GuardrailTrip.workflow) == workflow)
        return self.first(mine.order_by(col(GuardrailTrip.at).desc()))

    def since(self, moment: datetime) -> Sequence[GuardrailTrip]:
        """Every pause after *moment*, oldest first."""
        mine = self.rows().where(col(GuardrailTrip.at) >= moment)
        return self.all(mine.order_by(col(GuardrailTrip.at)))
