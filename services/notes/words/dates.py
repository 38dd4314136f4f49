"""Calendar dates that a text names, in parts: year, month and day as far as they are said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.notes.words.numbers import quantities

_MONTHS = {m: n for n, names in enumerate((
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
    "august aug", "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for m in names.split()}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NUMERIC = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTH_YEAR = re.compile(r"\b(0?[1-9]|1[0-2])/(\d{4})\b")
_NAMED = re.compile(
    rf"\b(?P<month>{_NAMES})\b\.?(?P<rest>(?:\s+(?:the\s+)?[\w-]+(?:,)?){{0,7}})", re.I
)
_RELATIVE = re.compile(
    rf"\b(?:yesterday|tomorrow|tonight|{_WEEKDAYS}|labor day|memorial day|thanksgiving|christmas"
    r"|new year'?s|easter|halloween|last night)\b", re.I
)  # fmt: skip
# Words that are months only where the text around them says so.
_DOUBTFUL = re.compile(r"\b(?:in|since|of|on|last|this|next|early|late|mid|until|by)\s+$", re.I)


@dataclass(frozen=True)
class Day:
    """What a text says of one date; 0 or an empty ``word`` for what it leaves out."""

    year: int = 0
    month: int = 0
    day: int = 0
    word: str = ""
    start: int = 0
    end: int = 0

    def is_within(self, other: "Day") -> bool:
        """Whether *other* says everything that this says."""
        return all(
            not mine or mine == theirs
            for mine, theirs in (
                (self.year, other.year),
                (self.month, other.month),
                (self.day, other.day),
                (self.word, other.word),
            )
        )


def days(text: str) -> list[Day]:
    """Every date that *text* names."""
    return [*_numeric(text), *_named(text), *_relative(text)]


def _numeric(text: str) -> Iterator[Day]:
    for m in _NUMERIC.finditer(text):
        month, day, year = (m[5], m[6], m[4]) if m[4] else (m[1], m[2], m[3])
        if int(month) <= 12:
            yield Day(_whole(int(year)), int(month), int(day), "", m.start(), m.end())
    taken = [m.span() for m in _NUMERIC.finditer(text)]
    for m in _MONTH_YEAR.finditer(text):
        if not any(start <= m.start() < end for start, end in taken):
            yield Day(int(m[2]), int(m[1]), 0, "", m.start(), m.end())


def _named(text: str) -> Iterator[Day]:
    for m in _NAMED.finditer(text):
        month = _MONTHS[m["month"].lower()]
        numbers = _numbers_right_after(m["rest"])
        doubtful = m["month"].lower() in ("may", "march", "mar", "jan", "sep", "dec", "jun")
        if doubtful and not numbers and not _DOUBTFUL.search(text[: m.start()]):
            continue
        day = next((n for n, _ in numbers if 1 <= n <= 31), 0)
        year = next((n for n, _ in numbers if n >= 1900), 0)
        end = m.start("rest") + numbers[-1][1] if numbers else m.end("month")
        yield Day(year, month, day, "", m.start(), end)


def _numbers_right_after(rest: str) -> list[tuple[int, int]]:
    """The day and the year directly after a month's name: "tenth two thousand nine"."""
    found: list[tuple[int, int]] = []
    end = 0
    for q in quantities(_spaced_ordinals(rest)):
        between = rest[end : q.start].strip(" ,").lower()
        is_date = "." not in q.value and (1 <= int(q.value) <= 31 or 1900 <= int(q.value) <= 2100)
        if between not in ("", "the", "of", "st", "nd", "rd", "th") or q.unit or not is_date:
            break
        found.append((int(q.value), q.end))
        end = q.end
        if len(found) == 2:
            break
    return found


def _spaced_ordinals(text: str) -> str:
    # Same length, so that places stay right: "31st" becomes "31  ".
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "  ", text)


def _relative(text: str) -> Iterator[Day]:
    for m in _RELATIVE.finditer(text):
        yield Day(word=m.group().lower().replace("'", ""), start=m.start(), end=m.end())


def _whole(year: int) -> int:
    return year if year > 99 else 2000 + year if year < 60 else 1900 + year
