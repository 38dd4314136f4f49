"""The people who work at a practice, and how they prove who they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from db.base import Repository, Row, UtcDateTime, Word
from db.vocabulary import Role


class Staff(Row, table=True):
    """One person. ``password_hash`` is argon2id, empty where OIDC signs them in."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("issuer", "subject", name="uq_staff_issuer_subject"),
    )

    email: str
    name: str
    role: Role = Field(sa_type=Word(Role))
    licensed: bool = False  # a licensed or certified provider's review counts under AB 3030
    password_hash: str = ""
    issuer: str | None = None
    subject: str | None = None
    failed_attempts: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in at all."""
        return self.disabled_at is None


class StaffList(Repository[Staff]):
    """Questions about the people of one practice."""

    model = Staff

    def active(self) -> Sequence[Staff]:
        """Everyone who may sign in, by name."""
        return self.all(
            self.rows().where(col(Staff.disabled_at).is_(None)).order_by(col(Staff.name))
        )

    def names(self) -> dict[UUID, str]:
        """Everyone's name, also of those who left."""
        return {person.id: person.name for person in self.all(self.rows())}


class SignIns:
    """Finding a person before we know the practice: sign-in only."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def by_email(self, email: str) -> Staff | None:
        """The person with this e-mail address, whatever its capitals."""
        return self.session.exec(select(Staff).where(col(Staff.email) == email.lower())).first()

    def by_subject(self, issuer: str, subject: str) -> Staff | None:
        """The person an identity provider knows by *subject*."""
        wanted = (col(Staff.issuer) == issuer, col(Staff.subject) == subject)
        return self.session.exec(select(Staff).where(*wanted)).first()

    def get(self, id: UUID) -> Staff | None:
        """The person, or ``None``."""
        return self.session.get(Staff, id)
