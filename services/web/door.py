"""The door: signing in with a password, signing out, and the beacon of human input."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from db.staff import Staff
from services import accounts, sessions
from services.container import Container
from services.errors import Invalid
from services.web import bodies, cookies, door_pages, gate, paths
from services.web.throttle import Throttle

AT_ONCE = 4  # password checks side by side: each takes 64 MiB
TOO_MANY = "Too many failed attempts from this address. Please wait five minutes."
OTHER_FORM = "This form is out of date. Please try again."


class Door:
    """The endpoints of the door, for one building."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.settings = container.settings
        self.throttle = Throttle(container.clock)
        self.side_by_side = asyncio.Semaphore(AT_ONCE)

    async def show_sign_in(self, request: Request) -> Response:
        """GET: the form, with why the person is here when we know it."""
        return self._form(request, note=door_pages.WHY.get(request.query_params.get("why", ""), ""))

    async def sign_in(self, request: Request) -> Response:
        """POST: check e-mail and password, and open a session."""
        form = await bodies.form(request)
        typed = {"email": form.get("email", ""), "next": form.get("next", "/")}
        alarm, status = self._refusal(request, form)
        if alarm:
            return self._form(request, alarm=alarm, status=status, **typed)
        try:
            person = await self._checked(form)
        except Invalid as error:
            self.throttle.failed(_address(request))
            return self._form(request, alarm=str(error), status=401, **typed)
        return await self.welcome(request, person, "password", typed["next"])

    async def welcome(
        self, request: Request, person: Staff, how: str, wanted: str = "/"
    ) -> Response:
        """A new session for *person* in this browser, and on to the page they wanted."""
        cookie = await run_in_threadpool(
            self._begin, person, how, gate.cookie(self.container, request)
        )
        answer = RedirectResponse(wanted if paths.is_ours(wanted) else "/", 303)
        age = timedelta(hours=self.settings.session_hours)
        cookies.keep(self.settings, answer, sessions.cookie_name(self.settings), cookie, age)
        cookies.drop(self.settings, answer, cookies.name(self.settings, "form"))
        return answer

    async def show_sign_out(self, request: Request) -> Response:
        """GET: a button."""
        found = await self._session(request)
        return door_pages.sign_out(found.csrf) if found else _to_sign_in("out")

    async def sign_out(self, request: Request) -> Response:
        """POST: end the session everywhere."""
        found = await self._session(request)
        form = await bodies.form(request)
        if found and not cookies.equal(found.csrf, form.get("csrf", "")):
            return door_pages.refusal(OTHER_FORM, 403)
        await run_in_threadpool(sessions.end, self.container, gate.cookie(self.container, request))
        answer = _to_sign_in("out")
        cookies.drop(self.settings, answer, sessions.cookie_name(self.settings))
        return answer

    async def activity(self, request: Request) -> Response:
        """POST from the page's beacon: a person typed, clicked or scrolled."""
        cookie = gate.cookie(self.container, request)
        return _left(await run_in_threadpool(sessions.touch, self.container, cookie))

    async def watch(self, request: Request) -> Response:
        """GET: how long the session lives without input. Asking does not prolong it."""
        return _left(await self._session(request))

    async def style(self, request: Request) -> Response:
        """The style sheet of these pages."""
        return PlainTextResponse(door_pages.STYLE, media_type="text/css")

    def _refusal(self, request: Request, form: Mapping[str, str]) -> tuple[str, int]:
        if not self.settings.local_accounts:
            return "Please sign in with your organisation.", 403
        if not cookies.is_our_form(self.settings, request, form.get("csrf", "")):
            return OTHER_FORM, 403
        if not self.throttle.is_open(_address(request)):
            return TOO_MANY, 429
        return "", 200

    async def _checked(self, form: Mapping[str, str]) -> Staff:
        told = (form.get("email", ""), form.get("password", ""))
        async with self.side_by_side:
            return await run_in_threadpool(accounts.sign_in, self.container, *told)

    def _begin(self, person: Staff, how: str, before: str | None) -> str:
        return sessions.begin(self.container, person, how=how, before=before)

    async def _session(self, request: Request) -> sessions.SignedIn | None:
        return await run_in_threadpool(
            sessions.find, self.container, gate.cookie(self.container, request)
        )

    def _form(self, request: Request, **told: Any) -> Response:
        token = cookies.form_token(self.settings, request)
        told.setdefault("next", request.query_params.get("next", "/"))
        page = door_pages.SignInPage(
            csrf=token,
            password=self.settings.local_accounts,
            provider=bool(self.settings.oidc_issuer),
            **told,
        )
        answer = door_pages.sign_in(page)
        cookies.keep_form_token(self.settings, answer, token)
        return answer


def _to_sign_in(why: str) -> RedirectResponse:
    return RedirectResponse(f"{paths.SIGN_IN}?why={why}", 303)


def _left(found: sessions.SignedIn | None) -> Response:
    if found is None:
        return JSONResponse({"why": "idle"}, 401)
    return JSONResponse({"seconds_left": int(found.left.total_seconds())})


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
