"""T01, T02: a daily job runs once on each date of the practice, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.runner import run_slot
from jobs.schedule import Daily, Every
from services.lines import Lines
from tests.jobs.conftest import Diary
from tests.services.conftest import Clock

NEW_YORK = ZoneInfo("America/New_York")


def firings(schedule: Daily, begin: datetime, days: int) -> list[datetime]:
    """When APScheduler would fire in so many days from *begin*."""
    trigger, found, last, now = schedule.trigger(NEW_YORK), [], None, begin
    while (at := trigger.get_next_fire_time(last, now)) and at < begin + timedelta(days=days):
        found.append(at.astimezone(UTC))
        last, now = at, at.astimezone(UTC) + timedelta(microseconds=1)
    return found


@pytest.mark.parametrize(
    ("at", "begin", "changes_on"),
    [
        pytest.param(time(1, 30), datetime(2026, 10, 30, 12, tzinfo=UTC), date(2026, 11, 1), id="T01"),
        pytest.param(time(2, 30), datetime(2026, 3, 6, 12, tzinfo=UTC), date(2026, 3, 8), id="T02"),
    ],
)  # fmt: skip
def test_a_daily_job_runs_once_on_every_date(
    lines: Lines, diary: Diary, clock: Clock, at: time, begin: datetime, changes_on: date
) -> None:
    """T01, T02: the hour that comes twice, and the hour that does not come, give one run each."""
    job, dates = diary.job(Daily(at)), []
    for clock.now in firings(job.schedule, begin, days=4):
        if run_slot(job, lines, "worker"):
            dates.append(clock.now.astimezone(NEW_YORK).date())
    assert dates == [begin.date() + timedelta(days=n) for n in range(1, 5)]
    assert changes_on in dates
    assert diary.runs == len(dates)


def test_t01_without_the_date_as_its_slot_it_would_run_twice() -> None:
    """T01, the control: the scheduler alone fires at both half past one."""
    fired = firings(Daily(time(1, 30)), datetime(2026, 10, 30, 12, tzinfo=UTC), days=4)
    dates = [at.astimezone(NEW_YORK).date() for at in fired]
    assert dates.count(date(2026, 11, 1)) == 2


def test_every_process_names_a_slot_alike() -> None:
    noon = datetime(2026, 3, 2, 12, 0, 7, tzinfo=UTC)
    schedule = Every(timedelta(seconds=60))
    assert schedule.slot(noon, NEW_YORK) == "2026-03-02T12:00:00Z"
    assert schedule.slot(noon + timedelta(seconds=52), NEW_YORK) == "2026-03-02T12:00:00Z"
    assert schedule.slot(noon + timedelta(seconds=53), NEW_YORK) == "2026-03-02T12:01:00Z"


def test_the_date_of_a_slot_is_the_practices_not_the_servers() -> None:
    just_after_midnight_in_utc = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert Daily(time(1, 30)).slot(just_after_midnight_in_utc, NEW_YORK) == "2026-03-02"
