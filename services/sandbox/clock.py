"""The sandbox's own clock, which a rehearsal may set wrong on purpose."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


@dataclass
class Clock:
    """UTC, *offset* away from the machine's. Tokens, stamps and the ``Date`` header follow it."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The moment it is here, aware and in UTC."""
        return datetime.now(UTC) + self.offset

    def http_date(self) -> str:
        """The ``Date`` header (RFC 9110 section 6.6.1)."""
        return format_datetime(self.now(), usegmt=True)
