"""What the model has cost, per practice and day."""

from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col

from db.base import Repository, Row


class AiSpend(Row, table=True):
    """One practice's use of one engine on one day of the practice's calendar."""

    __tablename__ = "ai_spend"
    __table_args__ = (UniqueConstraint("practice_id", "day", "engine"),)

    day: date
    engine: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    microdollars: int = Field(default=0, sa_type=BigInteger)


class AiSpends(Repository[AiSpend]):
    """Questions about cost."""

    model = AiSpend

    def of(self, day: date, engine: str) -> AiSpend | None:
        """What *engine* used on *day*."""
        return self.first(self.rows().where(col(AiSpend.day) == day, col(AiSpend.engine) == engine))

    def add_use(self, day: date, engine: str, **used: int) -> None:
        """Count one or more calls; safe with many workers at once."""
        columns: dict[Any, Any] = {name: getattr(AiSpend, name) + n for name, n in used.items()}
        mine = (col(AiSpend.day) == day, col(AiSpend.engine) == engine)
        more = self.change().where(*mine).values(columns)
        if not self.changed(more):
            self._begin(day, engine)
            self.changed(more)

    def _begin(self, day: date, engine: str) -> None:
        first = AiSpend(practice_id=self.practice_id, day=day, engine=engine)
        with suppress(IntegrityError), self.session.begin_nested():  # another worker was first
            self.session.add(first)
