"""When a job is due, and the key of each slot, so that no slot runs twice or is lost."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


@dataclass(frozen=True)
class Every:
    """Again and again, *length* apart; slots are counted from the epoch."""

    length: timedelta

    def slot(self, now: datetime, zone: ZoneInfo) -> str:
        """The slot that *now* falls into, the same in every process."""
        seconds = int(self.length.total_seconds())
        begin = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        return f"{begin:%Y-%m-%dT%H:%M:%SZ}"

    def trigger(self, zone: ZoneInfo) -> BaseTrigger:
        """How APScheduler says it."""
        return IntervalTrigger(seconds=int(self.length.total_seconds()))


@dataclass(frozen=True)
class Daily:
    """Once on each date of the practice's calendar, at *at* on its wall clock.

    Where clocks go back the hour comes twice and where they go forward it does not come at
    all; the slot is the date, so either way it runs once.
    """

    at: time

    def slot(self, now: datetime, zone: ZoneInfo) -> str:
        """The practice's date."""
        return now.astimezone(zone).date().isoformat()

    def trigger(self, zone: ZoneInfo) -> BaseTrigger:
        """How APScheduler says it."""
        return CronTrigger(hour=self.at.hour, minute=self.at.minute, timezone=zone)


Schedule = Every | Daily
