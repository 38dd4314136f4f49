"""The metrics page at five million facts, beside pandas.read_sql and percentiles by place in the index."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pandas as pd

from db import writing
from db.base import new_id, utc_now
from db.facts import MetricDays, MetricFacts, Mode
from services.desk import Actor, looking, working
from services.metrics.definitions import ALL
from services.metrics.keeping import Group, Groups
from services.metrics.loading import Narrow
from services.metrics.packing import pack
from services.metrics.report import Span, report
from tests.bench.building import Building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, cpu

LAST, DAYS = date(2026, 6, 30), 365
KINDS = sorted({kind for one in ALL for kind in one.measure.kinds})
TIMES = ("inbox.response_open", "notes.time")
READ = "SELECT kind, day, value FROM metric_fact WHERE practice_id = ? AND day >= ? AND day <= ?"


def measure(scale: Scale) -> Iterator[Figure]:
    """Every metric of 30 and of 365 days with the days before them, and two by the peers' ways."""
    with sqlite_building(scale.folder) as building:
        facts = _fill(building, scale.facts)
        for days in (30, DAYS):
            span = Span(LAST - timedelta(days=days - 1), LAST)
            yield from _spans(building, span, f"{days} days of {facts:,} facts", scale)


def _spans(building: Building, span: Span, what: str, scale: Scale) -> Iterator[Figure]:
    actor, db = Actor.job(building.practice.id, "bench"), building.container

    def milliseconds(work: Callable[[], object]) -> float:
        return cpu(work, scale.rounds) * 1e3

    peer = cpu(lambda: _by_pandas(building, span), 1) * 1e3  # a year takes it long enough
    index = milliseconds(lambda: _by_index(building, span))
    whole = milliseconds(lambda: report(db, actor, span, Narrow()))
    yield Figure(f"metrics: all {len(ALL)} metrics, {what}", whole, MILLISECONDS,
                 "pandas.read_sql, all kinds", peer, "< 1,000 ms")  # fmt: skip
    yield Figure(f"metrics: all {len(ALL)} metrics, {what}", whole, MILLISECONDS,
                 "index OFFSET, 2 kinds a day", index)  # fmt: skip
    narrowed = milliseconds(lambda: report(db, actor, span, Narrow(provider="Practitioner/3")))
    yield Figure(f"metrics: of one provider, {what}", narrowed, MILLISECONDS, "all providers",
                 whole)  # fmt: skip


def _by_pandas(building: Building, span: Span) -> object:
    """The usual way: read the rows, then group them."""
    asked = (building.practice.id.hex, str(span.first), str(span.last))
    with sqlite3.connect(str(building.container.engine.url.database)) as connection:
        frame = pd.read_sql(READ, connection, params=asked)
    grouped = frame.groupby(["kind", "day"])["value"]
    return grouped.quantile([0.5, 0.9], interpolation="lower")


def _by_index(building: Building, span: Span) -> None:
    """Exact percentiles of each day at their place in the index."""
    with looking(building.container, Actor.job(building.practice.id, "bench")) as desk:
        facts = desk.open(MetricFacts)
        for kind in TIMES:
            for day in span.days:
                facts.percentile(kind, day, 500)
                facts.percentile(kind, day, 900)


def _fill(building: Building, count: int) -> int:
    """*count* facts of a year, as gathering would leave them; returns how many there are."""
    a_day = max(1, count // (DAYS * len(KINDS)))
    dice = np.random.default_rng(7)
    groups = [
        Group(f"Location/{n % 5}", "", f"Practitioner/{n % 50}", f"PAYER{n % 8}", "refill",
              Mode.ON if n % 3 else Mode.OFF)
        for n in range(200)
    ]  # fmt: skip
    for day in (LAST - timedelta(days=ago) for ago in range(DAYS)):
        with writing(building.container.engine) as session:
            with_values = [(kind, dice.integers(0, 20_000, a_day), dice.integers(0, 200, a_day))
                           for kind in KINDS]  # fmt: skip
            rows = [
                (new_id().hex, building.practice.id.hex, str(utc_now())[:26], kind, str(day),
                 f"{day} 15:00:00.000000", int(value), f"conversation/{UUID(int=number)}",
                 *_columns(groups[code]))
                for kind, values, codes in with_values
                for number, (value, code) in enumerate(zip(values, codes, strict=True))
            ]  # fmt: skip
            driver = session.connection()
            places = ", ".join("?" for _ in rows[0])
            driver.exec_driver_sql(f"INSERT INTO metric_fact ({COLUMNS}) VALUES ({places})", rows)
            _pack(building, session, day, with_values)
    _keep_groups(building, groups)
    return a_day * DAYS * len(KINDS)


COLUMNS = ("id, practice_id, created_at, kind, day, at, value, subject, label, location,"
           " department, provider, payer, mode")  # fmt: skip


def _columns(group: Group) -> tuple[str, ...]:
    return (group.label, group.location, group.department, group.provider, group.payer,
            group.mode.value)  # fmt: skip


def _pack(building: Building, session, day, with_values) -> None:  # type: ignore[no-untyped-def]
    days = MetricDays(session, building.practice.id)
    for kind, values, codes in with_values:
        order = np.argsort(values, kind="stable")
        days.put(kind, day, len(values), *pack(values[order], codes[order]))


def _keep_groups(building: Building, groups: list[Group]) -> None:
    with working(building.container, building.job) as desk:
        numbers = Groups.read(desk)
        for group in groups:
            numbers.code(group)
        numbers.keep()
