"""FHIR dates as the spans of time they mean, and the search prefixes that compare them.

A partial date means its whole span (R4 search.html#date): ``2026-03`` is all of March.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T.+)?)?)?")
PREFIXED = re.compile(r"(eq|ne|ge|le|gt|lt|sa|eb)?(\d.*)")


@dataclass(frozen=True)
class Span:
    """From *start* up to, not including, *end*; aware UTC moments."""

    start: datetime
    end: datetime


def span_of(text: str) -> Span:
    """What a FHIR date, dateTime or instant means. Raises ValueError."""
    found = DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is not a date")
    year, month, day, time = found.groups()
    if time:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        return Span(moment, moment + timedelta(seconds=1))
    start = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return Span(start, start + timedelta(days=1))
    months = 1 if month else 12
    carry, index = divmod(start.month - 1 + months, 12)
    return Span(start, start.replace(year=start.year + carry, month=index + 1))


def period_of(start: str, end: str) -> Span:
    """A Period's span; an open end lasts as long as its start says."""
    first = span_of(start)
    return Span(first.start, span_of(end).end if end else first.end)


def satisfies(span: Span, condition: str) -> bool:
    """Does *span* meet a search value such as ``ge2026-03-02``? Raises ValueError."""
    found = PREFIXED.fullmatch(condition)
    if found is None:
        raise ValueError(f"{condition} is not a date condition")
    prefix, wanted = found.group(1) or "eq", span_of(found.group(2))
    within = wanted.start <= span.start and span.end <= wanted.end
    return {
        "eq": within,
        "ne": not within,
        "ge": span.end > wanted.start,
        "le": span.start < wanted.end,
        "gt": span.end > wanted.end,
        "lt": span.start < wanted.start,
        "sa": span.start >= wanted.end,
        "eb": span.end <= wanted.start,
    }[prefix]
