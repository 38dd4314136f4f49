"""eCW's authorization page: a provider signs in, and the app gets a code (PKCE S256 only)."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.sandbox.access import Client, Code
from services.sandbox.directory import PROVIDERS
from services.sandbox.pages import sign_in_form
from services.sandbox.refusals import oauth_refusal
from services.sandbox.tokens import allowed_scopes
from services.sandbox.world import World, world_of

CODE_LIFETIME = timedelta(minutes=5)
Asked = dict[str, str]


async def show(request: Request) -> Response:
    """``GET /oauth/oauth2/authorize``: check the request, then ask who signs in."""
    asked = dict(request.query_params)
    client, practice = checked(world_of(request), asked)
    people = [(reference, f"{p.given} {p.family}") for reference, p in PROVIDERS.items()]
    return sign_in_form(f"{practice}: {client.client_id}", request.url.path, people, asked)


async def agree(request: Request) -> Response:
    """``POST``: the person agreed; back to the app with a code that works once."""
    world = world_of(request)
    asked = {name: str(value) for name, value in (await request.form()).items()}
    client, practice = checked(world, asked)
    code = secrets.token_urlsafe(24)
    world.access.codes[code] = Code(
        client_id=client.client_id,
        redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
        practice=practice,
        scopes=allowed_scopes([world.tenant(practice)], asked.get("scope", "")),
        user=asked.get("person", next(iter(PROVIDERS))),
        expires=world.clock.now() + CODE_LIFETIME,
        nonce=asked.get("nonce", ""),
    )
    back = urlencode({"code": code, "state": asked.get("state", "")})
    return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)


def checked(world: World, asked: Asked) -> tuple[Client, str]:
    """The app and the practice code (from ``aud``, the FHIR base). Raises Refused.

    Counts as one call of the practice.
    """
    client = world.access.clients.get(asked.get("client_id", ""))
    if client is None or asked.get("redirect_uri") not in client.redirect_uris:
        raise oauth_refusal("invalid_request", "Unknown app or redirect address.")
    practice = urlsplit(asked.get("aud", "")).path.rpartition("/")[2]
    if practice not in world.tenants or practice not in client.practices:
        raise oauth_refusal("invalid_request", "aud must be the practice's FHIR address.")
    world.count(world.tenant(practice))
    if asked.get("response_type") != "code":
        raise oauth_refusal("invalid_request", "response_type must be code.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        raise oauth_refusal("invalid_request", "PKCE with S256 is required.")
    return client, practice


ROUTES = [
    Route("/oauth/oauth2/authorize", show, methods=["GET"]),
    Route("/oauth/oauth2/authorize", agree, methods=["POST"]),
]
