"""A token store and a call counter for one process alone, such as a connection check."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from services.ehr.tokens import Hold, Token


class OwnTokens:
    """A ``TokenStore`` that no other process sees."""

    def __init__(self) -> None:
        self._standing: Token | Hold | None = None
        self._lock = Lock()

    def read(self) -> Token | Hold | None:
        """See ``TokenStore``."""
        return self._standing

    def write(self, standing: Token | Hold) -> None:
        """See ``TokenStore``."""
        self._standing = standing

    def forget(self) -> None:
        """See ``TokenStore``."""
        self._standing = None

    @contextmanager
    def lease(self) -> Iterator[None]:
        """See ``TokenStore``; waits as long as it takes."""
        with self._lock:
            yield


class OwnCalls:
    """A ``CallCounter`` that no other process sees."""

    def __init__(self) -> None:
        self._calls: Counter[datetime] = Counter()
        self._paused_until: datetime | None = None
        self._lock = Lock()

    def take(self, minute: datetime, ceiling: int) -> bool:
        """See ``CallCounter``."""
        with self._lock:
            if self._calls[minute] >= ceiling:
                return False
            self._calls = Counter({minute: self._calls[minute] + 1})
            return True

    def pause(self, until: datetime) -> None:
        """See ``CallCounter``."""
        with self._lock:
            self._paused_until = max(until, self._paused_until or until)

    def paused_until(self) -> datetime | None:
        """See ``CallCounter``."""
        return self._paused_until
