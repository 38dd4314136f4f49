"""Backup and restore: one portable file, taken from a running database, proved on the way back."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table, insert, select

from db import portable
from db.base import utc_now
from db.schema import metadata

FORMAT = 1
BYTES_AT_ONCE = 4_000_000
# Restored, these would sign people in again who have been signed out, or lie about who is here.
LEFT_OUT = frozenset({"app_session", "lease", "presence"})


class BackupFault(Exception):
    """A backup cannot be made, read or restored; the message says why."""


@dataclass(frozen=True)
class TableCopy:
    """One table in a backup: how many rows, and the SHA-256 over their lines."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: the schema's revision, when it was taken, and every table."""

    revision: str
    taken_at: datetime
    tables: tuple[TableCopy, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


def backup(engine: Engine, path: Path) -> Manifest:
    """Copy every row to *path*, as it was at one moment, while work goes on.

    Patient data stays sealed as it is in the database; the keyring is not in the file and must
    be kept apart from it. Sessions, presence and leases are left out. The file appears whole or
    not at all. Raises ``BackupFault`` for a database without a schema.
    """
    unfinished = path.with_name(path.name + ".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = _write(engine, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def restore(path: Path, engine: Engine) -> Manifest:
    """Fill an empty, migrated database from *path*, in one transaction that ends with proof.

    Every table is read back and its count and digest compared with the manifest. Raises
    ``BackupFault`` when the file is damaged, the schemas differ or the database is not empty;
    nothing is kept then.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_manifest(archive)
            with engine.execution_options(writing=True).begin() as connection:
                _expect_room(connection, manifest)
                for copy in manifest.tables:
                    _fill(connection, archive, copy)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError):
        raise BackupFault("The file is not a backup, or it is damaged.") from None
    return manifest


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """What the archive says it holds; raises ``ValueError`` or ``KeyError`` if it is not ours."""
    stored = json.loads(archive.read("manifest.json"))
    if stored["format"] != FORMAT:
        raise BackupFault("The backup was made by another version of Foyer.")
    return Manifest(
        revision=stored["revision"],
        taken_at=datetime.fromisoformat(stored["taken_at"]),
        tables=tuple(TableCopy(**table) for table in stored["tables"]),
    )


def _write(engine: Engine, file: IO[bytes]) -> Manifest:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        _snapshot(engine) as connection,
    ):
        revision = _revision(connection)
        copies = tuple(_copy(connection, archive, table) for table in _tables().values())
        manifest = Manifest(revision, utc_now(), copies)
        stored: dict[str, Any] = {"format": FORMAT} | asdict(manifest)
        stored["taken_at"] = manifest.taken_at.isoformat()
        archive.writestr("manifest.json", json.dumps(stored, indent=1))
    return manifest


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    # SQLite's read transaction is a snapshot already; PostgreSQL must be asked for one.
    asked = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    options = asked if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _copy(connection: Connection, archive: zipfile.ZipFile, table: Table) -> TableCopy:
    summed, rows = hashlib.sha256(), 0
    with archive.open(_member(table.name), "w", force_zip64=True) as out:
        for line in portable.lines(connection, table):
            out.write(line)
            summed.update(line)
            rows += 1
    return TableCopy(table.name, rows, summed.hexdigest())


def _expect_room(connection: Connection, manifest: Manifest) -> None:
    tables = _tables()
    if _revision(connection) != manifest.revision:
        raise BackupFault(
            f"The backup holds schema {manifest.revision}: migrate the database to that first."
        )
    if {copy.name for copy in manifest.tables} != tables.keys():
        raise BackupFault("The backup and this version of Foyer know different tables.")
    for table in tables.values():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupFault("The database is not empty: restore into a new one.")


def _fill(connection: Connection, archive: zipfile.ZipFile, copy: TableCopy) -> None:
    table = _tables()[copy.name]
    with archive.open(_member(copy.name)) as source:
        for batch in _batches(source):
            connection.execute(insert(table), portable.rows(table, batch))
    if portable.digest(connection, table) != (copy.rows, copy.sha256):
        raise BackupFault(f"The rows of {copy.name} are not those that were backed up.")


def _batches(source: IO[bytes]) -> Iterator[list[bytes]]:
    batch, size = list[bytes](), 0
    for line in source:
        batch.append(line)
        size += len(line)
        if size > BYTES_AT_ONCE or len(batch) >= portable.ROWS_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _tables() -> dict[str, Table]:
    known = sorted(metadata().tables.items())
    return {name: portable.plain(table) for name, table in known if name not in LEFT_OUT}


def _revision(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise BackupFault("The database has no schema yet: run `foyer db migrate` first.")
    return revision


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"
