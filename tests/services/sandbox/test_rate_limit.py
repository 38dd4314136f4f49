"""250 calls a minute and practice, then nothing until the clock minute turns."""

import time

from tests.services.sandbox.caller import Caller


def wait_for_a_fresh_minute(app: Caller) -> None:
    """Move the sandbox's clock to the first second of a minute, so that the test stays inside it."""
    seconds = 60 - time.time() % 60 + 1
    app.sandbox.control.call("POST", "clock", {"offset_seconds": seconds})


def test_fhir_token_and_authorize_count_together_and_the_429_is_bare(app: Caller) -> None:
    wait_for_a_fresh_minute(app)
    app.sandbox.control.configure(rate_limit=6)
    app.sign_in()  # 1
    for _ in range(4):
        assert app.get("Patient/p.103").status_code == 200  # 2 to 5
    assert app.http.get(f"{app.sandbox.url}/oauth/oauth2/authorize").status_code == 400
    assert app.get("metadata").status_code == 200  # 6

    refused = app.get("Patient/p.103")
    assert (refused.status_code, refused.content) == (429, b"")
    assert "retry-after" not in refused.headers
    assert app.ask("system/Patient.read").status_code == 429


def test_the_limit_is_250_unless_told_otherwise(app: Caller) -> None:
    wait_for_a_fresh_minute(app)
    statuses = [app.get("metadata").status_code for _ in range(251)]
    assert statuses == [200] * 250 + [429]


def test_the_calls_come_back_when_the_minute_turns(app: Caller) -> None:
    wait_for_a_fresh_minute(app)
    app.sandbox.control.configure(rate_limit=1)
    assert app.get("metadata").status_code == 200
    assert app.get("metadata").status_code == 429
    app.sandbox.control.call("POST", "clock", {"offset_seconds": 121})
    assert app.get("metadata").status_code == 200


def test_one_practice_over_its_limit_leaves_the_other_alone(app: Caller) -> None:
    wait_for_a_fresh_minute(app)
    app.sandbox.control.configure(rate_limit=0)
    assert app.get("metadata").status_code == 429
    app.practice = "FEIGD2"
    assert app.get("metadata").status_code == 200
