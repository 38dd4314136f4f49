"""Ask the preferred engine while that is allowed, affordable and working; otherwise the local one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from services.ai.port import Answer, Assistant, Facts, Prompt, Purse, T, Withheld
from services.errors import Unreachable, Unsure

FAILURES_UNTIL_OPEN = 3
COOLING = timedelta(seconds=60)


class Breaker:
    """Stops asking an engine that keeps failing, and lets one question try again later.

    Share one per engine and process. Opens after three failures in a row, or at once when the
    other side asked us to wait; then stays open for a minute or for as long as it asked.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._closed_until: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether to ask at *now*. After the pause one caller gets through, the rest wait on."""
        with self._lock:
            if self._closed_until is None:
                return True
            if now < self._closed_until:
                return False
            self._closed_until = now + COOLING
            return True

    def failed(self, now: datetime, retry_after: timedelta | None) -> None:
        """The engine could not be asked at *now*."""
        with self._lock:
            self._failures += 1
            if retry_after or self._failures >= FAILURES_UNTIL_OPEN:
                self._closed_until = now + max(retry_after or COOLING, COOLING)

    def worked(self) -> None:
        """The engine answered, whatever it said."""
        with self._lock:
            self._failures, self._closed_until = 0, None


@dataclass(frozen=True)
class Fallback:
    """An ``Assistant`` that never leaves a message unsorted because of another's trouble.

    ``consents`` says whether the practice lets facts leave the building at all. An answer from
    the local engine carries in ``note`` why it was not the preferred one's.
    """

    preferred: Assistant
    local: Assistant
    purse: Purse
    breaker: Breaker
    consents: Callable[[], bool]
    now: Callable[[], datetime]

    def ask(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """The preferred engine's answer, or else the local one's with the reason."""
        try:
            return self.insist(prompt, facts, into)
        except (Unreachable, Unsure) as error:
            return replace(self.local.ask(prompt, facts, into), note=str(error))

    def insist(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """The preferred engine's answer or nobody's.

        Raises ``Withheld`` where it may not be asked now, else ``Unreachable`` or ``Unsure``.
        """
        if reason := self._reason_to_stay():
            raise Withheld(reason)
        try:
            answer = self.preferred.ask(prompt, facts, into)
        except Unreachable as error:
            self.breaker.failed(self.now(), error.retry_after)
            raise
        except Unsure:
            self.breaker.worked()
            raise
        self.breaker.worked()
        return answer

    def _reason_to_stay(self) -> str:
        if not self.consents():
            return "The practice has not allowed messages to be sent to a model."
        if not self.purse.may_spend(self.now()):
            return "The practice's allowance for the model is used up for today."
        if not self.breaker.lets_through(self.now()):
            return "The model has been failing and is left alone for a while."
        return ""


@dataclass(frozen=True)
class Insisting:
    """An ``Assistant`` that is the preferred engine alone: for judging what it says, not for work."""

    fallback: Fallback

    def ask(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """Raises what ``Fallback.insist`` raises."""
        return self.fallback.insist(prompt, facts, into)
