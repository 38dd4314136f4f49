"""How each road to the EHR is doing: able or not, fresh or stale, and where to go on."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime


class Connection(Row, table=True):
    """One road of one practice, as last seen.

    ``state`` is ``ok``, ``down``, ``needs_authorization`` or ``unknown``; ``cursor`` is where
    the next poll begins; ``able`` and ``reason`` are the capability shown before a click.
    """

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("practice_id", "road"),)

    road: str
    able: bool = False
    reason: str = ""
    state: str = "unknown"
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_ok: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = ""
    cursor: str | None = None
    quarantined: int = 0


class Connections(Repository[Connection]):
    """Questions about connections."""

    model = Connection

    def of(self, road: str) -> Connection:
        """The row of *road*, made when it is first asked for."""
        found = self.first(self.rows().where(col(Connection.road) == road))
        return found or self.add(Connection(practice_id=self.practice_id, road=road))

    def locked(self, road: str) -> Connection:
        """The row of *road* as it is now, locked until the transaction ends."""
        self.of(road)
        self.session.flush()
        mine = self.rows().where(col(Connection.road) == road).with_for_update()
        found = self.first(mine.execution_options(populate_existing=True))
        return found or self.of(road)

    def by_road(self) -> dict[str, Connection]:
        """Every road we know."""
        return {connection.road: connection for connection in self.all(self.rows())}
