"""The practices that use this installation."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from db.base import UtcDateTime, new_id, utc_now


class Practice(SQLModel, table=True):
    """One practice: a tenant. Everything else belongs to exactly one of them.

    ``options`` holds what its administrators set: business hours, consent to Claude,
    allowed links and telephone numbers, service targets (see ``services.options``).
    """

    __tablename__ = "practice"
    __table_args__ = (UniqueConstraint("code"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: Any = Field(default_factory=utc_now, sa_type=UtcDateTime)
    code: str
    name: str
    timezone: str = "America/New_York"
    synthetic: bool = False
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Practices:
    """Questions about practices; the one repository that is not inside one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def all(self) -> list[Practice]:
        """Every practice, by code."""
        return list(self.session.exec(select(Practice).order_by(col(Practice.code))))

    def by_code(self, code: str) -> Practice | None:
        """The practice with this eCW practice code."""
        return self.session.exec(select(Practice).where(col(Practice.code) == code)).first()

    def get(self, id: UUID) -> Practice:
        """Raises ``LookupError`` when there is none."""
        found = self.session.get(Practice, id)
        if found is None:
            raise LookupError("There is no such practice.")
        return found
