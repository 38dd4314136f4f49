"""When each message before a visit is due, on the practice's wall clock, and how a moment is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from db.reminders import ReminderKind
from services import quiet_hours
from services.options import PracticeOptions

SHOWN_AHEAD = timedelta(days=3)  # staff who are not here at the weekend approve on Friday
LATEST = timedelta(hours=12)  # a visit booked since: nobody wants Tuesday's reminder on Thursday
SHORTEST = timedelta(hours=2)  # before the visit; later ones only startle
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


@dataclass(frozen=True)
class Lead:
    """One message before a visit: meant to leave at ``send_at``, and pointless from ``until`` on."""

    kind: ReminderKind
    days: int
    send_at: datetime
    until: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether to propose it: ahead of its time, so that a person can approve it in time."""
        late = self.until if self.kind is ReminderKind.FORM else self.send_at + LATEST
        return self.send_at - SHOWN_AHEAD <= now < min(late, self.until)


def leads(starts_at: datetime, options: PracticeOptions) -> tuple[Lead, ...]:
    """The messages before a visit, earliest first; each gives way to the one that follows it."""
    return tuple(lead for lead in _leads(starts_at, options) if lead.send_at < lead.until)


def farthest(options: PracticeOptions) -> timedelta:
    """How far ahead a visit can be of which something is due."""
    return timedelta(days=max(options.form_days, *options.reminder_days, 0)) + SHOWN_AHEAD


def _leads(starts_at: datetime, options: PracticeOptions) -> Iterator[Lead]:
    days = sorted({day for day in options.reminder_days if day > 0}, reverse=True)
    moments = [_send_at(starts_at, day, options) for day in days]
    ends = [*moments, starts_at - SHORTEST]
    if options.form_days:
        at = _send_at(starts_at, options.form_days, options)
        yield Lead(ReminderKind.FORM, options.form_days, at, ends[0])
    for day, at, end in zip(days, moments, ends[1:], strict=True):
        yield Lead(ReminderKind.VISIT, day, at, end)


def _send_at(starts_at: datetime, days: int, options: PracticeOptions) -> datetime:
    # Three days before nine o'clock is nine o'clock, also where the clock changed in between.
    wall = starts_at.astimezone(options.zone).replace(tzinfo=None) - timedelta(days=days)
    return quiet_hours.over(wall.replace(tzinfo=options.zone).astimezone(UTC), options)


def in_words(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """``Tuesday, March 3 at 10:30 AM``, or ``martes 3 de marzo a las 10:30 a. m.``"""
    local = moment.astimezone(zone)
    clock = f"{local.hour % 12 or 12}:{local:%M}"
    if language == "es":
        half = "a. m." if local.hour < 12 else "p. m."
        article = "la" if local.hour % 12 == 1 else "las"
        day = f"{DAYS[local.weekday()]} {local.day} de {MONTHS[local.month - 1]}"
        return f"{day} a {article} {clock} {half}"
    return f"{local:%A, %B} {local.day} at {clock} {local:%p}"
