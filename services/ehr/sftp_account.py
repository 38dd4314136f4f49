"""Where a clearinghouse's folder is, who we are there, and by which keys we know the server."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.errors import Invalid

PORT = 22
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
SHAPE = "must look like sftp://user@host:port/folder, with the password in sftp_password."


@dataclass(frozen=True)
class SftpPlace:
    """An address taken apart. ``folder`` is relative to our home there if it begins without ``/``."""

    host: str
    port: int
    user: str
    folder: str


@dataclass(frozen=True)
class SftpAccount:
    """One practice's account. ``host_keys`` are SHA-256 fingerprints; a server with none is no server.

    ``key_file`` is asked for first, ``password`` alone or after it. ``moves_done``: what was
    taken is moved to the subfolder ``done`` there.
    """

    place: SftpPlace
    host_keys: frozenset[str]
    key_file: Path | None = None
    password: str = field(default="", repr=False)
    moves_done: bool = False


def place_of(address: str) -> SftpPlace:
    """``sftp://user@host:port/folder`` taken apart; ``/~/folder`` begins at our home there.

    Raises ``Invalid`` without repeating the address, which may hold a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or PORT
    except ValueError:
        raise Invalid(SHAPE) from None
    complete = parts.scheme == "sftp" and parts.hostname and parts.username
    if not complete or parts.password is not None or parts.query or parts.fragment:
        raise Invalid(SHAPE)
    return SftpPlace(
        str(parts.hostname), port, unquote(str(parts.username)), _folder(unquote(parts.path))
    )


def _folder(path: str) -> str:
    if path == "/":
        return path
    return path.removeprefix("/~/").rstrip("/") or "."


def is_fingerprint(text: str) -> bool:
    """Whether it is a fingerprint as ``ssh-keygen -lf`` shows it; MD5 is not good enough."""
    return FINGERPRINT.fullmatch(text) is not None
