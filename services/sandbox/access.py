"""Who may call: registered clients, the tokens they hold, and what each token is good for."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from services.sandbox.shapes import Json


@dataclass(frozen=True)
class Client:
    """A registered app. One without ``jwks`` and ``secret`` is public."""

    client_id: str
    practices: tuple[str, ...]
    jwks: Json = field(default_factory=dict)
    secret: str = ""
    redirect_uris: tuple[str, ...] = ()
    clearinghouse_key: str = field(default="", repr=False)

    @classmethod
    def from_json(cls, entry: Json) -> "Client":
        """Read a registration; ``practice`` may stand for ``practices``. Raises KeyError."""
        practices = entry.get("practices") or [entry["practice"]]
        uris = tuple(entry.get("redirect_uris", ()))
        jwks, secret = entry.get("jwks", {}), entry.get("secret", "")
        key = entry.get("clearinghouse_key", "")
        return cls(entry["client_id"], tuple(practices), jwks, secret, uris, key)


@dataclass(frozen=True)
class Grant:
    """An access or refresh token's meaning. ``patient`` is the launch patient, if any."""

    token: str
    client_id: str
    practices: tuple[str, ...]
    scopes: frozenset[str]
    expires: datetime
    user: str = ""

    def covers(self, resource: str, interaction: str) -> bool:
        """May this token read or create *resource*? Knows SMART v1 and v2 spellings."""
        letters = {"read": ("read", "rs", "r"), "create": ("create", "c")}[interaction]
        names = {f"{who}/{resource}.{x}" for who in ("system", "user", "patient") for x in letters}
        return bool(names & self.scopes)


@dataclass(frozen=True)
class Code:
    """An authorization code waiting to be redeemed, once."""

    client_id: str
    redirect_uri: str
    challenge: str
    practice: str
    scopes: frozenset[str]
    user: str
    expires: datetime
    nonce: str = ""


class Access:
    """The authorization server's memory."""

    def __init__(self, clients: tuple[Client, ...] = ()) -> None:
        self.clients = {c.client_id: c for c in clients}
        self.grants: dict[str, Grant] = {}
        self.refreshes: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.assertions: dict[str, datetime] = {}
        self.issued = 0

    def register(self, client: Client) -> None:
        """Add a client or replace it."""
        self.clients[client.client_id] = client

    def issue(self, expires: datetime, **meaning: Any) -> Grant:
        """A new access token."""
        grant = Grant(secrets.token_urlsafe(32), expires=expires, **meaning)
        self.grants[grant.token] = grant
        self.issued += 1
        return grant

    def refreshable(self, grant: Grant, lifetime: timedelta, now: datetime) -> Grant:
        """A refresh token beside *grant*, good for one use."""
        refresh = replace(grant, token=secrets.token_urlsafe(32), expires=now + lifetime)
        self.refreshes[refresh.token] = refresh
        return refresh

    def spend(self, refresh_token: str, now: datetime) -> Grant | None:
        """Redeem a refresh token: ``None`` if it is unknown, spent or too old."""
        grant = self.refreshes.pop(refresh_token, None)
        return grant if grant and grant.expires > now else None

    def holder(self, request: Request, now: datetime) -> Grant | None:
        """What the request's bearer token is good for; ``None`` if it is missing or over."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self.grants.get(token) if kind.lower() == "bearer" else None
        return grant if grant and grant.expires > now else None

    def end(self, token: str) -> None:
        """Forget an access token, as if it had expired."""
        self.grants.pop(token, None)

    def first_use(self, assertion_id: str, until: datetime, now: datetime) -> bool:
        """Has this ``jti`` not been used while it was valid? Remembers it."""
        self.assertions = {jti: end for jti, end in self.assertions.items() if end > now}
        if assertion_id in self.assertions:
            return False
        self.assertions[assertion_id] = until
        return True
