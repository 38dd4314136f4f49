"""Access tokens, and what every process of a practice must know about them together."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

REFRESH_AFTER = (
    0.8  # of a token's life: eCW backend tokens live 300 s, a batch may not die with one
)


@dataclass(frozen=True)
class Token:
    """A bearer token and what it may do, from ``issued_at`` to ``expires_at``."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime

    def is_fresh(self, at: datetime) -> bool:
        """Whether it is too early to ask for another one."""
        return at < self.issued_at + (self.expires_at - self.issued_at) * REFRESH_AFTER

    def is_alive(self, at: datetime) -> bool:
        """Whether the other side should still accept it, with a few seconds for the way."""
        return at < self.expires_at - timedelta(seconds=5)


@dataclass(frozen=True)
class Hold:
    """Do not try to sign in before ``until``: the other side said no. ``reason`` is for staff."""

    reason: str
    until: datetime


class TokenStore(Protocol):
    """The one place where all processes of one practice keep their token."""

    def read(self) -> Token | Hold | None:
        """What is known now, or ``None`` before the first sign-in."""

    def write(self, standing: Token | Hold) -> None:
        """Replace what is known."""

    def forget(self) -> None:
        """Start afresh: an administrator authorised the connection again."""

    def lease(self) -> AbstractContextManager[None]:
        """Only one holder at a time, across threads and processes.

        Raises ``Unreachable`` when another holder does not let go in time.
        """
