"""The gate before everything the server answers, pages, media, uploads and websockets alike.

Streamlit serves media, uploads and counters to anyone with the address, and opens a websocket
to anyone at all; behind this gate none of it is reached without a session. What a person may
do once inside is asked again by every page and every action.
"""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import sessions
from services.container import Container
from services.settings import Settings
from services.web import headers, paths
from services.web.paths import Needs

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1
LOOK_AGAIN = timedelta(seconds=5)  # how often a long connection's session is looked up
GRACE = timedelta(seconds=30)  # for the page to clear itself before the line is cut


class Gate:
    """ASGI middleware: lets through what may pass, and dresses every answer in its headers."""

    def __init__(self, app: ASGIApp, container: Container, policy: str) -> None:
        self.app = app
        self.container = container
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or websocket, or pass it on."""
        if scope["type"] == "http":
            await self._request(scope, receive, self._dressed(scope["path"], send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        refusal = await self._refusal(request)
        await (refusal or self.app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        need = paths.needs(request.url.path)
        if need is Needs.NOTHING:
            return None
        if not is_our_host(self.container.settings, request.headers.get("host")):
            return PlainTextResponse("This address is not ours.", 421)
        if need is Needs.NEVER:
            return PlainTextResponse("Not found.", 404)
        if request.method not in SAFE and not self._from_our_pages(request):
            return PlainTextResponse("This did not come from our own pages.", 403)
        if need is Needs.OUR_HOST or await self._session(request):
            return None
        return await self._turned_away(request)

    async def _turned_away(self, request: Request) -> Response:
        if request.method == "GET" and paths.is_page(request.url.path):
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{paths.SIGN_IN}?next={quote(wanted, safe='')}", 303)
        why = await run_in_threadpool(
            sessions.why_over, self.container, cookie(self.container, request)
        )
        return JSONResponse({"detail": "Please sign in.", "why": why}, 401)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        ours = is_our_host(self.container.settings, connection.headers.get("host"))
        if ours and self._from_our_pages(connection) and await self._session(connection):
            await self.app(scope, Watched(self.container, connection, receive), send)
        else:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})

    def _from_our_pages(self, connection: HTTPConnection) -> bool:
        return is_our_origin(self.container.settings, connection.headers.get("origin"))

    async def _session(self, connection: HTTPConnection) -> sessions.SignedIn | None:
        return await run_in_threadpool(
            sessions.find, self.container, cookie(self.container, connection)
        )

    def _dressed(self, path: str, send: Send) -> Send:
        policy = headers.DOOR_POLICY if path.startswith("/door/") else self.policy
        dress = headers.for_path(self.container.settings, path, policy)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _put_on(message, dress)
            await send(message)

        return dressed


class Watched:
    """The incoming half of a long connection: it ends soon after the session does.

    The page itself notices first, at its next run, and clears what it shows; this is for a
    client that is not our page.
    """

    def __init__(self, container: Container, connection: HTTPConnection, receive: Receive) -> None:
        self.container = container
        self.cookie = cookie(container, connection)
        self.receive = receive
        self.good_at = self.looked_at = container.clock()

    async def __call__(self) -> Message:
        """The next message, or a disconnect once the session has been over for ``GRACE``."""
        message = await self.receive()
        now = self.container.clock()
        if now - self.looked_at >= LOOK_AGAIN:
            self.looked_at = now
            if await run_in_threadpool(sessions.find, self.container, self.cookie):
                self.good_at = now
        if now - self.good_at > GRACE:
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
        return message


def cookie(container: Container, connection: HTTPConnection) -> str | None:
    """The session cookie a request or websocket brought."""
    return connection.cookies.get(sessions.cookie_name(container.settings))


def is_our_host(settings: Settings, host: str | None) -> bool:
    """Whether a Host header names us; another name would be DNS rebinding."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    ours = urlsplit(settings.base_url).hostname
    return name == ours or (ours in LOOPBACK and name in LOOPBACK)


def is_our_origin(settings: Settings, origin: str | None) -> bool:
    """Whether an Origin header (RFC 6454) is the address our pages are served from."""
    try:
        given, ours = urlsplit(origin or ""), urlsplit(settings.base_url)
        same_door = (given.scheme, given.port) == (ours.scheme, ours.port)
    except ValueError:
        return False
    both_local = given.hostname in LOOPBACK and ours.hostname in LOOPBACK
    return same_door and (given.hostname == ours.hostname or both_local)


def _put_on(message: MutableMapping[str, Any], dress: headers.Headers) -> None:
    answer = MutableHeaders(scope=message)
    for name, value in dress:
        answer[name.decode()] = value.decode()
