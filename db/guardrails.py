"""Limits that a workflow must keep while people use it, and the times it did not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Guardrail(Row, table=True):
    """One limit of one workflow, as this practice set it; where there is none the default holds.

    ``scope`` is empty for the whole practice, else a place's EHR reference: a limit of its own,
    measured there alone. What is measured over the last ``hours`` must not exceed ``limit``, and
    below ``at_least`` cases nothing is said.
    """

    __tablename__ = "guardrail"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "measure", "scope"),)

    workflow: str
    measure: str
    scope: str = ""
    limit: float
    hours: int
    at_least: int
    is_on: bool = True


class GuardrailTrip(Row, table=True):
    """One pause: a limit was exceeded at ``at``, and somebody started it again at ``resumed_at``.

    In the whole practice (``scope`` empty) what people used was moved to shadow, and ``paused``
    is what was on before. At a place nothing is moved: until ``resumed_at`` no stage goes beyond
    shadow there (see ``services.rollout.gate``), so that what was on is on again as it was.
    """

    __tablename__ = "guardrail_trip"
    __table_args__ = (Index("ix_guardrail_trip_at", "practice_id", "at"),)

    workflow: str
    measure: str
    scope: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    since: datetime = Field(sa_type=UtcDateTime)  # where the window began
    value: float
    count: int
    limit: float
    paused: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    seen_by: UUID | None = None
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resumed_by: UUID | None = None
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    simulated: bool = False  # of a demo's past; it never was


class Guardrails(Repository[Guardrail]):
    """Questions about limits."""

    model = Guardrail

    def by_measure(self, workflow: str, scope: str = "") -> dict[str, Guardrail]:
        """The limits that this practice set for *workflow* in the whole practice or at a place."""
        mine = (col(Guardrail.workflow) == workflow, col(Guardrail.scope) == scope)
        return {row.measure: row for row in self.all(self.rows().where(*mine))}

    def scopes(self, workflow: str) -> frozenset[str]:
        """Where *workflow* has limits of its own."""
        mine = self.rows().where(col(Guardrail.workflow) == workflow)
        return frozenset(row.scope for row in self.all(mine))


class GuardrailTrips(Repository[GuardrailTrip]):
    """Questions about limits that were exceeded."""

    model = GuardrailTrip

    def unseen(self) -> Sequence[GuardrailTrip]:
        """What nobody has acknowledged, newest first."""
        mine = self.rows().where(col(GuardrailTrip.seen_at).is_(None))
        return self.all(mine.order_by(col(GuardrailTrip.at).desc()))

    def latest(self, workflow: str, scopes: Iterable[str] = ("",)) -> GuardrailTrip | None:
        """The last time a limit paused *workflow* in one of *scopes*."""
        mine = self.rows().where(
            col(GuardrailTrip.workflow) == workflow,
            col(GuardrailTrip.scope).in_(list(scopes)),
            col(GuardrailTrip.simulated).is_(False),
        )
        return self.first(mine.order_by(col(GuardrailTrip.at).desc()))

    def going_on(self, workflows: Iterable[str]) -> Sequence[GuardrailTrip]:
        """The pauses that nobody has ended, oldest first."""
        mine = self.rows().where(
            col(GuardrailTrip.workflow).in_(list(workflows)),
            col(GuardrailTrip.resumed_at).is_(None),
        )
        fresh = mine.execution_options(populate_existing=True)
        return self.all(fresh.order_by(col(GuardrailTrip.at)))

    def of(self, workflow: str, limit: int = 10) -> Sequence[GuardrailTrip]:
        """The latest pauses of *workflow*, newest first."""
        mine = self.rows().where(col(GuardrailTrip.workflow) == workflow)
        return self.all(mine.order_by(col(GuardrailTrip.at).desc()).limit(limit))
