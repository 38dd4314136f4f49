"""The staff identity provider: a right id token, and each of the wrong ones."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from services.sandbox.id_tokens import WRONGS
from tests.services.sandbox.caller import Caller

BACK = "http://127.0.0.1:8501/callback"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


def asked(**changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": "foyer",
        "redirect_uri": BACK,
        "scope": "openid groups",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "person": "demo-front_desk",
    } | changes


def id_token(app: Caller, **changes: str) -> str:
    oidc = f"{app.sandbox.url}/oidc"
    back = app.http.post(f"{oidc}/authorize", data=asked(**changes)).headers["location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = app.http.post(f"{oidc}/token", data=form | {"code_verifier": VERIFIER})
    return str(answer.raise_for_status().json()["id_token"])


def verified(app: Caller, token: str) -> dict[str, Any]:
    """What a careful relying party does. Raises JoseError or ValueError."""
    issuer = f"{app.sandbox.url}/oidc"
    keys = KeySet.import_key_set(app.http.get(f"{issuer}/jwks").json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": "foyer"},
        nonce={"essential": True, "value": "n-1"},
        exp={"essential": True},
    ).validate(decoded.claims)
    return decoded.claims


def test_discovery_names_every_endpoint(app: Caller) -> None:
    found = app.http.get(f"{app.sandbox.url}/oidc/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{app.sandbox.url}/oidc"
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_the_form_lists_one_person_for_each_role(app: Caller) -> None:
    page = app.http.get(f"{app.sandbox.url}/oidc/authorize", params=asked()).text
    assert page.count("<button") == 7


def test_a_right_id_token_carries_the_nonce_and_the_groups(app: Caller) -> None:
    claims = verified(app, id_token(app))
    assert (claims["sub"], claims["groups"]) == ("demo-front_desk", ["front_desk"])


@pytest.mark.parametrize("wrong", WRONGS)
def test_each_wrong_id_token_is_caught_by_a_careful_reader(app: Caller, wrong: str) -> None:
    app.sandbox.control.call("POST", "oidc", {"id_token": wrong})
    with pytest.raises((JoseError, ValueError)):
        verified(app, id_token(app))
    app.sandbox.control.call("POST", "oidc", {"id_token": ""})
    assert verified(app, id_token(app))


def test_the_confused_token_is_an_hmac_under_the_public_key(app: Caller) -> None:
    app.sandbox.control.call("POST", "oidc", {"id_token": "hs256"})
    head = id_token(app).partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "HS256"


def test_a_code_works_once_and_only_with_pkce_on_this_machine(app: Caller) -> None:
    oidc = f"{app.sandbox.url}/oidc"
    for changes in ({"code_challenge": ""}, {"redirect_uri": "https://elsewhere.invalid/"}):
        assert app.http.post(f"{oidc}/authorize", data=asked(**changes)).status_code == 400
    back = app.http.post(f"{oidc}/authorize", data=asked()).headers["location"]
    form = {"code": parse_qs(urlsplit(back).query)["code"][0], "redirect_uri": BACK}
    form |= {"grant_type": "authorization_code", "code_verifier": VERIFIER}
    assert app.http.post(f"{oidc}/token", data=form).status_code == 200
    assert app.http.post(f"{oidc}/token", data=form).json()["error"] == "invalid_grant"
