"""Tests of lines out of the building that somebody asked for, and what the last one found."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class LineCheck(Row, table=True):
    """One line of one practice: its last test, or the one that is asked for.

    ``line`` is a word of ``services.connections``. While ``done_at`` is empty a worker tests it,
    until ``lease`` at the longest. ``told`` is for staff, line by line, and holds no secret.
    """

    __tablename__ = "line_check"
    __table_args__ = (UniqueConstraint("practice_id", "line"),)

    line: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    staff_id: UUID | None = None
    lease: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ok: bool = False
    told: str = ""


class LineChecks(Repository[LineCheck]):
    """Questions about tests of lines."""

    model = LineCheck

    def by_line(self) -> dict[str, LineCheck]:
        """The last test of every line that was ever tested."""
        return {check.line: check for check in self.all(self.rows())}

    def locked(self, line: str) -> LineCheck | None:
        """The row of *line*, locked until the transaction ends."""
        return self.first(self.rows().where(col(LineCheck.line) == line).with_for_update())

    def claim(self, now: datetime, until: datetime) -> Sequence[LineCheck]:
        """Every test that waits for a worker, taken by this one until then."""
        free = col(LineCheck.lease).is_(None) | (col(LineCheck.lease) < now)
        waiting = self.rows().where(col(LineCheck.done_at).is_(None), free)
        found = self.all(
            waiting.order_by(col(LineCheck.asked_at)).with_for_update(skip_locked=True)
        )
        for check in found:
            check.lease = until
        return found
