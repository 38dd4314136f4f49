"""Sentences that a manager pinned to a day, so that a chart says why it bends there."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col, delete, func, select

from db.base import Repository, Row, UtcDateTime


class Annotation(Row, table=True):
    """One sentence about one day of the practice; about one *metric*, or all where it is empty.

    Never changed: one that is wrong is removed, words and all, and another is pinned.
    """

    __tablename__ = "metric_annotation"
    __table_args__ = (Index("ix_metric_annotation_day", "practice_id", "day"),)

    day: date
    text: str
    metric: str = ""
    written_by: UUID
    at: datetime = Field(sa_type=UtcDateTime)


class Annotations(Repository[Annotation]):
    """Questions about annotations."""

    model = Annotation

    def between(self, first: date, last: date) -> Sequence[Annotation]:
        """Those of the days from *first* to *last*, in the order in which they were pinned."""
        mine = self.rows().where(col(Annotation.day) >= first, col(Annotation.day) <= last)
        return self.all(mine.order_by(col(Annotation.day), col(Annotation.at), col(Annotation.id)))

    def count_on(self, day: date) -> int:
        """How many are pinned to *day*."""
        mine = (col(Annotation.practice_id) == self.practice_id, col(Annotation.day) == day)
        return self.session.exec(select(func.count()).where(*mine)).one()

    def forget(self, id: UUID) -> None:
        """Take it away with its words."""
        mine = (col(Annotation.practice_id) == self.practice_id, col(Annotation.id) == id)
        self.session.connection().execute(delete(Annotation).where(*mine))
