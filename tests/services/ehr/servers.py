"""Tiny raw servers for what the sandbox is too well-behaved to do."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]


@dataclass
class Listener:
    """A server on loopback that counts what reaches it."""

    port: int
    received: list[bytes] = field(default_factory=list)


@contextmanager
def listening(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """Serve *behave* for each connection until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(server, listener, behave, tls), daemon=True)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _serve(
    server: socket.socket, listener: Listener, behave: Behaviour, tls: ssl.SSLContext | None
) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(plain, listener, behave, tls), daemon=True).start()


def _talk(
    plain: socket.socket, listener: Listener, behave: Behaviour, tls: ssl.SSLContext | None
) -> None:
    with plain:
        plain.settimeout(5)
        try:
            line = tls.wrap_socket(plain, server_side=True) if tls else plain
            listener.received.append(line.recv(65536))
            behave(line)
        except OSError:
            return  # the other end hung up, which is what many of these tests want


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answering(body: bytes, *headers: str, status: str = "200 OK") -> Behaviour:
    """Answers everything alike, then closes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "Connection: close"]

    def behave(line: socket.socket) -> None:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return behave
