"""What SQLite should assume about our tables before it has seen any rows, so that it plans well."""

from collections.abc import Iterator

from sqlalchemy import Boolean, Connection, Integer

from db.base import Word
from db.schema import metadata

ROWS = 1_000_000
ALIKE = 5  # rows that share one reference, name or moment
KINDS = 4  # how many values a column of few values has
FEW_VALUES = frozenset({"job", "kind", "purged_at", "verb", "workflow", "wrapped_by"})


def write_estimates(connection: Connection) -> None:
    """Fill ``sqlite_stat1`` as ANALYZE would for one practice with a million rows in each table.

    Without it SQLite takes a practice to have ten rows. Asked for fifty ids it then reads all
    of the practice instead. Numbers from a young database would mislead it as much later on.
    Format: https://sqlite.org/fileformat2.html#the_sqlite_stat1_table
    """
    connection.exec_driver_sql("ANALYZE lease")  # nothing else can create sqlite_stat1
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    for row in _estimates(connection):
        connection.exec_driver_sql(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row
        )


def _estimates(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for table in metadata().tables:
        for index in connection.exec_driver_sql(f'PRAGMA index_list("{table}")').all():
            parts = connection.exec_driver_sql(f'PRAGMA index_info("{index.name}")').all()
            counts = _counts(table, [part.name for part in parts], is_unique=bool(index.unique))
            yield table, index.name, " ".join(str(count) for count in (ROWS, *counts))


def _counts(table: str, columns: list[str], *, is_unique: bool) -> list[int]:
    counts, alike = list[int](), ROWS
    for name in columns:
        alike = _narrowed(table, name, alike)
        counts.append(alike)
    return [*counts[:-1], 1 if is_unique else counts[-1]]


def _narrowed(table: str, column: str, alike: int) -> int:
    if column == "practice_id":
        return alike
    if column == "id":
        return 1
    kind = metadata().tables[table].columns[column].type
    if column in FEW_VALUES or isinstance(kind, Word | Boolean | Integer):
        return max(alike // KINDS, min(alike, ALIKE))
    return min(alike, ALIKE)
