"""A mail server on loopback, with the faults that mail servers have."""

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

USER, PASSWORD = "foyer", "a password for tests"


@dataclass
class Faults:
    """What the server does wrong from now on."""

    at: dict[str, int] = field(default_factory=dict)  # command or address: the code it gets
    cut_after_data: bool = False  # it took the words, and the line breaks
    cut_at_data: bool = False  # the line breaks at the word DATA
    greeting: int = 220
    no_starttls: bool = False


@dataclass
class Mailbox:
    """A running server: where, what it took, and who signed in how."""

    port: int = 0
    faults: Faults = field(default_factory=Faults)
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    calls: int = 0
    in_plain: list[str] = field(default_factory=list)  # commands before the line was encrypted
    signed_in: list[tuple[str, str]] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        box, self.encrypted = self.server.box, self.server.wraps
        box.calls += 1
        self.recipients: list[str] = []
        self._say(box.faults.greeting)
        while line := self.rfile.readline():
            text = line.decode().strip()
            if not self.encrypted:
                box.in_plain.append(text)
            if not self._answer(text):
                return

    def _answer(self, text: str) -> bool:
        verb, box = text.partition(" ")[0].upper(), self.server.box
        if code := box.faults.at.get(verb):
            self._say(code)
            return code != 421
        match verb:
            case "EHLO":
                self._features()
            case "STARTTLS":
                self._encrypt()
            case "AUTH":
                self._sign_in(text)
            case "RCPT":
                self._recipient(text)
            case "DATA":
                return self._data()
            case "QUIT":
                self._say(221)
                return False
            case _:
                self._say(250)
        return True

    def _features(self) -> None:
        tls = self.server.context and not self.encrypted and not self.server.box.faults.no_starttls
        for feature in ["loopback", *(["STARTTLS"] if tls else [])]:
            self.wfile.write(f"250-{feature}\r\n".encode())
        self.wfile.write(b"250 AUTH PLAIN\r\n")

    def _encrypt(self) -> None:
        assert self.server.context
        self._say(220)
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True

    def _sign_in(self, text: str) -> None:
        _, user, password = base64.b64decode(text.split()[2]).decode().split("\0")
        self.server.box.signed_in.append((user, password))
        self._say(235 if (user, password) == (USER, PASSWORD) else 535)

    def _recipient(self, text: str) -> None:
        address = text.partition("<")[2].partition(">")[0]
        code = self.server.box.faults.at.get(address, 250)
        if code == 250:
            self.recipients.append(address)
        self._say(code)

    def _data(self) -> bool:
        box = self.server.box
        if box.faults.cut_at_data:
            return False
        self._say(354)
        words = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            words += line[1:] if line.startswith(b"..") else line
        if code := box.faults.at.get("words"):
            self._say(code)
            return True
        box.mails.append(message_from_bytes(words, policy=default))  # type: ignore[arg-type]
        box.to.append(self.recipients)
        if box.faults.cut_after_data:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self._say(250)
        return True

    def _say(self, code: int) -> None:
        self.wfile.write(f"{code} something\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def __init__(self, box: Mailbox, context: ssl.SSLContext | None, *, wraps: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.box, self.context, self.wraps = box, context, wraps

    def get_request(self) -> tuple[socket.socket, object]:
        line, address = super().get_request()
        if self.wraps and self.context:
            line = self.context.wrap_socket(line, server_side=True)
        return line, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving(context: ssl.SSLContext | None = None, *, wraps: bool = False) -> Iterator[Mailbox]:
    """A server while the block runs; with *wraps* it speaks TLS from the first byte."""
    box = Mailbox()
    with _Server(box, context, wraps=wraps) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield box
        server.shutdown()
