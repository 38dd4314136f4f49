"""Keeps one practice signed in at eCW: one token for all processes, fetched ahead of need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc.jwk import RSAKey

from services.ehr.assertion import assertion
from services.ehr.connection import PracticeConnection, is_protected
from services.ehr.governor import Governor, Share
from services.ehr.grants import clock_error, granted, oauth_error, refusal_in_words
from services.ehr.plainly import Call, asked_to_wait, judge, plainly
from services.ehr.strict_json import Unreadable, loads
from services.ehr.tokens import Hold, Token, TokenStore
from services.ehr.transport import Answer, Request, Unusable, Wire
from services.errors import NeedsAuthorization, Refused, Unreachable

SYSTEM = "eCW's sign-in"
# Long enough not to knock all day, short enough to notice by ourselves that it works again.
HOLD = timedelta(minutes=15)
# While the sign-in is down and our token still works, not every call may knock there first.
KNOCK_AGAIN = timedelta(seconds=10)
TOLERATED_SKEW = timedelta(seconds=100)
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Endpoints:
    """Where to sign in, and which scopes the practice's server says it offers."""

    token_url: str
    scopes: frozenset[str] = frozenset()


class Authority:
    """Hands out bearer tokens for one practice."""

    def __init__(
        self,
        practice: PracticeConnection,
        key: RSAKey,
        wire: Wire,
        governor: Governor,
        tokens: TokenStore,
        now: Callable[[], datetime],
    ) -> None:
        self.practice = practice
        self.key = key
        self.wire = wire
        self.governor = governor
        self.tokens = tokens
        self.now = now
        self._endpoints: Endpoints | None = None
        self._knock_at: datetime | None = None

    def token(self) -> Token:
        """A token with time left; renewed before 80 % of its life are over.

        Raises ``NeedsAuthorization``, or ``Unreachable`` if there is none and none to be had.
        """
        known = self._known()
        if known and (known.is_fresh(self.now()) or self._may_wait(known)):
            return known
        try:
            return self.renewed(known)
        except Unreachable:
            self._knock_at = self.now() + KNOCK_AGAIN
            if known and self._may_wait(known):
                return known
            raise

    def _may_wait(self, known: Token) -> bool:
        now = self.now()
        return known.is_alive(now) and self._knock_at is not None and now < self._knock_at

    def renewed(self, old: Token | None) -> Token:
        """A token other than *old*. Of all who ask at once, one fetches it, the rest wait."""
        with self.tokens.lease():
            known = self._known()
            if known and known != old and known.is_alive(self.now()):
                return known
            token = self._sign_in()
            self.tokens.write(token)
            return token

    def hold(self, reason: str) -> NeedsAuthorization:
        """Stop signing in for a while; returns the error to raise."""
        self.tokens.write(Hold(reason, self.now() + HOLD))
        return NeedsAuthorization(reason)

    def _known(self) -> Token | None:
        match self.tokens.read():
            case Hold(reason, until) if until > self.now():
                raise NeedsAuthorization(reason)
            case Token() as token:
                return token
            case _:
                return None

    def _sign_in(self) -> Token:
        endpoints = self._discovered()
        asked_at = self.now()
        call = Call(SYSTEM, urlsplit(endpoints.token_url).hostname or "")
        with plainly(call):
            answer = self._send(self._token_request(endpoints))
            if answer.status == 200:
                return granted(answer, self.practice.scopes, asked_at)
        return self._refused(answer, call, endpoints)

    def _token_request(self, endpoints: Endpoints) -> Request:
        audience = self.practice.aud or endpoints.token_url
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(self.practice.scopes),
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.key, self.practice.client_id, audience, self.now()),
        }
        return Request("POST", endpoints.token_url, headers=FORM, content=urlencode(form).encode())

    def _refused(self, answer: Answer, call: Call, endpoints: Endpoints) -> Token:
        """Always raises: ``NeedsAuthorization`` for what a person must change, else ``Unreachable``."""
        skew = clock_error(answer, self.now())
        if answer.status in (400, 401) and skew and abs(skew) > TOLERATED_SKEW:
            raise Unreachable(clock_sentence(skew), retry_after=timedelta(minutes=1))
        if error := oauth_error(answer):
            raise self.hold(refusal_in_words(error, self.practice.scopes, endpoints.scopes))
        try:
            judge(answer, call, self.now())
        except Refused as refused:
            raise self.hold(str(refused)) from None
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read.")

    def _discovered(self) -> Endpoints:
        """The token address, asked for once; its host differs from the FHIR host at eCW."""
        if self.practice.token_url:
            return Endpoints(self.practice.token_url)
        if self._endpoints is None:
            self._endpoints = self._discover()
        return self._endpoints

    def _discover(self) -> Endpoints:
        url = f"{self.practice.fhir_base.rstrip('/')}/.well-known/smart-configuration"
        call = Call(SYSTEM, urlsplit(url).hostname or "")
        with plainly(call):
            answer = self._send(Request("GET", url, headers={"Accept": "application/json"}))
            judge(answer, call, self.now())
            return endpoints_in(loads(answer.body))

    def _send(self, request: Request) -> Answer:
        self.governor.take(Share.ESSENTIAL)
        answer = self.wire.exchange(request)
        if answer.status == 429:
            pause = self.governor.refused(asked_to_wait(answer, self.now()))
            raise Unreachable("eCW asks us to wait before the next call.", retry_after=pause)
        return answer


def endpoints_in(configuration: Any) -> Endpoints:
    """What a SMART configuration says. Raises ``Unreadable`` or ``Unusable``."""
    if not isinstance(configuration, Mapping):
        raise Unreadable("The configuration is not an object.")
    url, scopes = configuration.get("token_endpoint"), configuration.get("scopes_supported")
    if not isinstance(url, str) or not is_protected(url):
        raise Unusable("names no secure address to sign in at")
    named = scopes if isinstance(scopes, list) else []
    return Endpoints(url, frozenset(scope for scope in named if isinstance(scope, str)))


def clock_sentence(ahead: timedelta) -> str:
    """How wrong this server's clock is, for whoever looks after it."""
    minutes = round(abs(ahead) / timedelta(minutes=1), 1)
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    return f"This server's clock is {minutes:g} minutes {direction} eCW's; please set it right."
