"""Signed-in sessions, kept on the server so that they can be ended there."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select, update

from db.base import Row, UtcDateTime


class AppSession(Row, table=True):
    """One signed-in browser. ``digest`` is the SHA-256 of the cookie, never the cookie."""

    __tablename__ = "app_session"

    digest: str = Field(index=True, unique=True)
    staff_id: UUID = Field(index=True)
    csrf: str
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AppSessions:
    """Questions about sessions, asked before we know the practice."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def by_digest(self, digest: str) -> AppSession | None:
        """The session behind a cookie."""
        return self.session.exec(select(AppSession).where(col(AppSession.digest) == digest)).first()

    def touch(self, id: UUID, now: datetime) -> None:
        """A person did something: start the idle clock again."""
        self.session.connection().execute(
            update(AppSession).where(col(AppSession.id) == id).values(seen_at=now)
        )

    def revoke(self, digest: str, now: datetime) -> None:
        """End this session everywhere."""
        found = self.by_digest(digest)
        if found and found.revoked_at is None:
            found.revoked_at = now
            self.session.add(found)

    def revoke_all(self, staff_id: UUID, now: datetime) -> None:
        """End every session of one person: they left, or their password changed."""
        self.session.connection().execute(
            update(AppSession)
            .where(col(AppSession.staff_id) == staff_id, col(AppSession.revoked_at).is_(None))
            .values(revoked_at=now)
        )
