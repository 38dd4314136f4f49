"""C05, C06: two workers in one office, one of them in charge, and a job that takes too long."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from db import reading, writing
from db.job_runs import JobRequest, JobRun, JobRuns, Lease
from jobs import worker as workers
from jobs.schedule import Every
from jobs.timetable import Job
from jobs.worker import LEADER, Worker
from services.container import Container, system_clock
from services.lines import Lines
from tests.jobs.conftest import Diary

SECOND = Every(timedelta(seconds=1))


@pytest.fixture
def clock() -> Callable[[], object]:
    """These workers live in real time."""
    return system_clock


@contextmanager
def at_work(container: Container, lines: Lines, owner: str) -> Iterator[Worker]:
    one = Worker(container, (lines,), owner, BackgroundScheduler(timezone="UTC"))
    one.start()
    try:
        yield one
    finally:
        one.stop()


def wait_until(is_so: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_c05_of_two_workers_one_leads_and_each_slot_runs_once(
    container: Container, lines: Lines, diary: Diary, runs: Callable[[], list[JobRun]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """C05: both keep the same timetable; lease and run key leave one run per slot."""
    monkeypatch.setattr(workers, "timetable", lambda _: (diary.job(SECOND),))
    with at_work(container, lines, "one") as one, at_work(container, lines, "two") as two:
        wait_until(lambda: diary.runs >= 3)
        assert one.leads.is_set()
        assert not two.leads.is_set()
    assert max(Counter(run.slot for run in runs()).values()) == 1
    assert {run.owner for run in runs()} == {"one"}


def test_when_the_leader_leaves_another_leads_at_once(
    container: Container, lines: Lines, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "timetable", lambda _: (diary.job(SECOND),))
    monkeypatch.setattr(workers, "HEARTBEAT", 1)
    with at_work(container, lines, "one"):
        two = Worker(container, (lines,), "two", BackgroundScheduler(timezone="UTC"))
        two.start()
        assert not two.leads.is_set()
    wait_until(two.leads.is_set)
    two.stop()


def test_a_leader_that_died_is_followed_when_its_lease_ends(
    container: Container, lines: Lines, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "timetable", lambda _: (diary.job(SECOND),))
    monkeypatch.setattr(workers, "HEARTBEAT", 1)
    with writing(container.engine) as session:
        session.add(Lease(name=LEADER, holder="dead", until=system_clock() + timedelta(seconds=1)))
    with at_work(container, lines, "two") as two:
        assert not two.leads.is_set()
        wait_until(lambda: diary.runs > 0)


def test_c06_a_poll_that_takes_longer_than_its_interval_never_overlaps(
    container: Container, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C06: the next run waits for the one that is busy, and missed slots are not made up for."""
    busy, most, begun = threading.Semaphore(0), [0, 0], []

    def slow(_: Lines) -> Counter[str]:
        most[0] += 1
        most[1] = max(most)
        begun.append(time.monotonic())
        busy.acquire(timeout=2.5)
        most[0] -= 1
        return Counter()

    monkeypatch.setattr(workers, "timetable", lambda _: (Job("sweep.sample", SECOND, slow),))
    with at_work(container, lines, "one"):
        wait_until(lambda: len(begun) >= 2)
        busy.release(10)
    assert most[1] == 1
    assert begun[1] - begun[0] >= 2.4


def test_retry_on_the_jobs_page_runs_it_out_of_turn(
    container: Container, lines: Lines, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    hourly = diary.job(Every(timedelta(hours=1)))
    monkeypatch.setattr(workers, "timetable", lambda _: (hourly,))
    with at_work(container, lines, "one"):
        wait_until(lambda: diary.runs == 1)
        with writing(container.engine) as session:
            session.add(JobRequest(practice_id=lines.practice.id, job="sweep.sample"))
        wait_until(lambda: diary.runs == 2)
    with reading(container.engine) as session:
        assert JobRuns(session, lines.practice.id).latest()["sweep.sample"].slot.startswith("asked")
