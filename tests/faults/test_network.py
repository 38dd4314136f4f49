"""N01, N04, N05: the office on a day on which healow and eCW do not answer."""

from collections import Counter
from datetime import timedelta

import pytest

from db import reading
from db.deliveries import DeliveryState
from db.job_runs import JobRuns
from jobs.runner import run_slot
from jobs.timetable import Job, timetable
from services.desk import Actor, looking
from services.ehr.ports import Road
from services.errors import Unreachable
from services.lines import Lines
from services.options import options_of
from services.workflows.inbox.poll import poll
from services.workflows.inbox.reading import open_item
from services.workflows.inbox.sending import send_reply
from services.workflows.inbox.watching import freshness
from tests.services.workflows.conftest import Office, seen

MINUTE = timedelta(minutes=1)


def job(lines: Lines, name: str) -> Job:
    return next(j for j in timetable(lines.container.settings) if j.name == name)


def settle_down(office: Office) -> None:
    """Let the deliverer work until nothing is left to do; retries are at most 10 minutes apart."""
    for _ in range(12):
        office.deliver(11 * MINUTE)


def test_n01_an_outage_is_noticed_by_the_next_poll_and_says_since_when(
    office: Office, lines: Lines
) -> None:
    """N01: detected within one poll; the banner tells since when, and how old the data is."""
    office.poll()
    office.sandbox.control.fault("*", "outage")
    assert run_slot(job(lines, "inbox.poll"), lines, "worker")

    road = office.road(Road.HEALOW_MESSAGES)
    assert road.state == "down"
    assert office.clock() - road.since < MINUTE
    with reading(office.container.engine) as session:
        run = JobRuns(session, office.practice.id).latest()["inbox.poll"]
    assert run.error == road.last_error != ""

    office.clock.wait(4 * MINUTE)
    with looking(office.container, Actor.job(office.practice.id, "test")) as desk:
        fresh = freshness(desk, options_of(office.practice))
    assert fresh.stale
    assert "Data as of" in fresh.sentence


def test_n01_since_moves_only_when_the_state_does(office: Office) -> None:
    """N01: a long outage began when it began, however often it was met."""
    office.sandbox.control.fault("*", "outage")
    with pytest.raises(Unreachable):
        office.poll()
    began = office.road(Road.HEALOW_MESSAGES).since
    office.clock.wait(10 * MINUTE)
    with pytest.raises(Unreachable):
        office.poll()
    assert office.road(Road.HEALOW_MESSAGES).since == began


def test_n01_staff_go_on_and_everything_leaves_in_order_once_it_is_over(
    office: Office, front_desk: Actor
) -> None:
    """N01: approvals wait, then go out oldest first per patient; 0 lost, 0 duplicate."""
    talks = [
        office.receive(f"Question {n}, please.", patient=f"Patient/p.10{1 + n % 2}")
        for n in range(6)
    ]
    office.sandbox.control.fault("*", "outage")
    for n, talk in enumerate(talks):
        assert open_item(office.container, front_desk, talk.id).thread
        send_reply(office.container, front_desk, seen(talk), f"Answer {n}.")
        office.deliver(timedelta(seconds=20))
    assert office.sandbox.control.ledger() == []

    office.sandbox.control.mend()
    settle_down(office)
    ledger = office.sandbox.control.ledger()
    assert Counter(line["text"] for line in ledger) == Counter(f"Answer {n}." for n in range(6))
    for patient in ("Patient/p.101", "Patient/p.102"):
        texts = [line["text"] for line in ledger if line["patient"] == patient]
        assert texts == sorted(texts)
    states = {office.deliveries(talk.id)[0].state for talk in talks}
    assert states == {DeliveryState.VERIFIED}
    minutes = Counter(call["at"][:16] for call in office.sandbox.control.calls())
    assert max(minutes.values()) <= 250


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize("after", [False, True])
def test_n04_a_server_error_on_a_reply_is_settled_by_reading_back(
    office: Office, front_desk: Actor, code: int, after: bool
) -> None:
    """N04: a POST that ends in 5xx may have happened: read back first, then one reply there is."""
    talk = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    office.sandbox.control.fault("healow.reply", "status", code=code, after=after, times=1)
    office.deliver()
    [delivery] = office.deliveries(talk.id)
    assert delivery.state in (DeliveryState.IN_DOUBT, DeliveryState.HELD)
    posts = office.sandbox.control.calls("healow.reply")

    office.deliver(timedelta(seconds=5))  # before the settle delay nothing is sent again
    assert office.sandbox.control.calls("healow.reply") == posts
    settle_down(office)
    assert [line["text"] for line in office.sandbox.control.ledger()] == ["Passed on."]
    assert office.deliveries(talk.id)[0].state is DeliveryState.VERIFIED


def test_n04_a_server_error_on_a_poll_changes_nothing_and_the_next_poll_goes_on(
    office: Office,
) -> None:
    """N04, N06: the cursor stays, so that nothing is skipped and nothing comes twice."""
    office.poll()
    office.sandbox.control.receive("Please call me.")
    before = office.road(Road.HEALOW_MESSAGES).cursor
    office.sandbox.control.fault("healow.messages", "status", code=503)
    with pytest.raises(Unreachable):
        office.poll()
    assert office.road(Road.HEALOW_MESSAGES).cursor == before
    office.sandbox.control.mend()
    assert poll(office.container, office.practice, office.ehr.mailbox)["new"] == 1
    assert poll(office.container, office.practice, office.ehr.mailbox)["new"] == 0


def test_n05_a_lost_answer_says_confirming_and_never_sent(
    office: Office, front_desk: Actor
) -> None:
    """N05: in doubt staff read that it is being confirmed; the read-back finds exactly one."""
    talk = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    office.sandbox.control.fault("healow.reply", "lost_response", times=1)
    office.deliver()
    [shown] = open_item(office.container, front_desk, talk.id).sent
    assert "confirming" in shown.words
    settle_down(office)
    assert len(office.sandbox.control.ledger()) == 1
    [shown] = open_item(office.container, front_desk, talk.id).sent
    assert "verified" in shown.words


def test_n05_without_an_answer_for_long_a_person_is_asked_to_look(
    office: Office, front_desk: Actor
) -> None:
    """N05: what was accepted but never shows is handed to a person, not sent again."""
    talk = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    office.deliver()
    office.sandbox.control.fault(
        "healow.thread", "body", text='{"messages": []}', content_type="application/json"
    )
    for _ in range(9):
        office.deliver(11 * MINUTE)
    assert office.deliveries(talk.id)[0].state is DeliveryState.UNCONFIRMED
    assert "check in eCW" in office.conversation(talk.id).trouble
    assert len(office.sandbox.control.calls("healow.reply")) == 1
