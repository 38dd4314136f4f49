"""The outbox against a model of itself: whatever people, patients, networks and clocks do.

One machine on SQLite, where a step costs least; the same service code runs on both databases.
After each run everything settles, and the sandbox's ledger must hold what was approved and not
taken back: once, for the right patient, in the order of each patient's approvals.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from joserfc.jwk import RSAKey
from sqlmodel import col, select

from db import open_database, reading, writing
from db.audit import AuditTrail, Ending
from db.conversations import Conversation, Conversations, State
from db.deliveries import Delivery, DeliveryState
from db.keyring import new_keyring
from db.patients import Patient
from db.practices import Practice
from db.rollout import Rollout
from db.staff import Staff
from db.vocabulary import Role, Stage
from services import deliverer, roads
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Capability, Ehr, PortalReply, Receipt, Road
from services.errors import FoyerError, Unreachable
from services.sandbox import Running, running
from services.settings import Settings
from services.workflows.inbox.poll import poll
from services.workflows.inbox.sending import send_reply
from services.workflows.inbox.undoing import undo
from tests import databases
from tests.services.workflows.conftest import MovingClock

CODE, CLIENT = "FEIGDM", "foyer-machine"
PATIENTS = ("Patient/p.101", "Patient/p.102")
FAULTS = (
    ("healow.reply", {"kind": "outage"}),
    ("healow.reply", {"kind": "lost_response"}),
    ("healow.reply", {"kind": "status", "code": 503, "after": True}),
    ("healow.reply", {"kind": "status", "code": 500, "after": False}),
    ("healow.reply", {"kind": "cut"}),
    ("healow.thread", {"kind": "outage"}),
    ("healow.messages", {"kind": "duplicate"}),
    ("healow.reply", {"kind": "status", "code": 429, "retry_after": 30}),
)
OPEN_ENDS = {
    DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT,
}  # fmt: skip


class Died(BaseException):
    """The worker is gone: nothing after this line runs."""


@dataclass(frozen=True)
class DyingMailbox:
    """The real mailbox, until the worker dies before or after the reply left."""

    mailbox: Any
    after: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mailbox, name)

    def reply(self, reply: PortalReply) -> Receipt:
        if self.after:
            self.mailbox.reply(reply)
        raise Died


@dataclass(frozen=True)
class Street:
    """What all runs share: a sandbox, a migrated database to copy, a key."""

    sandbox: Running
    template: Path
    key: RSAKey


STREET: list[Street] = []
REACHED: Counter[str] = Counter()  # what the runs came to, so that none of them passes idly


@pytest.fixture(scope="module", autouse=True)
def street() -> Iterator[None]:
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        key = RSAKey.generate_key(2048, {"kid": "machine-1"})
        sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
        STREET.append(Street(sandbox, databases.sqlite_template(Path(folder)), key))
        yield
        STREET.clear()


class Outbox(RuleBasedStateMachine):
    """Rules are what can happen; the model is what was approved and not taken back."""

    @initialize()
    def open(self) -> None:
        street = STREET[-1]
        self.closing = ExitStack()
        folder = Path(self.closing.enter_context(tempfile.TemporaryDirectory()))
        url = databases.sqlite_copy(street.template, folder)
        self.sandbox, self.clock = street.sandbox, MovingClock()
        self.sandbox.control.reset()
        self.sandbox.control.configure(rate_limit=1_000_000)
        house = Settings(database_url=url, undo_seconds=15)
        self.container = Container(house, open_database(url), new_keyring(), self.clock)
        self.practice, self.people = _people(self.container)
        self.ehr = _ehr(street)
        able = [Capability(Road.HEALOW_REPLIES, True, "Open.")]
        roads.keep_capabilities(self.container, Actor.job(self.practice.id, "test"), able)
        self.messages: list[dict[str, Any]] = []
        self.approved: dict[UUID, tuple[str, str, str]] = {}
        self.number = 0
        for patient in PATIENTS:
            self.a_message_arrives(patient)
            self.a_message_arrives(patient)
        self.the_house_polls()

    def teardown(self) -> None:
        if not hasattr(self, "container"):
            return
        try:
            self._settle()
            self._compare()
            REACHED.update(self._trail())
        finally:
            self.container.engine.dispose()
            self.closing.close()

    @rule(patient=st.sampled_from(PATIENTS))
    def a_message_arrives(self, patient: str) -> None:
        text = f"Question {len(self.messages)}, please."
        self.messages.append(self.sandbox.control.receive(text, patient=patient))

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), withdrawn=st.booleans())
    def the_patient_thinks_again(self, data: st.DataObject, withdrawn: bool) -> None:
        message = data.draw(st.sampled_from(self.messages))
        if withdrawn:
            self.sandbox.control.withdraw(message["id"])
        else:
            self.number += 1
            self.sandbox.control.edit(message["id"], f"Edited {self.number}.")

    @rule()
    def the_house_polls(self) -> None:
        self._quietly(lambda: poll(self.container, self.practice, self.ehr.mailbox))

    @precondition(lambda self: self._talks(State.OPEN))
    @rule(data=st.data(), regrets=st.sampled_from((True, False, False)))
    def somebody_approves(self, data: st.DataObject, regrets: bool) -> None:
        talk = data.draw(st.sampled_from(self._talks(State.OPEN)))
        person = data.draw(st.sampled_from(self.people))
        self._approve(talk, person, stale=False)
        if regrets:
            self._take_back(talk, person)

    @precondition(lambda self: self._talks())
    @rule(data=st.data())
    def somebody_approves_what_has_changed(self, data: st.DataObject) -> None:
        talk = data.draw(st.sampled_from(self._talks()))
        self._approve(talk, data.draw(st.sampled_from(self.people)), stale=True)

    def _approve(self, talk: Conversation, person: Actor, *, stale: bool) -> None:
        self.number += 1
        text = f"Answer {self.number}."
        before = self._deliveries().keys()
        shown = Target(talk.id, talk.version - stale, talk.content_hash)
        self._quietly(lambda: send_reply(self.container, person, shown, text))
        new = self._deliveries().keys() - before
        assert len(new) <= (0 if stale else 1)
        for id in new:
            self.approved[id] = (talk.thread_id, self._patient(talk), text)

    def _take_back(self, talk: Conversation, person: Actor) -> None:
        [now] = [row for row in self._talks() if row.id == talk.id]
        shown = Target(now.id, now.version, now.content_hash)
        self._quietly(lambda: undo(self.container, person, shown))

    @rule(
        wait=st.sampled_from((0, 16, 20, 50, 200, 700)),
        fault=st.sampled_from((*FAULTS, None, None)),
        times=st.integers(1, 3),
    )
    def the_deliverer_works(
        self, wait: int, fault: tuple[str, dict[str, Any]] | None, times: int
    ) -> None:
        self.clock.wait(timedelta(seconds=wait))
        if fault:
            self.sandbox.control.fault(fault[0], times=times, **fault[1])
        self._deliver(self.ehr)

    @rule(wait=st.sampled_from((16, 200)), after=st.booleans())
    def the_deliverer_dies(self, wait: int, after: bool) -> None:
        self.clock.wait(timedelta(seconds=wait))
        self._deliver(replace(self.ehr, mailbox=DyingMailbox(self.ehr.mailbox, after)))

    @rule()
    def the_network_recovers(self) -> None:
        self.sandbox.control.mend()

    @invariant()
    def nothing_left_that_nobody_approved_and_nothing_twice(self) -> None:
        if not hasattr(self, "container"):
            return
        for line in self.sandbox.control.ledger():
            promise = self.approved.get(UUID(line["client_ref"]))
            assert promise == (line["thread"], line["patient"], line["text"])
        refs = Counter(line["client_ref"] for line in self.sandbox.control.ledger())
        assert set(refs.values()) <= {1}

    def _settle(self) -> None:
        """Without further trouble everything comes to rest within a few runs."""
        self.sandbox.control.mend()
        self.ehr = _ehr(STREET[-1])  # its pause after a 429 is kept in real time
        for _ in range(12):
            self.clock.wait(timedelta(minutes=11))
            self._deliver(self.ehr)
        states = {delivery.state for delivery in self._deliveries().values()}
        assert not states & OPEN_ENDS, states

    def _compare(self) -> None:
        ledger = [UUID(line["client_ref"]) for line in self.sandbox.control.ledger()]
        ended = self._deliveries()
        for id, delivery in ended.items():
            there = delivery.state is DeliveryState.VERIFIED
            assert (ledger.count(id) == 1) is there, delivery.state
            assert there or delivery.state is DeliveryState.CANCELLED, delivery.error
        assert ended.keys() == self.approved.keys()
        for patient in PATIENTS:
            approved = [id for id in self.approved if self.approved[id][1] == patient]
            assert [id for id in ledger if id in approved] == [
                id for id in approved if id in ledger
            ]

    def _deliver(self, ehr: Ehr) -> None:
        try:
            deliverer.deliver(deliverer.carrier(self.container, self.practice, ehr))
        except Died:
            REACHED["death"] += 1

    def _trail(self) -> Counter[str]:
        with reading(self.container.engine) as session:
            lines = AuditTrail(session, self.practice.id).search(limit=5_000)
        return Counter(line.verb for line in lines if line.ending is Ending.DONE)

    def _quietly(self, act: Any) -> None:
        # A refusal is an answer like any other here; the ledger says whether it was right.
        try:
            act()
        except (FoyerError, Unreachable):
            return

    def _talks(self, *states: State) -> list[Conversation]:
        if not hasattr(self, "container"):
            return []
        with reading(self.container.engine) as session:
            found = Conversations(session, self.practice.id)
            rows = found.all(found.rows().order_by(col(Conversation.thread_id)))
            return [row for row in rows if row.state in (states or set(State))]

    def _patient(self, talk: Conversation) -> str:
        with reading(self.container.engine) as session:
            return session.exec(
                select(Patient.ehr_ref).where(col(Patient.id) == talk.patient_id)
            ).one()

    def _deliveries(self) -> dict[UUID, Delivery]:
        with reading(self.container.engine) as session:
            return {delivery.id: delivery for delivery in session.exec(select(Delivery)).all()}


def _people(container: Container) -> tuple[Practice, list[Actor]]:
    practice = Practice(code=CODE, name="Sample practice", synthetic=True)
    staff = [
        Staff(practice_id=practice.id, email=f"{n}@practice.invalid", name=f"Sample {n}",
              role=Role.FRONT_DESK)
        for n in range(2)
    ]  # fmt: skip
    with writing(container.engine) as session:
        session.add_all([practice, *staff])
        session.add(Rollout(practice_id=practice.id, workflow="inbox", stage=Stage.ON))
    return practice, [Actor.person(person) for person in staff]


def _ehr(street: Street) -> Ehr:
    connection = PracticeConnection(
        code=CODE,
        fhir_base=street.sandbox.fhir(CODE),
        healow_base=street.sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="machine-1",
        private_key_pem=street.key.as_pem(private=True).decode(),
        scopes=("system/Communication.read", "system/Communication.create"),
        contract=frozenset({Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES}),
        budget=Budget(1_000_000, 400_000, 100_000),
        deadline=timedelta(seconds=5),
    )
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock())


FEW = settings(
    max_examples=25, stateful_step_count=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
)  # fmt: skip


@pytest.mark.timeout(240)
def test_whatever_happens_each_approved_reply_arrives_once_and_nothing_else_does() -> None:
    """C01, C04, C07, D03, D04, N01, N04, N05 in every order that the machine thinks of."""
    REACHED.clear()
    run_state_machine_as_test(Outbox, settings=FEW)
    for what in ("death", "delivery.in_doubt", "delivery.verified", "delivery.cancelled"):
        assert REACHED[what], f"never reached: {what} ({REACHED})"


@pytest.mark.timeout(240)
def test_the_machine_notices_a_doubt_that_is_simply_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: without the read-back a lost answer means a second reply."""

    def send_again(desk: Any, delivery: Delivery, why: str) -> str:
        delivery.state, delivery.not_before = DeliveryState.HELD, desk.now
        return "waiting"

    monkeypatch.setattr(deliverer, "_doubt", send_again)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Outbox, settings=FEW)


@pytest.mark.timeout(240)
def test_the_machine_notices_a_click_on_something_that_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: without compare-and-set a stale click is carried out."""
    monkeypatch.setattr(Conversations, "take", lambda self, id, version: True)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Outbox, settings=FEW)
