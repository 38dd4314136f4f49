"""C01 to C15: many people, many processes, and processes that die in the middle."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db import reading
from db.audit import AuditTrail, Ending
from db.bulk_orders import BulkItems, BulkState
from db.conversations import Conversations, State
from db.deliveries import DeliveryState
from db.keyring import Keyring
from db.queue import QueueFilter
from db.vocabulary import Role
from services import bulk, deliverer
from services.actions import Target
from services.desk import Actor
from services.ehr.ports import PortalReply, Receipt
from services.errors import FoyerError, Stale
from services.settings import Settings
from services.workflows.inbox.handling import note, route
from services.workflows.inbox.listing import inbox
from services.workflows.inbox.sending import send_and_route, send_reply
from tests.db.processes import FORKS
from tests.faults import processes
from tests.faults.processes import Premises
from tests.services.workflows.conftest import Office, seen

PEOPLE = 50


@pytest.fixture
def premises(settings: Settings, keyring: Keyring) -> Premises:
    return Premises(settings, keyring)


def endings(office: Office, verb: str) -> Counter[Ending]:
    with reading(office.container.engine) as session:
        lines = AuditTrail(session, office.practice.id).search(verb=verb)
    return Counter(line.ending for line in lines)


@pytest.mark.timeout(180)
def test_c01_fifty_people_in_fifty_processes_approve_one_message(
    office: Office, hire: Callable[..., Actor], premises: Premises
) -> None:
    """C01: one outbox row; everybody else is told by whom, and each attempt is on the trail."""
    talk = office.receive("Could I have my inhaler refilled?")
    people = [hire(Role.FRONT_DESK, f"Sample person {n}") for n in range(PEOPLE)]
    tasks = [(premises, person, seen(talk), f"Answer of {person.name}.") for person in people]
    with FORKS.Pool(PEOPLE) as pool:
        told = pool.starmap(processes.approve, tasks, chunksize=1)
    winners = [person for person, words in zip(people, told, strict=True) if not words]
    assert len(winners) == 1
    assert len(office.deliveries(talk.id)) == 1
    assert {words for words in told if words} == {
        words for words in told if words.startswith(f"{winners[0].name} got here first (send reply")
    }
    assert endings(office, "inbox.send_reply") == {Ending.DONE: 1, Ending.FAILED: PEOPLE - 1}


def test_c01_without_the_compare_and_set_two_would_answer(
    office: Office, front_desk: Actor, nurse: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C01, the control: the same two clicks with the guard taken out."""
    talk = office.receive("Could I have my inhaler refilled?")
    monkeypatch.setattr(Conversations, "take", lambda self, id, version: True)
    for person in (front_desk, nurse):
        send_and_route(office.container, person, seen(talk), "Passed on.", "providers")
    assert len(office.deliveries(talk.id)) == 2


def test_c02_three_clicks_at_once_are_one_action(office: Office, front_desk: Actor) -> None:
    """C02: one reply, one line done, two lines that came to nothing."""
    talk = office.receive("Could I have my inhaler refilled?")
    together = threading.Barrier(3)

    def click(_: int) -> bool:
        together.wait()
        try:
            send_reply(office.container, front_desk, seen(talk), "Passed on.")
        except FoyerError:
            return False
        return True

    with ThreadPoolExecutor(3) as clicks:
        assert sorted(clicks.map(click, range(3))) == [False, False, True]
    assert len(office.deliveries(talk.id)) == 1
    assert endings(office, "inbox.send_reply") == {Ending.DONE: 1, Ending.FAILED: 2}


class Died(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass(frozen=True)
class DyingMailbox:
    """The real mailbox; the process dies right after the reply has left."""

    mailbox: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mailbox, name)

    def reply(self, reply: PortalReply) -> Receipt:
        self.mailbox.reply(reply)
        raise Died


def test_c07_after_a_restart_what_was_being_sent_is_settled_before_anything_new_leaves(
    office: Office, front_desk: Actor
) -> None:
    """C07: the patient's next reply waits for the read-back of the one left behind."""
    talks = [office.receive(f"Question {n}, please.") for n in range(2)]
    for n, talk in enumerate(talks):
        send_reply(office.container, front_desk, seen(talk), f"Answer {n}.")
        office.clock.wait(timedelta(seconds=1))
    dying = replace(office.ehr, mailbox=DyingMailbox(office.ehr.mailbox))
    office.clock.wait(timedelta(seconds=20))
    with pytest.raises(Died):
        deliverer.deliver(deliverer.carrier(office.container, office.practice, dying))
    assert office.deliveries(talks[0].id)[0].state is DeliveryState.SENDING

    office.deliver(timedelta(seconds=5))  # restarted: the lease of the dead one still holds
    assert len(office.sandbox.control.ledger()) == 1
    office.deliver(deliverer.LEASE + timedelta(seconds=1))
    assert office.deliveries(talks[0].id)[0].state is DeliveryState.VERIFIED
    calls = [c["name"] for c in office.sandbox.control.calls() if c["name"] != "healow.messages"]
    assert calls.index("healow.thread") < len(calls) - calls[::-1].index("healow.reply")
    assert [line["text"] for line in office.sandbox.control.ledger()] == ["Answer 0.", "Answer 1."]


def test_c08_what_a_colleague_changed_meanwhile_is_told_with_name_and_deed(
    office: Office, front_desk: Actor, nurse: Actor
) -> None:
    """C08: A sees it, B passes it on, A sends: refused, and A is told what B did."""
    talk = office.receive("Could I have my inhaler refilled?")
    route(office.container, nurse, seen(talk), "providers")
    with pytest.raises(Stale, match=f"{nurse.name} got here first .route"):
        send_reply(office.container, front_desk, seen(talk), "Passed on.")
    assert office.deliveries(talk.id) == []


def test_c08_the_words_on_the_screen_are_compared_even_when_the_version_fits(
    office: Office, front_desk: Actor
) -> None:
    """C08: a click that carries other words than the record's is refused."""
    arrived = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()
    before = office.conversation(thread=arrived["thread"]["id"])
    office.sandbox.control.edit(arrived["id"], "I no longer need it.")
    office.poll()
    now = office.conversation(before.id)
    stale = Target(now.id, now.version, before.content_hash)
    with pytest.raises(Stale, match="words changed"):
        send_reply(office.container, front_desk, stale, "Passed on.")
    note(office.container, front_desk, stale, "A note needs no such check.")


@pytest.mark.timeout(180)
def test_c15_a_bulk_order_killed_on_the_way_goes_on_where_it_was(
    office: Office, front_desk: Actor, premises: Premises
) -> None:
    """C15: 200 items, one of which cannot be done, kill -9 on the way: nothing twice, all told."""
    office.sandbox.control.call("POST", "bulk", {"count": 210})
    office.poll()
    targets = _rows(office, front_desk, 200)
    route(office.container, front_desk, targets[136], "providers")  # somebody else was there
    order = bulk.order(office.container, front_desk, "inbox.no_reply", {}, targets)
    _run_and_kill(premises, front_desk, order, lambda: _settled(office, order) >= 150)
    reached = _settled(office, order)
    assert 150 <= reached < 200

    office.clock.wait(bulk.LEASE + timedelta(seconds=1))
    assert bulk.resume(office.container, office.practice) == 1
    counted = _counted(office, order)
    assert sum(n for (state, _), n in counted.items() if state is BulkState.DONE) == 199
    [(reason, failed)] = [(r, n) for (s, r), n in counted.items() if s is BulkState.SKIPPED]
    assert (failed, "got here first" in reason) == (1, True)
    done = [office.conversation(target.id) for target in targets]
    assert Counter(talk.state for talk in done) == {State.CLOSED: 199, State.OPEN: 1}
    assert {talk.touches for talk in done} == {1}
    assert endings(office, "inbox.no_reply") == {Ending.DONE: 199, Ending.FAILED: 1}


def _rows(office: Office, actor: Actor, wanted: int) -> list[Target]:
    targets: list[Target] = []
    after = None
    while len(targets) < wanted:
        page = inbox(office.container, actor, QueueFilter(), {}, after)
        targets += [row.target for row in page.rows]
        after = page.more
    return targets[:wanted]


def _run_and_kill(
    premises: Premises, actor: Actor, order: UUID, far_enough: Callable[[], bool]
) -> None:
    ours, theirs = FORKS.Pipe()
    child = FORKS.Process(target=_announced, args=(theirs, premises, actor, order))
    child.start()
    ours.recv()
    while child.is_alive() and not far_enough():
        time.sleep(0.005)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()


def _announced(line: Any, premises: Premises, actor: Actor, order: UUID) -> None:
    processes.work_off(lambda: line.send("began"), premises, actor, order)


def _counted(office: Office, order: UUID) -> dict[tuple[BulkState, str], int]:
    with reading(office.container.engine) as session:
        return BulkItems(session, office.practice.id).outcome(order)


def _settled(office: Office, order: UUID) -> int:
    counted = _counted(office, order)
    return sum(n for (state, _), n in counted.items() if state is not BulkState.WAITING)
