"""What each kind of fault does to a call; on the wire it is real, down to the reset packet."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from services.sandbox.exchanges import Exchange, Reply
from services.sandbox.faults import Fault
from services.sandbox.refusals import FHIR_JSON, outcome
from services.sandbox.shapes import Json
from services.sandbox.wire import hang_up, slam, transport_of
from services.sandbox.world import World

Misbehaviour = Callable[[Fault, Exchange, World], Awaitable[None]]
SIGN_IN_PAGE = (
    "<!doctype html><html><title>Sign in</title><form>Please sign in again.</form></html>"
)


async def outage(_: Fault, call: Exchange, __: World) -> None:
    """The connection closes without an answer; nothing was done."""
    hang_up(transport_of(call.scope))
    await call.over()


async def reset(_: Fault, call: Exchange, __: World) -> None:
    """TCP reset; nothing was done."""
    slam(transport_of(call.scope))
    await call.over()


async def latency(fault: Fault, call: Exchange, _: World) -> None:
    """Wait ``seconds``, then do it, whether or not the caller still waits."""
    await asyncio.sleep(fault.option("seconds", 1.0))
    await call.pass_on()


async def drip(fault: Fault, call: Exchange, _: World) -> None:
    """The right answer, one byte every ``seconds``."""
    reply, transport = await call.reply(), transport_of(call.scope)
    call.write_head(reply, ("content-length", str(len(reply.body))))
    for byte in reply.body:
        if transport.is_closing():
            break
        transport.write(bytes([byte]))
        await asyncio.sleep(fault.option("seconds", 0.5))
    hang_up(transport)
    await call.over()


async def cut(fault: Fault, call: Exchange, _: World) -> None:
    """Half of the body and the end of the stream, with no length to tell (unless ``announced``)."""
    reply = await call.reply()
    length = ("content-length", str(len(reply.body)))
    call.write_head(reply, *([length] if fault.option("announced", False) else []))
    transport = transport_of(call.scope)
    transport.write(reply.body[: len(reply.body) // 2])
    hang_up(transport)
    await call.over()


async def status(fault: Fault, call: Exchange, _: World) -> None:
    """An error status; with ``after`` the work is done first. ``retry_after`` is sent if given."""
    if fault.option("after", False):
        await call.reply()
    code = fault.option("code", 503)
    text = json.dumps(outcome(f"Service answered {code}.", "exception"))
    headers = [("content-type", FHIR_JSON)]
    if "retry_after" in fault.options:
        headers.append(("retry-after", str(fault.options["retry_after"])))
    await call.give(Reply(code, tuple(headers), text.encode()))


async def expired_token(_: Fault, call: Exchange, world: World) -> None:
    """The token that is shown has just run out."""
    world.access.end(_bearer(call))
    await call.pass_on()


async def revoked(_: Fault, call: Exchange, world: World) -> None:
    """The practice has withdrawn its consent: tokens end, and new ones are refused."""
    if call.operation.name == "token":
        refusal = {"error": "invalid_grant", "error_description": "The grant was revoked."}
        await call.give(Reply(400, JSON_HEADERS, json.dumps(refusal).encode()))
    else:
        await expired_token(_, call, world)


async def html(_: Fault, call: Exchange, __: World) -> None:
    """A proxy's sign-in page where JSON should be, with status 200."""
    await call.give(Reply(200, (("content-type", "text/html"),), SIGN_IN_PAGE.encode()))


async def lost_response(fault: Fault, call: Exchange, _: World) -> None:
    """The work is done; the answer never comes. The connection hangs ``seconds``, then closes."""
    await call.reply()
    await asyncio.sleep(fault.option("seconds", 0))
    hang_up(transport_of(call.scope))
    await call.over()


async def silent_drop(fault: Fault, call: Exchange, _: World) -> None:
    """A write is answered as accepted, and nothing is stored; of a note only ``section`` if given."""
    call.scope["foyer.silent_drop"] = fault.option("section", True)
    await call.pass_on()


async def redirect(fault: Fault, call: Exchange, _: World) -> None:
    """302 to another address."""
    await call.give(Reply(302, (("location", fault.option("to", "/")),), b""))


async def body(fault: Fault, call: Exchange, _: World) -> None:
    """Another body altogether: ``text``, ``content_type``, ``code``."""
    headers = (("content-type", fault.option("content_type", "application/json")),)
    text = fault.option("text", "")
    await call.give(
        Reply(fault.option("code", 200), headers, text.encode("utf-8", "surrogatepass"))
    )


async def encoding(fault: Fault, call: Exchange, _: World) -> None:
    """The right answer in the wrong character set: ``codec``, and ``content_type`` if given."""
    reply = await call.reply()
    text = reply.body.decode().encode(fault.option("codec", "utf-8-sig"))
    await call.give(reply.with_body(text, fault.option("content_type", "")))


async def duplicate(_: Fault, call: Exchange, __: World) -> None:
    """Every item of the page twice."""
    await _with_items(call, lambda items: [copy for item in items for copy in (item, item)])


async def out_of_order(_: Fault, call: Exchange, __: World) -> None:
    """The page backwards, and edited messages with their older versions after the newest."""
    call.scope["foyer.older_versions"] = True
    await _with_items(call, lambda items: items[::-1])


async def misread(fault: Fault, call: Exchange, _: World) -> None:
    """A note reads otherwise than it is: ``section`` shows ``text``, or lies ``under`` another code."""
    reply = await call.reply()
    page = json.loads(reply.body)
    for one in page.get("sections", []):
        if one["code"] == fault.option("section", one["code"]):
            one["text"] = fault.option("text", one["text"])
            one["code"] = fault.option("under", one["code"])
    await call.give(reply.with_body(json.dumps(page).encode()))


async def loop(_: Fault, call: Exchange, __: World) -> None:
    """A page whose next page is itself."""
    reply = await call.reply()
    page = json.loads(reply.body)
    for link in page.get("link", []):
        link["relation"] = "next" if link["relation"] == "self" else "previous"
    if "cursor" in page:
        page |= {"more": True, "cursor": _asked(call, "since")}
    if "files" in page:
        page["next"] = _asked(call, "after")
    await call.give(reply.with_body(json.dumps(page).encode()))


KINDS: dict[str, Misbehaviour] = {
    act.__name__: act
    for act in (
        *(outage, reset, latency, drip, cut, status, expired_token, revoked, html),
        *(
            lost_response,
            silent_drop,
            redirect,
            body,
            encoding,
            duplicate,
            out_of_order,
            misread,
            loop,
        ),
    )
}
JSON_HEADERS = (("content-type", "application/json"),)


async def _with_items(call: Exchange, change: Callable[[list[Json]], list[Json]]) -> None:
    reply = await call.reply()
    page = json.loads(reply.body)
    for name in page.keys() & {"messages", "entry", "files"}:
        page[name] = change(page[name])
    await call.give(reply.with_body(json.dumps(page).encode()))


def _bearer(call: Exchange) -> str:
    headers: dict[bytes, bytes] = dict(call.scope["headers"])
    return headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2]


def _asked(call: Exchange, name: str) -> str:
    query: dict[str, list[str]] = parse_qs(call.scope["query_string"].decode("latin-1"))
    return query.get(name, [""])[0]
