"""The keyring file: the practice's secrets, outside the database."""

import base64
import json
import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

KEY_BYTES = 32


class KeyringFault(Exception):
    """The keyring cannot be used; the message says why, never what is in it."""


@dataclass(frozen=True)
class Keyring:
    """Wrapping keys by id, the one in use, and the keys of index, audit and hooks.

    Wrapping keys are rotated; the index and audit keys stay, because every stored
    digest depends on them. A keyring read from a file knows when that file has changed.
    """

    active: str
    wrapping: dict[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    active_since: datetime | None = None
    file: Path | None = field(default=None, repr=False, compare=False)
    stamp: tuple[int, int] | None = field(default=None, repr=False, compare=False)

    def fresh(self) -> "Keyring":
        """This keyring, read again if another process has changed its file.

        A missing file changes nothing: what runs keeps running with the keys it has.
        """
        if self.file is None or not self.file.exists() or _stamp(self.file) == self.stamp:
            return self
        return load_keyring(self.file)

    def rotated(self, now: datetime) -> "Keyring":
        """A keyring with one more wrapping key, which is the one in use from *now* on."""
        name = f"k{1 + max(int(key[1:]) for key in self.wrapping)}"
        keys = self.wrapping | {name: os.urandom(KEY_BYTES)}
        return replace(self, active=name, wrapping=keys, active_since=now)

    def without(self, name: str) -> "Keyring":
        """A keyring without a wrapping key that nothing uses any more."""
        if name == self.active:
            raise KeyringFault("The key in use cannot be retired.")
        return replace(self, wrapping={k: v for k, v in self.wrapping.items() if k != name})


def new_keyring() -> Keyring:
    """A fresh keyring from the operating system's random source."""
    first, index, audit = (os.urandom(KEY_BYTES) for _ in range(3))
    return Keyring(active="k1", wrapping={"k1": first}, index=index, audit=audit)


def load_keyring(path: Path) -> Keyring:
    """Raises ``KeyringFault`` when the file is missing, unreadable or not a keyring."""
    try:
        stamp = _stamp(path)  # before reading: a change in between is noticed next time
        return replace(_from_json(json.loads(path.read_text())), file=path, stamp=stamp)
    except FileNotFoundError:
        raise KeyringFault(
            "The keyring file is missing. Restore it from your safe, or run `foyer keys create` "
            "for a new installation."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeyringFault("The keyring file cannot be read as a keyring.") from None


def _from_json(stored: dict[str, Any]) -> Keyring:
    keyring = Keyring(
        active=stored["active"],
        wrapping={name: _key(text) for name, text in stored["wrapping"].items()},
        index=_key(stored["index"]),
        audit=_key(stored["audit"]),
        active_since=_moment(stored.get("active_since")),
    )
    keyring.wrapping[keyring.active]
    return keyring


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("wrong length")
    return key


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_ino, state.st_mtime_ns


def save_keyring(path: Path, keyring: Keyring) -> None:
    """Write atomically, readable by the owner alone."""
    stored = {
        "active": keyring.active,
        "wrapping": {name: _text(key) for name, key in keyring.wrapping.items()},
        "index": _text(keyring.index),
        "audit": _text(keyring.audit),
        "active_since": keyring.active_since.isoformat() if keyring.active_since else None,
    }
    fresh = path.with_suffix(".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(stored, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    # Without this a power cut can bring the old file back after rows use the new key.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
