"""Every version of a practice's reply templates and macros; no patient data in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class ShelfVersion(Row, table=True):
    """One version. ``shelf`` is ``reply`` or ``macro``, ``key`` names the item on it.

    ``body`` is what the item says or does. A reply counts once somebody else approved it.
    """

    __tablename__ = "shelf_version"
    __table_args__ = (UniqueConstraint("practice_id", "shelf", "key", "language", "number"),)

    shelf: str
    key: str
    language: str = ""
    number: int
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    staff_id: UUID | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShelfVersions(Repository[ShelfVersion]):
    """Questions about versions."""

    model = ShelfVersion

    def begin(self, version: ShelfVersion) -> bool:
        """Keep *version*; false when somebody was faster with its number."""
        try:
            with self.session.begin_nested():
                self.add(version)
        except IntegrityError:
            return False
        return True

    def of(self, shelf: str, key: str, language: str = "") -> Sequence[ShelfVersion]:
        """Every version of one item, newest first."""
        mine = (
            col(ShelfVersion.shelf) == shelf,
            col(ShelfVersion.key) == key,
            col(ShelfVersion.language) == language,
        )
        return self.all(self.rows().where(*mine).order_by(col(ShelfVersion.number).desc()))

    def all_of(self, shelf: str) -> Sequence[ShelfVersion]:
        """Every version of every item of one kind, newest first."""
        mine = self.rows().where(col(ShelfVersion.shelf) == shelf)
        return self.all(mine.order_by(col(ShelfVersion.number).desc()))
