"""The same moment said in the other ways a reply may say it, so that a correct date is not doubted."""

import re
from collections.abc import Iterator
from datetime import date, time

MOMENT = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?")
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def told_otherwise(text: str) -> str:
    """Each ISO date and time in *text* as people write them, in English and Spanish."""
    return "\n".join(phrase for hit in MOMENT.finditer(text) for phrase in _phrases(hit))


def in_words(moment: str, language: str) -> str:
    """An ISO date and perhaps time as a reply says it, such as ``Tuesday, March 3 at 10:30 AM``."""
    if not (hit := MOMENT.match(moment)) or (day := _day(hit)) is None:
        return moment
    clock = _clock(hit)
    if language == "es":
        said = f"{DAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
        return f"{said} a las {clock}" if clock else said
    return f"{day:%A, %B} {day.day}" + (f" at {clock}" if clock else "")


def _phrases(hit: re.Match[str]) -> Iterator[str]:
    if (day := _day(hit)) is None:
        return
    yield from (in_words(hit.group(), "en"), in_words(hit.group(), "es"))
    yield from (f"{day:%B %d %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%b} {day.day}")
    yield from (f"{day.month}/{day.day}", f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}")
    if clock := _clock(hit):
        yield from (clock, clock.replace(" ", "").lower(), clock.replace(":00", ""))


def _day(hit: re.Match[str]) -> date | None:
    try:
        return date(*map(int, hit.group(1, 2, 3)))
    except ValueError:
        return None


def _clock(hit: re.Match[str]) -> str:
    hour, minute = hit.group(4, 5)
    if hour is None or int(hour) > 23 or int(minute) > 59:
        return ""
    return f"{time(int(hour), int(minute)):%I:%M %p}".lstrip("0")
