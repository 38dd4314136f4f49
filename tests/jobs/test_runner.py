"""Runs of a job: one a slot, whoever tries, and nothing that breaks stops the rest."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from db import writing
from db.job_runs import JobRun, JobRuns
from db.rollout import Switch
from jobs.runner import drain, run_slot
from jobs.schedule import Every
from services.errors import Unreachable
from services.lines import Lines
from tests.jobs.conftest import Diary
from tests.services.conftest import Clock

MINUTELY = Every(timedelta(minutes=1))
CANARY = "chest pain since Tuesday"


def test_c05_two_workers_at_the_same_slot_make_one_run(lines: Lines, diary: Diary) -> None:
    """C05: eight threads of as many workers want each slot; one gets it."""
    together = threading.Barrier(8)

    def want(worker: int) -> bool:
        together.wait()
        return run_slot(diary.job(MINUTELY), lines, f"worker-{worker}")

    with ThreadPoolExecutor(8) as workers:
        ran = list(workers.map(want, range(8)))
    assert ran.count(True) == diary.runs == 1


def test_c05_without_the_run_key_each_worker_would_run(
    lines: Lines, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C05, the control: a slot of its own for every worker lets all of them run."""
    for worker in range(3):
        run_slot(diary.job(MINUTELY), lines, f"worker-{worker}", slot=f"asked-{worker}")
    assert diary.runs == 3


def test_the_next_slot_is_free_again(lines: Lines, diary: Diary, clock: Clock) -> None:
    job = diary.job(MINUTELY)
    assert run_slot(job, lines, "worker")
    assert not run_slot(job, lines, "worker")
    clock.wait(timedelta(minutes=1))
    assert run_slot(job, lines, "worker")


def test_expected_trouble_is_told_in_its_own_words(
    lines: Lines, diary: Diary, runs: Callable[[], list[JobRun]]
) -> None:
    diary.does = _raising(Unreachable("healow does not answer."))
    assert run_slot(diary.job(MINUTELY), lines, "worker")
    [run] = runs()
    assert run.error == "healow does not answer."
    assert run.finished_at is not None


def test_s10_a_surprise_is_told_by_its_kind_alone(
    lines: Lines, diary: Diary, runs: Callable[[], list[JobRun]]
) -> None:
    """S10: the message of an exception nobody expected may hold a patient's words."""
    diary.does = _raising(ValueError(CANARY))
    assert run_slot(diary.job(MINUTELY), lines, "worker")
    [run] = runs()
    assert "ValueError" in run.error
    assert CANARY not in run.error


def test_short_runs_of_one_minute_share_a_line(
    lines: Lines, diary: Diary, clock: Clock, runs: Callable[[], list[JobRun]]
) -> None:
    job = diary.job(MINUTELY, drains=True)
    for _ in range(3):
        assert drain(job, lines, "worker") == 1
        clock.wait(timedelta(seconds=10))
    [run] = runs()
    assert run.counts == {"done": 3}


def test_an_idle_queue_leaves_no_line(
    lines: Lines, diary: Diary, runs: Callable[[], list[JobRun]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Diary, "work", lambda self, lines: Counter())
    assert drain(diary.job(MINUTELY, drains=True), lines, "worker") == 0
    assert runs() == []


def test_r02_a_stopped_workflow_has_no_runs_and_the_house_goes_on(
    lines: Lines, diary: Diary
) -> None:
    """R02: the kill switch of a workflow holds for its jobs and for nothing else."""
    with writing(lines.container.engine) as session:
        session.add(Switch(practice_id=lines.practice.id, what="inbox", stopped=True))
    assert not run_slot(diary.job(MINUTELY, "inbox.poll"), lines, "worker")
    assert run_slot(diary.job(MINUTELY, "sweep.sample"), lines, "worker")


def test_a_run_that_died_does_not_keep_the_next_slot(
    lines: Lines, diary: Diary, clock: Clock, runs: Callable[[], list[JobRun]]
) -> None:
    """C07: nobody finishes a dead worker's run; the next slot is run all the same."""
    with writing(lines.container.engine) as session:
        slot = MINUTELY.slot(clock.now, ZoneInfo("UTC"))
        JobRuns(session, lines.practice.id).begin("sweep.sample", slot, "dead", clock.now)
    job = diary.job(MINUTELY)
    assert not run_slot(job, lines, "worker")
    clock.wait(timedelta(minutes=1))
    assert run_slot(job, lines, "worker")
    assert [run.finished_at is None for run in runs()] == [True, False]


def _raising(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail
