"""S14: a practice moves from one database to the other, and nothing is lost or changed."""

import json
import random
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert
from sqlmodel import select

from db import migrate, open_database, reading, writing
from db.ai_spend import AiSpend
from db.app_sessions import AppSession
from db.audit import AuditTrail, verify
from db.backup import BackupFault, backup, restore
from db.base import new_id
from db.conversations import Conversation
from db.job_runs import JobRun
from db.keyring import Keyring
from db.messages import Message, Messages
from db.patients import PatientIndex
from db.vault import Vault
from tests import databases
from tests.db import rows

ODD_MOMENTS = (
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 11, 1, 1, 30, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
)
ODD_WORDS = (
    "👩‍👧‍👦 e\u0301 \u202e",
    "'; DROP TABLE message; --",
    "line\nbreak\u2028",
    "",
    "\\u0000 %_",
)


@pytest.fixture
def other(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the other kind."""
    if engine.dialect.name == "postgresql":
        (tmp_path / "other").mkdir()
        template = request.getfixturevalue("sqlite_template")
        opened = open_database(databases.sqlite_copy(template, tmp_path / "other"))
    else:
        opened = open_database(request.getfixturevalue("postgres_schema"))
    yield opened
    if opened.dialect.name == "postgresql":
        databases.empty(opened)
    opened.dispose()


@pytest.mark.postgres
def test_odd_rows_survive_the_move_and_the_trail_still_holds(
    engine: Engine, other: Engine, keyring: Keyring, tmp_path: Path
) -> None:
    practice_id = _odd_practice(engine, keyring)
    made = backup(engine, tmp_path / "foyer.zip")
    assert restore(tmp_path / "foyer.zip", other) == made
    again = backup(other, tmp_path / "again.zip")
    assert again.tables == made.tables
    with reading(other) as session:
        trail = AuditTrail(session, practice_id)
        assert verify(keyring.audit, trail.in_order(), trail.head(), {}) is None
        assert trail.head().seq == 20
        vault = Vault(session, practice_id, keyring)
        words = {vault.read(m, "body").text for m in session.exec(select(Message))}
        assert words == {*ODD_WORDS, "€" * 400_000}
        assert {run.started_at for run in session.exec(select(JobRun))} == set(ODD_MOMENTS)
        assert session.exec(select(AiSpend.day)).one() == date(2026, 2, 28)


@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_a_hundred_thousand_rows_move(engine: Engine, other: Engine, tmp_path: Path) -> None:
    practice_id = rows.practice(engine)
    _many_messages(engine, practice_id, 10_000)
    _many_digests(engine, practice_id, 90_000)
    made = backup(engine, tmp_path / "foyer.zip")
    counts = {copy.name: copy.rows for copy in made.tables}
    assert counts["message"] + counts["patient_index"] == 100_000
    assert restore(tmp_path / "foyer.zip", other) == made  # which compares every row


def test_a_backup_is_one_moment_though_work_goes_on(
    engine: Engine, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, "synthetic")

    def while_copying(connection: Any, table: Any) -> Any:
        with writing(engine) as session:
            rows.sealed_thread(session, practice_id, keyring, "synthetic, later")
        return before(connection, table)

    from db import portable

    before = portable.lines
    monkeypatch.setattr(portable, "lines", while_copying)
    made = backup(engine, tmp_path / "foyer.zip")
    counts = {copy.name: copy.rows for copy in made.tables}
    assert counts["message"] == counts["conversation"] == counts["item_key"]
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Message)).one() > counts["message"]


def test_no_key_and_no_words_are_in_the_file(
    engine: Engine, keyring: Keyring, tmp_path: Path
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, "SYNTHETIC-CANARY")
    backup(engine, tmp_path / "foyer.zip")
    assert (tmp_path / "foyer.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "foyer.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"SYNTHETIC-CANARY" not in everything
    for key in (*keyring.wrapping.values(), keyring.audit, keyring.index):
        assert key not in everything
        assert json.dumps(key.hex()).encode() not in everything


def test_whoever_was_signed_out_stays_signed_out(engine: Engine, tmp_path: Path) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        session.add(
            AppSession(practice_id=practice_id, digest="d", staff_id=new_id(), csrf="c",
                       seen_at=rows.MONDAY, expires_at=rows.later(hours=8))
        )  # fmt: skip
    names = {copy.name for copy in backup(engine, tmp_path / "foyer.zip").tables}
    assert "app_session" not in names
    assert "conversation" in names


def test_only_an_empty_database_is_restored_into(engine: Engine, tmp_path: Path) -> None:
    rows.practice(engine)
    backup(engine, tmp_path / "foyer.zip")
    with pytest.raises(BackupFault, match="not empty"):
        restore(tmp_path / "foyer.zip", engine)


def test_only_the_same_schema_is_restored_into(sqlite_url: str, tmp_path: Path) -> None:
    backup(open_database(sqlite_url), tmp_path / "foyer.zip")
    older = f"sqlite:///{tmp_path}/older.db"
    migrate.upgrade(older, "0001")
    with pytest.raises(BackupFault, match="migrate the database"):
        restore(tmp_path / "foyer.zip", open_database(older))
    with pytest.raises(BackupFault, match="no schema"):
        backup(open_database(f"sqlite:///{tmp_path}/blank.db"), tmp_path / "blank.zip")
    assert not (tmp_path / "blank.zip").exists()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("harm", ["cut", "garbage", "row changed", "row dropped", "missing"])
def test_a_damaged_backup_is_refused_and_nothing_is_kept(
    sqlite_template: Path, tmp_path: Path, keyring: Keyring, harm: str
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    source = open_database(databases.sqlite_copy(sqlite_template, whole))
    _odd_practice(source, keyring)
    archive = tmp_path / "foyer.zip"
    backup(source, archive)
    _harm(archive, harm)
    target = open_database(databases.sqlite_copy(sqlite_template, tmp_path))
    with pytest.raises(BackupFault):
        restore(archive, target)
    with reading(target) as session:
        assert session.exec(select(func.count()).select_from(Conversation)).one() == 0


def _harm(archive: Path, harm: str) -> None:
    match harm:
        case "cut":
            archive.write_bytes(archive.read_bytes()[:-100])
        case "garbage":
            archive.write_bytes(b"not a zip")
        case "missing":
            archive.unlink()
        case "row changed":
            _rewrite(archive, lambda text: text.replace(b"false", b"true", 1))
        case "row dropped":
            _rewrite(archive, lambda text: text.split(b"\n", 1)[1])


def _rewrite(archive: Path, change: Any) -> None:
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["tables/message.jsonl"] = change(members["tables/message.jsonl"])
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def _odd_practice(engine: Engine, keyring: Keyring) -> Any:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        for words in (*ODD_WORDS, "€" * 400_000):
            rows.sealed_thread(session, practice_id, keyring, words, pool=words[:9], confidence=0.1)
        for n, moment in enumerate(ODD_MOMENTS):
            run = JobRun(practice_id=practice_id, job="poll", slot=str(n), started_at=moment)
            run.counts = {"👩": [1, 2.5, None, "\u2028"], "é": {"b": 1, "a": True}}
            session.add(run)
        session.add(AiSpend(practice_id=practice_id, day=date(2026, 2, 28), engine="local",
                            microdollars=9_000_000_000))  # fmt: skip
        lines = [{"at": rows.MONDAY + timedelta(microseconds=n), "actor": "job/poll",
                  "verb": "item.read", "subject": f"message/{n}"} for n in range(20)]  # fmt: skip
        AuditTrail(session, practice_id).append(keyring.audit, lines)
    return practice_id


def _many_messages(engine: Engine, practice_id: Any, count: int) -> None:
    chance = random.Random(1)
    like_this = rows.message(rows.conversation(practice_id)).model_dump()
    for start in range(0, count, 5_000):
        own = [
            {"id": new_id(), "portal_id": f"synthetic-{n}", "body": chance.randbytes(60)}
            for n in range(start, start + 5_000)
        ]
        with writing(engine) as session:
            Messages(session, practice_id).insert_many([like_this | fields for fields in own])


def _many_digests(engine: Engine, practice_id: Any, count: int) -> None:
    chance = random.Random(2)
    own = {"practice_id": practice_id, "created_at": rows.MONDAY}
    facts = [
        {"id": new_id(), "patient_id": new_id(), "digest": chance.randbytes(16)} | own
        for _ in range(count)
    ]
    with writing(engine) as session:
        session.connection().execute(insert(PatientIndex), facts)
