"""One member of staff as a process of its own, approving replies at a busy person's pace."""

import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any
from uuid import UUID, uuid4

from db import open_database
from db.keyring import load_keyring
from db.schema import metadata
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.settings import Settings
from services.workflows.inbox import sending

metadata()  # here, so that a fork need not
FORKS: ForkServerContext = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.bench.approver"])
REPLY = "Thank you, we have received your message and will see to it today."


@dataclass(frozen=True)
class Shift:
    """What one person is to approve, and how many seconds they think before each on average.

    The first approval is not counted: it is the one that wakes a process up.
    """

    settings: Settings
    actor: Actor
    targets: tuple[Target, ...]
    thinking: float
    bare: bool


def approve_together(shifts: Sequence[Shift]) -> list[float]:
    """Let all of them work at the same time; how many seconds each approval took."""
    lines, processes = [], []
    for shift in shifts:
        ours, theirs = FORKS.Pipe()
        process = FORKS.Process(target=_work, args=(shift, theirs))
        process.start()
        ours.recv()  # awake: one by one, as people come to work
        lines.append(ours)
        processes.append(process)
    for line in lines:
        line.send("begin")
    taken = [seconds for line in lines for seconds in line.recv()]
    for process in processes:
        process.join()
    return taken


def _work(shift: Shift, line: Connection) -> None:
    settings, pace = shift.settings, random.Random(str(shift.actor.staff_id))
    container = Container(
        settings, open_database(settings.database_url), load_keyring(settings.keyring)
    )
    approve = _bare(container, shift.actor) if shift.bare else _approve(container, shift.actor)
    approve(shift.targets[0])
    line.send("ready")
    line.recv()
    taken = []
    for target in shift.targets[1:]:
        time.sleep(pace.expovariate(1 / shift.thinking))
        began = time.perf_counter()
        approve(target)
        taken.append(time.perf_counter() - began)
    line.send(taken)
    container.engine.dispose()


def _approve(container: Container, actor: Actor) -> Callable[[Target], object]:
    return lambda target: sending.send_reply(container, actor, target, REPLY)


def _bare(container: Container, actor: Actor) -> Callable[[Target], object]:
    """Compare and set, insert a delivery, commit: by the driver, without rules, seal or trail."""
    driver: Any = container.engine.connect().connection.driver_connection
    on_sqlite = container.engine.dialect.name == "sqlite"
    take, insert = (_statements("?") if on_sqlite else _statements("%s"))  # fmt: skip

    def known(id: UUID) -> Any:
        return id.hex if on_sqlite else id

    def approve(target: Target) -> None:
        if on_sqlite:
            driver.execute("BEGIN IMMEDIATE")
        driver.execute(take, (known(target.id), target.version))
        row = (uuid4(), actor.practice_id, target.id, uuid4(), uuid4())
        driver.execute(insert, tuple(known(id) for id in row))
        driver.commit()

    return approve


def _statements(mark: str) -> tuple[str, str]:
    take = (
        "UPDATE conversation SET version = version + 1, state = 'closed'"
        f" WHERE id = {mark} AND version = {mark}"
    )
    insert = (
        "INSERT INTO delivery (id, practice_id, conversation_id, key_id, approved_by, created_at,"
        " not_before, kind, workflow, patient_ref, digest, state, approver_role, attempts, checks,"
        f" remote_id, error_code, error) VALUES ({', '.join([mark] * 5)}, '2026-03-02', "
        "'2026-03-02', 'reply', 'inbox', 'Patient/1', '', 'held', '', 0, 0, '', '', '')"
    )
    return take, insert
