"""Sign-in through an identity provider: authorization code with PKCE, state and nonce."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx2 import HTTPError

from services.errors import Refused, Unreachable
from services.settings import Settings
from services.web import paths

DEADLINE = timedelta(seconds=10)  # for everything one callback asks of the provider
SCOPES = "openid email profile"
AWAY = "The identity provider does not answer. Please try again, or use a local account."


@dataclass(frozen=True)
class Flow:
    """One attempt to sign in, known only to the browser that began it."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> "Flow":
        """Three new secrets; the verifier has the 43 characters RFC 7636 asks for at least."""
        return cls(*(secrets.token_urlsafe(48) for _ in range(3)))

    def packed(self) -> str:
        """As a cookie value."""
        return ".".join((self.state, self.nonce, self.verifier))

    @classmethod
    def unpacked(cls, value: str) -> "Flow":
        """Raises ``Refused`` when there is no flow, or not a whole one."""
        parts = value.split(".")
        if len(parts) != 3 or not all(parts):
            raise Refused("This sign-in did not begin in this browser. Please try again.")
        return cls(*parts)


@dataclass(frozen=True)
class Answer:
    """What the provider answered to a code: the ID token and the keys to check it with."""

    id_token: str
    jwks: Mapping[str, Any]


async def address(settings: Settings, flow: Flow) -> str:
    """Where to send the browser. Raises ``Refused`` or ``Unreachable``."""
    async with _plainly(), _client(settings) as client:
        found = await _discovered(settings, client)
        url, _ = client.create_authorization_url(
            found["authorization_endpoint"],
            state=flow.state,
            nonce=flow.nonce,
            code_verifier=flow.verifier,
        )
        return str(url)


async def exchange(settings: Settings, flow: Flow, code: str) -> Answer:
    """Trade the code for an ID token. Raises ``Refused`` or ``Unreachable``."""
    async with _plainly(), _client(settings) as client:
        found = await _discovered(settings, client)
        token = await client.fetch_token(
            found["token_endpoint"],
            code=code,
            code_verifier=flow.verifier,
            grant_type="authorization_code",
        )
        jwks = await _json(client, found["jwks_uri"])
    if not isinstance(token.get("id_token"), str):
        raise Refused("The identity provider did not say who you are.")
    return Answer(token["id_token"], jwks)


def _client(settings: Settings) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        scope=SCOPES,
        redirect_uri=settings.base_url.rstrip("/") + paths.OIDC_CALLBACK,
        code_challenge_method="S256",
        timeout=DEADLINE.total_seconds(),
        trust_env=False,
        follow_redirects=False,
    )


async def _discovered(settings: Settings, client: AsyncOAuth2Client) -> Mapping[str, Any]:
    base = settings.oidc_issuer.rstrip("/")
    found = await _json(client, f"{base}/.well-known/openid-configuration")
    if found.get("issuer") != settings.oidc_issuer:
        # OpenID Connect Discovery 1.0 section 4.3; otherwise one provider could pose as another.
        raise Refused("The identity provider calls itself by another name than in the settings.")
    return found


async def _json(client: AsyncOAuth2Client, url: str) -> Mapping[str, Any]:
    response = await client.request("GET", url, withhold_token=True)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise Unreachable(AWAY)
    return found


@asynccontextmanager
async def _plainly() -> AsyncIterator[None]:
    """Turn the provider's many ways of failing into the two that matter to staff."""
    try:
        async with asyncio.timeout(DEADLINE.total_seconds()):
            yield
    except OAuthError as error:
        raise Refused("The identity provider refused this sign-in.", code=error.error) from None
    except (HTTPError, TimeoutError, ValueError, KeyError) as error:
        raise Unreachable(AWAY) from error
