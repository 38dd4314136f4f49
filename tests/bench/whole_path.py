"""From the portal's page to a row on the screen: fetched, taken in, flagged, sealed, listed."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

from joserfc.jwk import RSAKey

from db.queue import QueueFilter
from services.container import system_clock
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Mailbox, Road
from services.sandbox import Running, running
from services.wiring import READ_SCOPES
from services.workflows.inbox import listing
from services.workflows.inbox.poll import poll
from tests.bench.building import sqlite_building
from tests.bench.figures import MICROSECONDS, Figure, Scale
from tests.bench.letters import texts
from tests.bench.straightforward import StraightforwardApp

CODE, CLIENT = "FEIGDM", "foyer-bench"
MOST = 1_000  # messages: the sandbox is asked politely, one by one


def measure(scale: Scale) -> Iterator[Figure]:
    """Only our thread's CPU counts: the sandbox serves from another."""
    count = min(scale.messages, MOST)
    with ExitStack() as stack:
        sandbox = stack.enter_context(running())
        building = stack.enter_context(sqlite_building(scale.folder))
        mailbox = _mailbox(sandbox)
        poll(building.container, building.practice, mailbox)  # what the sandbox began with
        begun = _read(mailbox, None, lambda _: None)[1]
        for text in texts(count):
            sandbox.control.receive(text)
        container, actor = building.container, building.front_desk

        def ours() -> None:
            poll(container, building.practice, mailbox)
            assert listing.inbox(container, actor, QueueFilter(), {}).rows

        app = StraightforwardApp(f"sqlite:///{scale.folder / 'plain.db'}")
        taken = _cpu(ours) * 1e6 / count
        theirs = _cpu(lambda: _read(mailbox, begun, app.take_in)) * 1e6 / count
        fetching = _cpu(lambda: _read(mailbox, begun, lambda _: None)) * 1e6 / count
    what = "portal page to visible in the queue, a message"
    yield Figure(what, taken, MICROSECONDS, "same fetch, straightforward app", theirs, "<= 0.08x")
    yield Figure(what, taken, MICROSECONDS, "the fetch alone", fetching)


def _cpu(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _read(mailbox: Mailbox, cursor: str | None, take_in: Callable[..., None]) -> tuple[int, str]:
    """Read every page after *cursor*; how many there were, and where they end."""
    pages = 0
    while True:
        page = mailbox.changed_since(cursor)
        take_in(page)
        pages, cursor = pages + 1, page.cursor
        if not page.more:
            return pages, cursor


def _mailbox(sandbox: Running) -> Mailbox:
    key = RSAKey.generate_key(2048, {"kid": "bench-1"})
    sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="bench-1",
        private_key_pem=key.as_pem(private=True).decode(),
        scopes=(*READ_SCOPES, "system/Communication.read", "system/Communication.create"),
        contract=frozenset({Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES}),
        deadline=timedelta(seconds=10),
    )
    return connect(connection, OwnTokens(), OwnCalls(), system_clock).mailbox
