"""A ZIP archive judged before anything is unpacked from it."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from services.documents import limits
from services.documents.refusals import Refusal, Unread

LOCKED = 0x1  # the flag of an encrypted entry


@contextmanager
def opened(data: bytes) -> Iterator[ZipFile]:
    """The archive in *data*. Raises ``Unread`` if it is damaged, locked, or unpacks to too much."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            _judge(archive.infolist(), len(data))
            yield archive
    # NotImplementedError is zipfile's word for a compression that it does not know.
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise Unread(Refusal.DAMAGED) from None


def _judge(entries: list[ZipInfo], size: int) -> None:
    if len(entries) > limits.ARCHIVE_ENTRIES or _is_bomb(entries, size):
        raise Unread(Refusal.BOMB)
    if any(entry.flag_bits & LOCKED for entry in entries):
        raise Unread(Refusal.ENCRYPTED)
    if min((entry.header_offset for entry in entries), default=0) > 0:
        # Something else lies before the archive.
        raise Unread(Refusal.TWO_KINDS)


def _is_bomb(entries: list[ZipInfo], size: int) -> bool:
    # Reading stops at the size an entry claims, so the claims are what can be unpacked.
    # Entries that share their bytes claim more packed bytes than the file has.
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    ratio = unpacked / max(size, 1)
    return unpacked > limits.UNPACKED_BYTES or packed > size or ratio > limits.UNPACKED_RATIO
