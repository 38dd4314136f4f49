"""C01, S02, S03: many at once, a busy database, a database that goes away."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col, select

from db import open_database, reading, writing
from db.ai_spend import AiSpends
from db.conversations import Conversation
from db.messages import Message
from tests.db import rows
from tests.db.processes import FORKS, take_all, take_all_naively

PEOPLE, ITEMS = 50, 40


@pytest.mark.timeout(600)
def test_fifty_people_approve_and_each_item_is_approved_once(
    engine: Engine, database_url: str
) -> None:
    practice_id, ids = _open_items(engine, ITEMS)
    with FORKS.Pool(PEOPLE) as pool:
        tasks = [(database_url, practice_id, ids)] * PEOPLE
        winners = [id for ours in pool.starmap(take_all, tasks, chunksize=1) for id in ours]
    assert sorted(winners) == sorted(ids)
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Message)).one() == ITEMS
        assert set(session.exec(select(Conversation.version))) == {2}


def test_looking_before_acting_would_approve_some_items_twice(
    engine: Engine, database_url: str
) -> None:
    """The control: the same people without compare-and-set."""
    practice_id, ids = _open_items(engine, ITEMS)
    with FORKS.Pool(8) as pool:
        tasks = [(database_url, practice_id, ids)] * 8
        winners = [id for ours in pool.starmap(take_all_naively, tasks, chunksize=1) for id in ours]
    assert len(winners) > len(ids)


def test_fifty_writers_beside_a_long_reader_lose_nothing(engine: Engine) -> None:
    _, ids = _open_items(engine, 1)
    with reading(engine) as reader:
        reader.exec(select(Conversation)).all()
        with ThreadPoolExecutor(50) as people:
            list(people.map(lambda _: _touch(engine, ids[0]), range(200)))
    with reading(engine) as session:
        assert session.exec(select(Conversation.touches)).one() == 200


def test_a_deferred_transaction_would_meet_a_locked_database(sqlite_url: str) -> None:
    """The control of BEGIN IMMEDIATE: read first, write later, and no patience helps."""
    engine = open_database(sqlite_url)
    _open_items(engine, 1)
    with engine.connect() as slow:
        slow.execute(text("SELECT version FROM conversation"))
        with writing(engine) as session:
            session.connection().execute(text("UPDATE conversation SET touches = 1"))
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            slow.execute(text("UPDATE conversation SET touches = 2"))
        assert time.monotonic() - began < 5, "the busy timeout of 10 s was no help"
    engine.dispose()


def test_waiting_for_a_lock_ends(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine.BUSY_MILLISECONDS", 100)
    engine = open_database(sqlite_url)
    _, ids = _open_items(engine, 1)
    with writing(engine) as session:
        _raise_touches(session)
        with pytest.raises(OperationalError, match="locked"):
            _touch(engine, ids[0])
    engine.dispose()


def test_the_first_use_of_a_day_is_counted_once_by_many_workers(engine: Engine) -> None:
    practice_id = rows.practice(engine)
    together = threading.Barrier(8)

    def use(_: int) -> None:
        together.wait()
        with writing(engine) as session:
            AiSpends(session, practice_id).add_use(date(2026, 3, 2), "claude", calls=1)

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(use, range(8)))
    with reading(engine) as session:
        spent = AiSpends(session, practice_id).of(date(2026, 3, 2), "claude")
        assert spent is not None
        assert spent.calls == 8


@pytest.mark.postgres
def test_a_lost_connection_rolls_back_and_the_next_click_works(postgres_schema: str) -> None:
    engine, server = open_database(postgres_schema), open_database(postgres_schema)
    try:
        _, ids = _open_items(engine, 1)
        with pytest.raises(DBAPIError) as failure:
            _touch_on_a_connection_that_dies(engine, server)
        assert failure.value.connection_invalidated
        began = time.monotonic()
        _touch(engine, ids[0])
        assert time.monotonic() - began < 5
        with reading(engine) as session:
            assert session.exec(select(Conversation.touches)).one() == 1
    finally:
        _empty_and_close(engine, server)


@pytest.mark.postgres
def test_idle_connections_that_died_are_dropped_from_the_pool(postgres_schema: str) -> None:
    engine, server = open_database(postgres_schema), open_database(postgres_schema)
    try:
        _, ids = _open_items(engine, 1)
        with reading(engine) as session:
            pid = session.connection().scalar(text("SELECT pg_backend_pid()"))
        with server.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        _touch(engine, ids[0])
    finally:
        _empty_and_close(engine, server)


def test_a_full_disk_refuses_visibly_and_leaves_nothing_half_done(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    practice_id, ids = _open_items(engine, 1)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(OperationalError, match="full"):
        _touch_and_take_in_much(engine, practice_id)
    with reading(engine) as session:
        assert session.exec(select(Conversation.touches)).one() == 0
        assert session.exec(select(func.count()).select_from(Message)).one() == 0
    _touch(engine, ids[0])
    engine.dispose()


def _open_items(engine: Engine, count: int) -> tuple[UUID, list[UUID]]:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        items = [rows.conversation(practice_id) for _ in range(count)]
        session.add_all(items)
    return practice_id, [item.id for item in items]


def _touch(engine: Engine, id: UUID) -> None:
    with writing(engine) as session:
        locked = select(Conversation).where(col(Conversation.id) == id).with_for_update()
        session.exec(locked).one().touches += 1


def _touch_on_a_connection_that_dies(engine: Engine, server: Engine) -> None:
    with writing(engine) as session:
        _raise_touches(session)
        _end_backend(server, session)
        _raise_touches(session)


def _touch_and_take_in_much(engine: Engine, practice_id: UUID) -> None:
    with writing(engine) as session:
        _raise_touches(session)
        for _ in range(500):
            session.add(rows.message(rows.conversation(practice_id), body=bytes(1_000)))


def _raise_touches(session: rows.Session) -> None:
    session.connection().execute(text("UPDATE conversation SET touches = touches + 1"))


def _end_backend(server: Engine, session: rows.Session) -> None:
    pid = session.connection().scalar(text("SELECT pg_backend_pid()"))
    with server.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def _empty_and_close(*engines: Engine) -> None:
    with engines[0].begin() as connection:
        connection.execute(text("TRUNCATE conversation, practice"))
    for engine in engines:
        engine.dispose()
