"""How an app gets a backend token, and every way in which it does not."""

import time

import pytest
from joserfc.jwk import RSAKey

from tests.services.sandbox.caller import Caller


def test_a_backend_token_lasts_300_seconds_and_cannot_be_refreshed(app: Caller) -> None:
    token = app.ask("system/Patient.read").json()
    assert token["expires_in"] == 300
    assert "refresh_token" not in token


def test_one_bad_scope_fails_the_whole_token(app: Caller) -> None:
    answer = app.ask("system/Patient.read system/Appointment.read")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "someone-else"},
        {"sub": "someone-else"},
        {"aud": "https://another.invalid/token"},
        {"exp": int(time.time()) + 3600},
        {"exp": int(time.time()) - 60},
        {"jti": None},
    ],
    ids=["iss", "sub", "aud", "too long", "expired", "no jti"],
)
def test_an_assertion_with_a_wrong_claim_is_refused(app: Caller, claims: dict[str, object]) -> None:
    answer = app.ask("system/Patient.read", app.assertion(**claims))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", [{"alg": "RS256"}, {"kid": "unknown"}, {"kid": None}])
def test_an_assertion_must_be_rs384_under_a_registered_key_id(
    app: Caller, header: dict[str, object]
) -> None:
    assert app.ask("system/Patient.read", app.assertion(header)).status_code == 401


def test_an_assertion_signed_by_another_key_is_refused(app: Caller) -> None:
    app.key = RSAKey.generate_key(2048, {"kid": "app-1"})
    assert app.ask("system/Patient.read").status_code == 401


def test_an_assertion_works_once(app: Caller) -> None:
    assertion = app.assertion()
    assert app.ask("system/Patient.read", assertion).status_code == 200
    assert app.ask("system/Patient.read", assertion).status_code == 401


def test_a_clock_ten_minutes_off_is_told_by_the_date_header(app: Caller) -> None:
    app.sandbox.control.call("POST", "clock", {"offset_seconds": 600})
    answer = app.ask("system/Patient.read")
    assert answer.status_code == 401
    ahead = time.mktime(time.strptime(answer.headers["date"], "%a, %d %b %Y %H:%M:%S GMT"))
    assert 590 < ahead - time.mktime(time.gmtime()) < 610


def test_a_token_ends_with_its_lifetime(caller: Caller) -> None:
    caller.sandbox.control.call("POST", "clock", {"offset_seconds": 299})
    assert caller.get("Patient/p.103").status_code == 200
    caller.sandbox.control.call("POST", "clock", {"offset_seconds": 301})
    assert caller.get("Patient/p.103").status_code == 401


@pytest.mark.parametrize("announced", ["300", 0, -1, 1e9, None])
def test_the_announced_lifetime_may_be_nonsense(app: Caller, announced: object) -> None:
    app.sandbox.control.configure(expires_in=announced)
    assert app.ask("system/Patient.read").json().get("expires_in") == announced


def test_a_token_may_come_back_with_less_than_was_asked(app: Caller) -> None:
    app.sandbox.control.configure(granted=["system/Patient.read"])
    token = app.ask("system/Patient.read system/Encounter.create").json()
    assert token["scope"] == "system/Patient.read"


def test_an_unknown_grant_type_is_named_so(app: Caller) -> None:
    answer = app.http.post(app.token_url, data={"grant_type": "password"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
