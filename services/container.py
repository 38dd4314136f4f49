"""What every process holds once: settings, database, keyring, clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from db import Engine, open_database, reading
from db.keyring import Keyring, KeyringFault, load_keyring
from db.migrate import pending
from db.vault import check_keyring
from services.errors import Misconfigured
from services.settings import Settings
from services.settings_faults import DATABASES


def system_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Container:
    """The building. Desks are opened in it; nothing in it changes while it stands."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    clock: Callable[[], datetime] = system_clock


def open_container(settings: Settings) -> Container:
    """Open the building. Raises ``Misconfigured`` when keyring or database are not ready."""
    if faults := list(missing(settings)):
        raise Misconfigured(faults)
    container = Container(
        settings, open_database(settings.database_url), load_keyring(settings.keyring)
    )
    try:
        with reading(container.engine) as session:
            check_keyring(session, container.keyring)
    except KeyringFault as fault:
        raise Misconfigured([f"keyring: {fault}"]) from None
    return container


def missing(settings: Settings) -> Iterator[str]:
    """What must be made ready before the building can open, one sentence each."""
    try:
        load_keyring(settings.keyring)
    except KeyringFault as fault:
        yield f"keyring: {fault}"
    if not settings.database_url.startswith(DATABASES):
        return  # said already
    try:
        waiting = pending(settings.database_url)
    except Exception as error:  # whatever the driver says may name hosts and people
        yield f"database_url: the database does not answer ({type(error).__name__})."
    else:
        if waiting:
            yield f"database_url: {len(waiting)} migration(s) missing; run `foyer db migrate`."
