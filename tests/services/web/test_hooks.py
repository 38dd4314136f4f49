"""Knocks from outside: signed ones make us look once, all others do nothing."""

import json
from datetime import timedelta

import httpx
import pytest

from db import writing
from db.job_runs import JobRequests
from db.practices import Practice
from services.sandbox.webhooks import headers_for
from services.web.hooks import BODY_BYTES
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
