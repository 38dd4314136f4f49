"""The access token of each practice's EHR connection, shared by all processes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from db.base import Repository, Row, UtcDateTime


class EhrToken(Row, table=True):
    """What a practice's sign-in stands at: a sealed token with its life, or a hold.

    While ``held_until`` lies ahead nobody signs in; ``reason`` says why, for staff.
    ``scopes`` is separated by spaces, as OAuth writes it.
    """

    __tablename__ = "ehr_token"
    __table_args__ = (UniqueConstraint("practice_id"),)

    key_id: UUID
    value: bytes | None = None
    scopes: str = ""
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""


class EhrTokens(Repository[EhrToken]):
    """Questions about tokens."""

    model = EhrToken

    def current(self) -> EhrToken | None:
        """The practice's one row, if it ever signed in."""
        return self.first(self.rows())
