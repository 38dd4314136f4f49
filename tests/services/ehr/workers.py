"""Other processes of the same practice, as a test starts them."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

from db import open_database
from db.keyring import load_keyring
from services.container import Container
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.governor import Governor, Share
from services.ehr.stores import SharedCalls, SharedTokens
from services.errors import Unreachable
from services.settings import Settings

THREADS = 7


def building(url: str, keyring: Path) -> Container:
    """The same building, entered from another process."""
    settings = Settings(database_url=url, keyring=keyring)
    return Container(settings, open_database(url), load_keyring(keyring))


def poll_at_once(
    url: str, keyring: Path, practice_id: UUID, connection: PracticeConnection, barrier: Barrier
) -> None:
    """Seven threads of one worker read the mailbox at the same moment."""
    container = building(url, keyring)
    tokens, calls = SharedTokens(container, practice_id), SharedCalls(container, practice_id)
    ehr = connect(connection, tokens, calls, container.clock)
    barrier.wait(90)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: ehr.mailbox.changed_since(None), range(THREADS)))


def call_until_refused(
    url: str, keyring: Path, practice_id: UUID, governor: Governor, barrier: Barrier
) -> int:
    """One worker's calls before the governor says stop."""
    container = building(url, keyring)
    mine = Governor(SharedCalls(container, practice_id), governor.budget, governor.now)
    barrier.wait(90)
    for number in range(1000):
        try:
            mine.take(Share.SYNC)
        except Unreachable:
            return number
    return 1000
