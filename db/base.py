"""The bones every table and every repository share."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, MetaData, String, Update, insert, update
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.sight import EVERYTHING, Sight

# Named constraints, so that a migration can find them again on both databases.
_NAMES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SQLModel.metadata.naming_convention = _NAMES.naming_convention


class NotFound(LookupError):
    """It is not there, or it belongs to another practice. We do not say which."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"This {kind.lower()} is not here.")


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): sorts by time, so that big indexes grow at one end."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))


def utc_now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones; we do not, and refuse naive moments."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse what has no time zone, store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give the time zone back."""
        return value.replace(tzinfo=UTC) if value else None


class Word(TypeDecorator[StrEnum]):
    """A word from a closed vocabulary, stored as itself and checked both ways."""

    impl = String
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: StrEnum | None, dialect: Any) -> str | None:
        """Raises ``ValueError`` for a word outside the vocabulary."""
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:
        """The member of the vocabulary."""
        return None if value is None else self.vocabulary(value)


class Row(SQLModel):
    """A row that belongs to one practice."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

    @property
    def ref(self) -> str:
        """How other rows and the audit trail point here: ``message/6f1c…``."""
        return f"{self.__tablename__}/{self.id}"

    @classmethod
    def values(cls, **given: Any) -> dict[str, Any]:
        """A new row as plain values, for ``insert_many``: objects would take ten times as long.

        Lists among the defaults are shared: replace them, do not add to them.
        """
        return {**_blank(cls), "id": new_id(), "created_at": utc_now(), **given}


@cache
def _blank(model: type[Row]) -> dict[str, Any]:
    """What each column of *model* holds until told otherwise; required ones are left out."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required() and name not in ("id", "created_at")
    }


R = TypeVar("R", bound=Row)


class Repository(Generic[R]):
    """Questions about one kind of row, asked on behalf of one practice.

    Every statement starts from ``rows()`` or ``change()``, so no subclass can forget
    the practice and reach another practice's patients.
    """

    model: type[R]

    def __init__(self, session: Session, practice_id: UUID) -> None:
        self.session = session
        self.practice_id = practice_id
        self.sight = EVERYTHING

    def seen(self, sight: Sight) -> Self:
        """The same questions about no more than a person sees of a workflow."""
        narrowed = type(self)(self.session, self.practice_id)
        narrowed.sight = sight
        return narrowed

    def mine(self) -> list[ColumnElement[bool]]:
        """What every question is about: rows of the practice, as far as they are seen."""
        seen = [] if self.sight.is_everything else [self.sight.of(self.model)]
        return [col(self.model.practice_id) == self.practice_id, *seen]

    def rows(self) -> SelectOfScalar[R]:
        """The start of every question."""
        return select(self.model).where(*self.mine())

    def change(self) -> Update:
        """The start of every update."""
        return update(self.model).where(col(self.model.practice_id) == self.practice_id)

    def get(self, id: UUID) -> R:
        """Raises ``NotFound``, also for another practice's row."""
        found = self.find(id)
        if found is None:
            raise NotFound(self.model.__name__)
        return found

    def find(self, id: UUID) -> R | None:
        """The row, or ``None``."""
        return self.session.exec(self.rows().where(col(self.model.id) == id)).first()

    def all(self, statement: SelectOfScalar[R]) -> Sequence[R]:
        """Every row that *statement* finds."""
        return self.session.exec(statement).all()

    def first(self, statement: SelectOfScalar[R]) -> R | None:
        """The first row that *statement* finds, or ``None``."""
        return self.session.exec(statement.limit(1)).first()

    def changed(self, statement: Update) -> int:
        """Run an update and say how many rows it touched."""
        options = {"synchronize_session": False}
        return int(self.session.connection().execute(statement, execution_options=options).rowcount)

    def add(self, row: R) -> R:
        """Keep *row*; raises ``ValueError`` if it belongs to another practice."""
        if row.practice_id != self.practice_id:
            raise ValueError("A row of another practice cannot be kept here.")
        self.session.add(row)
        return row

    def insert_many(self, values: Sequence[dict[str, Any]]) -> None:
        """Insert new rows in one statement, each as ``Row.values`` makes it.

        Raises ``ValueError`` if one belongs to another practice.
        """
        if any(row["practice_id"] != self.practice_id for row in values):
            raise ValueError("A row of another practice cannot be kept here.")
        if values:
            self.session.connection().execute(insert(self.model), values)
