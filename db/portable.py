"""Rows as lines of JSON that mean the same on both databases, and their digest."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, MetaData, String, Table, collate, select
from sqlalchemy.types import Date, DateTime, LargeBinary, TypeDecorator, TypeEngine, Uuid

ROWS_AT_ONCE = 200  # a row can be a megabyte, and all of these are in memory together

Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]
_CODECS: dict[type[TypeEngine[Any]], Codec] = {
    LargeBinary: (lambda value: base64.b64encode(value).decode(), base64.b64decode),
    Uuid: (str, UUID),
    DateTime: (lambda value: value.isoformat(), datetime.fromisoformat),
    Date: (lambda value: value.isoformat(), date.fromisoformat),
}


def plain(table: Table) -> Table:
    """*table* with the database's own types: a copy must not fail on a word it does not know."""
    columns = [Column(c.name, _plain_type(c), primary_key=c.primary_key) for c in table.columns]
    return Table(table.name, MetaData(), *columns)


def _plain_type(column: Column[Any]) -> TypeEngine[Any]:
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return JSON(none_as_null=True) if isinstance(kind, JSON) else kind


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row of a ``plain`` table as one line, in the same order on both databases."""
    encode = [_codec(column)[0] for column in table.columns]
    streaming = {"yield_per": ROWS_AT_ONCE}
    ordered = select(table).order_by(*_order(connection, table))
    for row in connection.execute(ordered, execution_options=streaming):
        values = [None if v is None else code(v) for code, v in zip(encode, row, strict=True)]
        yield json.dumps(values, sort_keys=True).encode() + b"\n"


def rows(table: Table, encoded: Iterable[bytes]) -> list[dict[str, Any]]:
    """The rows of lines; raises ``ValueError`` when one is not a row of this table."""
    names = [column.name for column in table.columns]
    decode = [_codec(column)[1] for column in table.columns]
    return [dict(zip(names, _decoded(decode, line), strict=True)) for line in encoded]


def _decoded(decode: Sequence[Callable[[Any], Any]], line: bytes) -> list[Any]:
    values = zip(decode, json.loads(line), strict=True)
    return [None if value is None else code(value) for code, value in values]


def digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows there are, and the SHA-256 over their lines."""
    summed, count = hashlib.sha256(), 0
    for line in lines(connection, table):
        summed.update(line)
        count += 1
    return count, summed.hexdigest()


def _order(connection: Connection, table: Table) -> Sequence[Any]:
    # Text sorts by language on PostgreSQL and by bytes on SQLite, unless told otherwise.
    bytewise = "C" if connection.dialect.name == "postgresql" else "BINARY"
    return [
        collate(c, bytewise) if isinstance(c.type, String) else c for c in table.primary_key.columns
    ]


def _codec(column: Column[Any]) -> Codec:
    for kind, codec in _CODECS.items():
        if isinstance(column.type, kind):
            return codec
    return _as_it_is, _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
