"""Which denial comes first: expected dollars a minute, and before all else what is about to lapse."""

from dataclasses import dataclass
from datetime import date

FLOOR_DAYS = 7  # from here on the deadline decides, whatever it is worth
MOST = 999_999


@dataclass(frozen=True)
class Worth:
    """The arithmetic of one denial's place, as the page shows it. Money in cents."""

    denied_cents: int
    chance: float
    minutes: int
    assumed: bool  # the chance is an assumption, not the practice's own endings

    @property
    def expected_cents(self) -> int:
        """What working it is expected to bring."""
        return round(self.denied_cents * self.chance)

    @property
    def cents_a_minute(self) -> int:
        """What a minute of work on it is expected to bring."""
        return self.expected_cents // max(1, self.minutes)


def urgency(worth: Worth, due_on: date | None, today: date) -> int:
    """A number by which the list is ordered; small comes first.

    Within a week of its deadline a denial stands before all that are not, the nearest first;
    one whose deadline has passed stands last, for nothing can be won by haste.
    """
    return place(worth.cents_a_minute, due_on, today)


def place(cents_a_minute: int, due_on: date | None, today: date) -> int:
    """The same number, of what a minute of work is expected to bring, in cents."""
    by_worth = MOST - min(cents_a_minute, MOST)
    if due_on is None:
        return by_worth
    left = (due_on - today).days
    if left < 0:
        return 2 * (MOST + 1) + by_worth
    return by_worth if left > FLOOR_DAYS else (left - FLOOR_DAYS - 1) * (MOST + 1) + by_worth
