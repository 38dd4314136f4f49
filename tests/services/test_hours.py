"""T04, T05: a practice's hours, wherever its people sit and whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services import hours
from services.options import PracticeOptions

ALL_DAY = dict.fromkeys(range(7), ((time(0), time(23, 59)),))
NEW_YORK = ZoneInfo("America/New_York")


def practice(zone: str, **options: object) -> PracticeOptions:
    return PracticeOptions(timezone=zone, **options)


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("America/New_York", datetime(2026, 7, 6, 12, tzinfo=UTC)),
        ("America/Phoenix", datetime(2026, 7, 6, 15, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2026, 7, 6, 18, tzinfo=UTC)),
    ],
)
def test_t04_time_is_owed_from_when_the_practice_opens_on_its_own_clock(
    zone: str, opens: datetime
) -> None:
    """T04: written on Sunday evening, due on Monday an hour after eight there."""
    sunday = datetime(2026, 7, 6, 2, tzinfo=UTC)
    due = hours.after(sunday, 60, practice(zone))
    assert due == opens + timedelta(hours=1)
    assert due.astimezone(ZoneInfo(zone)).time() == time(9)


def test_t04_phoenix_does_not_change_its_clocks() -> None:
    """T04: in winter New York is two hours ahead of Phoenix, in summer three."""
    winter, summer = datetime(2026, 1, 4, 2, tzinfo=UTC), datetime(2026, 7, 5, 2, tzinfo=UTC)
    gaps = [
        hours.after(moment, 1, practice("America/Phoenix"))
        - hours.after(moment, 1, practice("America/New_York"))
        for moment in (winter, summer)
    ]
    assert gaps == [timedelta(hours=2), timedelta(hours=3)]


@pytest.mark.parametrize(
    ("month", "day", "passed"),
    [
        (3, 8, 3),  # an hour does not exist
        (11, 1, 5),  # an hour comes twice
        (6, 1, 4),
    ],
)
def test_t05_elapsed_time_is_time_that_passed(month: int, day: int, passed: int) -> None:
    """T05: from midnight to four on the practice's clock, in hours that really passed."""
    options = practice("America/New_York", hours=ALL_DAY)
    start, end = (datetime(2026, month, day, hour, tzinfo=NEW_YORK) for hour in (0, 4))
    assert hours.elapsed(start, end, options) == timedelta(hours=passed)


def test_t05_subtracting_on_the_wall_would_be_an_hour_off() -> None:
    """T05, the control: Python subtracts two moments of one zone by their wall clocks."""
    start, end = (datetime(2026, 3, 8, hour, tzinfo=NEW_YORK) for hour in (0, 4))
    assert end - start == timedelta(hours=4)


def test_t05_time_owed_is_counted_over_the_change_of_clocks() -> None:
    """T05: two hours from midnight on the wall end at three on the day the clocks go forward."""
    options = practice("America/New_York", hours=ALL_DAY)
    due = hours.after(datetime(2026, 3, 8, tzinfo=NEW_YORK), 120, options)
    assert due == datetime(2026, 3, 8, 3, tzinfo=NEW_YORK).astimezone(UTC)
    assert due.tzinfo is UTC


def test_lunch_evenings_and_weekends_do_not_count() -> None:
    options = practice("America/New_York")
    friday_before_lunch = datetime(2026, 7, 10, 11, 30, tzinfo=NEW_YORK)
    due = hours.after(friday_before_lunch, 30 + 4 * 60 + 15, options)
    assert due.astimezone(NEW_YORK) == datetime(2026, 7, 13, 8, 15, tzinfo=NEW_YORK)
    assert hours.elapsed(friday_before_lunch, due, options) == timedelta(minutes=30 + 240 + 15)


def test_a_long_wait_is_counted_to_its_end() -> None:
    options = practice("America/New_York", hours=ALL_DAY)
    start = datetime(2026, 1, 1, 5, tzinfo=UTC)
    passed = hours.elapsed(start, start + timedelta(days=100), options)
    assert passed > timedelta(days=99)


def test_a_practice_that_never_opens_owes_nothing_soon() -> None:
    options = practice("America/New_York", hours={})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert hours.after(start, 60, options) == start + timedelta(days=hours.FARTHEST)
    assert not hours.is_open(start, options)


@pytest.mark.parametrize(
    ("at", "open_"), [(7, False), (8, True), (12, False), (13, True), (17, False)]
)
def test_whether_it_is_open_is_asked_of_the_practices_clock(at: int, open_: bool) -> None:
    moment = datetime(2026, 7, 6, at, tzinfo=NEW_YORK)
    assert hours.is_open(moment.astimezone(UTC), practice("America/New_York")) is open_


def test_a_holiday_counts_like_a_sunday() -> None:
    """Thanksgiving and the day after: a question of Wednesday evening is due on Monday."""
    days = (date(2026, 11, 26), date(2026, 11, 27))
    closed, open_ = practice("America/New_York", holidays=days), practice("America/New_York")
    wednesday = datetime(2026, 11, 25, 18, tzinfo=NEW_YORK)
    thursday, monday = (datetime(2026, 11, day, 9, tzinfo=NEW_YORK) for day in (26, 30))
    assert hours.after(wednesday, 60, open_) == thursday, "the control"
    assert hours.after(wednesday, 60, closed) == monday
    assert hours.elapsed(wednesday, monday, closed) == timedelta(hours=1)
    assert hours.is_open(thursday, open_)
    assert not hours.is_open(thursday, closed)


def test_on_a_half_day_the_clock_stops_at_noon() -> None:
    """Christmas Eve closes at noon: what comes at 11:30 has half an hour of that day."""
    eve = {date(2026, 12, 24): ((time(8), time(12)),)}
    half = practice("America/New_York", special_hours=eve, holidays=(date(2026, 12, 25),))
    usual = practice("America/New_York")
    late = datetime(2026, 12, 24, 11, 30, tzinfo=NEW_YORK)
    assert hours.after(late, 60, usual) == datetime(2026, 12, 24, 13, 30, tzinfo=NEW_YORK)
    assert hours.after(late, 60, half) == datetime(2026, 12, 28, 8, 30, tzinfo=NEW_YORK)
    assert hours.elapsed(late, late + timedelta(days=1), half) == timedelta(minutes=30)


def test_a_saturday_can_be_open_for_once() -> None:
    saturday = datetime(2026, 10, 10, 9, tzinfo=NEW_YORK)
    flu = practice("America/New_York", special_hours={saturday.date(): ((time(9), time(13)),)})
    assert hours.is_open(saturday, flu)
    assert not hours.is_open(saturday, practice("America/New_York"))
    assert not hours.is_open(saturday + timedelta(days=7), flu)
