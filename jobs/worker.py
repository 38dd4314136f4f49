"""The worker: a timetable that one process leads, and queues that every process drains."""

import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from db import writing
from db.job_runs import JobRequests, give_up, hold
from jobs.runner import drain, run_slot
from jobs.timetable import Job, timetable
from services import logs
from services.container import Container
from services.lines import Lines
from services.wiring import lines_of

LEADER = "timetable"
LEASE = timedelta(seconds=15)
HEARTBEAT = 4  # seconds; three may be missed before somebody else leads
MISFIRE = 120  # seconds a job may start late, rather than be lost

log = logging.getLogger(__name__)


@dataclass
class Worker:
    """One process's share of the work. ``start`` returns at once; ``stop`` waits for what runs."""

    container: Container
    lines: tuple[Lines, ...]
    owner: str
    scheduler: BackgroundScheduler
    leads: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin. Jobs of the leader run once this process leads."""
        self._heartbeat()
        self.scheduler.add_job(self._heartbeat, "interval", seconds=HEARTBEAT, max_instances=1)
        self.scheduler.add_job(self._requests, "interval", seconds=1, max_instances=1)
        for lines in self.lines:
            for job in timetable(self.container.settings):
                self._schedule(job, lines)
        self.scheduler.start()

    def stop(self) -> None:
        """Let what runs end, then let another process lead at once."""
        self.scheduler.shutdown(wait=True)
        if self.leads.is_set():
            with writing(self.container.engine) as session:
                give_up(session, LEADER, self.owner, self.container.clock())

    def _schedule(self, job: Job, lines: Lines) -> None:
        zone = ZoneInfo(lines.practice.timezone)
        run: Callable[[], object] = (
            self._drainer(job, lines) if job.drains else self._led(job, lines)
        )
        self.scheduler.add_job(
            run,
            job.schedule.trigger(zone),
            id=f"{lines.practice.code}/{job.name}",
            next_run_time=self.container.clock(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE,
        )

    def _drainer(self, job: Job, lines: Lines) -> Callable[[], None]:
        def run() -> None:
            while drain(job, lines, self.owner) and self.scheduler.running:
                pass

        return run

    def _led(self, job: Job, lines: Lines) -> Callable[[], None]:
        def run() -> None:
            if self.leads.is_set():
                run_slot(job, lines, self.owner)

        return run

    def _heartbeat(self) -> None:
        with writing(self.container.engine) as session:
            leads = hold(session, LEADER, self.owner, self.container.clock(), LEASE)
        if leads and not self.leads.is_set():
            log.info("this process leads the timetable")
        (self.leads.set if leads else self.leads.clear)()

    def _requests(self) -> None:
        """Runs that somebody asked for: Retry on the job page, or a webhook."""
        if not self.leads.is_set():
            return
        jobs = {job.name: job for job in timetable(self.container.settings)}
        for lines in self.lines:
            with writing(self.container.engine) as session:
                asked = [(r.job, r.id) for r in JobRequests(session, lines.practice.id).take()]
            for name, id in asked:
                if name in jobs:
                    run_slot(jobs[name], lines, self.owner, slot=f"asked-{id}")


def start(container: Container) -> Worker:
    """A running worker for every practice in the settings."""
    owner = f"worker-{os.getpid()}-{secrets.token_hex(3)}"
    lines = tuple(lines_of(container))
    pool = {"apscheduler.executors.default": {"class": "apscheduler.executors.pool:ThreadPoolExecutor",
                                              "max_workers": 8}}  # fmt: skip
    worker = Worker(container, lines, owner, BackgroundScheduler(pool, timezone="UTC"))
    worker.start()
    return worker


def run_forever(container: Container) -> None:
    """``foyer worker``: until SIGTERM or SIGINT, then finish what runs."""
    logs.set_up(container.settings.log_level)
    # A run that is still busy when the next is due is no news: it is one run at a time.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    worker = start(container)
    print("The worker is ready.", flush=True)  # noqa: T201  (the crash harness waits for this line)
    done.wait()
    worker.stop()
