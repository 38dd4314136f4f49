"""The door for people whom an identity provider knows: there and back again."""

from datetime import timedelta
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db.audit import Ending
from db.staff import Staff
from services.desk import Actor, working
from services.errors import FoyerError, Refused
from services.web import cookies, door_pages, id_tokens, newcomers, oidc
from services.web.door import Door

FLOW = timedelta(minutes=10)
NOT_THIS_BROWSER = "This sign-in did not begin in this browser, or it took too long. Try again."


class OidcDoor:
    """The two endpoints of sign-in by OpenID Connect."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.container = door.container
        self.settings = door.settings

    async def start(self, request: Request) -> Response:
        """GET: remember this attempt in the browser, and send it to the provider."""
        if not self.settings.oidc_issuer:
            return door_pages.refusal("No identity provider is set up here.", 404)
        flow = oidc.Flow.fresh()
        try:
            answer = RedirectResponse(await oidc.address(self.settings, flow), 303)
        except FoyerError as error:
            return door_pages.refusal(str(error), 502)
        cookies.keep(self.settings, answer, self._cookie, flow.packed(), FLOW)
        return answer

    async def callback(self, request: Request) -> Response:
        """GET: back from the provider. Whatever happens, this attempt cannot be used again."""
        try:
            person = await self._person(request)
            answer = await self.door.welcome(request, person, "oidc")
        except FoyerError as error:
            await run_in_threadpool(
                self._note, getattr(error, "code", None) or type(error).__name__
            )
            answer = door_pages.refusal(str(error), 400)
        cookies.drop(self.settings, answer, self._cookie)
        return answer

    @property
    def _cookie(self) -> str:
        return cookies.name(self.settings, "flow")

    async def _person(self, request: Request) -> Staff:
        flow = oidc.Flow.unpacked(request.cookies.get(self._cookie, ""))
        told = request.query_params
        if not cookies.equal(flow.state, told.get("state", "")):
            raise Refused(NOT_THIS_BROWSER, code="state")
        if not told.get("code"):
            raise Refused("The identity provider did not let you in.", code="no code")
        answer = await oidc.exchange(self.settings, flow, told["code"])
        claims = id_tokens.claims(answer.id_token, answer.jwks, self._expected(flow))
        return await run_in_threadpool(newcomers.admit, self.container, claims)

    def _expected(self, flow: oidc.Flow) -> id_tokens.Expected:
        now = int(self.container.clock().timestamp())
        return id_tokens.Expected(
            self.settings.oidc_issuer, self.settings.oidc_client_id, flow.nonce, now
        )

    def _note(self, reason: str) -> None:
        practice: UUID = newcomers.practice_of(self.container)
        with working(self.container, Actor.job(practice, "door")) as desk:
            desk.record("accounts.sign_in_failed", "oidc", Ending.REFUSED, reason=reason)
