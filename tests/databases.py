"""A migrated, empty database of either kind for each test, in a few milliseconds."""

import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from db import migrate, open_database
from db.schema import metadata

POSTGRES = os.environ.get(
    "FOYER_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def sqlite_template(folder: Path) -> Path:
    """Migrate one SQLite file for copying."""
    template = folder / "template.db"
    url = f"sqlite:///{template}"
    migrate.upgrade(url)
    engine = open_database(url)
    with engine.connect() as connection:  # nothing may stay behind in the WAL
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return template


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a fresh copy of the migrated file."""
    fresh = folder / "foyer.db"
    shutil.copyfile(template, fresh)
    return f"sqlite:///{fresh}"


@contextmanager
def postgres_schema(*, migrated: bool = True) -> Iterator[str]:
    """The URL of a schema of one's own, dropped afterwards. Skips when there is no server."""
    require_postgres()
    name = f"foyer_{uuid4().hex[:12]}"
    # A test outlives no crash of the server, so nobody waits for its disk.
    options = f"-csearch_path={name} -csynchronous_commit=off"
    url = make_url(POSTGRES).update_query_dict({"options": options})
    shown = url.render_as_string(hide_password=False)
    _on_server(f'CREATE SCHEMA "{name}"')
    try:
        if migrated:
            migrate.upgrade(shown)
        yield shown
    finally:
        _on_server(f'DROP SCHEMA "{name}" CASCADE')


def require_postgres() -> None:
    """Skip the test, by name, where there is no PostgreSQL."""
    if not postgres_is_running():
        pytest.skip("PostgreSQL is not running")


@functools.cache
def postgres_is_running() -> bool:
    """Whether the server for tests answers."""
    engine = create_engine(POSTGRES, connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


def empty(engine: Engine) -> None:
    """Remove every row, so that the next test finds the database as the first one did."""
    with engine.begin() as connection:
        for name, many in connection.execute(text(_filled())).all():
            connection.execute(text(f'TRUNCATE "{name}"' if many else f'DELETE FROM "{name}"'))


@functools.cache
def _filled() -> str:
    """Which tables have rows, and whether many; those that refer to others come first."""
    # Deleting a few rows takes a tenth of the time that truncating takes.
    asked = 'SELECT {n} AS at, \'{t}\' AS name, EXISTS (SELECT FROM "{t}" OFFSET 2000) AS many WHERE EXISTS (TABLE "{t}")'
    tables = enumerate(reversed(metadata().sorted_tables))
    each = " UNION ALL ".join(asked.format(n=n, t=table.name) for n, table in tables)
    return f"SELECT name, many FROM ({each}) AS filled ORDER BY at"


def _on_server(statement: str) -> None:
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
