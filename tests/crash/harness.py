"""Kills the deliverer at random moments, then asks sandbox and database what became of everything.

Delays are real, clocks are not: after each kill the next child's clock is minutes ahead, so
that leases end and the settle delay has passed, while the harness really waits longer than a
request that was under way can take to arrive. ``patient=False`` takes that wait away: the
negative control, in which replies go out twice.
"""

import os
import random
import select as polling
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from joserfc.jwk import RSAKey
from sqlmodel import Session, col, select

from db import open_database, writing
from db.conversations import Conversation
from db.deliveries import Delivery, DeliveryState
from db.keyring import new_keyring
from db.patients import Patient
from db.practices import Practice
from db.rollout import Rollout
from db.staff import Staff
from db.vocabulary import Role, Stage
from services import roads
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Capability, Road
from services.sandbox import Running
from services.settings import Settings
from services.workflows.inbox.poll import poll
from services.workflows.inbox.sending import send_reply
from tests.crash.carrier import Building, by_mailbox, deliver_until_killed, later

CODE, CLIENT = "FEIGDM", "foyer-crash"
ON_THE_WAY = 0.04  # seconds a request takes to arrive at the sandbox
STEP = timedelta(minutes=4)  # longer than a lease


@dataclass
class Verdict:
    """What a run came to."""

    kills: int
    while_sending: int
    approved: int
    lost: int
    doubled: int
    misdirected: int
    states: Counter[str]

    def __str__(self) -> str:
        share = 100 * self.while_sending / max(1, self.kills)
        return (
            f"{self.kills:,} kills, {self.while_sending:,} ({share:.0f} %) during an open send; "
            f"{self.approved:,} approved: {self.lost} lost, {self.doubled} duplicate, "
            f"{self.misdirected} to the wrong patient; {dict(self.states)}"
        )


def run(
    sandbox: Running, database_url: str, folder: Path, kills: int, *,
    seed: int = 7, on_the_way: float = ON_THE_WAY, patient: bool = True,
) -> Verdict:  # fmt: skip
    """Approve, kill *kills* times, let it finish, and compare with the sandbox's ledger."""
    draw = random.Random(seed)
    building = _open(sandbox, database_url, folder)
    approved = _approve(building, sandbox, kills + 40)
    sandbox.control.fault("healow.reply", "latency", seconds=on_the_way)
    while_sending = 0
    for n in range(kills):
        kill_one(building, STEP * (n + 1), draw)
        while_sending += count(building, DeliveryState.SENDING) > 0
        time.sleep(2.5 * on_the_way if patient else 0)
    sandbox.control.mend()
    finish(building, kills)
    return _judge(building, sandbox, approved, kills, while_sending)


def _open(sandbox: Running, database_url: str, folder: Path) -> Building:
    key = RSAKey.generate_key(2048, {"kid": "crash-1"})
    sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
    sandbox.control.configure(rate_limit=10_000_000)
    settings = Settings(
        database_url=database_url, keyring=folder / "keyring.json", anchors=folder / "anchors",
        undo_seconds=5,
    )  # fmt: skip
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="crash-1",
        private_key_pem=key.as_pem(private=True).decode(),
        scopes=("system/Communication.read", "system/Communication.create"),
        contract=frozenset({Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES}),
        budget=Budget(10_000_000, 4_000_000, 1_000_000),
        deadline=timedelta(seconds=5),
    )
    practice = Practice(code=CODE, name="Crash practice", synthetic=True)
    return Building(settings, new_keyring(), practice, connection, by_mailbox)


def _approve(building: Building, sandbox: Running, wanted: int) -> dict[UUID, tuple[str, str, str]]:
    """Take in *wanted* messages and answer each; delivery id to thread, patient and text."""
    container = _container(building)
    practice, person = building.practice, _people(container, building.practice)
    sandbox.control.call("POST", "bulk", {"count": wanted})
    ehr = connect(building.connection, OwnTokens(), OwnCalls(), later(timedelta()))
    poll(container, practice, ehr.mailbox)
    able = [Capability(Road.HEALOW_REPLIES, True, "Open.")]
    roads.keep_capabilities(container, Actor.job(practice.id, "crash"), able)
    for conversation in _conversations(container, wanted):
        shown = Target(conversation.id, conversation.version, conversation.content_hash)
        send_reply(container, Actor.person(person), shown, f"Reply {conversation.id}")
    return _promises(container)


def _container(building: Building) -> Container:
    engine = open_database(building.settings.database_url)
    return Container(building.settings, engine, building.keyring)


def _people(container: Container, practice: Practice) -> Staff:
    person = Staff(
        practice_id=practice.id, email="crash@practice.invalid", name="Sample person",
        role=Role.FRONT_DESK,
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add_all([practice, person])
        session.add(Rollout(practice_id=practice.id, workflow="inbox", stage=Stage.ON))
    return person


def _conversations(container: Container, wanted: int) -> Sequence[Conversation]:
    with Session(container.engine) as session:
        open_ones = select(Conversation).where(col(Conversation.state) == "open")
        return session.exec(open_ones.limit(wanted)).all()


def _promises(container: Container) -> dict[UUID, tuple[str, str, str]]:
    wanted = (Delivery.id, Conversation.thread_id, Patient.ehr_ref, Conversation.id)
    joined = (
        select(*wanted)
        .where(col(Delivery.conversation_id) == col(Conversation.id))
        .where(col(Conversation.patient_id) == col(Patient.id))
    )
    with Session(container.engine) as session:
        found = session.exec(joined).all()
    return {id: (thread, patient, f"Reply {about}") for id, thread, patient, about in found}


def kill_one(
    building: Building, ahead: timedelta, draw: random.Random, *,
    aimed: float = 0.5, within: float = 1.5 * ON_THE_WAY,
) -> None:  # fmt: skip
    """Start a deliverer and kill it: at any moment, or (a share *aimed*) around a send."""
    heard, says = os.pipe()
    child = _fork(building, ahead, says, os.open(os.devnull, os.O_WRONLY))
    os.read(heard, 1)
    if draw.random() < aimed:
        polling.select([heard], [], [], 2.0)
    time.sleep(draw.uniform(0.0, within))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(heard)


def _fork(building: Building, ahead: timedelta, ready: int, idle: int) -> int:
    child = os.fork()
    if child:
        os.close(ready)
        os.close(idle)
        return child
    try:
        deliver_until_killed(building, ahead, ready, idle)
    finally:
        os._exit(1)


def finish(building: Building, kills: int) -> int:
    """Without further kills, everything must come to rest; returns how many steps of time it took."""
    for n in range(40):
        quiet, says = os.pipe()
        child = _fork(
            replace(building), STEP * (kills + 2 + n), os.open(os.devnull, os.O_WRONLY), says
        )
        os.read(quiet, 1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(quiet)
        if count(building, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.IN_DOUBT,
                  DeliveryState.ACCEPTED) == 0:  # fmt: skip
            return kills + 2 + n
    return kills + 42


def count(building: Building, *states: DeliveryState) -> int:
    container = _container(building)
    with Session(container.engine) as session:
        found = len(session.exec(select(Delivery.id).where(col(Delivery.state).in_(states))).all())
    container.engine.dispose()
    return found


def _judge(
    building: Building, sandbox: Running, approved: dict[UUID, tuple[str, str, str]],
    kills: int, while_sending: int,
) -> Verdict:  # fmt: skip
    written = Counter(entry["client_ref"] for entry in sandbox.control.ledger())
    right = {str(id): promise for id, promise in approved.items()}
    misdirected = sum(
        right.get(e["client_ref"]) != (e["thread"], e["patient"], e["text"])
        for e in sandbox.control.ledger()
    )
    container = _container(building)
    with Session(container.engine) as session:
        states = Counter(str(s) for s in session.exec(select(Delivery.state)).all())
    return Verdict(
        kills=kills,
        while_sending=while_sending,
        approved=len(approved),
        lost=sum(written[id] == 0 for id in right),
        doubled=sum(n - 1 for n in written.values()),
        misdirected=misdirected,
        states=states,
    )
