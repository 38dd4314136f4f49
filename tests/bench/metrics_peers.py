"""The other ways to the same percentiles: rows read by pandas, DuckDB's own file, places in an index."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from db.facts import MetricFacts
from services.desk import Actor, looking
from services.metrics.report import Span
from tests.bench.building import Building

TIMES = ("inbox.response_open", "notes.time")
READ = "SELECT kind, day, value FROM metric_fact WHERE practice_id = ? AND day >= ? AND day <= ?"
COPY = "SELECT kind, day, value, location, provider, payer, mode FROM metric_fact"
AT_ONCE = 500_000
QUANTILES = """
    SELECT kind, day, count(*), quantile_disc(value, [0.5, 0.9])
    FROM fact WHERE day BETWEEN ? AND ? GROUP BY kind, day
"""


def by_pandas(building: Building, span: Span) -> object:
    """The usual way: read the rows, then group them."""
    asked = (building.practice.id.hex, str(span.first), str(span.last))
    with sqlite3.connect(str(building.container.engine.url.database)) as connection:
        frame = pd.read_sql(READ, connection, params=asked)
    grouped = frame.groupby(["kind", "day"])["value"]
    return grouped.quantile([0.5, 0.9], interpolation="lower")


@contextmanager
def duck(building: Building, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same facts in a file of DuckDB's own, by day as they come; its making is not timed."""
    with duckdb.connect(str(folder / "facts.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE fact (kind VARCHAR, day DATE, value BIGINT, location VARCHAR,"
            " provider VARCHAR, payer VARCHAR, mode VARCHAR)"
        )
        with sqlite3.connect(str(building.container.engine.url.database)) as facts:
            for part in pd.read_sql(COPY + " ORDER BY day", facts, chunksize=AT_ONCE):
                connection.register("part", part)
                connection.execute("INSERT INTO fact SELECT * FROM part")
                connection.unregister("part")
        yield connection


def by_duckdb(connection: duckdb.DuckDBPyConnection, span: Span) -> object:
    """One statement; all cores are its to use."""
    return connection.execute(QUANTILES, [span.first, span.last]).fetchall()


def by_index(building: Building, span: Span) -> None:
    """Exact percentiles of each day at their place in the index."""
    with looking(building.container, Actor.job(building.practice.id, "bench")) as desk:
        facts = desk.open(MetricFacts)
        for kind in TIMES:
            for day in span.days:
                facts.percentile(kind, day, 500)
                facts.percentile(kind, day, 900)
