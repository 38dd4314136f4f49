"""The schema comes to be in one way only, and says what the models say."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic.util import CommandError
from sqlalchemy import Engine, inspect, text

from db import migrate, open_database
from db.schema import metadata
from tests import databases

FORK_SERVER = multiprocessing.get_context("forkserver")


def test_the_migrations_add_up_to_the_models(database_url: str) -> None:
    migrate.check(database_url)


def test_a_model_that_the_migrations_forgot_is_noticed(engine: Engine, database_url: str) -> None:
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("ALTER TABLE macro RENAME COLUMN label TO name"))
    try:
        with pytest.raises(CommandError):
            migrate.check(database_url)
    finally:
        with engine.execution_options(writing=True).begin() as connection:
            connection.execute(text("ALTER TABLE macro RENAME COLUMN name TO label"))


def test_every_index_begins_with_the_practice_where_there_is_one() -> None:
    before_sign_in = {"digest", "staff_id", "email", "issuer", "patient_id"}
    for table in metadata().tables.values():
        if "practice_id" in table.columns:
            for index in table.indexes:
                first = next(iter(index.columns)).name
                assert first == "practice_id" or first in before_sign_in, index.name


def test_a_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    migrate.upgrade(f"sqlite:///{tmp_path}/new/foyer.db")
    assert (tmp_path / "new" / "foyer.db").stat().st_mode & 0o077 == 0


def test_asking_about_a_missing_file_does_not_create_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing.db"
    assert migrate.current(url) is None
    assert migrate.pending(url)[0] == "0001"
    assert not (tmp_path / "missing.db").exists()


def test_what_is_pending_is_listed_and_then_done(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    waiting = migrate.pending(url)
    assert migrate.upgrade(url) == waiting[-1] == migrate.current(url)
    assert migrate.pending(url) == []
    assert migrate.upgrade(url) == waiting[-1]


@pytest.mark.timeout(600)
def test_processes_that_start_together_migrate_once_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    assert _upgrade_from_processes(url) == {migrate.current(url)}


@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_processes_that_start_together_migrate_once_on_postgresql() -> None:
    with databases.postgres_schema(migrated=False) as url:
        assert migrate.current(url) is None
        assert _upgrade_from_processes(url) == {migrate.current(url)}


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "foyer.db"
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE presence (surprise TEXT)")
    with pytest.raises(Exception, match="presence"):
        migrate.upgrade(f"sqlite:///{file}")
    engine = open_database(f"sqlite:///{file}")
    assert set(inspect(engine).get_table_names()) == {"presence"}


def test_forms_of_before_keep_their_kind_and_what_waits_for_a_clinician(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    migrate.upgrade(url, "0006")
    with sqlite3.connect(tmp_path / "foyer.db") as raw:
        for name, source in (("a", "check_in"), ("b", "document")):
            _insert(raw, "intake_form", id=name, source=source, source_ref=name)
        for number, decision in enumerate(("escalated", "escalated", "open")):
            _insert(raw, "intake_field", id=f"f{number}", form_id="a", decision=decision)
        _insert(
            raw,
            "intake_field",
            id="old",
            form_id="a",
            decision="escalated",
            replaced_at="2026-03-02",
        )
    migrate.upgrade(url)
    with sqlite3.connect(tmp_path / "foyer.db") as raw:
        found = raw.execute("SELECT id, kind, escalated FROM intake_form ORDER BY id").fetchall()
    assert found == [("a", "check_in", 2), ("b", None, 0)]


def test_files_of_before_are_known_by_the_name_of_their_first_interchange(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    migrate.upgrade(url, "0010")
    with sqlite3.connect(tmp_path / "foyer.db") as raw:
        _insert(raw, "x12_file", id="read", practice_id="p", digest="d1", interchange="name")
        _insert(raw, "x12_file", id="unread", practice_id="p", digest="d2")
    migrate.upgrade(url)
    with sqlite3.connect(tmp_path / "foyer.db") as raw:
        found = raw.execute(
            "SELECT practice_id, file_id, number, name, content FROM x12_interchange"
        ).fetchall()
    assert found == [("p", "read", 1, "name", "")]


def _insert(raw: sqlite3.Connection, table: str, **values: str) -> None:
    """A row with *values*; what must not be empty and is not named is zero."""
    columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
    needed = {name: 0 for _, name, _, required, _, _ in columns if required} | values
    marks = ", ".join("?" * len(needed))
    raw.execute(f"INSERT INTO {table} ({', '.join(needed)}) VALUES ({marks})", [*needed.values()])


def _upgrade_from_processes(url: str) -> set[str]:
    with FORK_SERVER.Pool(4) as pool:
        return set(pool.map(migrate.upgrade, [url] * 4, chunksize=1))
