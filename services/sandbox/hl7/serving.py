"""The MLLP listener: frames in, each judged in the order it came, and the faults that strike on the way."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.applications import Starlette

from services.sandbox.faults import Fault
from services.sandbox.hl7.filing import Arrived, Outcome, receive
from services.sandbox.hl7.messages import Answer, Incoming, read
from services.sandbox.operations import Operation
from services.sandbox.tenants import Tenant
from services.sandbox.wire import slam
from services.sandbox.world import World

OPERATION = "hl7.note"
LARGEST = 4 * 1024 * 1024
END = b"\x1c\r"


@dataclass(frozen=True)
class Visit:
    """One frame that came in, and the connection it came on."""

    world: World
    writer: asyncio.StreamWriter
    data: bytes

    def outcome(self, silent: bool = False) -> Outcome:
        """Do what eCW does with it, and write it in the journal."""
        try:
            message = read(self.data)
        except ValueError:
            return self._noted(Outcome(Answer("AE", "", "301")))
        arrived = Arrived(message, self._tenant(message), self.world.clock.now(), silent)
        return self._noted(receive(arrived, self.world))

    def control(self) -> str:
        """MSH-10, or empty for what cannot be read."""
        try:
            return read(self.data).value("MSH", 10)
        except ValueError:
            return ""

    def answer(self, answer: Answer) -> bytes:
        """The framed ACK."""
        number = len(self.world.note_journal)
        return b"\x0b" + answer.as_bytes(number, self.world.clock.now()) + END

    async def give(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    def _tenant(self, message: Incoming) -> Tenant:
        """By the receiving facility (MSH-6), else the first practice."""
        tenants = self.world.tenants
        return tenants.get(message.value("MSH", 6)) or next(iter(tenants.values()))

    def _noted(self, outcome: Outcome) -> Outcome:
        self.world.note_journal.append({**asdict(outcome), **asdict(outcome.answer)})
        return outcome


Misbehaviour = Callable[[Fault, Visit], Awaitable[None]]


async def honest(_: Fault | None, visit: Visit) -> None:
    """What it does on a quiet day."""
    await visit.give(visit.answer(visit.outcome().answer))


async def outage(_: Fault, visit: Visit) -> None:
    """The connection closes; nothing was done."""
    visit.writer.close()


async def reset(_: Fault, visit: Visit) -> None:
    """TCP reset; nothing was done."""
    slam(visit.writer.transport)  # type: ignore[arg-type]


async def late(fault: Fault, visit: Visit) -> None:
    """Done at once, answered ``seconds`` later."""
    answer = visit.answer(visit.outcome().answer)
    await asyncio.sleep(fault.option("seconds", 1.0))
    await visit.give(answer)


async def no_ack(fault: Fault, visit: Visit) -> None:
    """Done and never answered; the connection hangs ``seconds`` and closes."""
    visit.outcome()
    await asyncio.sleep(fault.option("seconds", 0.0))
    visit.writer.close()


async def foreign_ack(fault: Fault, visit: Visit) -> None:
    """Done, and an ACK for another message; the right one too with ``then``. Closes at the end."""
    right = visit.outcome().answer
    await visit.give(visit.answer(Answer("AA", "ANOTHER1")))
    if fault.option("then", False):
        await visit.give(visit.answer(right))
    visit.writer.close()


async def cut(_: Fault, visit: Visit) -> None:
    """Done, and half of the ACK."""
    answer = visit.answer(visit.outcome().answer)
    await visit.give(answer[: len(answer) // 2])
    visit.writer.close()


async def garbage(fault: Fault, visit: Visit) -> None:
    """Done, and a frame that is no HL7 (``text``)."""
    visit.outcome()
    await visit.give(b"\x0b" + str(fault.option("text", "\x00<html>")).encode() + END)
    visit.writer.close()


async def flood(fault: Fault, visit: Visit) -> None:
    """Done, and an answer that does not end within ``size`` bytes."""
    visit.outcome()
    await visit.give(b"\x0b" + b"x" * int(fault.option("size", 1_000_000)))
    visit.writer.close()


async def says(fault: Fault, visit: Visit) -> None:
    """Nothing is done, unless ``code`` is AA or CA; answers ``code`` (AR) with ``error`` (207)."""
    code = str(fault.option("code", "AR"))
    if code in ("AA", "CA"):
        await visit.give(visit.answer(Answer(code, visit.outcome().answer.control)))
        return
    error, place = str(fault.option("error", "207")), str(fault.option("place", ""))
    await visit.give(visit.answer(Answer(code, visit.control(), error, place)))


async def silent_drop(_: Fault, visit: Visit) -> None:
    """AA, and nothing is filed."""
    await visit.give(visit.answer(visit.outcome(silent=True).answer))


async def drip(fault: Fault, visit: Visit) -> None:
    """The right answer in segments of one byte, one every ``seconds``."""
    for byte in visit.answer(visit.outcome().answer):
        await visit.give(bytes([byte]))
        await asyncio.sleep(fault.option("seconds", 0.0))


async def noise(_: Fault, visit: Visit) -> None:
    """Noise before the frame, and two ACKs in one segment, the first for another message."""
    right = visit.answer(visit.outcome().answer)
    await visit.give(b"\r\n\x00noise" + visit.answer(Answer("AA", "ANOTHER1")) + right)


KINDS: dict[str, Misbehaviour] = {
    each.__name__: each
    for each in (outage, reset, late, no_ack, foreign_ack, cut, garbage, flood, says, silent_drop,
                 drip, noise)
}  # fmt: skip


@asynccontextmanager
async def listening(app: Starlette) -> AsyncIterator[None]:
    """Listen on loopback while the sandbox runs, if it was asked to; ``app.state.mllp_port`` tells where."""
    config = app.state.world.config
    app.state.mllp_port = None
    if config.mllp_port is None:
        yield
        return
    server = await asyncio.start_server(
        lambda reader, writer: _serve(app, reader, writer),
        "127.0.0.1", config.mllp_port, limit=LARGEST, ssl=_tls(config.mllp_tls),
    )  # fmt: skip
    app.state.mllp_port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()


async def _serve(
    app: Starlette, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One connection, one frame after the other, until either side has had enough."""
    try:
        while not writer.is_closing():
            await reader.readuntil(b"\x0b")
            data = (await reader.readuntil(END))[: -len(END)]
            await _answer(Visit(app.state.world, writer, data))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass  # the other side hung up, or sent more than any message has: nothing was received
    finally:
        writer.close()


async def _answer(visit: Visit) -> None:
    fault = visit.world.faults.strike(Operation(OPERATION))
    kind = KINDS.get(fault.kind, honest) if fault else honest
    await kind(fault, visit)  # type: ignore[arg-type]


def _tls(pair: tuple[Path, Path] | None) -> ssl.SSLContext | None:
    if pair is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context
