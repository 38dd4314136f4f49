"""The sandbox's own signing key, made anew at each start."""

from functools import cache

from joserfc.jwk import KeySet, RSAKey

from services.sandbox.shapes import Json

KEY_ID = "sandbox-1"


@cache
def signing_key() -> RSAKey:
    """The RSA key that signs id tokens of this process."""
    return RSAKey.generate_key(2048, {"kid": KEY_ID, "use": "sig", "alg": "RS256"})


def public_keys() -> Json:
    """The JWKS document (RFC 7517)."""
    return dict(KeySet([signing_key()]).as_dict(private=False))
