"""How the inbox says things: labels for vocabularies, and wall-clock times."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.conversations import State, Turn
from db.vocabulary import Category, Urgency

CATEGORY: Mapping[Category | None, str] = {
    None: "Not sorted",
    Category.APPOINTMENT: "Appointment",
    Category.REFILL: "Refill",
    Category.RESULT: "Result",
    Category.CLINICAL: "Clinical",
    Category.REFERRAL: "Referral",
    Category.BILLING: "Billing",
    Category.RECORDS_FORMS: "Records, forms",
    Category.PRIOR_AUTH: "Prior auth",
    Category.ADMIN: "Admin",
    Category.THANKS: "Thanks",
    Category.OTHER: "Other",
}
CATEGORY_KEYS = dict(zip("1234567890-", Category, strict=True))
URGENCY: Mapping[Urgency, str] = {
    Urgency.EMERGENCY: "EMERGENCY",
    Urgency.URGENT: "URGENT",
    Urgency.TODAY: "Today",
    Urgency.ROUTINE: "Routine",
}
TURN: Mapping[Turn, str] = {
    Turn.PRACTICE: "our turn",
    Turn.PATIENT: "patient's turn",
    Turn.NOBODY: "nobody's turn",
}
STATE: Mapping[State, str] = {
    State.OPEN: "open",
    State.SNOOZED: "snoozed",
    State.CLOSED: "closed",
    State.WITHDRAWN: "withdrawn by the patient",
}
AUTHOR = {"patient": "Patient", "proxy": "Proxy", "practice": "Practice"}


def at(moment: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """``14:05`` today, ``Mon 14:05`` this week, ``2 Mar, 14:05`` otherwise; empty for never."""
    if moment is None:
        return ""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if abs((local.date() - today.date()).days) < 7:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b, %H:%M}"


def percent(share: float | None) -> str:
    """``0.93`` as ``93 %``; empty when unknown."""
    return "" if share is None else f"{share:.0%}".replace("%", " %")


def length(taken: timedelta) -> str:
    """A length of opening time as people say it: ``45 min``, ``3 h 05``."""
    hours, minutes = divmod(int(taken.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02}" if hours else f"{minutes} min"
