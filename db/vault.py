"""Encryption of PHI fields: a data key per item, wrapped by the keyring."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Index
from sqlmodel import Session, col, select

from db.base import Repository, Row, new_id
from db.keyring import KEY_BYTES, Keyring, KeyringFault
from db.phi import Phi

NONCE_BYTES = 12  # NIST SP 800-38D: 96 random bits, fresh for every message under a key


class Unreadable(Exception):
    """A sealed field cannot be opened: shredded, damaged, or not from this place."""


class ItemKey(Row, table=True):
    """The wrapped data key of one item. Without it, everything the item holds is noise."""

    __tablename__ = "item_key"
    __table_args__ = (Index("ix_item_key_wrapped_by", "practice_id", "wrapped_by"),)

    wrapped: bytes | None = None
    wrapped_by: str | None = None


class ItemKeys(Repository[ItemKey]):
    """Questions about data keys."""

    model = ItemKey

    def wrapped_otherwise(
        self, active: str, limit: int, after: UUID | None = None
    ) -> Sequence[ItemKey]:
        """Keys that an older wrapping key still protects, by id, locked until commit.

        Without the lock a key shredded meanwhile would be written back.
        """
        stale = self.rows().where(col(ItemKey.wrapped_by) != active)
        if after:
            stale = stale.where(col(ItemKey.id) > after)
        return self.all(stale.order_by(col(ItemKey.id)).limit(limit).with_for_update())

    def shred(self, ids: Sequence[UUID]) -> int:
        """Destroy these data keys for good. Returns how many there were."""
        gone = self.change().where(col(ItemKey.id).in_(ids), col(ItemKey.wrapped).is_not(None))
        return self.changed(gone.values(wrapped=None, wrapped_by=None))


class Vault:
    """Seals and opens PHI for one practice. Only ``services.records`` opens it for people."""

    def __init__(self, session: Session, practice_id: UUID, keyring: Keyring) -> None:
        self.session = session
        self.practice_id = practice_id
        self.keyring = keyring.fresh()
        self._open_keys: dict[UUID, AESGCM] = {}
        self._unkept: list[dict[str, Any]] = []

    def new_key(self) -> ItemKey:
        """A fresh data key for a new item; the caller keeps the row (or inserts it in bulk)."""
        key = ItemKey(id=new_id(), practice_id=self.practice_id)
        data_key = os.urandom(KEY_BYTES)
        self._open_keys[key.id] = AESGCM(data_key)
        self._wrap(key, data_key)
        return key

    def new_key_id(self) -> UUID:
        """A fresh data key for one of many new items; ``keep_new_keys`` stores them together."""
        row = ItemKey.values(practice_id=self.practice_id)
        data_key = os.urandom(KEY_BYTES)
        row["wrapped"], row["wrapped_by"] = self._wrapped(row["id"], data_key)
        self._open_keys[row["id"]] = AESGCM(data_key)
        self._unkept.append(row)
        key_id: UUID = row["id"]
        return key_id

    def keep_new_keys(self) -> None:
        """Insert every key that ``new_key_id`` made, in one statement."""
        ItemKeys(self.session, self.practice_id).insert_many(self._unkept)
        self._unkept = []

    def seal(self, table: str, column: str, row_id: UUID, key_id: UUID, text: str) -> bytes:
        """Encrypt *text* for exactly this place: table, column, row and practice."""
        nonce = os.urandom(NONCE_BYTES)
        place = self._place(table, column, row_id)
        return nonce + self._cipher(key_id).encrypt(nonce, text.encode("utf-8"), place)

    def seal_into(self, row: Any, **texts: str) -> None:
        """Seal each text into the column of that name; *row* has ``id`` and ``key_id``."""
        for column, text in texts.items():
            sealed = self.seal(row.__tablename__, column, row.id, row.key_id, text)
            setattr(row, column, sealed)

    def read(self, row: Any, column: str) -> Phi:
        """Open one field. Empty for a field never filled; raises ``Unreadable``."""
        sealed: bytes | None = getattr(row, column)
        if sealed is None:
            return Phi("")
        place = self._place(row.__tablename__, column, row.id)
        try:
            text = self._cipher(row.key_id).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place
            )
        except (InvalidTag, ValueError):
            raise Unreadable("This record is damaged and cannot be opened.") from None
        return Phi(text.decode("utf-8"))

    def preload(self, key_ids: Sequence[UUID]) -> None:
        """Unwrap many data keys with one question, for lists."""
        missing = [id for id in set(key_ids) if id not in self._open_keys]
        for start in range(0, len(missing), 500):
            rows = ItemKeys(self.session, self.practice_id)
            chunk = missing[start : start + 500]
            for key in rows.all(rows.rows().where(col(ItemKey.id).in_(chunk))):
                if key.wrapped is not None:
                    self._open_keys[key.id] = AESGCM(self._unwrap(key))

    def rewrap(self, key: ItemKey) -> None:
        """Protect a data key with the wrapping key in use."""
        self._wrap(key, self._unwrap(key))

    def _cipher(self, key_id: UUID) -> AESGCM:
        if key_id not in self._open_keys:
            key = ItemKeys(self.session, self.practice_id).find(key_id)
            if key is None or key.wrapped is None:
                raise Unreadable("This record was destroyed after its retention period.")
            self._open_keys[key_id] = AESGCM(self._unwrap(key))
        return self._open_keys[key_id]

    def _wrap(self, key: ItemKey, data_key: bytes) -> None:
        key.wrapped, key.wrapped_by = self._wrapped(key.id, data_key)

    def _wrapped(self, key_id: UUID, data_key: bytes) -> tuple[bytes, str]:
        """A data key under the wrapping key in use, and that one's name."""
        name, nonce = self.keyring.active, os.urandom(NONCE_BYTES)
        wrapping = AESGCM(self.keyring.wrapping[name])
        place = self._place("item_key", name, key_id)
        return nonce + wrapping.encrypt(nonce, data_key, place), name

    def _unwrap(self, key: ItemKey) -> bytes:
        name, sealed = str(key.wrapped_by), key.wrapped or b""
        if name not in self.keyring.wrapping:
            self.keyring = self.keyring.fresh()  # a rotation began since this vault was made
        if name not in self.keyring.wrapping:
            raise Unreadable("The key that protects this record is not in the keyring.")
        place = self._place("item_key", name, key.id)
        try:
            wrapping = AESGCM(self.keyring.wrapping[name])
            return wrapping.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise Unreadable("The key of this record is damaged.") from None

    def _place(self, table: str, column: str, row_id: UUID) -> bytes:
        return f"{self.practice_id}\x1f{table}\x1f{column}\x1f{row_id}".encode()


def check_keyring(session: Session, keyring: Keyring) -> None:
    """Raises ``KeyringFault`` when the keyring is not the one this database was sealed with.

    Tries the newest data keys under each wrapping key; one that opens is enough, so that
    a single damaged row does not close the practice.
    """
    used = select(ItemKey.wrapped_by).where(col(ItemKey.wrapped).is_not(None)).distinct()
    for name in session.exec(used).all():
        under = select(ItemKey).where(col(ItemKey.wrapped_by) == name)
        newest = session.exec(under.order_by(col(ItemKey.id).desc()).limit(5)).all()
        if not any(_opens(session, key, keyring) for key in newest):
            raise KeyringFault("The keyring file does not belong to this database.")


def _opens(session: Session, key: ItemKey, keyring: Keyring) -> bool:
    try:
        Vault(session, key.practice_id, keyring).rewrap(key)
    except Unreadable:
        return False
    session.expire(key)
    return True


def blind_index(keyring: Keyring, practice_id: UUID, kind: str, value: str) -> bytes:
    """A 16-byte digest for exact search, different in every practice and for every kind."""
    plain = f"{practice_id}\x1f{kind}\x1f{value}".encode()
    return hmac.new(keyring.index, plain, hashlib.sha256).digest()[:16]
