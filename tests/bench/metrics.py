"""The metrics at five million facts, beside pandas, DuckDB and places in an index."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import duckdb

from services.metrics.definitions import ALL
from services.metrics.loading import Narrow
from services.metrics.report import Span, report
from tests.bench.building import Building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, cpu
from tests.bench.metrics_filling import DAYS, fill
from tests.bench.metrics_peers import by_duckdb, by_index, by_pandas, duck

SPANS = (30, DAYS)


def measure(scale: Scale) -> Iterator[Figure]:
    """Every metric of 30 and of 365 days, each with as many days before, by us and by the peers."""
    today = datetime.now(UTC).date()
    with sqlite_building(scale.folder) as building:
        facts = fill(building, scale.facts, today)
        with duck(building, scale.folder) as peer:
            for days in SPANS:
                span = Span(today - timedelta(days=days - 1), today)
                yield from _spans(building, peer, span, f"{days} days of {facts:,} facts", scale)


def _spans(
    building: Building, peer: duckdb.DuckDBPyConnection, span: Span, what: str, scale: Scale
) -> Iterator[Figure]:
    def milliseconds(work: Callable[[], object]) -> float:
        return cpu(work, scale.rounds) * 1e3

    ours = milliseconds(lambda: _report(building, span, Narrow()))
    for beside, theirs in (
        # Of a year it takes so long that once is enough.
        ("pandas.read_sql, all kinds by day", cpu(lambda: by_pandas(building, span), 1) * 1e3),
        ("DuckDB's file, all kinds by day", milliseconds(lambda: by_duckdb(peer, span))),
        ("index OFFSET, 2 kinds by day", milliseconds(lambda: by_index(building, span))),
    ):
        yield Figure(f"metrics: all {len(ALL)}, {what}", ours, MILLISECONDS, beside, theirs)
    narrowed = milliseconds(lambda: _report(building, span, Narrow(provider="Practitioner/3")))
    yield Figure(f"metrics: of one provider, {what}", narrowed, MILLISECONDS, "all providers", ours)


def _report(building: Building, span: Span, narrow: Narrow) -> object:
    return report(building.container, building.job, span, narrow)
