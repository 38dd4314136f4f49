"""Believing an ID token: everything OpenID Connect Core 1.0 section 3.1.3.7 asks, and no less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.errors import Refused

ALGORITHMS = ["RS256", "ES256"]  # never "none", never a shared-secret algorithm
LEEWAY_SECONDS = 60
NOT_BELIEVED = "The identity provider's answer could not be trusted, so nobody was signed in."


@dataclass(frozen=True)
class Expected:
    """What a token must say: who made it, for whom, and in answer to which question."""

    issuer: str
    client_id: str
    nonce: str
    now: int  # seconds since 1970


def claims(token: str, jwks: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """The claims of a token that is what it says. Raises ``Refused``, with the reason as code."""
    try:
        _check_header(token)
        decoded = jwt.decode(token, KeySet.import_key_set(_signing(jwks)), algorithms=ALGORITHMS)
        _registry(expected).validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Refused(NOT_BELIEVED, code=type(error).__name__) from None
    _check_parties(decoded.claims, expected)
    return decoded.claims


def _check_header(token: str) -> None:
    header = jws.extract_compact(token.encode()).protected
    if "crit" in header:
        raise Refused(NOT_BELIEVED, code="crit")  # RFC 7515 section 4.1.11: we understand none
    if not header.get("kid"):
        raise Refused(NOT_BELIEVED, code="kid")  # otherwise any key of the set would be tried


def _signing(jwks: Mapping[str, Any]) -> Any:
    # A symmetric key in a published set is public, and proves nothing.
    usable = [key for key in jwks["keys"] if key.get("kty") in {"RSA", "EC"}]
    return {"keys": [key for key in usable if key.get("use", "sig") == "sig"]}


def _registry(expected: Expected) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=expected.now,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_parties(told: Mapping[str, Any], expected: Expected) -> None:
    audience = told["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if told.get("azp", None if several else expected.client_id) != expected.client_id:
        raise Refused(NOT_BELIEVED, code="azp")
    if told["nonce"] != expected.nonce or told["iss"] != expected.issuer:
        raise Refused(NOT_BELIEVED, code="nonce")  # a list that contains it is not it
