"""Each call of a model: when, for which workflow, and what it cost; nothing of what was asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime


class AiCall(Row, table=True):
    """One call that was paid for, whether or not its answer could be used."""

    __tablename__ = "ai_call"
    __table_args__ = (Index("ix_ai_call_workflow", "practice_id", "workflow", "at"),)

    at: datetime = Field(sa_type=UtcDateTime)
    workflow: str
    engine: str
    microdollars: int = Field(default=0, sa_type=BigInteger)


class AiCalls(Repository[AiCall]):
    """Questions about calls."""

    model = AiCall

    def after(self, since: UUID, limit: int) -> Sequence[AiCall]:
        """The next calls after *since*, as they were written; ids grow with time."""
        rows = self.rows().where(col(AiCall.id) > since)
        return self.all(rows.order_by(col(AiCall.id)).limit(limit))

    def cost(self, workflow: str, since: datetime) -> tuple[int, int]:
        """Microdollars that *workflow* cost, and of how many calls."""
        asked = select(func.coalesce(func.sum(AiCall.microdollars), 0), func.count()).where(
            col(AiCall.practice_id) == self.practice_id,
            col(AiCall.workflow) == workflow,
            col(AiCall.at) >= since,
        )
        microdollars, count = self.session.exec(asked).one()
        return int(microdollars), int(count)
