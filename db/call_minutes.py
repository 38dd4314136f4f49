"""How many calls each practice made to its EHR in the running minute, counted for all processes."""

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, case
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime

# A row from further ahead than any two clocks differ was left by a clock since set right.
STALE = timedelta(minutes=2)


class CallMinute(Row, table=True):
    """A practice's running minute, how many calls it has seen, and when calls may go on."""

    __tablename__ = "call_minute"
    __table_args__ = (UniqueConstraint("practice_id"),)

    minute: datetime = Field(sa_type=UtcDateTime)
    calls: int = 0
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CallMinutes(Repository[CallMinute]):
    """Questions about calls; each change is one statement, so that no call is missed."""

    model = CallMinute

    def take(self, minute: datetime, ceiling: int) -> bool:
        """Count one call of *minute* unless *ceiling* were counted; false then, or if it is over."""
        if self._count(minute, ceiling):
            return True
        self._begin(minute)
        return self._count(minute, ceiling)

    def _count(self, minute: datetime, ceiling: int) -> bool:
        same = col(CallMinute.minute) == minute
        turned = (col(CallMinute.minute) < minute) | (col(CallMinute.minute) > minute + STALE)
        room = self.change().where(turned | (same & (col(CallMinute.calls) < ceiling)))
        counted = case((same, col(CallMinute.calls) + 1), else_=1)
        return self.changed(room.values(calls=counted, minute=minute)) == 1

    def _begin(self, minute: datetime) -> None:
        """Make the practice's row if it has none; another process may be faster."""
        if self.first(self.rows()) is not None:
            return
        try:
            with self.session.begin_nested():
                self.session.add(CallMinute(practice_id=self.practice_id, minute=minute))
        except IntegrityError:
            return

    def pause(self, until: datetime, minute: datetime) -> None:
        """No calls before *until*; a later moment already agreed stays."""
        self._begin(minute)
        sooner = col(CallMinute.paused_until) < until
        never = col(CallMinute.paused_until).is_(None)
        self.changed(self.change().where(sooner | never).values(paused_until=until))

    def paused_until(self) -> datetime | None:
        """When calls may go on; may be over."""
        row = self.first(self.rows())
        return row.paused_until if row else None
