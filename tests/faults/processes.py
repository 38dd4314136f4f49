"""What a colleague's, or a worker's, own process does; quick to import, so that it starts at once."""

import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from db import open_database
from db.keyring import Keyring
from db.practices import Practice
from services import bulk
from services.actions import Target
from services.ai import Facts
from services.container import Container
from services.desk import Actor
from services.ehr.ports import MessagePage
from services.errors import FoyerError
from services.settings import Settings
from services.workflows.inbox.doubts import check
from services.workflows.inbox.poll import poll
from services.workflows.inbox.sending import send_reply
from tests.db.processes import FORKS


@dataclass(frozen=True)
class Premises:
    """What a process needs to open the building for itself; its clock is the real one."""

    settings: Settings
    keyring: Keyring

    def open(self) -> Container:
        engine = open_database(self.settings.database_url)
        return Container(self.settings, engine, self.keyring)


@dataclass(frozen=True)
class OnePage:
    """A mailbox that holds one page and is read without a network."""

    page: MessagePage

    def changed_since(self, cursor: str | None) -> MessagePage:
        return self.page


check("Hello", Facts("Hello"))  # lexicons are read once, so that a fork need not
FORKS.set_forkserver_preload(["tests.db.processes", "tests.faults.processes"])


def approve(premises: Premises, actor: Actor, target: Target, text: str) -> str:
    """Approve once; empty for the one who did it, else what the person is told."""
    container = premises.open()
    try:
        send_reply(container, actor, target, text)
    except FoyerError as told:
        return str(told)
    finally:
        container.engine.dispose()
    return ""


def work_off(begin: Callable[[], None], premises: Premises, actor: Actor, order_id: UUID) -> None:
    """Work a bulk order off until killed."""
    container = premises.open()
    begin()
    bulk.run(container, actor, order_id)


def approve_on_a_full_disk(premises: Premises, actor: Actor, target: Target, text: str) -> str:
    """Approve while no file may grow; the kind of trouble, empty when there was none."""
    container = premises.open()
    container.engine.connect().close()
    _fill_the_disk(premises)
    try:
        send_reply(container, actor, target, text)
    except DBAPIError as error:
        return type(error).__name__
    return ""


def poll_on_a_full_disk(premises: Premises, practice: Practice, page: MessagePage) -> str:
    """Take a page in while no file may grow; the kind of trouble, empty when there was none."""
    container = premises.open()
    container.engine.connect().close()
    _fill_the_disk(premises)
    try:
        poll(container, practice, OnePage(page))  # type: ignore[arg-type]
    except DBAPIError as error:
        return type(error).__name__
    return ""


def _fill_the_disk(premises: Premises) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    wal = Path(f"{premises.settings.database_url.removeprefix('sqlite:///')}-wal")
    room = wal.stat().st_size + 4096 if wal.exists() else 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
