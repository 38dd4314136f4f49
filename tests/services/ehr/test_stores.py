"""All processes of a practice share one token and one count of calls, on either database."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from db import Engine
from db.keyring import Keyring, new_keyring, save_keyring
from services.container import Container
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.governor import Governor
from services.ehr.stores import SharedCalls, SharedTokens
from services.ehr.tokens import Hold, Token
from services.sandbox import Running
from tests.services.ehr import workers

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOKEN = Token("secret-bearer", frozenset({"system/Patient.read"}), NOON, NOON + 5 * MINUTE)
PROCESSES = 3


def noon() -> datetime:
    return NOON


@pytest.fixture
def id() -> UUID:
    return uuid4()


@pytest.fixture
def keyring_file(keyring: Keyring, tmp_path: Path) -> Path:
    path = tmp_path / "shared" / "keyring.json"
    save_keyring(path, keyring)
    return path


def in_processes(work: Callable[..., Any], *arguments: object) -> list[Any]:
    """Run *work* in three processes that start together; their results."""
    context = multiprocessing.get_context("forkserver")
    with multiprocessing.Manager() as shared:
        barrier = shared.Barrier(PROCESSES)
        with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
            running = [pool.submit(work, *arguments, barrier) for _ in range(PROCESSES)]
            return [one.result(60) for one in running]


def test_a_token_is_known_to_every_process_and_sealed_at_rest(
    container: Container, engine: Engine, id: UUID
) -> None:
    SharedTokens(container, id).write(TOKEN)
    assert SharedTokens(container, id).read() == TOKEN
    with engine.connect() as connection:
        [row] = connection.execute(text("SELECT * FROM ehr_token")).all()
    assert "secret-bearer" not in repr(row)


def test_another_practice_does_not_see_it(container: Container, id: UUID) -> None:
    SharedTokens(container, id).write(TOKEN)
    assert SharedTokens(container, uuid4()).read() is None


def test_a_hold_replaces_the_token_until_it_is_forgotten(container: Container, id: UUID) -> None:
    tokens = SharedTokens(container, id)
    tokens.write(TOKEN)
    hold = Hold("Authorise again.", NOON)
    tokens.write(hold)
    assert tokens.read() == hold
    tokens.forget()
    assert tokens.read() is None
    tokens.write(TOKEN)
    assert tokens.read() == TOKEN


def test_a_token_sealed_under_a_lost_key_is_simply_fetched_anew(
    container: Container, id: UUID
) -> None:
    SharedTokens(container, id).write(TOKEN)
    moved = Container(container.settings, container.engine, new_keyring(), container.clock)
    assert SharedTokens(moved, id).read() is None


def test_the_lease_is_free_again_after_an_error(container: Container, id: UUID) -> None:
    tokens = SharedTokens(container, id)
    with pytest.raises(ZeroDivisionError), tokens.lease():
        raise ZeroDivisionError
    with SharedTokens(container, id).lease():
        pass


def test_calls_are_counted_by_the_minute(container: Container, id: UUID) -> None:
    calls = SharedCalls(container, id)
    assert [calls.take(NOON, 2) for _ in range(3)] == [True, True, False]
    assert calls.take(NOON, 3)
    assert calls.take(NOON + MINUTE, 1)
    assert not calls.take(NOON, 100)
    assert SharedCalls(container, uuid4()).take(NOON, 1)


def test_a_count_left_by_a_clock_that_ran_ahead_does_not_block(
    container: Container, id: UUID
) -> None:
    calls = SharedCalls(container, id)
    assert calls.take(NOON + timedelta(days=1), 1)
    assert calls.take(NOON, 1)


def test_a_pause_is_known_to_all_and_only_grows(container: Container, id: UUID) -> None:
    calls = SharedCalls(container, id)
    assert calls.paused_until() is None
    for minutes in (2, 1):
        calls.pause(NOON + minutes * MINUTE)
    assert SharedCalls(container, id).paused_until() == NOON + 2 * MINUTE


def test_three_processes_together_stay_below_the_ceiling(
    database_url: str, engine: Engine, keyring_file: Path, id: UUID
) -> None:
    standing = Governor(None, Budget(total=60, sync=40, interactive=10), noon)  # type: ignore[arg-type]
    taken = in_processes(workers.call_until_refused, database_url, keyring_file, id, standing)
    assert sum(taken) == 40


def test_twenty_one_workers_in_three_processes_ask_for_one_token(
    database_url: str,
    engine: Engine,
    keyring_file: Path,
    id: UUID,
    practice: PracticeConnection,
    sandbox: Running,
) -> None:
    sandbox.control.fault("token", "latency", seconds=0.3)
    in_processes(workers.poll_at_once, database_url, keyring_file, id, practice)
    assert len(sandbox.control.calls("healow.messages")) == PROCESSES * workers.THREADS
    assert len(sandbox.control.calls("token")) == 1
