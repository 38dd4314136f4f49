"""Id tokens of the staff identity provider, right or wrong in one chosen way."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey

from services.sandbox.keys import KEY_ID, signing_key
from services.sandbox.shapes import Json

# Each way an id token can be wrong; the claims or the header that it changes.
WRONG_CLAIMS: dict[str, Json] = {
    "wrong_aud": {"aud": "another-app"},
    "wrong_iss": {"iss": "https://another.invalid"},
    "wrong_nonce": {"nonce": "another-nonce"},
}
WRONG_HEADERS: dict[str, Json] = {
    "unknown_kid": {"kid": "nobody-knows"},
    "unknown_crit": {"crit": ["urn:example:unknown"], "urn:example:unknown": True},
}
UNSIGNED, CONFUSED, EXPIRED, FORGED = "alg_none", "hs256", "expired", "forged"
WRONGS = (*WRONG_CLAIMS, *WRONG_HEADERS, UNSIGNED, CONFUSED, EXPIRED, FORGED)


def id_token(claims: Json, wrong: str = "") -> str:
    """*claims* signed with RS256; *wrong* is empty or one of ``WRONGS``."""
    claims = claims | WRONG_CLAIMS.get(wrong, {})
    if wrong == EXPIRED:
        claims |= {"iat": claims["iat"] - 7200, "exp": claims["iat"] - 3600}
    if wrong == UNSIGNED:
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    if wrong == CONFUSED:
        return _signed_with_public_key(claims)
    header = {"alg": "RS256", "typ": "JWT", "kid": KEY_ID} | WRONG_HEADERS.get(wrong, {})
    key = RSAKey.generate_key(2048) if wrong == FORGED else signing_key()
    return _signed(header, claims, key)


def _signed(header: Json, claims: Json, key: RSAKey) -> str:
    # Signed by hand: a careful library would not write some of these headers.
    text = f"{_part(header)}.{_part(claims)}"
    signature = key.get_op_key("sign").sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{_encoded(signature)}"


def _signed_with_public_key(claims: Json) -> str:
    # The classic confusion: the public key's bytes as the secret of an HMAC.
    text = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID})}.{_part(claims)}"
    secret = signing_key().as_pem(private=False)
    return f"{text}.{_encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _part(value: Json) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
