"""S05, S06: patient data opens only with the right keys, in the place where it was sealed."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from db import open_database, reading, writing
from db.keyring import Keyring, KeyringFault, load_keyring, new_keyring, save_keyring
from db.messages import Message
from db.patients import Patient, Patients
from db.vault import ItemKey, Unreadable, Vault, blind_index, check_keyring
from tests.db import rows

A_PRACTICE = uuid4()
KEYS = new_keyring()


def test_a_missing_keyring_is_refused_in_words_and_nothing_is_created(tmp_path: Path) -> None:
    with pytest.raises(KeyringFault, match="run `foyer keys create`"):
        load_keyring(tmp_path / "keyring.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"active": "k1"}', '{"active":"k2","wrapping":{"k1":"AA=="}}', "\0"],
)
def test_a_file_that_is_no_keyring_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "keyring.json").write_text(content)
    with pytest.raises(KeyringFault, match="cannot be read as a keyring"):
        load_keyring(tmp_path / "keyring.json")


def test_a_keyring_survives_its_file_which_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    save_keyring(path, KEYS.rotated(rows.MONDAY))
    loaded = load_keyring(path)
    assert (loaded.active, loaded.active_since) == ("k2", rows.MONDAY)
    assert loaded.wrapping["k1"] == KEYS.wrapping["k1"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_keyring_never_prints_its_keys() -> None:
    assert "b'" not in repr(KEYS)


def test_the_keyring_of_another_installation_is_refused(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)
    with reading(engine) as session:
        check_keyring(session, new_keyring())  # an empty database fits every keyring
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, "synthetic")
    with reading(engine) as session:
        check_keyring(session, keyring)
        with pytest.raises(KeyringFault, match="does not belong"):
            check_keyring(session, new_keyring())


def test_one_damaged_key_does_not_close_the_practice(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        for _ in range(3):
            rows.sealed_thread(session, practice_id, keyring, "synthetic")
    with writing(engine) as session:
        newest = session.exec(select(ItemKey).order_by(ItemKey.id.desc())).first()
        newest.wrapped = _flipped(newest.wrapped, 20)
    with reading(engine) as session:
        check_keyring(session, keyring)


def test_one_flipped_byte_spoils_one_row_only(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        for _ in range(5):
            rows.sealed_thread(session, practice_id, keyring, "synthetic")
    with writing(engine) as session:
        first = session.exec(select(Message)).first()
        first.body = _flipped(first.body, 15)
    assert _opened(engine, practice_id, keyring) == 4


def test_swapped_rows_spoil_those_two_only(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        vault = Vault(session, practice_id, keyring)
        shared = vault.new_key()
        session.add(shared)
        for _ in range(4):
            thread = rows.conversation(practice_id, key_id=shared.id)
            written = rows.message(thread)
            vault.seal_into(written, body="synthetic")
            session.add_all([thread, written])
    with writing(engine) as session:
        one, other = session.exec(select(Message)).all()[:2]
        one.body, other.body = other.body, one.body
    assert _opened(engine, practice_id, keyring) == 2


@pytest.mark.parametrize(
    ("practice_id", "table", "column", "row_id"),
    [
        (uuid4(), "message", "body", UUID(int=1)),
        (A_PRACTICE, "note", "body", UUID(int=1)),
        (A_PRACTICE, "message", "subject", UUID(int=1)),
        (A_PRACTICE, "message", "body", UUID(int=2)),
    ],
    ids=["another practice", "another table", "another column", "another row"],
)
def test_a_sealed_field_opens_in_its_own_place_only(
    sqlite_url: str, practice_id: UUID, table: str, column: str, row_id: UUID
) -> None:
    vault = Vault(_nowhere(sqlite_url), A_PRACTICE, KEYS)
    key = vault.new_key()
    sealed = vault.seal("message", "body", UUID(int=1), key.id, "synthetic")
    moved = Vault(_nowhere(sqlite_url), practice_id, KEYS)
    moved._open_keys = vault._open_keys
    place = _Place(table, row_id, key.id)
    setattr(place, column, sealed)
    with pytest.raises(Unreadable):
        moved.read(place, column)


def test_a_wrapped_key_moved_to_another_item_does_not_open(
    engine: Engine, keyring: Keyring
) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, keyring, "synthetic")
        rows.sealed_thread(session, practice_id, keyring, "synthetic")
    with writing(engine) as session:
        one, other = session.exec(select(ItemKey)).all()
        one.wrapped = other.wrapped
    assert _opened(engine, practice_id, keyring) == 1


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_was_sealed_comes_back_as_it_was(text: str) -> None:
    engine = open_database("sqlite://")
    with reading(engine) as session:
        vault = Vault(session, A_PRACTICE, KEYS)
        place = _Place("message", uuid4(), vault.new_key().id)
        place.body = vault.seal("message", "body", place.id, place.key_id, text)
        assert vault.read(place, "body").text == text
        assert vault.read(place, "body").text.encode() not in place.body[12:-16] or len(text) < 4


def test_a_patient_is_found_by_exact_facts_in_their_own_practice_only(
    engine: Engine, keyring: Keyring
) -> None:
    here, there = rows.practice(engine, "SYNTH1"), rows.practice(engine, "SYNTH2")
    for practice_id in (here, there):
        with writing(engine) as session:
            patients = Patients(session, practice_id)
            patient = Patient(practice_id=practice_id, ehr_ref="Patient/1", key_id=uuid4())
            patients.add(patient)
            facts = [("name", "synthia test"), ("mrn", "10%_0'")]
            patients.index(patient, [blind_index(keyring, practice_id, *f) for f in facts])
    assert _found(engine, keyring, here, "name", "synthia test") == 1
    assert _found(engine, keyring, here, "mrn", "10%_0'") == 1
    for kind, value in [("name", "synthia"), ("name", "%"), ("mrn", "synthia test"), ("name", "")]:
        assert _found(engine, keyring, here, kind, value) == 0
    assert _found(engine, new_keyring(), here, "name", "synthia test") == 0


@given(
    one=st.tuples(st.uuids(), st.text(), st.text()),
    other=st.tuples(st.uuids(), st.text(), st.text()),
)
def test_the_blind_index_is_equal_exactly_for_equal_facts(
    one: tuple[UUID, str, str], other: tuple[UUID, str, str]
) -> None:
    same = blind_index(KEYS, *one) == blind_index(KEYS, *other)
    assert same == (one == other)
    assert blind_index(KEYS, *one) == blind_index(KEYS, *one)


class _Place:
    """Somewhere a sealed field may lie."""

    def __init__(self, table: str, id: UUID, key_id: UUID) -> None:
        self.__tablename__, self.id, self.key_id = table, id, key_id
        self.body = b""


def _nowhere(url: str) -> "rows.Session":
    return rows.Session(open_database(url))


def _flipped(sealed: bytes, at: int) -> bytes:
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


def _found(engine: Engine, keyring: Keyring, practice_id: UUID, kind: str, value: str) -> int:
    with reading(engine) as session:
        digest = blind_index(keyring, practice_id, kind, value)
        return len(Patients(session, practice_id).matching([digest, os.urandom(16)]))


def _opened(engine: Engine, practice_id: UUID, keyring: Keyring) -> int:
    opened = 0
    with reading(engine) as session:
        vault = Vault(session, practice_id, keyring)
        for message in session.exec(select(Message)):
            try:
                opened += vault.read(message, "body").text == "synthetic"
            except Unreadable:
                continue
    return opened
