"""Every change of a practice's options: what stood before, what stands since, and who did it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint, func
from sqlmodel import Field, col, select

from db.base import Repository, Row


class OptionVersion(Row, table=True):
    """One change. ``before`` and ``after`` hold the changed options as they are stored.

    ``None`` in them is an option that the practice never decided. ``told`` says the change in
    words; ``undoes`` is the number of the change that this one took back.
    """

    __tablename__ = "option_version"
    __table_args__ = (UniqueConstraint("practice_id", "number"),)

    number: int
    staff_id: UUID | None = None
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    told: str = ""
    undoes: int | None = None


class OptionVersions(Repository[OptionVersion]):
    """Questions about changes of options."""

    model = OptionVersion

    def newest(self, limit: int = 20) -> Sequence[OptionVersion]:
        """The last changes, newest first."""
        return self.all(self.rows().order_by(col(OptionVersion.number).desc()).limit(limit))

    def numbered(self, number: int) -> OptionVersion | None:
        """The change of this number."""
        return self.first(self.rows().where(col(OptionVersion.number) == number))

    def last_number(self) -> int:
        """How many changes there were."""
        mine = col(OptionVersion.practice_id) == self.practice_id
        return self.session.exec(select(func.max(OptionVersion.number)).where(mine)).one() or 0
