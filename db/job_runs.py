"""Which job ran when, how it ended, and who may run the next one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select, update

from db.base import Repository, Row, UtcDateTime


class JobRun(Row, table=True):
    """One run of one job for one slot; the unique slot is the run key."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("practice_id", "job", "slot"),
        Index("ix_job_run_recent", "practice_id", "job", "started_at"),
    )

    job: str
    slot: str
    owner: str = ""
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    error: str = ""


class JobRuns(Repository[JobRun]):
    """Questions about job runs."""

    model = JobRun

    def begin(self, job: str, slot: str, owner: str, now: datetime) -> JobRun | None:
        """Claim the slot; ``None`` when somebody already has it."""
        run = JobRun(practice_id=self.practice_id, job=job, slot=slot, owner=owner, started_at=now)
        try:
            with self.session.begin_nested():
                self.session.add(run)
        except IntegrityError:
            return None
        return run

    def tally(
        self, job: str, slot: str, owner: str, now: datetime, counts: dict[str, int], error: str
    ) -> None:
        """Add *counts* to a slot that many short runs share."""
        mine = self.rows().where(col(JobRun.job) == job, col(JobRun.slot) == slot)
        run = self.first(mine.with_for_update()) or self.begin(job, slot, owner, now)
        if run is None:
            run = self.session.exec(mine.with_for_update()).one()
        names = run.counts.keys() | counts.keys()
        run.counts = {name: run.counts.get(name, 0) + counts.get(name, 0) for name in names}
        run.finished_at, run.error = now, error
        self.session.add(run)

    def latest(self) -> dict[str, JobRun]:
        """The newest run of every job."""
        newest = (
            select(JobRun.job, func.max(JobRun.started_at).label("at"))
            .where(col(JobRun.practice_id) == self.practice_id)
            .group_by(col(JobRun.job))
            .subquery()
        )
        mine = self.rows().where(
            col(JobRun.job) == newest.c.job, col(JobRun.started_at) == newest.c.at
        )
        return {run.job: run for run in self.all(mine)}

    def last_good(self, job: str) -> JobRun | None:
        """The newest run of *job* that ended well."""
        good = self.rows().where(
            col(JobRun.job) == job, col(JobRun.finished_at).is_not(None), col(JobRun.error) == ""
        )
        return self.first(good.order_by(col(JobRun.started_at).desc()))

    def recent(self, job: str, limit: int = 50) -> Sequence[JobRun]:
        """The newest runs of *job*, newest first."""
        mine = self.rows().where(col(JobRun.job) == job)
        return self.all(mine.order_by(col(JobRun.started_at).desc()).limit(limit))

    def forget_before(self, moment: datetime) -> int:
        """Drop old runs."""
        old = self.all(self.rows().where(col(JobRun.started_at) < moment).limit(5_000))
        for run in old:
            self.session.delete(run)
        return len(old)


class JobRequest(Row, table=True):
    """Somebody pressed Retry: run this job now, out of turn."""

    __tablename__ = "job_request"

    job: str
    staff_id: UUID | None = None


class JobRequests(Repository[JobRequest]):
    """Questions about requested runs."""

    model = JobRequest

    def take(self) -> Sequence[JobRequest]:
        """Every open request, taken off the list."""
        found = self.all(self.rows().order_by(col(JobRequest.created_at)))
        for request in found:
            self.session.delete(request)
        return found


class Lease(SQLModel, table=True):
    """Something only one process may be at a time, such as the leader of the timetable."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime = Field(sa_type=UtcDateTime)


def hold(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or keep the lease *name*; false while somebody else holds it."""
    mine_or_free = (
        update(Lease)
        .where(col(Lease.name) == name, (col(Lease.holder) == holder) | (col(Lease.until) < now))
        .values(holder=holder, until=now + length)
    )
    if session.connection().execute(mine_or_free).rowcount == 1:
        return True
    if session.get(Lease, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, holder=holder, until=now + length))
    except IntegrityError:
        return False
    return True


def give_up(session: Session, name: str, holder: str, now: datetime) -> None:
    """Let somebody else have the lease at once."""
    mine = (col(Lease.name) == name, col(Lease.holder) == holder)
    session.connection().execute(
        update(Lease).where(*mine).values(until=now - timedelta(seconds=1))
    )
