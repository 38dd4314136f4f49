"""Calls a minute per practice, counted as eCW counts them: to the end of the clock minute."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from services.sandbox.shapes import Json


@dataclass
class Minute:
    """The running clock minute and how many calls it has seen."""

    number: int = -1
    calls: int = 0


class Meter:
    """Counts per practice, and the latest calls of all for a test to look at."""

    def __init__(self) -> None:
        self.minutes: dict[str, Minute] = {}
        self.calls: deque[Json] = deque(maxlen=20_000)

    def admits(self, practice: str, limit: int | None, now: datetime) -> bool:
        """Count one call of *practice*; is it within *limit* for this clock minute?"""
        minute = self.minutes.setdefault(practice, Minute())
        number = int(now.timestamp() // 60)
        if minute.number != number:
            minute.number, minute.calls = number, 0
        minute.calls += 1
        return limit is None or minute.calls <= limit

    def this_minute(self, now: datetime) -> dict[str, int]:
        """Calls so far in the running minute, by practice."""
        number = int(now.timestamp() // 60)
        return {p: m.calls for p, m in self.minutes.items() if m.number == number}
