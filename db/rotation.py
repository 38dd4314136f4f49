"""Rotation of the wrapping key: a new one comes into use, and every data key is wrapped again."""

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, func, text
from sqlmodel import Session, col, select

from db.base import utc_now
from db.engine import is_sqlite, reading, writing
from db.keyring import Keyring, KeyringFault, load_keyring, save_keyring
from db.vault import ItemKey, ItemKeys, Unreadable, Vault

BATCH = 500
GRACE = timedelta(hours=1)  # far longer than any transaction that still wraps with the old key
RESUME_WITHIN = timedelta(days=1)

Progress = Callable[[int, int], None]


def rotate(
    engine: Engine,
    keyring_path: Path,
    progress: Progress = lambda done, total: None,
    *,
    batch: int = BATCH,
) -> int:
    """Bring a new wrapping key into use; returns how many data keys were wrapped again.

    Everything keeps running meanwhile: the file is written before the first row, a ``Vault``
    reads a changed file again by itself, and a row says which key it needs. A run that was
    killed goes on where it stopped when started again within a day. The old key stays in the
    file, since a transaction that began before may still use it: ``retire`` takes it out in a
    later run. *progress* is told how many are done, of how many, after every batch.

    Raises ``KeyringFault`` when the keyring is unusable or being rotated elsewhere.
    """
    with _alone(keyring_path):
        keyring = _retire(engine, keyring_path, GRACE)
        finished = _wrap_all(engine, keyring, progress, batch)
        if finished and _is_recent(keyring):
            return finished
        keyring = keyring.rotated(utc_now())
        save_keyring(keyring_path, keyring)
        return finished + _wrap_all(engine, keyring, progress, batch)


def retire(engine: Engine, keyring_path: Path, grace: timedelta = GRACE) -> tuple[str, ...]:
    """Take out of the keyring the wrapping keys that no row needs; returns their names.

    Nothing happens within *grace* of a rotation. A backup made under a retired key can only be
    opened with a keyring saved at that time: destroy those copies when the backups expire.
    """
    with _alone(keyring_path):
        before = load_keyring(keyring_path)
        after = _retire(engine, keyring_path, grace)
        return tuple(sorted(before.wrapping.keys() - after.wrapping.keys()))


def _retire(engine: Engine, path: Path, grace: timedelta) -> Keyring:
    keyring = load_keyring(path)
    older = keyring.wrapping.keys() - {keyring.active}
    if not older or (keyring.active_since and utc_now() - keyring.active_since < grace):
        return keyring
    with writing(engine) as session:  # the second look, with nobody writing
        for name in sorted(older - _names_in_use(session)):
            keyring = keyring.without(name)
        save_keyring(path, keyring)
    return keyring


def _names_in_use(session: Session) -> set[str]:
    if not is_sqlite(session):  # waits for open inserts; SQLite's transaction already did
        session.connection().execute(text("LOCK TABLE item_key IN SHARE MODE"))
    names = session.exec(select(ItemKey.wrapped_by).distinct()).all()
    return {name for name in names if name}


def _is_recent(keyring: Keyring) -> bool:
    since = keyring.active_since
    return since is not None and utc_now() - since < RESUME_WITHIN


def _wrap_all(engine: Engine, keyring: Keyring, progress: Progress, batch: int) -> int:
    counts = _stale(engine, keyring.active)
    done, damaged, total = 0, 0, sum(counts.values())
    for practice_id in counts:
        for wrapped, failed in _batches(engine, practice_id, keyring, batch):
            done, damaged = done + wrapped, damaged + failed
            progress(done, max(total, done))
    if damaged:
        logging.getLogger(__name__).warning("%d damaged data keys were left as they are.", damaged)
    return done


def _stale(engine: Engine, active: str) -> dict[UUID, int]:
    counted = select(ItemKey.practice_id, func.count()).where(col(ItemKey.wrapped_by) != active)
    with reading(engine) as session:
        return dict(session.exec(counted.group_by(col(ItemKey.practice_id))).all())


def _batches(
    engine: Engine, practice_id: UUID, keyring: Keyring, batch: int
) -> Iterator[tuple[int, int]]:
    after: UUID | None = None
    while True:
        with writing(engine) as session:
            found = ItemKeys(session, practice_id).wrapped_otherwise(keyring.active, batch, after)
            vault = Vault(session, practice_id, keyring)
            wrapped = sum(_wrapped_again(vault, key) for key in found)
        if not found:
            return
        after = found[-1].id
        yield wrapped, len(found) - wrapped


def _wrapped_again(vault: Vault, key: ItemKey) -> bool:
    try:
        vault.rewrap(key)
    except Unreadable:
        return False
    return True


@contextmanager
def _alone(keyring_path: Path) -> Iterator[None]:
    with keyring_path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KeyringFault("The keys are being rotated by another process.") from None
        yield
