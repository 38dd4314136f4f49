"""Ninety days of a practice that does not exist: pilots begin, and the numbers show it. Seeded.

Only for a practice marked as synthetic, and every screen says that it is simulated. The facts
are those that gathering would keep, so page, console and files need no second way.
"""

import time as clock
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.base import Row, new_id
from db.facts import MetricCursors, MetricFact, MetricFacts
from db.places import Places
from db.practices import Practice
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import Invalid
from services.metrics.deriving.happening import Happening
from services.metrics.gathering import TRAIL
from services.metrics.keeping import repack
from services.metrics.simulated_day import happenings
from services.metrics.simulated_rollout import EVENING, Cast, Story

DAYS = 90
SOURCE = "simulated"


@dataclass(frozen=True)
class Simulated:
    """One day: its facts, and what the rollout did, as rows of changes and of pauses."""

    day: date
    ago: int
    facts: Sequence[Happening]
    rows: Sequence[Row]


def fill(container: Container, practice: Practice, cast: Cast, days: int = DAYS) -> int:
    """Make the days before today, each once and in a transaction of its own. Returns how many facts.

    Raises ``Invalid`` for a practice that is not synthetic.
    """
    if not practice.synthetic:
        raise Invalid("Simulated numbers are only for a synthetic practice.")
    with looking(container, Actor.job(practice.id, "metrics.simulated")) as desk:
        today, zone = desk.today, desk.options.zone
        if desk.open(MetricCursors).locked(SOURCE).position >= str(today - timedelta(days=1)):
            return 0
    made = simulate(Story(cast, practice.id), today, zone, days)
    return sum(_fill(container, practice, one) for one in made)


def _fill(container: Container, practice: Practice, made: Simulated) -> int:
    with working(container, Actor.job(practice.id, "metrics.simulated")) as desk:
        cursors = desk.open(MetricCursors)
        cursors.locked(TRAIL)  # one writes facts at a time
        cursor = cursors.locked(SOURCE)
        if cursor.position >= str(made.day):
            return 0
        cursor.position = str(made.day)
        blank = MetricFact.values(practice_id=practice.id)
        rows = [blank | _row(desk, one) | {"id": new_id()} for one in made.facts]
        desk.open(MetricFacts).insert_many(rows)
        desk.session.add_all(made.rows)
        repack(desk, sorted({(row["kind"], row["day"]) for row in rows}))
        return len(rows)


def fill_when_ready(container: Container, practice: Practice, patience: float = 300) -> int:
    """The same once the practice's places are known, which a worker fetches; for a demo's side.

    Gives up after *patience* seconds. Billing is left to the claims that the practice has.
    """
    until = clock.monotonic() + patience
    while clock.monotonic() < until:
        with looking(container, Actor.job(practice.id, "metrics.simulated")) as desk:
            kinds = [desk.open(Places).of_kind(kind) for kind in ("location", "provider")]
        if all(kinds):
            locations, providers = ([place.ehr_ref for place in found] for found in kinds)
            return fill(container, practice, Cast(locations, providers))
        clock.sleep(1)
    return 0


def simulate(story: Story, today: date, zone: ZoneInfo, days: int = DAYS) -> Iterator[Simulated]:
    """Each day before *today*, the oldest first; what a day does to the rollout the next one feels."""
    for ago in range(days, 0, -1):
        day = today - timedelta(days=ago)
        opens = datetime.combine(day, time(9), zone)
        events = list(story.events(ago, opens))
        facts = list(happenings(story, day, ago, zone))
        trips = story.evening(opens + EVENING, facts)
        yield Simulated(day, ago, facts, [*events, *trips, *(story.pause(one) for one in trips)])


def _row(desk: Desk, one: Happening) -> dict[str, Any]:
    return vars(one) | {"day": one.at.astimezone(desk.options.zone).date()}
