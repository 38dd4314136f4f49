"""A total deadline for calls to a model: no dripping, stalling or half-open socket outlasts it.

httpx limits each read, not their sum, so an answer that drips can take for ever. Here every
operation on the socket gets what is left of one allowance.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpx2

_ENDS: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def within(allowance: timedelta) -> Iterator[None]:
    """Whatever this thread sends and reads through ``client()`` ends after *allowance*."""
    token = _ENDS.set(time.monotonic() + allowance.total_seconds())
    try:
        yield
    finally:
        _ENDS.reset(token)


def left() -> timedelta | None:
    """How much of the allowance is left, never below zero; ``None`` outside ``within``."""
    ends = _ENDS.get()
    return None if ends is None else timedelta(seconds=max(ends - time.monotonic(), 0))


def client() -> httpx2.Client:
    """An HTTP client that obeys ``within``, trusts no proxy variables and follows no redirect."""
    transport = httpx2.HTTPTransport(trust_env=False)
    # The only place to reach the sockets; the tests of the deadline fail if it moves.
    pool: Any = transport._pool
    pool._network_backend = _Backend(pool._network_backend)
    return httpx2.Client(transport=transport, trust_env=False, follow_redirects=False)


def _limited(timeout: float | None) -> float | None:
    """What an operation on the socket may take, in seconds. Raises when nothing is left."""
    remaining = left()
    if remaining is None:
        return timeout
    if not remaining:
        raise httpx2.ReadTimeout("The allowance for this call is used up.")
    return remaining.total_seconds()


class _Backend:
    """Opens connections whose every operation is limited to what is left."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def connect_tcp(self, *, timeout: float | None = None, **where: Any) -> "_Stream":
        return _Stream(self._plain.connect_tcp(timeout=_limited(timeout), **where))


class _Stream:
    """A connection that stops reading and writing when the time is up."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, _limited(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _limited(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *, timeout: float | None = None, **how: Any) -> "_Stream":
        return _Stream(self._stream.start_tls(timeout=_limited(timeout), **how))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
