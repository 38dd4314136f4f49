"""What happens by itself and how it is going: jobs, roads to the EHR, deliveries that are stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from db import Session
from db.connections import Connection, Connections
from db.deliveries import Deliveries, Delivery
from db.job_runs import JobRequest, JobRequests, JobRun, JobRuns, Lease
from services.desk import Desk
from services.errors import Invalid
from services.management import Deed, managed

LEADER = "timetable"  # the lease that the worker in charge of the timetable keeps
ASKED = "asked-"  # how the slot of a run out of turn begins
MINUTE_SLOT = len("2026-03-02T09:00Z")  # shared by all short runs of a job that drains a queue
LOOKED_AT = 6  # runs whose rhythm is taken for the job's own


@dataclass(frozen=True)
class JobCard:
    """One job as staff see it. Moments are UTC.

    ``every`` is the rhythm of its last runs, ``None`` for a job that runs whenever there is
    work; ``late`` is how long its next run is overdue, zero while it is not.
    """

    job: str
    last: JobRun
    last_good: datetime | None
    every: timedelta | None
    next_at: datetime | None
    late: timedelta

    @property
    def state(self) -> str:
        """``running``, ``failed``, ``late`` or ``ok``."""
        if self.last.error:
            return "failed"
        if self.last.finished_at is None:
            return "running"
        return "late" if self.late else "ok"


def jobs(desk: Desk) -> list[JobCard]:
    """Every job that ever ran here, by name."""
    latest = desk.open(JobRuns).latest()
    return [_card(desk, latest[job]) for job in sorted(latest)]


def worker_until(session: Session) -> datetime | None:
    """Until when some worker leads, as of its last heartbeat; ``None`` when none ever did."""
    lease = session.get(Lease, LEADER)
    return lease.until if lease else None


def roads(desk: Desk) -> Sequence[Connection]:
    """Every road to the EHR, by name."""
    found = desk.open(Connections).by_road()
    return [found[road] for road in sorted(found)]


def stuck(desk: Desk) -> Sequence[Delivery]:
    """Deliveries that a person has to look at, newest first."""
    return desk.open(Deliveries).needing_a_person()


@managed("jobs.retry", "Run now")
def retry(desk: Desk, job: str) -> Deed[None]:
    """Run this job once more, out of turn, within a second or two.

    Raises ``Invalid`` for a job that never ran here.
    """
    if job not in desk.open(JobRuns).latest():
        raise Invalid("There is no such job here.")
    request = JobRequest(practice_id=desk.practice_id, job=job, staff_id=desk.actor.staff_id)
    desk.open(JobRequests).add(request)
    return Deed(f"job/{job}", "asked to run now", None)


def _card(desk: Desk, last: JobRun) -> JobCard:
    runs = desk.open(JobRuns)
    every = _rhythm([run for run in runs.recent(last.job, LOOKED_AT) if _is_timed(run)])
    next_at = last.started_at + every if every else None
    good = runs.last_good(last.job)
    return JobCard(
        job=last.job,
        last=last,
        last_good=good.finished_at if good else None,
        every=every,
        next_at=next_at,
        late=_lateness(desk.now, next_at, every),
    )


def _is_timed(run: JobRun) -> bool:
    return not run.slot.startswith(ASKED) and len(run.slot) != MINUTE_SLOT


def _rhythm(newest_first: Sequence[JobRun]) -> timedelta | None:
    starts = [run.started_at for run in newest_first]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(starts)]
    return timedelta(seconds=round(median(gaps))) if gaps else None


def _lateness(now: datetime, next_at: datetime | None, every: timedelta | None) -> timedelta:
    # A job may start a little after its slot begins; half a rhythm is no news.
    if next_at is None or every is None or now <= next_at + every / 2:
        return timedelta(0)
    return now - next_at
