"""What an administrator typed becomes the value of an option, or a sentence that says why not."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time

from services.errors import Invalid
from services.options import Span

CLOCK = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
TO = re.compile(r"\s*(?:-|\u2013|\u2014|\bto\b|\buntil\b)\s*", re.IGNORECASE)


def spans(day: str, text: str) -> tuple[Span, ...]:
    """``8-12, 13:00-17:00`` or ``8am to 5pm`` as stretches of hours; nothing is closed.

    Raises ``Invalid`` and names the *day*.
    """
    if text.strip().casefold() in ("", "closed", "-"):
        return ()
    return tuple(_span(day, part) for part in re.split(r"[,;]|\band\b", text) if part.strip())


def special(text: str) -> dict[date, tuple[Span, ...]]:
    """A day and its hours on each line, such as ``2026-12-24 08:00-12:00``.

    Raises ``Invalid`` and quotes the line.
    """
    found: dict[date, tuple[Span, ...]] = {}
    for line in lines(text):
        day = _day(line)
        if day in found:
            raise Invalid(f"{day} is listed twice among the days with other hours.")
        found[day] = spans(str(day), line[len("2026-12-24") :].lstrip(" :"))
    return found


def _day(line: str) -> date:
    try:
        return date.fromisoformat(line[: len("2026-12-24")])
    except ValueError:
        raise Invalid(
            f"“{line[:40]}” is not understood. Write a day and its hours on each line, such as "
            "2026-12-24 08:00-12:00."
        ) from None


def _span(day: str, text: str) -> Span:
    ends = TO.split(text.strip())
    if len(ends) != 2:
        raise _unread(day, text)
    return _clock(day, ends[0]), _clock(day, ends[1])


def _clock(day: str, text: str) -> time:
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise _unread(day, text)
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := (found[3] or "").casefold()[:1]:
        if not 1 <= hour <= 12:
            raise _unread(day, text)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise _unread(day, text)
    return time(hour, minute)


def _unread(day: str, text: str) -> Invalid:
    return Invalid(
        f"{day}: “{text.strip()[:30]}” is not understood. Write the hours as 08:00-12:00, "
        "13:00-17:00, and leave the field empty for a day on which you are closed."
    )


def lines(text: str) -> tuple[str, ...]:
    """The lines of *text* that say something, without needless blanks."""
    return tuple(tidy for line in text.splitlines() if (tidy := " ".join(line.split())))


def codes(text: str) -> tuple[str, ...]:
    """Procedure codes, however they are separated, each once and in order."""
    return tuple(dict.fromkeys(word.upper() for word in re.split(r"[\s,;]+", text) if word))


def pool_key(name: str, taken: Mapping[str, str] | Sequence[str]) -> str:
    """A new pool's or reply's key in rows: it stays when the thing gets another name."""
    key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:30] or "own"
    return next(k for k in (key, *(f"{key}_{n}" for n in range(2, 99))) if k not in taken)
