"""What a practice wants of its metrics: targets and baselines of its own, by month or for good."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import col

from db.base import Repository, Row


class MetricTarget(Row, table=True):
    """One decision about one metric. ``month`` is ``2026-11``, or empty where it always holds.

    ``target`` and ``baseline`` are in the metric's own unit; without one the default holds.
    """

    __tablename__ = "metric_target"
    __table_args__ = (UniqueConstraint("practice_id", "metric", "month"),)

    metric: str
    month: str = ""
    target: float | None = None
    baseline: float | None = None
    decided_by: UUID | None = None


class MetricTargets(Repository[MetricTarget]):
    """Questions about targets."""

    model = MetricTarget

    def of(self, metric: str, month: str) -> MetricTarget | None:
        """What was decided for this metric and month."""
        mine = (col(MetricTarget.metric) == metric, col(MetricTarget.month) == month)
        return self.first(self.rows().where(*mine))

    def every(self) -> Sequence[MetricTarget]:
        """All that was decided; a month's own stands after what always holds."""
        ordered = (col(MetricTarget.metric), col(MetricTarget.month))
        return self.all(self.rows().order_by(*ordered))
