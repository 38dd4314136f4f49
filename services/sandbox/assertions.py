"""The signed assertion by which a server shows who it is (RFC 7523, SMART Backend Services)."""

import base64
import json
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from starlette.requests import Request

from services.sandbox.access import Client
from services.sandbox.refusals import oauth_refusal
from services.sandbox.world import World

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFETIME = timedelta(minutes=5)
CLOCK_LEEWAY = timedelta(seconds=5)

Form = dict[str, str]


def asserted_client(world: World, request: Request, form: Form) -> Client:
    """The client that signed the assertion (RFC 7523): RS384, known kid, right claims, first use."""
    if form.get("client_assertion_type") != JWT_BEARER:
        raise oauth_refusal("invalid_client", "A signed client assertion is required.")
    try:
        return _checked(world, str(request.url), form.get("client_assertion", ""))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise oauth_refusal("invalid_client", f"Bad assertion: {error}.") from error


def client_keys(client: Client) -> KeySet:
    """The public keys the client registered."""
    registered: KeySetSerialization = {"keys": client.jwks["keys"]}
    return KeySet.import_key_set(registered)


def _checked(world: World, token_url: str, assertion: str) -> Client:
    claimed = _unverified_issuer(assertion)
    client = world.access.clients[claimed]
    decoded = jwt.decode(assertion, client_keys(client), algorithms=["RS384"])
    claims, now = decoded.claims, world.clock.now()
    if "kid" not in decoded.header:
        raise ValueError("no kid")
    if not claims["iss"] == claims["sub"] == client.client_id:
        raise ValueError("iss and sub must be the client id")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if token_url not in audience:
        raise ValueError("aud must be the token URL")
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    if not now - CLOCK_LEEWAY < expires <= now + ASSERTION_LIFETIME + CLOCK_LEEWAY:
        raise ValueError("exp must lie within the next five minutes")
    if not world.access.first_use(claims["jti"], expires, now):
        raise ValueError("jti was used before")
    return client


def _unverified_issuer(assertion: str) -> str:
    payload = assertion.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["iss"])
