"""The process that is killed: it delivers as the worker does and says when it begins."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from db import open_database
from db.keyring import Keyring
from db.practices import Practice
from services.container import Container
from services.deliverer import carrier, deliver
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Mailbox, PortalReply, Receipt
from services.settings import Settings


@dataclass(frozen=True)
class Building:
    """What a child needs to open the building for itself."""

    settings: Settings
    keyring: Keyring
    practice: Practice
    connection: PracticeConnection
    opens: "Callable[[Building, int], Ehr]"


def later(ahead: timedelta) -> Callable[[], datetime]:
    """A clock that is *ahead* of the real one, so that leases and delays need no waiting."""
    return lambda: datetime.now(UTC) + ahead


@dataclass(frozen=True)
class Announcing:
    """The real mailbox, which says one byte on *says* when a reply is about to leave."""

    mailbox: Mailbox
    says: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mailbox, name)

    def reply(self, reply: PortalReply) -> Receipt:
        os.write(self.says, b"s")
        return self.mailbox.reply(reply)


def by_mailbox(building: Building, says: int) -> Ehr:
    """The lines to the EHR, signed in and connected: the kill shall hit the send itself."""
    ehr = connect(building.connection, OwnTokens(), OwnCalls(), later(timedelta()))
    ehr.mailbox.changed_since(None)
    return replace(ehr, mailbox=Announcing(ehr.mailbox, says))


def deliver_until_killed(building: Building, ahead: timedelta, ready: int, idle: int) -> None:
    """Deliver again and again: ``r`` on *ready* at the start, ``s`` at each send, ``i`` on *idle*."""
    container = Container(
        building.settings, open_database(building.settings.database_url), building.keyring,
        later(ahead),
    )  # fmt: skip
    one = carrier(container, building.practice, building.opens(building, ready))
    os.write(ready, b"r")
    while True:
        if not deliver(one).total():
            os.write(idle, b"i")
            time.sleep(0.005)
