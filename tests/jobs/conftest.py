"""A practice whose jobs only count how often they ran."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from db import reading
from db.job_runs import JobRun, JobRuns
from db.practices import Practice
from jobs.schedule import Schedule
from jobs.timetable import Job
from services.container import Container
from services.lines import Lines
from tests.services.conftest import clock, container, practice, settings

__all__ = ["clock", "container", "practice", "settings"]


@pytest.fixture
def lines(container: Container, practice: Practice) -> Lines:
    """Lines that lead nowhere: the jobs of these stories call nobody."""
    return Lines(container, practice, cast(Any, None), cast(Any, None))


@dataclass
class Diary:
    """A job that notes each run; ``does`` is what it does besides."""

    runs: int = 0
    does: Callable[[], object] = field(default=lambda: None)

    def job(self, schedule: Schedule, name: str = "sweep.sample", *, drains: bool = False) -> Job:
        return Job(name, schedule, self.work, drains)

    def work(self, lines: Lines) -> Counter[str]:
        self.runs += 1
        self.does()
        return Counter(done=1)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def runs(container: Container, practice: Practice) -> Callable[[], list[JobRun]]:
    """The runs on record, oldest first."""

    def runs() -> list[JobRun]:
        with reading(container.engine) as session:
            return list(reversed(JobRuns(session, practice.id).recent("sweep.sample", 500)))

    return runs
