"""A worker of its own process that is killed with its first charge just entered in eCW."""

import os
import signal
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from db import open_database, reading
from db.keyring import Keyring
from db.practices import Practices
from services.container import Container
from services.deliverer import carrier, deliver
from services.ehr.charges import Charges, ChargeWrite
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Receipt
from services.settings import Settings


@dataclass(frozen=True)
class Killing:
    """The real charges; once eCW has one, this process gets no further."""

    charges: Charges

    def write(self, charge: ChargeWrite) -> Receipt:
        self.charges.write(charge)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody gets here")


def deliver_and_die(
    settings: Settings, keyring: Keyring, connection: PracticeConnection, ahead: timedelta
) -> None:
    """Deliver what is due *ahead* of now, until the kill."""
    engine = open_database(settings.database_url)
    container = Container(settings, engine, keyring, lambda: datetime.now(UTC) + ahead)
    with reading(engine) as session:
        (practice,) = Practices(session).all()
    ehr = connect(connection, OwnTokens(), OwnCalls(), lambda: datetime.now(UTC))
    deliver(carrier(container, practice, replace(ehr, charges=Killing(ehr.charges))))  # type: ignore[arg-type]
