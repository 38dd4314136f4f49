"""Files from the clearinghouse: each is kept as it came, posted once, and never lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, case
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime, Word


class FileState(StrEnum):
    """What became of a file."""

    RECEIVED = "received"  # kept; not read yet
    POSTED = "posted"  # its claims, answers and payments are in the books
    QUARANTINED = "quarantined"  # it does not balance: a person decides
    DUPLICATE = "duplicate"  # the same interchange was posted before
    REFUSED = "refused"  # it cannot be read; the reason says why
    REMOVED = "removed"  # a person decided that it must not be posted


WAITING = (FileState.QUARANTINED, FileState.REFUSED)


class X12File(Row, table=True):
    """One file. ``content`` is its bytes, ``name`` what it was called, both sealed.

    ``digest`` is the SHA-256 of the bytes; its interchanges are rows of their own.
    ``difference_cents`` is by how much it fails to balance.
    """

    __tablename__ = "x12_file"
    __table_args__ = (
        UniqueConstraint("practice_id", "digest"),
        Index("ix_x12_file_state", "practice_id", "state", "received_at"),
        Index("ix_x12_file_closed", "practice_id", "purged_at", "closed_at"),
    )

    source: str  # clearinghouse, folder or sftp
    remote_id: str = ""
    kind: str = ""  # 835, 277CA, 277, 999, TA1 or 837, once it was read
    name: bytes | None = None
    content: bytes | None = None
    key_id: UUID
    digest: str
    state: FileState = Field(default=FileState.RECEIVED, sa_type=Word(FileState))
    reason: str = ""
    difference_cents: int | None = Field(default=None, sa_type=BigInteger)
    claims: int = 0
    charge_cents: int = Field(default=0, sa_type=BigInteger)
    # What the payments of its claims add up to, and what PLB withholds (positive) or adds.
    paid_cents: int = Field(default=0, sa_type=BigInteger)
    provider_cents: int = Field(default=0, sa_type=BigInteger)
    received_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)

    location: str = ""
    department: str = ""
    provider: str = ""
    version: int = 1
    content_hash: str = ""
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


_CONTENT: Any = X12File.content
LATER = defer(_CONTENT)  # megabytes, which only posting reads


class X12Files(Repository[X12File]):
    """Questions about files."""

    model = X12File

    def by_digest(self, digest: str) -> X12File | None:
        """The file with these very bytes."""
        return self.first(self.rows().where(col(X12File.digest) == digest).options(LATER))

    def keep_new(self, file: X12File) -> bool:
        """Keep *file* unless another process has kept the same bytes meanwhile."""
        try:
            with self.session.begin_nested():
                self.add(file)
        except IntegrityError:
            return False
        return True

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(X12File.id) == id, col(X12File.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def claim_received(self, now: datetime, until: datetime, limit: int) -> Sequence[X12File]:
        """Take files that nobody has read yet, in the order they came, and lease them.

        Only the first is taken while another process still works on an earlier one, so that
        a claim is known before its answers are posted.
        """
        busy = col(X12File.lease_until) > now
        working = self.rows().where(col(X12File.state) == FileState.RECEIVED, busy)
        if self.first(working.options(LATER)):
            return []
        waiting = self.rows().where(col(X12File.state) == FileState.RECEIVED)
        first = waiting.order_by(col(X12File.received_at), col(X12File.id)).limit(limit)
        # Another process may lock it first: we wait for it, and look again at what it has left.
        found = self.all(first.options(LATER).with_for_update())
        batch = [file for file in found if not (file.lease_until and file.lease_until > now)]
        for file in batch:
            file.lease_until = until
        return batch

    def renew(self, id: UUID, held: datetime, until: datetime) -> bool:
        """Hold the lease longer; false where another process has taken the file over. Locks the row."""
        mine = (
            col(X12File.id) == id,
            col(X12File.lease_until) == held,
            col(X12File.state) == FileState.RECEIVED,
        )
        return self.changed(self.change().where(*mine).values(lease_until=until)) == 1

    def any_billed(self) -> bool:
        """Whether an 837 is in the books, or waits to be: then claims are known before their answers."""
        billed = col(X12File.kind).in_(("837", "837-draft"))
        mine = self.rows().where(billed, col(X12File.state) == FileState.POSTED)
        return self.first(mine.options(LATER)) is not None

    def listed(self, limit: int, offset: int = 0) -> Sequence[X12File]:
        """Every file, those that need a person first, then the newest; bytes are read when asked."""
        needs = case((col(X12File.state).in_(WAITING), 0), else_=1)
        ordered = self.rows().order_by(needs, col(X12File.received_at).desc(), col(X12File.id))
        return self.all(ordered.limit(limit).offset(offset).options(LATER))

    def named(self, ids: Iterable[UUID]) -> Sequence[X12File]:
        """These files without their bytes."""
        wanted = list(set(ids))
        mine = self.rows().where(col(X12File.id).in_(wanted)).options(LATER)
        return self.all(mine) if wanted else []

    def pulse(self) -> str:
        """A word that changes whenever a file does."""
        mine = (func.count(), func.coalesce(func.sum(X12File.version), 0))
        row = self.session.execute(
            select(*mine).where(col(X12File.practice_id) == self.practice_id)
        ).one()
        return f"{row[0]}/{row[1]}"

    def waiting(self, limit: int = 50) -> Sequence[X12File]:
        """Files that need a person, oldest first."""
        mine = self.rows().where(col(X12File.state).in_(WAITING))
        return self.all(mine.order_by(col(X12File.received_at)).limit(limit).options(LATER))

    def counts(self) -> dict[str, int]:
        """How many files there are in each state."""
        grouped = (
            select(X12File.state, func.count())
            .where(col(X12File.practice_id) == self.practice_id)
            .group_by(col(X12File.state))
        )
        return {str(state): n for state, n in self.session.exec(grouped)}
