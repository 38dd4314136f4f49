"""Bringing a database to the present schema, once, however many processes start together."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url

from db.engine import open_database
from db.estimates import write_estimates

PATIENCE_MILLISECONDS = 300_000  # for another process's migration of a large table


def upgrade(url: str, to: str = "head") -> str:
    """Apply what has not been applied, up to *to*, in one transaction; returns the revision reached.

    *url* names SQLite, or PostgreSQL with an optional ``?options=-csearch_path=<schema>``.
    A second process waits for the first and then finds nothing to do.
    """
    _prepare_file(url)
    with _migrating(url) as connection:
        command.upgrade(config(connection), to)
        if connection.dialect.name == "sqlite" and to == "head":
            write_estimates(connection)
        return str(_revision(connection))


def current(url: str) -> str | None:
    """The revision a database is at; ``None`` when it was never migrated. Creates nothing."""
    if _is_missing_file(url):
        return None
    with _engine(url) as engine, engine.connect() as connection:
        return _revision(connection)


def pending(url: str) -> list[str]:
    """The revisions that ``upgrade`` would apply, in their order."""
    script = ScriptDirectory.from_config(config())
    at = current(url)
    waiting = script.iterate_revisions("head", at or "base")
    return [revision.revision for revision in waiting][::-1]


def check(url: str) -> None:
    """Raises ``alembic.util.CommandError`` when a migrated database is not what the models say."""
    with _migrating(url) as connection:
        command.check(config(connection))


def draft(message: str) -> Path:
    """Write the next revision from what the models say now, for a developer to tidy.

    It is compared with an empty SQLite database: what PostgreSQL would suggest cannot be
    applied to SQLite, which has no ALTER.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        upgrade(url)
        with _migrating(url) as connection:
            number = f"{1 + len(list(_scripts().walk_revisions())):04d}"
            script = command.revision(config(connection), message, True, rev_id=number)
    return Path(getattr(script, "path"))  # noqa: B009  (one script, as we asked for one)


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _migrating(url: str) -> Iterator[Connection]:
    with _engine(url) as engine, engine.connect() as fresh:
        connection = fresh.execution_options(writing=True)
        if engine.dialect.name == "sqlite":
            _wait_longer(connection)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                _take_turns(connection)
            yield connection


def _wait_longer(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  (a fresh connection has one)
    driver.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")


def _take_turns(connection: Connection) -> None:
    # The patience is for other migrations only: an ALTER that waits long for a table
    # makes every reader behind it wait as well.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {PATIENCE_MILLISECONDS}")
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtext('foyer.migrate'), hashtext(current_schema()))"
    )
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")


def _file(url: str) -> Path | None:
    parsed = make_url(url)
    on_disk = parsed.get_backend_name() == "sqlite" and parsed.database not in (
        None,
        "",
        ":memory:",
    )
    return Path(str(parsed.database)) if on_disk else None


def _is_missing_file(url: str) -> bool:
    file = _file(url)
    return file is not None and not file.exists()


def _prepare_file(url: str) -> None:
    if (file := _file(url)) and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # the journal files beside it inherit this
