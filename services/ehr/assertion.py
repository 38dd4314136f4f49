"""The signed statement by which a backend signs in (SMART Backend Services, RFC 7523)."""

from datetime import datetime, timedelta
from functools import lru_cache
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from services.errors import Misconfigured

# eCW takes at most 5 minutes. Half of that is accepted by a server whose clock is two
# minutes off in either direction; for the same reason there is no "iat" or "nbf".
LIFE = timedelta(seconds=150)
ALGORITHM = "RS384"


@lru_cache(maxsize=64)
def signing_key(pem: str, key_id: str) -> RSAKey:
    """The practice's private key. Raises ``Misconfigured`` if *pem* is not an RSA key.

    Kept, because reading one checks its primes, which takes longer than most calls.
    """
    try:
        key = RSAKey.import_key(pem, {"kid": key_id})
    except (ValueError, TypeError, JoseError):
        raise Misconfigured(["The private key for eCW is not a readable RSA key."]) from None
    if not key.is_private:
        raise Misconfigured(["The key for eCW is a public one; the private one is needed."])
    return key


def assertion(key: RSAKey, client_id: str, audience: str, now: datetime) -> str:
    """A statement good for one token call: who we are, for whom, and until when."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": str(uuid4()),
        "exp": int((now + LIFE).timestamp()),
    }
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
