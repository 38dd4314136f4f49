"""The practice writes first: a thread begins, once, and reads show it."""

from typing import Any

import httpx
import pytest

from tests.services.sandbox.caller import Caller

REMINDER = {"patient": "Patient/p.103", "subject": "Your visit", "body": "See you on Tuesday."}


def write(caller: Caller, key: str = "", **more: Any) -> httpx.Response:
    url = f"{caller.sandbox.healow(caller.practice)}/messages"
    headers = caller.bearer | ({"Idempotency-Key": key} if key else {})
    return caller.http.post(url, json=REMINDER | more, headers=headers)


def sent_under(caller: Caller, client_ref: str) -> list[dict[str, Any]]:
    url = f"{caller.sandbox.healow(caller.practice)}/messages"
    found = caller.http.get(url, params={"client_ref": client_ref}, headers=caller.bearer)
    return list(found.raise_for_status().json()["messages"])


def test_a_first_message_begins_a_thread_and_is_in_the_ledger(caller: Caller) -> None:
    answer = write(caller, client_ref="delivery-1")
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    [ours] = caller.thread(answer.json()["thread"])
    assert (ours["from"], ours["body"], ours["client_ref"]) == (
        "practice",
        REMINDER["body"],
        "delivery-1",
    )
    [line] = caller.sandbox.control.ledger("FEIGDM")
    assert (line["kind"], line["patient"], line["text"]) == (
        "message",
        REMINDER["patient"],
        REMINDER["body"],
    )


def test_it_is_found_again_by_its_business_identifier_alone(caller: Caller) -> None:
    answer = write(caller, client_ref="delivery-1")
    write(caller, client_ref="delivery-2")
    assert [m["id"] for m in sent_under(caller, "delivery-1")] == [answer.json()["id"]]
    assert sent_under(caller, "delivery-3") == []


def test_the_same_key_again_writes_nothing_more(caller: Caller) -> None:
    first, second = write(caller, key="k-1"), write(caller, key="k-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(caller.sandbox.control.ledger()) == 1


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"patient": "Patient/p.999"}, 409, "100"),
        ({"body": " "}, 422, "2"),
        ({"subject": ""}, 422, "2"),
        ({"body": "See you 🩺"}, 422, "108"),
        ({"subject": "x" * 121}, 422, "109"),
        ({"body": "x" * 4_001}, 422, "109"),
    ],
)
def test_what_ecw_would_not_take_is_refused_with_its_code(
    caller: Caller, more: dict[str, Any], status: int, code: str
) -> None:
    answer = write(caller, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert caller.sandbox.control.ledger() == []


def test_a_fault_strikes_first_messages_and_not_the_reading_of_messages(caller: Caller) -> None:
    caller.sandbox.control.fault("healow.message", "status", code=503)
    assert write(caller).status_code == 503
    assert caller.messages()["messages"] == []
