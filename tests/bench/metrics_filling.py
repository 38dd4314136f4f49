"""So many facts of a year as gathering would leave them, in the product's tables."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session

from db import writing
from db.base import new_id, utc_now
from db.facts import MetricDays, Mode
from services.desk import working
from services.metrics.definitions import ALL
from services.metrics.keeping import Group, Groups
from services.metrics.packing import pack
from tests.bench.building import Building

DAYS = 365
KINDS = sorted({kind for one in ALL for kind in one.measure.kinds})
COLUMNS = ("id, practice_id, created_at, kind, day, at, value, subject, label, location,"
           " department, provider, payer, mode")  # fmt: skip
INSERT = f"INSERT INTO metric_fact ({COLUMNS}) VALUES ({', '.join('?' * 14)})"
GROUPS = [
    Group(f"Location/{n % 5}", "", f"Practitioner/{n % 50}", f"PAYER{n % 8}", "refill",
          Mode.ON if n % 3 else Mode.OFF)
    for n in range(200)
]  # fmt: skip

Values = tuple[str, Any, Any]  # kind, values, numbers of their groups


def fill(building: Building, count: int, last: date) -> int:
    """About *count* facts of the year that ends with *last*; returns how many there are now.

    Each kind has one a day at least; with few facts there are fewer days.
    """
    days = min(DAYS, max(1, count // len(KINDS)))
    a_day = max(1, count // (days * len(KINDS)))
    dice = np.random.default_rng(7)
    for day in (last - timedelta(days=ago) for ago in range(days)):
        made = [(kind, dice.integers(0, 20_000, a_day), dice.integers(0, len(GROUPS), a_day))
                for kind in KINDS]  # fmt: skip
        with writing(building.container.engine) as session:
            rows = list(_rows(building, day, made))
            session.connection().exec_driver_sql(INSERT, rows)
            _pack(building, session, day, made)
    _keep_groups(building)
    return a_day * days * len(KINDS)


def _rows(building: Building, day: date, made: Sequence[Values]) -> Iterator[tuple[object, ...]]:
    practice, now, at = building.practice.id.hex, str(utc_now())[:26], f"{day} 15:00:00.000000"
    for kind, values, codes in made:
        for number, (value, code) in enumerate(zip(values, codes, strict=True)):
            subject = f"conversation/{UUID(int=number)}"
            yield (new_id().hex, practice, now, kind, str(day), at, int(value), subject,
                   *_columns(GROUPS[code]))  # fmt: skip


def _columns(group: Group) -> tuple[str, ...]:
    return (group.label, group.location, group.department, group.provider, group.payer,
            group.mode.value)  # fmt: skip


def _pack(building: Building, session: Session, day: date, made: Sequence[Values]) -> None:
    days = MetricDays(session, building.practice.id)
    for kind, values, codes in made:
        order = np.argsort(values, kind="stable")
        days.put(kind, day, len(values), *pack(values[order], codes[order]))


def _keep_groups(building: Building) -> None:
    with working(building.container, building.job) as desk:
        numbers = Groups.read(desk)
        for group in GROUPS:
            numbers.code(group)
        numbers.keep()
