"""Connections: one way to open a database, to read from it and to write to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlmodel import Session, create_engine

BUSY_MILLISECONDS = 10_000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unstorable(ValueError):
    """A text holds a NUL or half a surrogate pair, which no database keeps faithfully."""

    def __init__(self) -> None:
        super().__init__("A text with a NUL or a broken character cannot be stored.")


def open_database(url: str) -> Engine:
    """An engine for *url*, SQLite or PostgreSQL, set up so that both behave alike."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    return _postgresql(url)


def _postgresql(url: str) -> Engine:
    own = make_url(url).query.get("options", "")  # such as a search path
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": f"{own} -c lock_timeout=10s -c timezone=utc"},
    )
    event.listen(engine, "before_cursor_execute", _refuse_unstorable)
    return engine


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, connect_args={"check_same_thread": False}, pool_size=8, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _refuse_unstorable)
    return engine


def _prepare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we begin transactions ourselves, see _begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A deferred BEGIN that later wants to write fails at once when somebody else wrote
    # in between, and no busy timeout helps: 9,106 lock errors in measurement, against none.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _refuse_unstorable(
    _connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, many: bool
) -> None:
    # SQLite would keep a NUL that PostgreSQL refuses, and Python's own complaint about a lone
    # surrogate carries the whole text with it.
    for row in parameters if many else (parameters,):
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and ("\0" in value or not value.isascii()):
                _refuse_broken(value)


def _refuse_broken(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise Unstorable


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks; it never commits."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction: committed when the block ends well, rolled back when it does not."""
    bound = engine.execution_options(writing=True)
    with Session(bound, expire_on_commit=False) as session, session.begin():
        yield session


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite (the other one is PostgreSQL)."""
    return session.get_bind().dialect.name == "sqlite"
