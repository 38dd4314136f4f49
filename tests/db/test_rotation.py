"""S07: the wrapping key is rotated while the practice works, and whatever dies on the way."""

import os
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from db import reading, writing
from db.keyring import Keyring, KeyringFault, load_keyring, new_keyring, save_keyring
from db.rotation import retire, rotate
from db.vault import ItemKey, ItemKeys, Unreadable, Vault
from tests.db import rows
from tests.db.processes import killed_after, rotate_in_small_steps

WORDS = "synthetic: may I have my refill?"
AT_ONCE = timedelta(0)


@pytest.fixture
def keyring_path(tmp_path: Path) -> Path:
    path = tmp_path / "safe" / "keyring.json"
    save_keyring(path, new_keyring())
    return path


def test_every_practice_is_wrapped_again_and_stays_readable(
    engine: Engine, keyring_path: Path
) -> None:
    first = _fill(engine, load_keyring(keyring_path), 30)
    second = _fill(engine, load_keyring(keyring_path), 20, code="SYNTH2")
    told: list[tuple[int, int]] = []
    assert rotate(engine, keyring_path, lambda *step: told.append(step), batch=8) == 50
    assert told[-1] == (50, 50)
    assert _wrapped_by(engine) == {"k2"}
    assert _readable(engine, first, keyring_path) == 30
    assert _readable(engine, second, keyring_path) == 20


def test_the_old_key_is_retired_in_a_later_run_only(engine: Engine, keyring_path: Path) -> None:
    _fill(engine, load_keyring(keyring_path), 5)
    rotate(engine, keyring_path)
    assert retire(engine, keyring_path) == ()
    assert set(load_keyring(keyring_path).wrapping) == {"k1", "k2"}
    assert retire(engine, keyring_path, AT_ONCE) == ("k1",)
    assert set(load_keyring(keyring_path).wrapping) == {"k2"}


def test_a_key_that_one_row_still_needs_is_not_retired(engine: Engine, keyring_path: Path) -> None:
    old = load_keyring(keyring_path)
    practice_id = _fill(engine, old, 5)
    rotate(engine, keyring_path)
    with writing(engine) as session:  # began before the rotation and knew only the old key
        rows.sealed_thread(session, practice_id, replace(old, file=None), WORDS)
    assert retire(engine, keyring_path, AT_ONCE) == ()
    assert _readable(engine, practice_id, keyring_path) == 6
    assert rotate(engine, keyring_path) == 1
    assert retire(engine, keyring_path, AT_ONCE) == ("k1",)
    assert _readable(engine, practice_id, keyring_path) == 6


def test_a_running_process_reads_and_writes_on_without_a_restart(
    engine: Engine, keyring_path: Path
) -> None:
    held_since_the_start = load_keyring(keyring_path)
    practice_id = _fill(engine, held_since_the_start, 3)
    with writing(engine) as session:
        vault = Vault(session, practice_id, held_since_the_start)
    rotate(engine, keyring_path)
    with reading(engine) as session:
        vault.session = session
        found = session.exec(select(rows.Conversation)).first()
        assert vault.read(found, "subject").text == WORDS
    with writing(engine) as session:
        rows.sealed_thread(session, practice_id, held_since_the_start, WORDS)
    assert _wrapped_by(engine) == {"k2"}


def test_a_destroyed_key_stays_destroyed(engine: Engine, keyring_path: Path) -> None:
    practice_id = _fill(engine, load_keyring(keyring_path), 4)
    with writing(engine) as session:
        keys = ItemKeys(session, practice_id)
        keys.shred([keys.all(keys.rows())[0].id])
    assert rotate(engine, keyring_path) == 3
    assert _readable(engine, practice_id, keyring_path) == 3


def test_a_damaged_key_stops_neither_the_others_nor_the_next_rotation(
    engine: Engine, keyring_path: Path
) -> None:
    practice_id = _fill(engine, load_keyring(keyring_path), 4)
    with writing(engine) as session:
        first = session.exec(select(ItemKey)).first()
        assert first is not None
        first.wrapped = os.urandom(60)
    assert rotate(engine, keyring_path) == 3
    assert rotate(engine, keyring_path) == 3
    assert _wrapped_by(engine) == {"k1", "k3"}
    assert retire(engine, keyring_path, AT_ONCE) == ("k2",)
    assert _readable(engine, practice_id, keyring_path) == 3


def test_two_rotations_at_once_are_one(engine: Engine, keyring_path: Path) -> None:
    _fill(engine, load_keyring(keyring_path), 3)

    def meanwhile(*_: int) -> None:
        with pytest.raises(KeyringFault):
            rotate(engine, keyring_path)

    assert rotate(engine, keyring_path, meanwhile) == 3


@pytest.mark.timeout(600)
def test_fifty_kills_leave_every_row_readable(
    engine: Engine, database_url: str, keyring_path: Path
) -> None:
    chance = random.Random(7)
    practice_id = _fill(engine, load_keyring(keyring_path), 80)
    in_the_middle = 0
    for _ in range(50):
        steps, wait = chance.randrange(10), chance.uniform(0, 0.005)
        killed_after(steps, wait, rotate_in_small_steps, database_url, keyring_path)
        assert _readable(engine, practice_id, keyring_path) == 80
        in_the_middle += len(_wrapped_by(engine)) > 1
    assert in_the_middle >= 15, "too few kills hit a rotation that was under way"
    rotate(engine, keyring_path)
    retire(engine, keyring_path, AT_ONCE)
    assert _wrapped_by(engine) == set(load_keyring(keyring_path).wrapping)
    assert _readable(engine, practice_id, keyring_path) == 80


def test_retiring_a_key_too_early_would_lose_rows(engine: Engine, keyring_path: Path) -> None:
    """The control of all tests above: this is what they would notice."""
    practice_id = _fill(engine, load_keyring(keyring_path), 3)
    rotated = load_keyring(keyring_path).rotated(rows.MONDAY)
    save_keyring(keyring_path, rotated.without("k1"))
    assert _readable(engine, practice_id, keyring_path) == 0


def _fill(engine: Engine, keyring: Keyring, count: int, code: str = "SYNTH1") -> UUID:
    practice_id = rows.practice(engine, code)
    with writing(engine) as session:
        for _ in range(count):
            rows.sealed_thread(session, practice_id, keyring, WORDS)
    return practice_id


def _wrapped_by(engine: Engine) -> set[str | None]:
    with reading(engine) as session:
        return set(session.exec(select(ItemKey.wrapped_by).distinct())) - {None}


def _readable(engine: Engine, practice_id: UUID, keyring_path: Path) -> int:
    with reading(engine) as session:
        vault = Vault(session, practice_id, load_keyring(keyring_path))
        mine = select(rows.Message).where(col(rows.Message.practice_id) == practice_id)
        return sum(_reads(vault, message) for message in session.exec(mine))


def _reads(vault: Vault, message: rows.Message) -> bool:
    try:
        return vault.read(message, "body").text == WORDS
    except Unreadable:
        return False
