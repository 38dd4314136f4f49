"""The metrics at five million facts: in the service beside pandas, DuckDB and an index, and in a browser."""

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb

from db.vocabulary import Role
from services.desk import Actor
from services.metrics.definitions import ALL
from services.metrics.loading import Narrow
from services.metrics.report import Span, report
from tests.bench.browser import chromium, cold_start, floor_of, seated, until
from tests.bench.building import Building
from tests.bench.figures import MILLISECONDS, Figure, Scale, cpu
from tests.bench.metrics_filling import DAYS, fill
from tests.bench.metrics_peers import by_duckdb, by_index, by_pandas, duck
from tests.browser.demo import CHROMIUM
from tests.web_server import WebServer, serving

SPANS = (30, DAYS)
DRAWN = '[data-testid="stMetric"]'


def measure(scale: Scale) -> Iterator[Figure]:
    """Every metric of 30 and of 365 days, each with as many days before, by us and by the peers."""
    scale.folder.mkdir(parents=True)
    today = datetime.now(UTC).date()
    with serving(scale.folder, FOYER_POLL_SECONDS="900", FOYER_IDLE_MINUTES="120") as server:
        building = Building(server.container, server.practice, Actor.job(server.practice.id, "b"))
        facts = fill(building, scale.facts, today)
        with duck(building, scale.folder) as peer:
            for days in SPANS:
                span = Span(today - timedelta(days=days - 1), today)
                yield from _spans(building, peer, span, f"{days} days of {facts:,} facts", scale)
        yield from _seen(server, today, facts, scale)


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


def _seen(server: WebServer, today: date, facts: int, scale: Scale) -> Iterator[Figure]:
    """The page in a browser until its tiles stand, beside the page with one button."""
    if CHROMIUM is None:
        return
    cookie = server.sign_in(Role.MANAGER)
    with chromium() as browser:
        floor = floor_of(browser, scale)[0] * 1e3
        for days in SPANS:
            url = f"{server.url}/numbers?from={today - timedelta(days=days - 1)}&to={today}"
            until(seated(browser, server, cookie), url, DRAWN, "")
            cold = [cold_start(browser, server, cookie, url, DRAWN) for _ in range(3)]
            context = seated(browser, server, cookie)
            warm = [until(context, url, DRAWN, "") for _ in range(4)][1:]
            for how, taken in (("cold", cold), ("warm", warm)):
                what = f"metrics page, {days} days of {facts:,} facts, browser: {how}"
                yield Figure(what, statistics.median(taken) * 1e3, MILLISECONDS,
                             "page with one button", floor, "< 1,000 ms")  # fmt: skip
