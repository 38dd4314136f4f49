"""A provider signs in at eCW's authorization page: PKCE, one-time codes, single-use refresh tokens."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.sandbox import Running
from tests.services.sandbox.caller import Caller

BACK = "https://foyer.invalid/callback"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
SECRET = "a-shared-secret"


@pytest.fixture
def portal(app: Caller) -> Caller:
    """A confidential app with a secret, not signed in."""
    app.sandbox.control.register("portal", {}, secret=SECRET, redirect_uris=[BACK])
    app.sandbox.control.register("pocket", {}, redirect_uris=[BACK])
    return app


def authorize(app: Caller, **changes: str) -> httpx.Response:
    asked = {
        "response_type": "code",
        "client_id": "portal",
        "redirect_uri": BACK,
        "scope": "user/Patient.read openid fhirUser offline_access",
        "state": "s-1",
        "nonce": "n-1",
        "aud": app.sandbox.fhir(),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "person": "Practitioner/pr.3",
    }
    return app.http.post(f"{app.sandbox.url}/oauth/oauth2/authorize", data=asked | changes)


def code_from(answer: httpx.Response) -> str:
    back = urlsplit(answer.headers["location"])
    query = parse_qs(back.query)
    assert query["state"] == ["s-1"]
    return query["code"][0]


def redeem(app: Caller, code: str, client: str = "portal", **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"code_verifier": VERIFIER, "client_id": client}
    auth = (client, SECRET) if client == "portal" else None
    return app.http.post(app.token_url, data=form | changes, auth=auth)


def refresh(app: Caller, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return app.http.post(app.token_url, data=form, auth=("portal", SECRET))


def test_the_page_lists_the_providers(portal: Caller) -> None:
    url = str(authorize(portal, response_type="code").request.url)
    asked = {"response_type": "code", "client_id": "portal", "redirect_uri": BACK}
    asked |= {"aud": portal.sandbox.fhir(), "code_challenge": CHALLENGE}
    page = portal.http.get(url, params=asked | {"code_challenge_method": "S256"})
    assert "Cora Example" in page.text


def test_a_code_becomes_a_token_for_an_hour_and_a_refresh_token(portal: Caller) -> None:
    token = redeem(portal, code_from(authorize(portal))).json()
    assert token["expires_in"] == 3600
    assert {"refresh_token", "id_token"} <= token.keys()
    portal.token = token["access_token"]
    assert portal.get("Patient/p.103").status_code == 200
    assert portal.get("Encounter", patient="p.103").status_code == 403


def test_a_refresh_token_works_once(portal: Caller) -> None:
    first = redeem(portal, code_from(authorize(portal))).json()["refresh_token"]
    second = refresh(portal, first)
    assert second.status_code == 200
    assert refresh(portal, first).json()["error"] == "invalid_grant"
    assert refresh(portal, second.json()["refresh_token"]).status_code == 200


def test_a_refresh_token_ends_after_ninety_days(portal: Caller, sandbox: Running) -> None:
    token = redeem(portal, code_from(authorize(portal))).json()["refresh_token"]
    sandbox.control.call("POST", "clock", {"offset_seconds": 90 * 86_400 + 1})
    assert refresh(portal, token).json()["error"] == "invalid_grant"


def test_a_code_works_once_and_only_with_its_verifier(portal: Caller) -> None:
    code = code_from(authorize(portal))
    assert redeem(portal, code, code_verifier="w" * 64).json()["error"] == "invalid_grant"
    assert redeem(portal, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"redirect_uri": "https://elsewhere.invalid/"},
        {"aud": "https://elsewhere.invalid/"},
        {"scope": "user/Appointment.read"},
    ],
)
def test_a_request_that_is_not_right_gets_no_code(portal: Caller, changes: dict[str, str]) -> None:
    assert authorize(portal, **changes).status_code == 400


def test_a_public_app_gets_no_refresh_token(portal: Caller) -> None:
    code = code_from(authorize(portal, client_id="pocket"))
    assert "refresh_token" not in redeem(portal, code, client="pocket").json()


def test_a_secret_in_the_form_is_refused_as_ecw_does(portal: Caller) -> None:
    code = code_from(authorize(portal))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"code_verifier": VERIFIER, "client_id": "portal", "client_secret": SECRET}
    answer = portal.http.post(portal.token_url, data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
