"""How many failed sign-ins one address may cause in this process before it has to wait."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=5)
FAILURES = 60  # a clinic is one address: this is for floods, the account's own lock for guessing
ADDRESSES = 10_000  # remembered at most; the one unseen for longest is forgotten first


class Throttle:
    """Counts failures by address in a sliding window."""

    def __init__(self, clock: Callable[[], datetime], failures: int = FAILURES) -> None:
        self.clock = clock
        self.failures = failures
        self._lock = Lock()
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def is_open(self, address: str) -> bool:
        """Whether *address* may try now."""
        with self._lock:
            return len(self._recent(address)) < self.failures

    def failed(self, address: str) -> None:
        """One more failure from *address*."""
        with self._lock:
            self._seen[address] = [*self._recent(address), self.clock()]
            self._seen.move_to_end(address)
            while len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)

    def _recent(self, address: str) -> list[datetime]:
        since = self.clock() - WINDOW
        return [moment for moment in self._seen.get(address, []) if moment > since]
