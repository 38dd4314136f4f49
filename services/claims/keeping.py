"""Files are kept sealed, as they came, before anybody reads them; the same bytes are kept once."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.x12_files import FileState, X12File, X12Files
from services.desk import Desk
from services.ehr.billing import LARGEST
from services.errors import Invalid

LONGEST_NAME = 120  # characters


@dataclass(frozen=True)
class Arrival:
    """A file as it came: from where, under which id there, and what it was called."""

    source: str
    data: bytes = field(repr=False)
    name: str = field(repr=False)
    remote_id: str = ""
    kind: str = ""  # said before it is read, where it matters: claims that are drafts


def keep(desk: Desk, arrival: Arrival) -> X12File | None:
    """Keep it for posting; ``None`` where these very bytes were kept before.

    Raises ``Invalid`` for a file that is empty or too large.
    """
    if not arrival.data:
        raise Invalid("The file is empty.")
    require_size(len(arrival.data))
    digest = hashlib.sha256(arrival.data).hexdigest()
    if desk.open(X12Files).by_digest(digest):
        return None
    row = _row(desk, arrival, digest)
    if not desk.open(X12Files).keep_new(row):
        return None
    desk.record("claims.file_kept", row.ref, sources=arrival.source)
    return row


def require_size(size: int) -> None:
    """Raises ``Invalid`` for a file of more bytes than we keep, before anybody reads it."""
    if size > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST // 1_000_000} MB.")


def _row(desk: Desk, arrival: Arrival, digest: str) -> X12File:
    key = desk.vault.new_key()
    desk.session.add(key)
    desk.session.flush()
    row = X12File(
        practice_id=desk.practice_id, source=arrival.source, remote_id=arrival.remote_id,
        kind=arrival.kind, key_id=key.id, digest=digest, content_hash=digest, received_at=desk.now,
    )  # fmt: skip
    desk.vault.seal_into(
        row, name=arrival.name[:LONGEST_NAME], content=base64.b64encode(arrival.data).decode()
    )
    return row


def content_of(desk: Desk, file: X12File) -> bytes:
    """The bytes as they came."""
    return base64.b64decode(desk.vault.read(file, "content").text)


def set_aside(desk: Desk, id: UUID, state: FileState, reason: str) -> None:
    """The file is not posted; the reason is a sentence without patient data."""
    file = desk.open(X12Files).get(id)
    file.state, file.reason, file.lease_until = state, reason, None
    file.closed_at = closing(state, desk.now)
    file.version += 1
    desk.record(f"claims.file_{state}", file.ref, reason=reason)


def closing(state: FileState, now: datetime) -> datetime | None:
    """When nothing more is to be done about a file in this state."""
    done = (FileState.POSTED, FileState.DUPLICATE, FileState.REMOVED)
    return now if state in done else None
