"""The socket under a request, for answers that HTTP does not allow: silence, a reset, half a body."""

import asyncio
import socket
import struct
from http import HTTPStatus

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

LINGER_OFF = struct.pack("ii", 1, 0)


class ReachableSocket(H11Protocol):
    """uvicorn's own protocol, which also shows the application the connection it is served on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport where :func:`transport_of` finds it."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def transport_of(scope: Scope) -> asyncio.Transport:
    """The connection a request came on. Raises KeyError if the server did not reveal it."""
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


def hang_up(transport: asyncio.Transport) -> None:
    """Close the connection without an answer: the caller sees the end of the stream."""
    transport.close()


def slam(transport: asyncio.Transport) -> None:
    """Reset the connection: with lingering off the kernel sends RST instead of FIN (SO_LINGER)."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_OFF)
    transport.abort()


def write_head(transport: asyncio.Transport, status: int, headers: list[tuple[str, str]]) -> None:
    """Write a status line and headers as they are, framing left to the caller."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    transport.write("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1"))


async def until_gone(receive: Receive) -> None:
    """Wait until the server has noticed that the connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
