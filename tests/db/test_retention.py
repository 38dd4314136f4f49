"""S08: what has passed its retention is noise, in the database and in every file beside it."""

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import open_database, reading, writing
from db.audit import AuditTrail, verify
from db.conversations import Conversation, State
from db.deliveries import Delivery, DeliveryState
from db.keyring import Keyring, save_keyring
from db.messages import Message
from db.shred import scrub, shred_closed
from db.suggestions import Suggestion
from db.vault import ItemKey, Unreadable, Vault
from tests.db import rows

CANARY = "SYNTHETIC-CANARY-7f3a"
LONG_AGO = rows.MONDAY - timedelta(days=31)
CUT_OFF = rows.MONDAY - timedelta(days=30)


def test_thirty_days_after_closing_everything_said_is_gone(
    engine: Engine, keyring: Keyring
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        thread, written = _closed(session, practice_id, keyring, LONG_AGO)
        suggested = _suggestion(session, thread, keyring)
        sent = _delivery(session, thread, keyring, DeliveryState.VERIFIED)
    with writing(engine) as session:
        assert shred_closed(session, practice_id, CUT_OFF, rows.MONDAY) == [thread.id]
    with reading(engine) as session:
        vault = Vault(session, practice_id, keyring)
        for row, column in ((thread, "subject"), (written, "body"), (suggested, "answer"),
                            (sent, "payload")):  # fmt: skip
            with pytest.raises(Unreadable, match="destroyed"):
                vault.read(session.get(type(row), row.id), column)
        kept = session.get(Conversation, thread.id)
        assert kept is not None
        assert (kept.purged_at, kept.content_hash) == (rows.MONDAY, "")


@pytest.mark.parametrize(
    "fields",
    [
        {"closed_at": CUT_OFF + timedelta(seconds=1), "state": State.CLOSED},
        {"closed_at": LONG_AGO, "state": State.OPEN},
        {"closed_at": None, "state": State.OPEN},
    ],
    ids=["closed lately", "reopened", "never closed"],
)
def test_what_is_still_needed_stays_readable(
    engine: Engine, keyring: Keyring, fields: dict[str, object]
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, CANARY, **fields)
    assert _purge(engine, practice_id) == []


@pytest.mark.parametrize("state", [DeliveryState.UNCONFIRMED, DeliveryState.SENDING])
def test_a_promise_that_is_not_settled_keeps_its_words(
    engine: Engine, keyring: Keyring, state: DeliveryState
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        waiting, _ = _closed(session, practice_id, keyring, LONG_AGO)
        _delivery(session, waiting, keyring, state)
        settled, _ = _closed(session, practice_id, keyring, LONG_AGO + timedelta(hours=1))
    with writing(engine) as session:
        assert shred_closed(session, practice_id, CUT_OFF, rows.MONDAY, limit=1) == [settled.id]


def test_a_purge_happens_once_and_in_one_practice_only(engine: Engine, keyring: Keyring) -> None:
    here, there = rows.practice(engine, "SYNTH1"), rows.practice(engine, "SYNTH2")
    with writing(engine) as session:
        _closed(session, here, keyring, LONG_AGO)
        _closed(session, there, keyring, LONG_AGO)
    assert len(_purge(engine, here)) == 1
    assert _purge(engine, here) == []
    assert len(_purge(engine, there)) == 1


def test_a_message_under_an_older_key_of_the_conversation_goes_too(
    engine: Engine, keyring: Keyring
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        thread, _ = _closed(session, practice_id, keyring, LONG_AGO)
        key = Vault(session, practice_id, keyring).new_key()
        session.add(key)
        session.flush()
        thread.key_id = key.id
    _purge(engine, practice_id)
    with reading(engine) as session:
        assert session.exec(select(ItemKey).where(ItemKey.wrapped.is_not(None))).all() == []


def test_the_trail_outlives_the_words(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        thread, _ = _closed(session, practice_id, keyring, LONG_AGO)
        line = {
            "at": rows.MONDAY,
            "actor": "job/sweep",
            "verb": "item.purge",
            "subject": thread.ref,
        }
        AuditTrail(session, practice_id).append(keyring.audit, [line])
    _purge(engine, practice_id)
    with reading(engine) as session:
        trail = AuditTrail(session, practice_id)
        assert verify(keyring.audit, trail.in_order(), trail.head(), {}) is None
        assert [entry.subject for entry in trail.story_of([thread.ref])] == [thread.ref]


@pytest.mark.parametrize("vacuum", [False, True])
def test_no_trace_of_a_destroyed_key_is_left_in_any_file(
    sqlite_url: str, keyring: Keyring, tmp_path: Path, vacuum: bool
) -> None:
    engine = open_database(sqlite_url)
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        for _ in range(50):
            _closed(session, practice_id, keyring, LONG_AGO)
    wrapped = _wrapped(engine)
    assert _traces(tmp_path, wrapped) == 50
    assert len(_purge(engine, practice_id)) == 50
    assert _traces(tmp_path, wrapped) > 0, "the journal should still hold them before the scrub"
    assert scrub(engine, vacuum=vacuum)
    assert _traces(tmp_path, wrapped) == 0
    assert _traces(tmp_path, [CANARY.encode()]) == 0
    engine.dispose()


def test_a_long_reader_is_reported_and_the_next_scrub_succeeds(
    sqlite_url: str, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.BUSY_MILLISECONDS", 50)
    engine = open_database(sqlite_url)
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        _closed(session, practice_id, keyring, LONG_AGO)
    wrapped = _wrapped(engine)
    with reading(engine) as reader:
        reader.exec(select(Message)).all()
        _purge(engine, practice_id)
        assert not scrub(engine)
    assert scrub(engine)
    assert _traces(tmp_path, wrapped) == 0
    engine.dispose()


def test_an_ordinary_file_would_keep_traces(
    sqlite_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    """The control: without secure_delete the search above does find what was deleted."""
    engine = open_database(sqlite_url)
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        for _ in range(50):
            _closed(session, practice_id, keyring, LONG_AGO)
    wrapped = _wrapped(engine)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("DELETE FROM item_key")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert _traces(tmp_path, wrapped) > 0
    engine.dispose()


@pytest.mark.postgres
def test_postgresql_rewrites_the_table_of_keys_on_request(
    postgres_schema: str, keyring: Keyring
) -> None:
    engine = open_database(postgres_schema)
    assert scrub(engine)
    assert scrub(engine, vacuum=True)
    with reading(engine) as session:
        assert session.exec(select(ItemKey)).all() == []
    engine.dispose()


def test_a_copy_of_the_file_without_the_keyring_shows_no_words(
    sqlite_url: str, keyring: Keyring, tmp_path: Path
) -> None:
    engine = open_database(sqlite_url)
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, CANARY)
    (tmp_path / "stolen").mkdir()
    for file in tmp_path.glob("foyer.db*"):
        shutil.copy(file, tmp_path / "stolen")
    save_keyring(tmp_path / "elsewhere" / "keyring.json", keyring)
    secrets = [CANARY.encode(), *keyring.wrapping.values(), keyring.index, keyring.audit]
    assert _traces(tmp_path / "stolen", secrets) == 0
    engine.dispose()


def _closed(session, practice_id, keyring, at):  # type: ignore[no-untyped-def]
    fields = {"state": State.CLOSED, "closed_at": at, "content_hash": "aa"}
    return rows.sealed_thread(session, practice_id, keyring, CANARY, **fields)


def _suggestion(session: rows.Session, thread: Conversation, keyring: Keyring) -> Suggestion:
    made = Suggestion(
        practice_id=thread.practice_id, conversation_id=thread.id, key_id=thread.key_id,
        engine="local", model="rules", prompt_digest="", source_hash="",
    )  # fmt: skip
    session.flush()
    Vault(session, thread.practice_id, keyring).seal_into(made, answer=CANARY)
    session.add(made)
    return made


def _delivery(
    session: rows.Session, thread: Conversation, keyring: Keyring, state: DeliveryState
) -> Delivery:
    made = Delivery(
        practice_id=thread.practice_id, conversation_id=thread.id, key_id=thread.key_id,
        kind="reply", patient_ref="Patient/1", approved_by=uuid4(), not_before=LONG_AGO,
        state=state,
    )  # fmt: skip
    session.flush()
    Vault(session, thread.practice_id, keyring).seal_into(made, payload=CANARY)
    session.add(made)
    return made


def _purge(engine: Engine, practice_id: UUID) -> list[UUID]:
    with writing(engine) as session:
        return list(shred_closed(session, practice_id, CUT_OFF, rows.MONDAY))


def _wrapped(engine: Engine) -> list[bytes]:
    with reading(engine) as session:
        return [key.wrapped for key in session.exec(select(ItemKey)) if key.wrapped]


def _traces(folder: Path, secrets: list[bytes]) -> int:
    files = [file.read_bytes() for file in folder.glob("foyer.db*")]
    return sum(any(secret in content for content in files) for secret in secrets)
