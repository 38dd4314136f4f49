"""How the reminders page says things."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.reminders import ReminderKind, ReminderState
from pages.parts.manage import Color, clock_time
from services.workflows.reminders.listing import Row
from services.workflows.reminders.wordings import LANGUAGES

LANES = {
    "proposed": ("Proposed", "Waiting for somebody to approve them"),
    "approved": ("Approved", "On their way, or waiting for their time"),
    "sent": ("Sent", "healow shows them; the patient has not answered"),
    "confirmed": ("Confirmed", "The patient will come"),
    "change": ("Wants to change", "The patient cannot come, or not then"),
    "returned": ("Came back", "Could not be delivered"),
    "skipped": ("Skipped", "Somebody decided against it, or the patient wants none"),
}
EMPTY = {
    "proposed": "Nothing is proposed. Reminders appear here three days before they are due.",
    "approved": "Nothing waits to be sent.",
    "sent": "Nobody's answer is awaited.",
    "confirmed": "Nobody with a visit ahead has confirmed yet.",
    "change": "Nobody wants to change a visit.",
    "returned": "None. Everything that was sent arrived.",
    "skipped": "Nothing was skipped.",
}
EARLIER: dict[ReminderState, tuple[str, Color]] = {
    ReminderState.CONFIRMED: ("Has confirmed already", "green"),
    ReminderState.CHANGE: ("Asked to change this visit", "orange"),
}


def lead(row: Row) -> str:
    """``Visit, 1 day before`` or ``Form missing, 7 days before``."""
    what = "Visit" if row.kind is ReminderKind.VISIT else "Form missing"
    days = "day" if row.lead_days == 1 else "days"
    return f"{what}, {row.lead_days} {days} before"


def language(row: Row) -> str:
    """The language it is written in, in words."""
    return LANGUAGES.get(row.language, row.language)


def times(row: Row, zone: ZoneInfo, now: datetime) -> str:
    """When it leaves or left, and what came of it."""
    match row.state:
        case ReminderState.PROPOSED | ReminderState.RETURNED:
            at_once = row.leaves_at <= now + timedelta(minutes=1)
            return "Sends at once" if at_once else f"Sends {clock_time(row.leaves_at, zone)}"
        case ReminderState.APPROVED:
            return f"Leaves {clock_time(row.leaves_at, zone)}, approved by {row.approved_by}"
        case ReminderState.SKIPPED:
            return row.trouble or "Skipped"
        case ReminderState.SENT:
            return f"Sent {clock_time(row.sent_at, zone)}, approved by {row.approved_by}"
        case _:
            return f"Answered {clock_time(row.answered_at, zone)}"
