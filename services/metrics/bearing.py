"""Which workflows bear on which metric, and which metric has a limit that pauses one: two tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.metrics.definitions.definition import Unit

# By the first word of a metric's id; single metrics that differ stand below.
DESKS: Mapping[str, tuple[str, ...]] = {
    "inbox": ("inbox",),
    "ai": ("inbox",),
    "intake": ("intake",),
    "notes": ("notes",),
    "reminders": ("reminders",),
    "visits": ("reminders",),
    "claims": ("claims", "denials"),
    "denials": ("denials", "claims"),
}
OTHERS: Mapping[str, tuple[str, ...]] = {
    "ai.cost": ("inbox", "intake", "notes", "summaries", "charges", "denials"),
    "ai.hours_back": ("notes",),
    "intake.conflicts": ("intake",),
    "claims.clean": ("claims", "charges"),
    "claims.accepted": ("claims", "charges"),
}
SWITCHES = ("ai", "deliveries")  # the kill switches bear on everything


def workflows_of(metric: str) -> tuple[str, ...]:
    """The workflows, and switches, whose changes belong on the chart of *metric*."""
    desk = metric.partition(".")[0]
    return (*OTHERS.get(metric, DESKS[desk]), *SWITCHES)


@dataclass(frozen=True)
class Limited:
    """The limit that is kept on what a metric shows.

    With *counter* the limit is on the other part of the share: at most 25 % rejected is at least
    75 % accepted.
    """

    workflow: str
    measure: str
    counter: bool = False

    def in_unit_of(self, unit: Unit, limit: float) -> float:
        """The limit in the metric's own unit."""
        match unit:
            case Unit.SECONDS:
                return limit * 3600
            case Unit.MICRODOLLARS:
                return limit * 1_000_000
        return 1 - limit if self.counter else limit


LIMITED: Mapping[str, Limited] = {
    "ai.corrected": Limited("inbox", "correction_rate"),
    "ai.untouched": Limited("inbox", "untouched_sends"),
    "ai.missed": Limited("inbox", "urgent_misses"),
    "ai.inbox_cost": Limited("inbox", "ai_cost"),
    "inbox.response_wall": Limited("inbox", "turnaround"),
    "intake.accepted": Limited("intake", "correction_rate", counter=True),
    "intake.wait": Limited("intake", "turnaround"),
    "notes.as_drafted": Limited("notes", "untouched_sends"),
    "claims.accepted": Limited("claims", "rejected_claims", counter=True),
    "denials.first_action": Limited("denials", "turnaround"),
}
