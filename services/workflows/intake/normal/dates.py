"""Dates as Americans write them, to ISO 8601; what has two readings is offered, not guessed."""

import re
from collections.abc import Sequence
from datetime import date

from services.workflows.intake.normal.text import blank, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december")  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d{2}:\d{2}.*)?")
_NUMBERS = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTH_FIRST = re.compile(
    r"([a-z]+)\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?[\s,-]+['\u2019]?(\d{4}|\d{2})"
)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?[\s-]*([a-z]+)\.?[\s,-]*['\u2019]?(\d{4}|\d{2})")  # fmt: skip
_WEEKDAY = re.compile(r"^(mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(day)?\.?,? ")
_PARTIAL = re.compile(r"(\d{1,2}[-/.])?\d{4}|[a-z]+\.?,? ?\d{4}")
_OLDEST = 120  # years; the longest life on record is 122

_NO_SUCH_DAY = "There is no such day in the calendar."
_TWO_WAYS = "Day and month can be read two ways."
_CENTURY = "The year has two digits and may belong to either century."

Reading = tuple[int, int, int]


def iso_date(text: str, *, today: date, past: bool = True) -> Normal:
    """The date in *text* as ISO 8601; with *past*, one that lies after *today* is refused.

    Slashes and dashes mean month first, as in the United States; dots do not say which.
    A year of two digits is the one that makes sense, and both are offered where both do.
    """
    if empty := blank(text):
        return empty
    readings, sure = _readings(_WEEKDAY.sub("", plain(text).lower()).strip(" .,"))
    if not readings:
        return unknown(_why_unread(text))
    days = _calendar(readings, today, past)
    return _settled(days, sure, today, past) if days else unknown(_NO_SUCH_DAY)


def birth_date(text: str, *, today: date) -> Normal:
    """A date of birth in ISO 8601: in the past and within a human life."""
    found = iso_date(text, today=today)
    if found.value and today.year - int(found.value[:4]) > _OLDEST:
        return unknown("This date of birth is more than 120 years ago.")
    return found


def age(born: str, on: date) -> int | None:
    """Full years from *born* (ISO 8601) to *on*; ``None`` if *born* is no full date."""
    try:
        day = date.fromisoformat(born)
    except ValueError:
        return None
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))


def _readings(text: str) -> tuple[list[Reading], float]:
    if found := _ISO.fullmatch(text):
        return [(int(found[1]), int(found[2]), int(found[3]))], 1.0
    if found := _NUMBERS.fullmatch(text):
        return _by_numbers(int(found[1]), int(found[3]), found[4], found[2])
    if found := _COMPACT.fullmatch(text):
        return _by_compact(text, found)
    if (found := _MONTH_FIRST.fullmatch(text)) and (month := _month(found[1])):
        return _named(found[3], month, int(found[2])), 1.0
    if (found := _DAY_FIRST.fullmatch(text)) and (month := _month(found[2])):
        return _named(found[3], month, int(found[1])), 1.0
    return [], 0.0


def _by_numbers(first: int, second: int, year: str, mark: str) -> tuple[list[Reading], float]:
    american, other = (_year(year), first, second), (_year(year), second, first)
    if first > 12:
        return [other], 0.85
    if mark == "." and second <= 12 and first != second:
        return [american, other], 0.0
    return [american], 0.95


def _by_compact(text: str, found: re.Match[str]) -> tuple[list[Reading], float]:
    if 1900 <= int(text[:4]) <= 2100 and int(text[4:6]) <= 12:
        return [(int(text[:4]), int(text[4:6]), int(text[6:]))], 0.9
    return [(int(found[3]), int(found[1]), int(found[2]))], 0.9


def _named(year: str, month: int, day: int) -> list[Reading]:
    return [(_year(year), month, day)]


def _year(digits: str) -> int:
    # A year of two digits stays below 100 until the calendar decides its century.
    return int(digits) if len(digits) == 4 else int(digits) - 100


def _month(word: str) -> int | None:
    for number, (short, full) in enumerate(zip(_MONTHS, _FULL, strict=True), start=1):
        if word in (short, full) or (word == "sept" and short == "sep"):
            return number
    return None


def _calendar(readings: Sequence[Reading], today: date, past: bool) -> list[date]:
    days = [
        day
        for year, month, number in readings
        for full in _centuries(year, today, past)
        if (day := _day(full, month, number)) is not None
    ]
    return list(dict.fromkeys(days))


def _centuries(year: int, today: date, past: bool) -> list[int]:
    if year >= 0:
        return [year]
    this = today.year - today.year % 100 + year + 100
    if not past:
        return [min((this - 100, this, this + 100), key=lambda full: abs(full - today.year))]
    return [full for full in (this, this - 100) if 0 <= today.year - full <= 110]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _settled(days: list[date], sure: float, today: date, past: bool) -> Normal:
    possible = [day for day in days if day <= today] if past else days
    if not possible:
        return unknown("This date lies in the future.")
    if len(possible) == 1:
        # A dotted date of which only one reading is possible is likely, not certain.
        return known(possible[0].isoformat(), sure or 0.75)
    choices = tuple(day.isoformat() for day in possible)
    return unknown(_CENTURY if sure else _TWO_WAYS, choices)


def _why_unread(text: str) -> str:
    if _PARTIAL.fullmatch(plain(text).lower()):
        return "The date is not complete."
    return "This is not a date we can read."
