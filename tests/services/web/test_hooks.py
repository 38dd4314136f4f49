"""Knocks from outside: signed ones make us look once, all others do nothing."""

import json
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from db import writing
from db.job_runs import JobRequests
from db.practices import Practice
from services.sandbox import running
from services.sandbox.webhooks import headers_for
from services.web.hooks import BODY_BYTES, Knock, standard_signature
from tests.services.conftest import Clock
from tests.services.web.conftest import Building

EVENT = b'{"id": "ev-1", "type":   "message.created"}'


def knock(
    building: Building, practice: str, body: bytes = EVENT, *, secret: str = "new secret",
    signed: bytes | None = None, late: timedelta = timedelta(0),
) -> httpx.Response:  # fmt: skip
    """Knock as the sandbox's sender does; *signed* is what it signed, when not *body*."""
    at = building.container.clock() - late
    told = headers_for(secret, body if signed is None else signed, at)
    return httpx.post(
        f"{building.url}/hooks/{practice}", content=body, headers=told, trust_env=False
    )


def asked_for(building: Building, practice: Practice) -> list[str]:
    with writing(building.container.engine) as session:
        return [request.job for request in JobRequests(session, practice.id).take()]


@pytest.mark.parametrize("secret", ["new secret", "old secret"])
def test_z18_a_signed_knock_asks_for_one_poll(
    building: Building, practice: Practice, secret: str
) -> None:
    assert knock(building, practice.code, secret=secret).status_code == 202
    assert asked_for(building, practice) == ["inbox.poll"]


def test_z18_the_same_event_is_taken_once(building: Building, practice: Practice) -> None:
    assert knock(building, practice.code).status_code == 202
    assert knock(building, practice.code).status_code == 409
    assert knock(building, str(practice.id), late=timedelta(minutes=1)).status_code == 409
    assert asked_for(building, practice) == ["inbox.poll"]


def test_z18_a_bad_signature_or_none_does_nothing(building: Building, practice: Practice) -> None:
    assert knock(building, practice.code, secret="guessed").status_code == 401
    assert knock(building, practice.code, secret="").status_code == 401
    bare = httpx.post(f"{building.url}/hooks/{practice.code}", content=EVENT, trust_env=False)
    assert bare.status_code == 401
    assert asked_for(building, practice) == []


def test_z18_a_changed_or_rewritten_body_does_nothing(
    building: Building, practice: Practice
) -> None:
    changed = EVENT.replace(b"ev-1", b"ev-2")
    rewritten = json.dumps(json.loads(EVENT)).encode()
    for body in (changed, rewritten):
        assert knock(building, practice.code, body, signed=EVENT).status_code == 401
    assert asked_for(building, practice) == []


@pytest.mark.parametrize("minutes", [6, -6])
def test_z18_an_old_or_early_knock_does_nothing(
    building: Building, practice: Practice, minutes: int
) -> None:
    late = timedelta(minutes=minutes)
    assert knock(building, practice.code, late=late).status_code == 401
    assert knock(building, practice.code, late=late * (4.9 / 6)).status_code == 202


def test_z18_what_is_too_large_is_not_read(building: Building, practice: Practice) -> None:
    assert knock(building, practice.code, b"x" * (BODY_BYTES + 1)).status_code == 413
    assert knock(building, practice.code, b"x" * BODY_BYTES).status_code == 202


def test_a_knock_for_nobody_is_told_so(building: Building, clock: Clock) -> None:
    assert knock(building, "no-such-practice").status_code == 404


def test_a_knock_that_is_not_json_still_counts_once(building: Building, practice: Practice) -> None:
    statuses = [knock(building, practice.code, b"\xff[").status_code for _ in range(2)]
    assert statuses == [202, 409]


@pytest.mark.parametrize("deed", ["opened", "saved", "signed"])
def test_an_encounters_event_asks_for_the_poll_of_notes(
    building: Building, practice: Practice, deed: str
) -> None:
    event = json.dumps({"id": "ev-7", "type": f"encounter.{deed}", "encounter": "Encounter/en.1"})
    assert knock(building, practice.code, event.encode()).status_code == 202
    assert knock(building, practice.code, event.encode()).status_code == 409
    assert asked_for(building, practice) == ["notes.poll"]


@pytest.mark.parametrize("kind", ["null", "7", '["encounter"]', '"encounters.saved"', '""'])
def test_any_other_type_asks_for_the_inbox(
    building: Building, practice: Practice, kind: str
) -> None:
    body = f'{{"id": "ev-8", "type": {kind}}}'.encode()
    assert knock(building, practice.code, body).status_code == 202
    assert asked_for(building, practice) == ["inbox.poll"]


def standard(building: Building, practice: Practice, **changed: str) -> int:
    """Knock as Standard Webhooks has it, signed with the building's newest secret."""
    at = str(int(building.container.clock().timestamp()))
    made = Knock(EVENT, at, (), "msg_1")
    signed = standard_signature("new secret", made)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": at,
        "webhook-signature": f"v1,b3RoZXI= {signed}",
    }  # fmt: skip
    url = f"{building.url}/hooks/{practice.code}"
    sent = {name.replace("_", "-"): value for name, value in changed.items()}
    return httpx.post(url, content=EVENT, headers=headers | sent, trust_env=False).status_code


def test_a_standard_webhook_is_taken_once(building: Building, practice: Practice) -> None:
    assert [standard(building, practice) for _ in range(2)] == [202, 409]
    assert asked_for(building, practice) == ["inbox.poll"]


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_id": "msg_2"},
        {"webhook_id": ""},
        {"webhook_timestamp": "1767225600"},
        {"webhook_signature": "v1,b3RoZXI="},
        {"webhook_signature": ""},
    ],
)
def test_a_standard_webhook_with_anything_changed_does_nothing(
    building: Building, practice: Practice, changed: dict[str, str]
) -> None:
    assert standard(building, practice, **changed) == 401
    assert asked_for(building, practice) == []


def test_the_standards_own_example_is_signed_alike() -> None:
    """From the specification's reference libraries."""
    made = Knock(b'{"test": 2432232314}', "1614265330", (), "msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert standard_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", made) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_the_sandbox_tells_that_a_visit_was_opened(building: Building, practice: Practice) -> None:
    ahead = (building.container.clock() - datetime.now(UTC)).total_seconds()
    with running() as box:
        address = {"url": f"{building.url}/hooks/{practice.code}", "secret": "new secret"}
        box.control.call("POST", "hook", address)
        box.control.call("POST", "clock", {"offset_seconds": ahead})
        visit = box.control.visit(status="arrived")
        box.control.at_visit(f"Encounter/{visit['id']}", "open")
        give_up = time.monotonic() + 60
        while not (sent := box.control.call("POST", "hook")["sent"]):
            assert time.monotonic() < give_up
    assert [(one["type"], one["encounter"], one["status"]) for one in sent] == [
        ("encounter.opened", visit["id"], 202)
    ]
    assert asked_for(building, practice) == ["notes.poll"]
