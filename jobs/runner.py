"""Runs one job for one practice, once a slot, and lets nothing that breaks stop the rest."""

import logging
from collections import Counter
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import writing
from db.job_runs import JobRuns
from jobs.timetable import Job
from services import rollout
from services.desk import Actor, looking
from services.errors import FoyerError
from services.lines import Lines, fresh

log = logging.getLogger(__name__)


def run_slot(job: Job, lines: Lines, owner: str, slot: str = "") -> bool:
    """Do *job* unless its slot is taken or its workflow is off. Returns whether it ran."""
    now = lines.container.clock()
    slot = slot or job.schedule.slot(now, ZoneInfo(lines.practice.timezone))
    if not _switched_on(job, lines):
        return False
    run_id = _begin(job, lines, owner, slot, now)
    if run_id is None:
        return False
    counts, error = _work(job, lines)
    _finish(lines, run_id, counts, error)
    return True


def drain(job: Job, lines: Lines, owner: str) -> int:
    """Do what lies in rows for *job*; counts of one minute share a line. Returns how many."""
    if not _switched_on(job, lines):
        return 0
    counts, error = _work(job, lines)
    if counts.total() or error:
        _tally(job, lines, owner, counts, error)
    return counts.total()


def _switched_on(job: Job, lines: Lines) -> bool:
    if not job.workflow:
        return True
    actor = Actor.job(lines.practice.id, job.name)
    with looking(lines.container, actor) as desk:
        return rollout.gate(desk, job.workflow).is_anywhere_on()


def _begin(job: Job, lines: Lines, owner: str, slot: str, now: datetime) -> UUID | None:
    with writing(lines.container.engine) as session:
        run = JobRuns(session, lines.practice.id).begin(job.name, slot, owner, now)
        return run.id if run else None


def _work(job: Job, lines: Lines) -> tuple[Counter[str], str]:
    """What expected trouble says is shown to staff; of anything else only its kind is kept,
    because its message may hold a patient's words."""
    try:
        return job.work(fresh(lines)), ""
    except FoyerError as error:
        log.warning("job %s: %s", job.name, type(error).__name__)
        return Counter(), str(error)
    except Exception as error:
        log.exception("job %s failed", job.name)
        return Counter(), f"An unexpected fault ({type(error).__name__}). The log has the place."


def _finish(lines: Lines, run_id: UUID, counts: Counter[str], error: str) -> None:
    with writing(lines.container.engine) as session:
        run = JobRuns(session, lines.practice.id).get(run_id)
        run.finished_at, run.counts, run.error = lines.container.clock(), dict(counts), error


def _tally(job: Job, lines: Lines, owner: str, counts: Counter[str], error: str) -> None:
    now = lines.container.clock()
    with writing(lines.container.engine) as session:
        runs = JobRuns(session, lines.practice.id)
        runs.tally(job.name, f"{now:%Y-%m-%dT%H:%MZ}", owner, now, dict(counts), error)
