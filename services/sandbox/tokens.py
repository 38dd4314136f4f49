"""The token endpoint: backend assertions, authorization codes and refresh tokens become access tokens."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from joserfc import jwt
from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.access import Client, Grant
from services.sandbox.assertions import Form, asserted_client
from services.sandbox.capability import scopes_of
from services.sandbox.keys import signing_key
from services.sandbox.refusals import oauth_refusal
from services.sandbox.shapes import Json, answer
from services.sandbox.tenants import AS_LIFETIME, Tenant
from services.sandbox.world import World, world_of

INTERACTIVE_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=90)


async def token(request: Request) -> Response:
    """``POST /oauth/oauth2/token``; every refusal is an OAuth error body (RFC 6749 section 5.2)."""
    world = world_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    grants: dict[str, Callable[[World, Request, Form], Json]] = {
        "client_credentials": backend_token,
        "authorization_code": code_token,
        "refresh_token": refreshed_token,
    }
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        raise oauth_refusal("unsupported_grant_type", "Use one of the advertised grant types.")
    return answer(grant(world, request, form), headers={"Cache-Control": "no-store"})


def backend_token(world: World, request: Request, form: Form) -> Json:
    """A token for a server (SMART Backend Services): 300 s, no refresh token."""
    client = asserted_client(world, request, form)
    tenants = counted(world, client)
    scopes = allowed_scopes(tenants, form.get("scope", ""))
    switches = tenants[0].switches
    if switches.granted is not None:
        scopes &= frozenset(switches.granted)
    now, lifetime = world.clock.now(), timedelta(seconds=switches.token_seconds)
    meaning = {"client_id": client.client_id, "practices": client.practices, "scopes": scopes}
    grant = world.access.issue(now + lifetime, **meaning)
    return token_body(grant, switches.token_seconds, switches.expires_in)


def code_token(world: World, request: Request, form: Form) -> Json:
    """A token for a person, from an authorization code and its PKCE verifier (RFC 7636)."""
    code = world.access.codes.pop(form.get("code", ""), None)
    now = world.clock.now()
    if code is None or code.expires <= now or code.redirect_uri != form.get("redirect_uri"):
        raise oauth_refusal("invalid_grant", "The code is unknown, used or too old.")
    if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), code.challenge):
        raise oauth_refusal("invalid_grant", "The code verifier does not match.")
    client = known_client(world, request, form)
    if client.client_id != code.client_id:
        raise oauth_refusal("invalid_grant", "The code belongs to another client.")
    counted(world, replace(client, practices=(code.practice,)))
    meaning = {"practices": (code.practice,), "scopes": code.scopes, "user": code.user}
    grant = world.access.issue(now + INTERACTIVE_LIFETIME, client_id=client.client_id, **meaning)
    return person_token(world, request, client, grant, code.nonce)


def refreshed_token(world: World, request: Request, form: Form) -> Json:
    """A new pair for a refresh token, which is thereby spent."""
    client = known_client(world, request, form)
    now = world.clock.now()
    spent = world.access.spend(form.get("refresh_token", ""), now)
    if spent is None or spent.client_id != client.client_id:
        raise oauth_refusal("invalid_grant", "The refresh token is unknown, used or too old.")
    counted(world, replace(client, practices=spent.practices))
    meaning = {"practices": spent.practices, "scopes": spent.scopes, "user": spent.user}
    grant = world.access.issue(now + INTERACTIVE_LIFETIME, client_id=client.client_id, **meaning)
    return person_token(world, request, client, grant)


def person_token(
    world: World, request: Request, client: Client, grant: Grant, nonce: str = ""
) -> Json:
    """The answer for a person: an id token if asked for, a refresh token unless the app is public."""
    shape = token_body(grant, INTERACTIVE_LIFETIME.total_seconds())
    if "openid" in grant.scopes:
        shape["id_token"] = identity_token(world, request, grant, nonce)
    confidential = bool(client.jwks or client.secret)
    if confidential and "offline_access" in grant.scopes:
        refresh = world.access.refreshable(grant, REFRESH_LIFETIME, world.clock.now())
        shape["refresh_token"] = refresh.token
    return shape


def identity_token(world: World, request: Request, grant: Grant, nonce: str) -> str:
    """Who signed in, as an RS256 id token with the ``fhirUser`` claim."""
    issuer = f"{str(request.base_url).rstrip('/')}/fhir/r4/{grant.practices[0]}"
    now = int(world.clock.now().timestamp())
    claims = {"iss": issuer, "sub": grant.user, "aud": grant.client_id, "iat": now}
    claims |= {"exp": now + 300, "fhirUser": f"{issuer}/{grant.user}", "nonce": nonce}
    key = signing_key()
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


def known_client(world: World, request: Request, form: Form) -> Client:
    """The client behind a request: by assertion, by Basic secret, or public by its id.

    A secret in the form is refused as ``invalid_client``, which is what eCW does.
    """
    if "client_assertion" in form:
        return asserted_client(world, request, form)
    kind, _, credentials = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        name, _, secret = base64.b64decode(credentials).decode().partition(":")
        client = world.access.clients.get(name)
        if client and client.secret and hmac.compare_digest(client.secret, secret):
            return client
    else:
        client = world.access.clients.get(form.get("client_id", ""))
        if client and not client.secret and not client.jwks:
            return client
    raise oauth_refusal("invalid_client", "The client could not be authenticated.")


def counted(world: World, client: Client) -> list[Tenant]:
    """The client's practices, each charged with one call. Raises Refused when one is over."""
    tenants = [world.tenants[code] for code in client.practices if code in world.tenants]
    if not tenants:
        raise oauth_refusal("invalid_client", "The app is not activated for any practice.")
    for tenant in tenants:
        world.count(tenant)
    return tenants


def allowed_scopes(tenants: list[Tenant], asked: str) -> frozenset[str]:
    """The scopes asked for; a single one outside the contract fails them all."""
    scopes = frozenset(asked.split())
    if not scopes:
        raise oauth_refusal("invalid_request", "scope is missing.")
    known = frozenset[str]().union(*(scopes_of(t.switches) for t in tenants))
    if scopes - known:
        raise oauth_refusal("invalid_grant", "Invalid scope requested.")
    return scopes


def token_body(grant: Grant, seconds: float, announced: object = AS_LIFETIME) -> Json:
    """The token answer; *announced* may lie about the lifetime, ``None`` is silent about it."""
    shape = {"access_token": grant.token, "token_type": "Bearer"}
    shape["scope"] = " ".join(sorted(grant.scopes))
    lifetime = int(seconds) if announced == AS_LIFETIME else announced
    return shape if lifetime is None else {**shape, "expires_in": lifetime}


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
