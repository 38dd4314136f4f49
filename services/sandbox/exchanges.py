"""One request and its answer, held still so that a fault can come between them."""

from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.sandbox.operations import Operation
from services.sandbox.wire import transport_of, until_gone, write_head


@dataclass(frozen=True)
class Reply:
    """A complete HTTP answer: header names in lower case, framing headers left out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """A header's value, or empty."""
        return dict(self.headers).get(name, "")

    def with_body(self, body: bytes, media_type: str = "") -> "Reply":
        """The same answer with another body, and another media type if given."""
        kept = tuple(h for h in self.headers if not (media_type and h[0] == "content-type"))
        added = (("content-type", media_type),) if media_type else ()
        return replace(self, headers=kept + added, body=body)


@dataclass
class Exchange:
    """The request that came, the application that would answer it, and the way back."""

    scope: Scope
    receive: Receive
    send: Send
    app: ASGIApp
    operation: Operation
    body: bytes = b""

    async def read(self) -> None:
        """Take in the whole request first: what is done must not depend on who still waits."""
        chunks, more = [], True
        while more:
            message = await self.receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        self.body = b"".join(chunks)

    async def reply(self) -> Reply:
        """Let the application do its work and keep the answer back."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.app(self.scope, self._replay(), keep)
        start = sent[0]
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in start["headers"]
            if name.lower() != b"content-length"
        )
        body = b"".join(m.get("body", b"") for m in sent[1:])
        return Reply(start["status"], headers, body)

    async def give(self, reply: Reply) -> None:
        """Send an answer in good order."""
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        start = {"type": "http.response.start", "status": reply.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": reply.body})

    async def pass_on(self) -> None:
        """Answer as if there were no fault."""
        await self.app(self.scope, self._replay(), self.send)

    def write_head(self, reply: Reply, *framing: tuple[str, str]) -> None:
        """Start an answer on the bare socket, with the framing headers the fault wants."""
        write_head(transport_of(self.scope), reply.status, [*reply.headers, *framing])

    async def over(self) -> None:
        """Wait until the server knows that the connection has ended."""
        await until_gone(self.receive)

    def _replay(self) -> Receive:
        pending = [{"type": "http.request", "body": self.body, "more_body": False}]

        async def receive() -> Message:
            return pending.pop() if pending else await self.receive()

        return receive
