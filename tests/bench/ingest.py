"""Messages taken in a second, beside the same rows written raw and beside a straightforward app."""

import json
import statistics
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Table
from sqlmodel import SQLModel

from services.desk import working
from services.ehr.ports import MessagePage
from services.options import options_of
from services.workflows.inbox.arrivals import take_in
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import A_SECOND, Figure, Scale, cpu, cpu_of_each
from tests.bench.filling import fill
from tests.bench.letters import PAGE, THREADS_OF_A_PATIENT, pages
from tests.bench.straightforward import StraightforwardApp
from tests.databases import postgres_is_running

TABLES: tuple[Table, ...] = tuple(
    SQLModel.metadata.tables[name] for name in ("item_key", "patient", "conversation", "message")
)


def measure(scale: Scale) -> Iterator[Figure]:
    """An empty store, then ever fuller ones; the same on PostgreSQL where it runs."""
    with sqlite_building(scale.folder / "ingest") as building:
        yield from _beside_peers(building, scale)
        for stored in scale.stored:
            fill(building, stored)
            yield from _at(building, scale, f"SQLite, {stored:,} stored", stored)
    if postgres_is_running():
        with postgres_building(scale.folder / "ingest-postgres") as building:
            stored = min(100_000, scale.stored[-1])
            fill(building, stored)
            yield from _at(building, scale, f"PostgreSQL (our CPU), {stored:,} stored", stored)


def _beside_peers(building: Building, scale: Scale) -> Iterator[Figure]:
    ours = _rate(building, scale, 10_000_000)
    peer = StraightforwardApp(f"sqlite:///{scale.folder / 'straightforward.db'}")
    few = pages(max(100, scale.messages // 5), 20_000_000)
    theirs = len(few) * 100 / cpu(lambda: [peer.take_in(page) for page in few], 1)
    what = "ingest: messages/s, SQLite, empty store"
    yield Figure(what, ours, A_SECOND, "SQLModel, select and add per row", theirs, ">= 12x")


def _at(building: Building, scale: Scale, where: str, first: int) -> Iterator[Figure]:
    ours = _rate(building, scale, 30_000_000 + first)
    new = pages(scale.messages, 60_000_000 + first)
    _take_in(building, new)
    again = scale.messages / cpu(lambda: _take_in(building, new), scale.rounds)
    floor = _raw_rate(building.container.engine, scale)
    yield Figure(f"ingest: messages/s, {where}", ours, A_SECOND, "raw executemany upsert", floor)
    yield Figure(f"re-poll unchanged: messages/s, {where}", again, A_SECOND, "first load", ours,
                 ">= 1.25x")  # fmt: skip


def _rate(building: Building, scale: Scale, first: int) -> float:
    """Messages a second of CPU; every round brings new ones."""
    rounds = iter([pages(scale.messages, first + n * scale.messages) for n in range(scale.rounds)])
    return scale.messages / cpu(lambda: _take_in(building, next(rounds)), scale.rounds)


def _take_in(building: Building, new: list[MessagePage]) -> None:
    options = options_of(building.practice)
    for page in new:
        with working(building.container, building.job) as desk:
            take_in(desk, page, options)


def _raw_rate(engine: Engine, scale: Scale) -> float:
    """The newest rows written once more, ready-made, by the driver alone, a page to a commit."""
    pages_of = [_pages(table, _newest(engine, table, scale.messages), scale) for table in TABLES]
    taken = []
    for _ in range(scale.rounds):
        _remove(engine, scale.messages)
        taken += cpu_of_each(lambda: _write_raw(engine, pages_of), 1)
    return scale.messages / statistics.median(taken)


def _newest(engine: Engine, table: Table, count: int) -> list[tuple[Any, ...]]:
    newest = f"SELECT * FROM {table.name} ORDER BY id DESC LIMIT {_share(table, count)}"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(newest).fetchall()
    return [tuple(_as_bound(value) for value in row) for row in found]


def _as_bound(value: Any) -> Any:
    """PostgreSQL's driver reads JSON as lists, and wants them back as text."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def _share(table: Table, count: int) -> int:
    """How many rows of *table* belong to *count* messages."""
    patients = count // THREADS_OF_A_PATIENT
    return {"patient": patients, "item_key": count + patients}.get(table.name, count)


def _pages(table: Table, rows: list[tuple[Any, ...]], scale: Scale) -> tuple[str, list[Any]]:
    marks = ", ".join(["?"] * len(table.columns))
    size = _share(table, PAGE)
    chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
    return f"INSERT INTO {table.name} VALUES ({marks}) ON CONFLICT DO NOTHING", chunks


def _remove(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        for table in TABLES:
            newest = f"SELECT id FROM {table.name} ORDER BY id DESC LIMIT {_share(table, count)}"
            connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE id IN ({newest})")


def _write_raw(engine: Engine, tables: list[tuple[str, list[Any]]]) -> None:
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for number in range(len(tables[0][1])):
            cursor = driver.cursor()
            for statement, chunks in tables:
                marked = statement if engine.dialect.name == "sqlite" else _for_postgres(statement)
                cursor.executemany(marked, chunks[number])
            driver.commit()


def _for_postgres(statement: str) -> str:
    return statement.replace("?", "%s")
