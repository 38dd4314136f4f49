"""Pulls the kill switch while replies are leaving, and says how long after it one still left.

Workers deliver in threads of their own, as fast as they can, to a sandbox that answers slowly.
At a random moment somebody stops sending. A reply *leaves* when its request begins; from the
moment ``stop`` has returned, each worker may have one under way, and none may begin later than
the limit.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from db.deliveries import Delivery, DeliveryState
from services import switches
from services.container import Container
from services.deliverer import Carrier, deliver
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Mailbox, PortalReply, Receipt
from services.sandbox import Running
from services.switches import Why
from tests.crash import harness as practice_with_replies
from tests.crash.carrier import Building, later

LIMIT = 5.0  # seconds: what staff are promised
AHEAD = timedelta(minutes=1)  # every undo window has passed
ON_THE_WAY = 0.02  # seconds a request takes to arrive at the sandbox
WORKERS = 2
PER_RACE = 4  # replies that leave before the switch, about


@dataclass
class Verdict:
    """What the races came to."""

    races: int = 0
    left: int = 0
    under_way: int = 0  # races in which a reply was on its way as the switch was pulled
    after: int = 0  # replies that began to leave after ``stop`` had returned
    most_after: int = 0  # the most of them in one race
    latest: float = 0.0  # seconds from there to the last of them
    late: int = 0  # later than the limit

    def __str__(self) -> str:
        return (
            f"{self.races} races, {self.left} replies left, {self.under_way} races pulled during "
            f"a send; {self.after} began after the stop, the latest {1000 * self.latest:.0f} ms "
            f"after it; {self.late} later than {LIMIT:.0f} s"
        )


@dataclass(frozen=True)
class Watched:
    """The real mailbox, and the moments at which a reply began and ended."""

    mailbox: Mailbox
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mailbox, name)

    def reply(self, reply: PortalReply) -> Receipt:
        self.begun.append(time.monotonic())
        try:
            return self.mailbox.reply(reply)
        finally:
            self.ended.append(time.monotonic())


def run(
    sandbox: Running, database_url: str, folder: Path, races: int, *,
    seed: int = 11, wait: float = LIMIT,
) -> Verdict:  # fmt: skip
    """Race *races* times; after each stop wait *wait* seconds and count what left."""
    draw, verdict = random.Random(seed), Verdict()
    building = practice_with_replies._open(sandbox, database_url, folder)
    practice_with_replies._approve(building, sandbox, races * (PER_RACE + WORKERS) + PER_RACE)
    sandbox.control.fault("healow.reply", "latency", seconds=ON_THE_WAY)
    container = replace(practice_with_replies._container(building), clock=later(AHEAD))
    operator = Actor.job(building.practice.id, "operator")
    for n in range(races):
        _race(building, container, operator, verdict, draw, wait, n)
    sandbox.control.mend()
    container.engine.dispose()
    return verdict


def _race(
    building: Building, container: Container, operator: Actor, verdict: Verdict,
    draw: random.Random, wait: float, number: int,
) -> None:  # fmt: skip
    if not _held(container):
        raise AssertionError("There is nothing left to race with.")
    with _workers(building, container, number) as mailboxes:
        enough = draw.randint(1, PER_RACE)
        _until(lambda: sum(len(m.begun) for m in mailboxes) >= enough)
        time.sleep(draw.uniform(0, 2 * ON_THE_WAY))
        pulled = time.monotonic()
        switches.stop.by_house(container, operator, "deliveries", Why.OTHER)
        stopped = time.monotonic()
        time.sleep(wait)
    begun = sorted(moment for mailbox in mailboxes for moment in mailbox.begun)
    _count(verdict, mailboxes, begun, pulled, stopped)
    switches.resume.by_house(container, operator, "deliveries")


def _count(
    verdict: Verdict, mailboxes: Sequence[Watched], begun: Sequence[float],
    pulled: float, stopped: float,
) -> None:  # fmt: skip
    after = [moment - stopped for moment in begun if moment > stopped]
    verdict.races += 1
    verdict.left += len(begun)
    verdict.under_way += any(
        begin <= pulled <= end
        for mailbox in mailboxes
        for begin, end in zip(mailbox.begun, mailbox.ended, strict=True)
    )
    verdict.after += len(after)
    verdict.most_after = max(verdict.most_after, len(after))
    verdict.latest = max([verdict.latest, *after])
    verdict.late += sum(seconds > LIMIT for seconds in after)


@contextmanager
def _workers(building: Building, container: Container, race: int) -> Iterator[Sequence[Watched]]:
    over = threading.Event()
    ehrs = [connect(building.connection, OwnTokens(), OwnCalls(), later(timedelta()))
            for _ in range(WORKERS)]  # fmt: skip
    mailboxes = [Watched(ehr.mailbox) for ehr in ehrs]
    carriers = [
        Carrier(container, building.practice, replace(ehr, mailbox=mailbox), f"race-{race}-{n}")
        for n, (ehr, mailbox) in enumerate(zip(ehrs, mailboxes, strict=True))
    ]
    threads = [threading.Thread(target=_deliver, args=(one, over)) for one in carriers]
    for thread in threads:
        thread.start()
    try:
        yield mailboxes
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _deliver(carrier: Carrier, over: threading.Event) -> None:
    while not over.is_set():
        if not deliver(carrier).total():
            time.sleep(0.005)


def _until(so: Any, patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while not so() and time.monotonic() < end:
        time.sleep(0.001)


def _held(container: Container) -> int:
    with Session(container.engine) as session:
        held = select(Delivery.id).where(col(Delivery.state) == DeliveryState.HELD)
        return len(session.exec(held).all())
