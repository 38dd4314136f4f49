"""The portal-message channel: what patients wrote, and what the practice answered."""

import time

import pytest

from tests.services.sandbox.caller import Caller


def test_a_message_comes_once_and_the_cursor_goes_on(caller: Caller) -> None:
    caller.sandbox.control.receive("Could I have my inhaler refilled?", patient="Patient/p.103")
    page = caller.messages()
    [message] = page["messages"]
    assert message["body"] == "Could I have my inhaler refilled?"
    assert (message["from"], message["version"], message["status"]) == ("patient", 1, "active")
    assert message["provider"] == "Practitioner/pr.3"
    assert caller.messages(page["cursor"])["messages"] == []


def test_a_long_inbox_comes_a_hundred_at_a_time(caller: Caller) -> None:
    caller.sandbox.control.call("POST", "bulk", {"count": 250})
    seen, cursor, more, sizes = set(), "", True, []
    while more:
        page = caller.messages(cursor)
        cursor, more = page["cursor"], page["more"]
        sizes.append(len(page["messages"]))
        seen |= {m["id"] for m in page["messages"]}
    assert (sizes, len(seen)) == ([100, 100, 50], 250)


def test_an_edit_comes_again_with_a_higher_version(caller: Caller) -> None:
    message = caller.sandbox.control.receive("My dose is 10")
    cursor = caller.messages()["cursor"]
    caller.sandbox.control.edit(message["id"], "My dose is 20")
    [again] = caller.messages(cursor)["messages"]
    assert (again["id"], again["version"], again["body"]) == (message["id"], 2, "My dose is 20")


def test_an_edited_message_comes_only_in_its_newest_version(caller: Caller) -> None:
    message = caller.sandbox.control.receive("first")
    caller.sandbox.control.edit(message["id"], "second")
    assert [m["body"] for m in caller.messages()["messages"]] == ["second"]


def test_a_withdrawn_message_comes_again_without_its_text(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Please delete this")
    caller.sandbox.control.withdraw(message["id"])
    [gone] = caller.messages()["messages"]
    assert (gone["status"], gone["body"], gone["version"]) == ("withdrawn", "", 2)


def test_a_reply_is_in_the_thread_and_in_the_ledger(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Is it ready?", patient="Patient/p.103")
    answer = caller.reply(message, "Yes, at your pharmacy.", client_ref="delivery-1")
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")

    ours = caller.thread(message["thread"]["id"])[-1]
    assert (ours["from"], ours["body"]) == ("practice", "Yes, at your pharmacy.")
    assert (ours["client_ref"], ours["in_reply_to"]) == ("delivery-1", message["id"])
    [line] = caller.sandbox.control.ledger("FEIGDM")
    assert (line["kind"], line["patient"], line["text"]) == (
        "reply",
        "Patient/p.103",
        "Yes, at your pharmacy.",
    )


def test_the_same_key_gets_the_first_answer_and_writes_nothing(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Is it ready?")
    first = caller.reply(message, "Yes.", key="k-1")
    again = caller.reply(message, "Yes.", key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(caller.sandbox.control.ledger()) == 1


def test_where_keys_are_not_honoured_the_same_reply_is_written_twice(caller: Caller) -> None:
    caller.sandbox.control.configure(idempotency=False)
    message = caller.sandbox.control.receive("Is it ready?")
    for _ in range(2):
        assert caller.reply(message, "Yes.", key="k-1").status_code == 201
    assert len(caller.sandbox.control.ledger()) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("x" * 4_000, 201, None),
        ("x" * 4_001, 422, "109"),
        ("Mañana a las 9, ¿sí?\nGracias", 201, None),
        ("nul \x00 inside", 422, "108"),
        ("zero\u200bwidth", 422, "108"),
        ("smile 😀", 422, "108"),
        ("", 422, "2"),
    ],
)
def test_a_reply_must_be_writable_in_ecw(
    caller: Caller, body: str, status: int, code: str | None
) -> None:
    answer = caller.reply(caller.sandbox.control.receive("Hello"), body)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_reply_for_another_patient_is_refused(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Hello", patient="Patient/p.103")
    assert caller.reply(message, "Hi", patient="Patient/p.104").status_code == 409
    assert caller.sandbox.control.ledger() == []


def test_a_reply_can_stay_out_of_sight_until_it_has_settled(caller: Caller) -> None:
    caller.sandbox.control.configure(settle_seconds=60)
    message = caller.sandbox.control.receive("Hello")
    caller.reply(message, "Hi")
    assert len(caller.thread(message["thread"]["id"])) == 1
    caller.sandbox.control.call("POST", "clock", {"offset_seconds": 61})
    caller.sign_in()
    assert len(caller.thread(message["thread"]["id"])) == 2


def test_the_two_practices_do_not_see_each_other(caller: Caller, neighbour: Caller) -> None:
    message = caller.sandbox.control.receive("For the first practice only")
    assert neighbour.messages()["messages"] == []
    assert neighbour.reply(message, "Hi").status_code == 404
    theirs = caller.sandbox.control.receive("For the second", practice="FEIGD2")
    assert theirs["id"] == message["id"]


def test_a_cursor_of_another_practice_or_of_nobody_is_refused(
    caller: Caller, neighbour: Caller
) -> None:
    for cursor in (neighbour.messages()["cursor"], "nonsense"):
        url = f"{caller.sandbox.healow()}/messages"
        answer = caller.http.get(url, params={"since": cursor}, headers=caller.bearer)
        assert answer.status_code == 400


def test_without_the_scope_the_channel_is_closed(app: Caller) -> None:
    app.sign_in("system/Patient.read")
    url = f"{app.sandbox.healow()}/messages"
    assert app.http.get(url, headers=app.bearer).status_code == 403
    assert app.http.get(url).status_code == 401


def test_odd_items_can_be_put_on_the_wire(caller: Caller) -> None:
    control = caller.sandbox.control
    control.receive(
        "half a \ud800 pair and a \x00", override={"patient": None, "sent": "yesterday"}
    )
    [odd] = caller.messages()["messages"]
    assert odd["body"] == "half a \ud800 pair and a \x00"
    assert "patient" not in odd
    assert odd["sent"] == "yesterday"


def test_a_page_is_quick_with_a_hundred_thousand_messages(caller: Caller) -> None:
    caller.sandbox.control.call("POST", "bulk", {"count": 100_000})
    cursor = caller.messages()["cursor"]
    started = time.perf_counter()
    for _ in range(20):
        cursor = caller.messages(cursor)["cursor"]
    # 4 ms a page on the machine this was written on; the bound only catches a walk over all of them.
    assert time.perf_counter() - started < 20
