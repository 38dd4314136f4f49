"""The federal holidays of the United States (5 U.S.C. 6103), offered for a practice to choose from."""

from datetime import date, timedelta

FIXED = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
FLOATING = (  # month, weekday, which one of the month; the last is -1
    (1, 0, 3, "Martin Luther King Jr. Day"),
    (2, 0, 3, "Presidents' Day"),
    (5, 0, -1, "Memorial Day"),
    (9, 0, 1, "Labor Day"),
    (10, 0, 2, "Columbus Day"),
    (11, 3, 4, "Thanksgiving"),
)


def federal(year: int) -> dict[date, str]:
    """Each day off in *year* with its name: what falls on a weekend is kept on the nearest workday."""
    fixed = {_observed(date(year, month, day)): name for month, day, name in FIXED}
    floating = {_nth(year, month, day, n): name for month, day, n, name in FLOATING}
    return dict(sorted((fixed | floating).items()))


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth < 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
