"""Keeps one practice's calls below eCW's limit, counted on the wall-clock minute.

eCW allows 250 calls a minute and answers one more with 429, then refuses everything
until the minute turns. So we count before we call, keep a reserve for people and for
writes, and stay away after a 429.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.ehr.connection import Budget
from services.errors import Throttled

MINUTE = timedelta(minutes=1)
# After the minute turned at the other side, whose clock may be a little behind ours.
MARGIN = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=15)


class Share(StrEnum):
    """What a call is for; decides how much of the minute it may use."""

    BACKGROUND = "background"  # charts, schedules and forms: they can wait a minute
    SYNC = "sync"
    INTERACTIVE = "interactive"
    ESSENTIAL = "essential"


class CallCounter(Protocol):
    """Counts one practice's calls for all processes together."""

    def take(self, minute: datetime, ceiling: int) -> bool:
        """Count one call if fewer than *ceiling* were counted in this minute; else ``False``."""

    def pause(self, until: datetime) -> None:
        """No calls before *until*; a later moment already agreed stays."""

    def paused_until(self) -> datetime | None:
        """When calls may begin again; may lie in the past. ``None`` if never paused."""


@dataclass(frozen=True)
class Governor:
    """Permits calls. ``patience`` is how long a caller may be kept waiting: zero on a page."""

    calls: CallCounter
    budget: Budget
    now: Callable[[], datetime]
    patience: timedelta = timedelta(0)

    def take(self, share: Share) -> None:
        """Count one call, waiting within our patience.

        Raises ``Throttled`` with ``retry_after`` when it would take longer.
        """
        patience = self.patience
        while (wait := self._wait(share)) > timedelta(0):
            if wait > patience:
                raise Throttled(
                    "eCW's limit of calls for this minute is used up; going on shortly.",
                    retry_after=wait,
                )
            patience -= wait
            time.sleep(wait.total_seconds())

    def _wait(self, share: Share) -> timedelta:
        """Zero when the call is counted and may go."""
        now = self.now()
        pause = (self.calls.paused_until() or now) - now
        if pause > timedelta(0):
            return pause
        minute = minute_of(now)
        if self.calls.take(minute, self._ceiling(share)):
            return timedelta(0)
        return minute + MINUTE - now

    def _ceiling(self, share: Share) -> int:
        """One count for all, four ceilings: what one leaves unused is there for the next."""
        match share:
            case Share.BACKGROUND:
                return self.budget.background
            case Share.SYNC:
                return self.budget.sync
            case Share.INTERACTIVE:
                return self.budget.sync + self.budget.interactive
            case Share.ESSENTIAL:
                return self.budget.total

    def refused(self, asked: timedelta | None) -> timedelta:
        """The other side said 429: stay away, for as long as it *asked* or until the minute turns.

        Returns how long that is.
        """
        now = self.now()
        until_turn = minute_of(now) + MINUTE + MARGIN - now
        pause = until_turn if asked is None else min(asked, LONGEST_PAUSE)
        self.calls.pause(now + pause)
        return pause


def minute_of(moment: datetime) -> datetime:
    """The start of the wall-clock minute that *moment* lies in."""
    return moment.replace(second=0, microsecond=0)
