"""A total deadline for a call, enforced on its socket.

httpx limits each read, not the whole: with timeout=1.0 a server that drips a byte now
and then held a call for 9.8 s. Here every connect, read and write gets only what is
left of the call's own time, headers and TLS included.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpcore

_ends_at: ContextVar[float] = ContextVar("ends_at")


@contextmanager
def within(limit: timedelta) -> Iterator[None]:
    """Give what happens inside, in this thread, *limit* of wall-clock time on its sockets."""
    previous = _ends_at.set(time.monotonic() + limit.total_seconds())
    try:
        yield
    finally:
        _ends_at.reset(previous)


def _left(late: type[Exception]) -> float:
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise late("The call's time is up.")
    return left


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections that obey :func:`within`."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, or raise ``httpcore.ConnectError`` or ``ConnectTimeout``."""
        left = _left(httpcore.ConnectTimeout)
        stream = self._sockets.connect_tcp(host, port, left, local_address, socket_options)
        return DeadlineStream(stream)


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose every wait ends when the call's time is up."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, or ``httpcore.ReadTimeout``."""
        return self._stream.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of *buffer*, or raise ``httpcore.WriteTimeout``."""
        self._stream.write(buffer, _left(httpcore.WriteTimeout))

    def close(self) -> None:
        """Hang up; needs no deadline."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Shake hands, or raise ``httpcore.ConnectError`` or ``ConnectTimeout``."""
        left = _left(httpcore.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of the socket underneath."""
        return self._stream.get_extra_info(info)
