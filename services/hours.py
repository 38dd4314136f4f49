"""The practice's own clock: time counts only while it is open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.options import PracticeOptions

FARTHEST = 60  # days: further ahead than any target; a practice that never opens ends here


def after(start: datetime, minutes: int, options: PracticeOptions) -> datetime:
    """The UTC moment when *minutes* of opening time have passed since *start*."""
    start, left = start.astimezone(UTC), timedelta(minutes=minutes)
    for opens, closes in _spans(start, options):
        begin = max(opens, start)
        if closes <= begin:
            continue
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    return start + timedelta(days=FARTHEST)


def elapsed(start: datetime, end: datetime, options: PracticeOptions) -> timedelta:
    """How much opening time lies between two moments."""
    start, end, total = start.astimezone(UTC), end.astimezone(UTC), timedelta()
    for opens, closes in _spans(start, options, days=(end - start).days + 2):
        if opens >= end:
            break
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def is_open(moment: datetime, options: PracticeOptions) -> bool:
    """Whether the practice is open at *moment*."""
    return any(opens <= moment < closes for opens, closes in _spans(moment, options, days=1))


def _spans(
    start: datetime, options: PracticeOptions, days: int = FARTHEST
) -> Iterator[tuple[datetime, datetime]]:
    # Each local wall time becomes UTC on its own date, so that a change to or from
    # daylight saving neither adds nor loses an hour.
    first = start.astimezone(options.zone).date()
    for day in (first + timedelta(days=n) for n in range(days)):
        for opens, closes in options.hours_on(day):
            yield tuple(
                datetime.combine(day, at, options.zone).astimezone(UTC) for at in (opens, closes)
            )  # type: ignore[misc]
