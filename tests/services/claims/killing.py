"""Posting in a process that may be killed: quick to start, and it tells each transaction it commits."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import event

from db import open_database, reading
from db.keyring import load_keyring
from db.practices import Practices
from services.claims import posting
from services.container import Container
from services.settings import Settings

SMALL = 25  # claims a transaction, so that a kill has somewhere to hit


def post(
    step: Callable[[], None], url: str, keyring: Path, practice_id: UUID, at: str, forgetful: bool
) -> None:
    """Post what is kept, calling *step* after each commit.

    A *forgetful* process does not look at what was posted before it: the negative control.
    """
    posting.BATCH = SMALL
    if forgetful:
        posting._done = lambda desk, id: set()
    settings = Settings(database_url=url, keyring=keyring)
    now = datetime.fromisoformat(at).astimezone(UTC)
    container = Container(settings, open_database(url), load_keyring(keyring), lambda: now)
    event.listen(container.engine, "commit", lambda _connection: step())
    with reading(container.engine) as session:
        practice = Practices(session).get(practice_id)
    posting.post_kept(container, practice)
