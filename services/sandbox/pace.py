"""How fast new messages come: a random clock, the same for the same seed."""

import asyncio
import random
from dataclasses import dataclass, field

HOUR = 3600.0


@dataclass
class Pace:
    """How fast messages come, and the draws that say when; a change wakes the clock at once."""

    per_hour: float
    draws: random.Random
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def gap(self) -> float | None:
        """Seconds to the next message, exponentially distributed; ``None`` if none will come."""
        return self.draws.expovariate(self.per_hour / HOUR) if self.per_hour > 0 else None


@dataclass(frozen=True)
class ClaimsPace:
    """How long after a submission each answer comes, in seconds on the sandbox's clock."""

    acknowledged: float = 2
    received: float = 8
    paid: float = 45
    appealed: float = 45

    @classmethod
    def of(cls, paid: float) -> "ClaimsPace":
        """The pace at which a claim is paid *paid* seconds after it was sent."""
        return cls(min(2.0, paid / 20), min(8.0, paid / 5), paid, paid)
