"""Faults are real on the wire, strike what they were told to strike, and no more."""

import time

import httpx
import pytest

from tests.services.sandbox.caller import Caller

Headers = dict[str, str]


def test_an_outage_closes_the_connection_without_an_answer(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir", "outage", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        caller.get("Patient/p.103")
    assert caller.get("Patient/p.103").status_code == 200


def test_a_reset_is_a_reset(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir", "reset", times=1)
    with pytest.raises(httpx.ReadError):
        caller.get("Patient/p.103")


def test_a_cut_body_looks_like_a_good_answer(caller: Caller) -> None:
    whole = caller.get("Patient/p.103").content
    caller.sandbox.control.fault("fhir.read", "cut", times=1)
    answer = caller.get("Patient/p.103")
    assert answer.status_code == 200
    assert "content-length" not in answer.headers
    assert answer.content == whole[: len(whole) // 2]


def test_a_cut_body_with_its_length_announced_does_not(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir.read", "cut", times=1, announced=True)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.get("Patient/p.103")


def test_a_drip_outlasts_a_read_timeout_that_it_never_trips(caller: Caller) -> None:
    caller.sandbox.control.fault("healow", "drip", times=1, seconds=0.05)
    started = time.perf_counter()
    url = f"{caller.sandbox.healow()}/messages"
    answer = caller.http.get(url, headers=caller.bearer, timeout=1.0)
    assert time.perf_counter() - started > 1.0
    assert answer.json()["messages"] == []


def test_latency_delays_and_then_does_the_work(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir.read", "latency", times=1, seconds=0.2)
    started = time.perf_counter()
    assert caller.get("Patient/p.103").status_code == 200
    assert time.perf_counter() - started >= 0.2


def test_a_slow_write_is_done_even_when_the_sender_has_gone(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Hello")
    caller.sandbox.control.fault("healow.reply", "latency", times=1, seconds=0.3)
    caller.http.timeout = 0.1
    with pytest.raises(httpx.ReadTimeout):
        caller.reply(message, "Hi")
    assert caller.sandbox.control.ledger() == []
    deadline = time.monotonic() + 60
    while not caller.sandbox.control.ledger() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [line["text"] for line in caller.sandbox.control.ledger()] == ["Hi"]


def test_a_lost_response_means_the_write_was_done(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Hello")
    caller.sandbox.control.fault("healow.reply", "lost_response", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.reply(message, "Hi")
    assert [line["text"] for line in caller.sandbox.control.ledger()] == ["Hi"]


def test_an_outage_means_it_was_not(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Hello")
    caller.sandbox.control.fault("healow.reply", "outage", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.reply(message, "Hi")
    assert caller.sandbox.control.ledger() == []


@pytest.mark.parametrize(("after", "writes"), [(False, 0), (True, 1)])
def test_a_5xx_may_come_before_or_after_the_write(caller: Caller, after: bool, writes: int) -> None:
    message = caller.sandbox.control.receive("Hello")
    caller.sandbox.control.fault("healow.reply", "status", times=1, code=502, after=after)
    assert caller.reply(message, "Hi").status_code == 502
    assert len(caller.sandbox.control.ledger()) == writes


def test_a_429_may_say_when_to_come_back(caller: Caller) -> None:
    caller.sandbox.control.fault("*", "status", times=1, code=429, retry_after=37)
    answer = caller.get("Patient/p.103")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "37")


def test_a_token_can_run_out_in_the_middle(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir", "expired_token", times=1)
    assert caller.get("Patient/p.103").status_code == 401
    assert caller.get("Patient/p.103").status_code == 401
    assert caller.sign_in().get("Patient/p.103").status_code == 200


def test_a_withdrawn_consent_refuses_tokens_too(caller: Caller) -> None:
    caller.sandbox.control.fault("*", "revoked")
    assert caller.get("Patient/p.103").status_code == 401
    assert caller.ask("system/Patient.read").json()["error"] == "invalid_grant"
    caller.sandbox.control.mend()
    assert caller.sign_in().get("Patient/p.103").status_code == 200


def test_a_sign_in_page_comes_with_status_200(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir", "html", times=1)
    answer = caller.get("Patient/p.103")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")


def test_items_can_come_twice(caller: Caller) -> None:
    caller.sandbox.control.receive("Hello")
    caller.sandbox.control.fault("healow.messages", "duplicate", times=1)
    assert [m["id"] for m in caller.messages()["messages"]] == ["m-1.1", "m-1.1"]


def test_a_newer_version_can_come_before_an_older_one(caller: Caller) -> None:
    caller.sandbox.control.receive("one")
    caller.sandbox.control.edit("m-1.1", "two")
    caller.sandbox.control.edit("m-1.1", "three")
    caller.sandbox.control.fault("healow.messages", "out_of_order", times=1)
    assert [m["version"] for m in caller.messages()["messages"]] == [3, 2, 1]


def test_a_page_can_lead_to_itself(caller: Caller) -> None:
    caller.sandbox.control.fault("*", "loop", times=2)
    page = caller.messages()
    assert (page["more"], page["cursor"]) == (True, "")
    bundle = caller.get("Encounter", patient="Patient/p.103").json()
    [link] = [each["url"] for each in bundle["link"] if each["relation"] == "next"]
    assert link.endswith("Encounter?patient=Patient%2Fp.103")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_the_right_answer_can_come_in_the_wrong_encoding(caller: Caller, codec: str) -> None:
    caller.sandbox.control.fault("fhir", "encoding", times=1, codec=codec)
    answer = caller.get("Patient/p.103")
    assert answer.content.decode(codec).startswith('{"resourceType": "Patient"')


def test_a_redirect_leads_away(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir", "redirect", times=1, to="https://elsewhere.invalid/")
    answer = caller.get("Patient/p.103")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://elsewhere.invalid/")


def test_any_body_can_stand_in(caller: Caller) -> None:
    deep = "[" * 10_000
    caller.sandbox.control.fault("healow", "body", times=1, text=deep)
    url = f"{caller.sandbox.healow()}/messages"
    assert caller.http.get(url, headers=caller.bearer).text == deep


def test_a_fault_strikes_only_its_own_operation_practice_and_turn(
    caller: Caller, neighbour: Caller
) -> None:
    caller.sandbox.control.fault("fhir.read", "status", practice="FEIGDM", skip=1, times=1)
    assert caller.get("Encounter", patient="p.103").status_code == 200
    assert neighbour.get("Patient/p.103").status_code == 200
    statuses = [caller.get("Patient/p.103").status_code for _ in range(3)]
    assert statuses == [200, 503, 200]
    [fault] = caller.sandbox.control.faults()
    assert (fault["hits"], fault["times"]) == (1, 0)


def test_the_journal_says_how_each_call_ended(caller: Caller) -> None:
    caller.sandbox.control.fault("fhir.read", "outage", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.get("Patient/p.103")
    caller.get("Patient/p.103")
    assert [c["status"] for c in caller.sandbox.control.calls("fhir.read")] == [0, 200]
    assert len(caller.sandbox.control.calls("token")) == 1


def test_an_unknown_kind_of_fault_is_refused(caller: Caller) -> None:
    with pytest.raises(RuntimeError, match="one of these kinds"):
        caller.sandbox.control.fault("*", "gremlins")
