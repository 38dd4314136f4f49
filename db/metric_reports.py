"""Reports of metrics that leave by e-mail: one row for each week, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, col, delete

from db.base import Repository, Row, UtcDateTime, Word


class ReportState(StrEnum):
    """The life of a report. One in doubt is never sent again by itself."""

    PLANNED = "planned"  # also between two tries
    SENDING = "sending"  # committed before the mail server is called
    SENT = "sent"  # the mail server took it
    FAILED = "failed"
    UNSURE = "unsure"  # it may have left: whoever was sending died, or the answer did not come


class MetricReport(Row, table=True):
    """One mail with the metrics from *first* to *last*.

    ``week`` is ``2026-W49``, or says that it was asked for and when. ``recipients`` are empty until
    it is sent: then those of the practice, and after each try those to whom it has not gone yet.
    """

    __tablename__ = "metric_report"
    __table_args__ = (UniqueConstraint("practice_id", "week"),)

    week: str
    first: date
    last: date
    due_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime)
    state: ReportState = Field(default=ReportState.PLANNED, sa_type=Word(ReportState))
    recipients: list[str] = Field(default_factory=list, sa_type=JSON)
    reached: int = 0
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told: str = ""
    asked_by: UUID | None = None


class MetricReports(Repository[MetricReport]):
    """Questions about reports."""

    model = MetricReport

    def ahead(self) -> Sequence[MetricReport]:
        """The weeks that are planned and were never tried, the earliest first."""
        mine = self.rows().where(
            col(MetricReport.state) == ReportState.PLANNED,
            col(MetricReport.attempts) == 0,
            col(MetricReport.asked_by).is_(None),
        )
        return self.all(mine.order_by(col(MetricReport.due_at)))

    def weeks(self) -> set[str]:
        """Every week that has a report already, whatever became of it."""
        return {row.week for row in self.all(self.rows())}

    def due(self, now: datetime) -> Sequence[MetricReport]:
        """What may leave now, the latest week first; taken by nobody else meanwhile."""
        mine = self.rows().where(
            col(MetricReport.state) == ReportState.PLANNED, col(MetricReport.not_before) <= now
        )
        newest = mine.order_by(col(MetricReport.due_at).desc(), col(MetricReport.id).desc())
        return self.all(newest.with_for_update(skip_locked=True))

    def abandoned(self, now: datetime) -> Sequence[MetricReport]:
        """What somebody began to send and did not settle in time."""
        mine = self.rows().where(
            col(MetricReport.state) == ReportState.SENDING, col(MetricReport.lease_until) < now
        )
        return self.all(mine.with_for_update(skip_locked=True))

    def locked(self, id: UUID) -> MetricReport | None:
        """One row, locked until the transaction ends."""
        mine = self.rows().where(col(MetricReport.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def newest(self, limit: int) -> Sequence[MetricReport]:
        """The last of them, newest first."""
        ordered = self.rows().order_by(col(MetricReport.due_at).desc(), col(MetricReport.id).desc())
        return self.all(ordered.limit(limit))

    def forget(self, id: UUID) -> None:
        """Take a plan back that nobody has begun."""
        mine = (col(MetricReport.practice_id) == self.practice_id, col(MetricReport.id) == id)
        self.session.connection().execute(delete(MetricReport).where(*mine))
