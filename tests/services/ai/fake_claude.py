"""The other end of Claude's wire: a small Messages API on a real loopback socket that can misbehave."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[["Handler"], None]
"""How one request is answered."""

GOOD = {
    "category": "refill",
    "urgency": "routine",
    "needs_reply": True,
    "evidence": ["refill my lisinopril"],
    "confidence": 0.9,
    "draft": "Thank you. Your care team is looking at your request.",
    "language": "en",
    "used_facts": [],
}


class FakeClaude:
    """Answers requests by the replies given, the last one again and again, and remembers them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.closing = Event()
        self.forget()

    def forget(self) -> None:
        """Be as on the first day: answer well, remember nothing."""
        self.replies: list[Reply] = [says(json.dumps(GOOD))]
        self.requests: list[dict[str, Any]] = []
        self.sent: list[bytes] = []  # the same, as they came over the wire
        self.patience = 20.0  # seconds it goes on stalling

    def will(self, *replies: Reply) -> None:
        """Answer the next requests like this."""
        self.replies = list(replies)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    fake: FakeClaude

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.fake.sent.append(body)
        self.fake.requests.append(json.loads(body))
        replies = self.fake.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        reply(self)

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", headers.pop("kind", "text/event-stream"))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing: the tests look at ``requests``."""


@contextmanager
def running() -> Iterator[FakeClaude]:
    """A fake Claude at a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeClaude(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Bound", (Handler,), {"fake": fake})
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        server.server_close()


def events(text: str, stop: str = "end_turn", tokens_out: int = 40) -> list[bytes]:
    """A whole answer as the API streams it."""
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": {
            "input_tokens": 100, "output_tokens": 1,
            "cache_creation_input_tokens": 200, "cache_read_input_tokens": 1000,
        },
    }  # fmt: skip
    parts = [text[i : i + 40] for i in range(0, len(text), 40)]
    block = {"type": "text", "text": ""}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": message}),
        ("content_block_start", {"index": 0, "content_block": block}),
        *(
            ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": part}})
            for part in parts
        ),
        ("content_block_stop", {"index": 0}),
        (
            "message_delta",
            {
                "delta": {"stop_reason": stop, "stop_sequence": None},
                "usage": {"output_tokens": tokens_out},
            },
        ),
        ("message_stop", {}),
    ]
    return [
        f"event: {kind}\ndata: {json.dumps({'type': kind} | data)}\n\n".encode()
        for kind, data in rows
    ]


def says(text: str, stop: str = "end_turn") -> Reply:
    """Answer *text* and end for the reason *stop*."""

    def reply(handler: Handler) -> None:
        handler.begin()
        handler.wfile.write(b"".join(events(text, stop)))

    return reply


def fails(status: int, kind: str, **headers: str) -> Reply:
    """Answer with an error as the API words it."""

    def reply(handler: Handler) -> None:
        handler.begin(status, kind="application/json", **headers)
        error = {"type": "error", "error": {"type": kind, "message": "no"}}
        handler.wfile.write(json.dumps(error).encode())

    return reply


def fails_while_answering(kind: str) -> Reply:
    """Begin an answer, then report an error inside the stream."""

    def reply(handler: Handler) -> None:
        handler.begin()
        error = json.dumps({"type": "error", "error": {"type": kind, "message": "no"}})
        handler.wfile.write(b"".join(events(json.dumps(GOOD))[:4]))
        handler.wfile.write(f"event: error\ndata: {error}\n\n".encode())

    return reply


def cut(handler: Handler) -> None:
    """Say half of an answer and close politely."""
    handler.begin()
    handler.wfile.write(b"".join(events(json.dumps(GOOD))[:5]))


def reset(handler: Handler) -> None:
    """Say half of an answer and tear the connection down."""
    cut(handler)
    handler.wfile.flush()
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def drips(handler: Handler) -> None:
    """Say a perfectly good answer, a byte at a time, for longer than anyone would wait."""
    handler.begin()
    _drip(handler, b"".join(events(json.dumps(GOOD))))


def drips_headers(handler: Handler) -> None:
    """Never even get past the headers."""
    _drip(handler, b"HTTP/1.1 200 OK\r\n" + b"x-slow: " + b"a" * 5_000)


def is_silent(handler: Handler) -> None:
    """Take the question and say nothing."""
    handler.close_connection = True
    handler.fake.closing.wait(handler.fake.patience)


def shows_a_web_page(handler: Handler) -> None:
    """What a captive portal or proxy answers."""
    handler.begin(kind="text/html")
    handler.wfile.write(b"<html><body>Please sign in to the network</body></html>")


def _drip(handler: Handler, data: bytes) -> None:
    handler.close_connection = True
    until = time.monotonic() + handler.fake.patience
    for at in range(len(data)):
        if handler.fake.closing.is_set() or time.monotonic() > until:
            return
        try:
            handler.connection.sendall(data[at : at + 1])
        except OSError:
            return
        time.sleep(0.02)
