"""A small OpenID provider for staff sign-in rehearsals, which can also issue bad tokens on request.

Discovery, authorize with a plain form, PKCE S256, RS256 id tokens with ``nonce`` and ``groups``.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.sandbox.id_tokens import id_token
from services.sandbox.keys import public_keys
from services.sandbox.pages import sign_in_form
from services.sandbox.refusals import oauth_refusal
from services.sandbox.shapes import Json, answer
from services.sandbox.staff import PEOPLE, SignIn
from services.sandbox.tokens import challenge_of
from services.sandbox.world import World, world_of

CODE_LIFETIME = timedelta(minutes=2)
TOKEN_LIFETIME = timedelta(hours=1)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def discovery(request: Request) -> Response:
    """``/.well-known/openid-configuration`` (OpenID Connect Discovery 1.0)."""
    issuer = issuer_of(request)
    return answer(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "email", "groups"],
            "token_endpoint_auth_methods_supported": [
                *("none", "client_secret_basic", "client_secret_post")
            ],
            "claims_supported": ["sub", "name", "email", "groups"],
        }
    )


async def show(request: Request) -> Response:
    """Check the request, then ask who signs in."""
    asked = dict(request.query_params)
    checked(asked)
    people = [(p.subject, p.name) for p in PEOPLE.values()]
    return sign_in_form("Sandbox sign-in", request.url.path, people, asked)


async def agree(request: Request) -> Response:
    """Someone chose a name: back to the app with a code."""
    world = world_of(request)
    asked = {name: str(value) for name, value in (await request.form()).items()}
    checked(asked)
    person = PEOPLE.get(asked.get("person", ""))
    if person is None:
        raise oauth_refusal("access_denied", "Nobody of that name works here.")
    code = secrets.token_urlsafe(24)
    world.sign_ins[code] = SignIn(
        person=person,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        challenge=asked.get("code_challenge", ""),
        nonce=asked.get("nonce", ""),
        expires=world.clock.now() + CODE_LIFETIME,
    )
    back = urlencode({"code": code, "state": asked.get("state", "")})
    return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)


async def token(request: Request) -> Response:
    """Trade a code for an id token; wrong in the way that control asked for, if it did."""
    world = world_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    sign_in = world.sign_ins.pop(form.get("code", ""), None)
    now = world.clock.now()
    if sign_in is None or sign_in.expires <= now:
        raise oauth_refusal("invalid_grant", "The code is unknown, used or too old.")
    if sign_in.redirect_uri != form.get("redirect_uri"):
        raise oauth_refusal("invalid_grant", "The redirect address differs.")
    if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), sign_in.challenge):
        raise oauth_refusal("invalid_grant", "The code verifier does not match.")
    check_client(world, request, form, sign_in.client_id)
    claims = claims_of(sign_in, issuer_of(request), now)
    shape = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer"}
    shape["id_token"] = id_token(claims, world.wrong_id_token)
    return answer({**shape, "expires_in": int(TOKEN_LIFETIME.total_seconds())})


async def keys(_: Request) -> Response:
    """The public keys (RFC 7517)."""
    return answer(public_keys())


def claims_of(sign_in: SignIn, issuer: str, now: datetime) -> Json:
    """The id token's claims (OpenID Connect Core 1.0 section 2)."""
    person, issued = sign_in.person, int(now.timestamp())
    return {
        "iss": issuer,
        "sub": person.subject,
        "aud": sign_in.client_id,
        "iat": issued,
        "exp": issued + int(TOKEN_LIFETIME.total_seconds()),
        "nonce": sign_in.nonce,
        "name": person.name,
        "email": person.email,
        "groups": list(person.groups),
    }


def checked(asked: dict[str, str]) -> None:
    """Refuse a request without PKCE or with an address that is not on this machine."""
    if urlsplit(asked.get("redirect_uri", "")).hostname not in LOOPBACK:
        raise oauth_refusal("invalid_request", "redirect_uri must be on this machine.")
    if not asked.get("client_id") or asked.get("response_type") != "code":
        raise oauth_refusal("invalid_request", "client_id and response_type=code are required.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        raise oauth_refusal("invalid_request", "PKCE with S256 is required.")


def check_client(world: World, request: Request, form: dict[str, str], client_id: str) -> None:
    """An app registered with a secret must show it; any other is public."""
    known = world.access.clients.get(client_id)
    if known is None or not known.secret:
        return
    shown = form.get("client_secret", "")
    kind, _, credentials = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        shown = base64.b64decode(credentials).decode().partition(":")[2]
    if not hmac.compare_digest(shown, known.secret):
        raise oauth_refusal("invalid_client", "The client could not be authenticated.")


def issuer_of(request: Request) -> str:
    """This provider's issuer."""
    return f"{str(request.base_url).rstrip('/')}/oidc"


ROUTES = [
    Route("/oidc/.well-known/openid-configuration", discovery),
    Route("/oidc/authorize", show, methods=["GET"]),
    Route("/oidc/authorize", agree, methods=["POST"]),
    Route("/oidc/token", token, methods=["POST"]),
    Route("/oidc/jwks", keys),
]
