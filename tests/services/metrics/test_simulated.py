"""The simulated practice: the same each time, a pilot that shows, and never in a real practice."""

from datetime import date, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest

from db import writing
from db.facts import Mode
from db.practices import Practice
from services.errors import Invalid
from services.metrics.definitions import ALL
from services.metrics.simulated import DAYS, PAUSED, PILOT, RESUMED, Cast, fill, happenings

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 30)
CAST = Cast(("Location/1",), ("Practitioner/1",), ("PAYER1",))


@pytest.fixture(scope="module")
def made():
    """All ninety days, by how many days ago."""
    days = range(DAYS, 0, -1)
    return {ago: list(happenings(CAST, TODAY - timedelta(days=ago), ago, ZONE)) for ago in days}


def values(made, kind, since, until):
    found = [h for ago, day in made.items() if since >= ago > until for h in day]
    return [h.value for h in found if h.kind == kind]


def test_it_is_the_same_each_time(made):
    day = TODAY - timedelta(days=3)
    assert list(happenings(CAST, day, 3, ZONE)) == made[3]


def test_the_pilot_shows_in_note_time_and_on_is_faster_than_off(made):
    before, after = values(made, "notes.time", DAYS, PILOT), values(made, "notes.time", 14, 0)
    assert median(after) < 0.7 * median(before)
    notes = [h for ago in range(14, 0, -1) for h in made[ago] if h.kind == "notes.time"]
    on, off = ([h.value for h in notes if h.mode is mode] for mode in (Mode.ON, Mode.OFF))
    assert median(on) < median(off)


def test_a_guardrail_trips_and_the_pause_is_seen(made):
    assert mean(values(made, "ai.corrected", PAUSED + 2, PAUSED)) > 0.1
    assert values(made, "ai.corrected", PAUSED, RESUMED) == []
    told = [h.label for day in made.values() for h in day if h.kind == "rollout.event"]
    assert any("paused: guardrail" in one for one in told)
    assert len(told) == 5


def test_every_metric_has_something_to_show(made):
    kinds = {h.kind for day in made.values() for h in day}
    assert {kind for one in ALL for kind in one.measure.kinds} <= kinds


def test_a_real_practice_gets_no_simulated_numbers(container, practice):
    real = Practice(code="REAL", name="A practice")
    with writing(container.engine) as session:
        session.add(real)
    with pytest.raises(Invalid):
        fill(container, real, CAST, days=1)
    assert fill(container, practice, CAST, days=4) > 0  # the control; Thursday to Sunday
    assert fill(container, practice, CAST, days=4) == 0
