"""When a week's report is due, and which days it is about: pure functions of the options."""

from collections.abc import Container as Among
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.metrics.report import Span
from services.options import PracticeOptions

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Slot:
    """One week's report: its name, when it is due, and the seven days before that day."""

    week: str
    due: datetime
    span: Span


def slot_of(day: date, options: PracticeOptions) -> Slot:
    """The report of the week that *day* lies in.

    Due is by the practice's wall clock: an hour that comes twice counts the first time, and one that
    the clock leaves out counts as the one after it.
    """
    year, number, weekday = day.isocalendar()
    on = day + timedelta(days=options.report_weekday - (weekday - 1))
    due = datetime.combine(on, time(options.report_hour), options.zone).astimezone(UTC)
    return Slot(f"{year}-W{number:02}", due, Span(on - WEEK, on - timedelta(days=1)))


def next_after(moment: datetime, options: PracticeOptions, taken: Among[str]) -> Slot:
    """The first slot that is due later than *moment* in a week that has no report yet."""
    day = moment.astimezone(options.zone).date()
    while True:
        slot = slot_of(day, options)
        if slot.due > moment and slot.week not in taken:
            return slot
        day += WEEK
