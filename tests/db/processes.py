"""Work for other processes, in a module that is quick to import: they start in milliseconds."""

import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any
from uuid import UUID

from db import open_database, writing
from db.conversations import Conversation, Conversations
from db.rotation import rotate
from db.schema import metadata
from tests.db import rows

__all__ = ["FORKS", "killed_after", "rotate_in_small_steps", "take_all", "take_all_naively"]

metadata()  # here, so that a fork need not
FORKS: ForkServerContext = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.db.processes"])


def killed_after(steps: int, seconds: float, target: Callable[..., None], *given: Any) -> None:
    """Run *target* in a process and kill -9 it *seconds* after it has done so many *steps*.

    *target* is called with something to call after each step, and what is *given*. One that
    ends before is left alone.
    """
    ours, theirs = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_announced, args=(theirs, target, given))
    process.start()
    theirs.close()
    with suppress(EOFError):  # it ended before
        for _ in range(steps):
            ours.recv()
        time.sleep(seconds)
        process.kill()
    process.join()


def _announced(line: Connection, target: Callable[..., None], given: tuple[Any, ...]) -> None:
    target(lambda: line.send("a step"), *given)


def rotate_in_small_steps(step: Callable[[], None], url: str, keyring_path: Path) -> None:
    """Rotate with many small transactions, so that a kill has somewhere to hit."""
    rotate(open_database(url), keyring_path, lambda done, total: step(), batch=4)


def take_all(url: str, practice_id: UUID, ids: list[UUID]) -> list[UUID]:
    """Approve each conversation if its version is still 1; returns those that were ours."""
    engine, ours = open_database(url), []
    for id in ids:
        with writing(engine) as session:
            if Conversations(session, practice_id).take(id, 1):
                session.add(rows.message(_reference(practice_id, id)))
                ours.append(id)
    engine.dispose()
    return ours


def take_all_naively(url: str, practice_id: UUID, ids: list[UUID]) -> list[UUID]:
    """The same without compare-and-set: look, think for a moment, then act."""
    engine, ours = open_database(url), []
    for id in ids:
        with writing(engine) as session:
            is_free = Conversations(session, practice_id).get(id).version == 1
        time.sleep(0.02)  # longer than a colleague takes to start
        if is_free:
            with writing(engine) as session:
                Conversations(session, practice_id).get(id).version = 2
                ours.append(id)
    engine.dispose()
    return ours


def _reference(practice_id: UUID, id: UUID) -> Conversation:
    return rows.conversation(practice_id, id=id)
