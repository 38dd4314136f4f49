"""Every request passes here: it is written in the journal, dated, and struck by a fault if one is due."""

from dataclasses import asdict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.sandbox.exchanges import Exchange
from services.sandbox.misbehaviour import KINDS
from services.sandbox.operations import Operation, operation_of
from services.sandbox.shapes import Json, stamp
from services.sandbox.world import World

NEVER_STRUCK = "control"


class Gate:
    """ASGI middleware. Control calls are neither struck nor written down."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        world: World = scope["app"].state.world
        operation = operation_of(scope["method"], scope["path"])
        if operation.name == NEVER_STRUCK:
            await self.app(scope, receive, send)
            return
        entry = _journal(world, scope, operation)
        call = Exchange(scope, receive, _dated(send, world, entry), self.app, operation)
        await call.read()
        fault = world.faults.strike(operation)
        if fault is None:
            await call.pass_on()
        else:
            entry["fault"] = fault.id
            await KINDS[fault.kind](fault, call, world)


def _journal(world: World, scope: Scope, operation: Operation) -> Json:
    entry = {**asdict(operation), "method": scope["method"], "path": scope["path"], "status": 0}
    entry["at"] = stamp(world.clock.now())
    world.meter.calls.append(entry)
    return entry


def _dated(send: Send, world: World, entry: Json) -> Send:
    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
            date = (b"date", world.clock.http_date().encode())
            message = {**message, "headers": [*message["headers"], date]}
        await send(message)

    return dated
