"""The interchanges of files: each is posted once, whatever file it comes in."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import col, select

from db.base import Repository, Row
from db.x12_files import FileState, X12File

AT_ONCE = 500  # names asked for in one question


class X12Interchange(Row, table=True):
    """One interchange of a file, its ``number`` there from 1.

    ``name`` is a keyed digest of who sent it to whom under which control number (ISA05 to ISA08,
    ISA13); ``content`` is the SHA-256 of its bytes, dates and all, and empty where it came before
    such digests were kept.
    """

    __tablename__ = "x12_interchange"
    __table_args__ = (
        UniqueConstraint("practice_id", "file_id", "number"),
        Index("ix_x12_interchange_name", "practice_id", "name"),
    )

    file_id: UUID
    number: int
    name: bytes
    content: str = ""


class X12Interchanges(Repository[X12Interchange]):
    """Questions about interchanges."""

    model = X12Interchange

    def of_file(self, file_id: UUID) -> list[X12Interchange]:
        """Those of one file, in order."""
        mine = self.rows().where(col(X12Interchange.file_id) == file_id)
        return list(self.all(mine.order_by(col(X12Interchange.number))))

    def posted(self, names: Iterable[bytes], than: UUID) -> list[tuple[bytes, str, UUID]]:
        """Name, content and file of each interchange so named that another file has posted."""
        wanted, found = sorted(set(names)), []
        for start in range(0, len(wanted), AT_ONCE):
            found += self._posted(wanted[start : start + AT_ONCE], than)
        return found

    def _posted(self, names: list[bytes], than: UUID) -> list[tuple[bytes, str, UUID]]:
        asked = (
            select(X12Interchange.name, X12Interchange.content, X12Interchange.file_id)
            .join(X12File, col(X12File.id) == col(X12Interchange.file_id))
            .where(
                col(X12Interchange.practice_id) == self.practice_id,
                col(X12Interchange.name).in_(names),
                col(X12Interchange.file_id) != than,
                col(X12File.practice_id) == self.practice_id,
                col(X12File.state) == FileState.POSTED,
            )
            .order_by(col(X12Interchange.created_at), col(X12Interchange.id))
        )
        return [(name, content, file) for name, content, file in self.session.exec(asked)]
