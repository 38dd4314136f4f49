"""The simulated practice: the same each time, a pilot that shows, a pause by the real rule, never in a real practice."""

from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from db import writing
from db.facts import Mode
from db.guardrails import Guardrail, GuardrailTrips
from db.practices import Practice
from db.rollout_events import Happened, RolloutEvent
from services.desk import looking
from services.errors import Invalid
from services.metrics.definitions import ALL
from services.metrics.loading import Narrow
from services.metrics.report import Span, series
from services.metrics.simulated import DAYS, fill, simulate
from services.metrics.simulated_day import happenings
from services.metrics.simulated_rollout import PILOT, RESTS, WIDER, Cast, Story
from services.rollout.history import pauses
from services.rollout.limits import is_broken
from services.rollout.measures import CORRECTIONS, Measured

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 30)
NORTH, SOUTH = "Location/1", "Location/2"
CAST = Cast((NORTH, SOUTH), ("P/1", "P/2", "P/3", "P/4"), ("PAYER1",))
NOBODY = UUID(int=0)


def told(story):
    return {one.ago: one for one in simulate(story, TODAY, ZONE)}


@pytest.fixture(scope="module")
def story():
    return Story(CAST, NOBODY)


@pytest.fixture(scope="module")
def made(story):
    """All ninety days, by how many days ago."""
    return told(story)


def of(made, kind, since, until):
    found = [h for ago, day in made.items() if since >= ago > until for h in day.facts]
    return [h for h in found if h.kind == kind]


def values(made, kind, since, until):
    return [h.value for h in of(made, kind, since, until)]


def test_it_is_the_same_each_time(made):
    day = TODAY - timedelta(days=70)
    assert list(happenings(Story(CAST, NOBODY), day, 70, ZONE)) == made[70].facts


def test_a_pilot_begins_with_two_providers_at_one_location_and_is_widened(made):
    early = [h for h in of(made, "ai.corrected", PILOT, WIDER) if h.mode is Mode.ON]
    late = [h for h in of(made, "ai.corrected", WIDER, 0) if h.mode is Mode.ON]
    assert {(h.location, h.provider) for h in early} <= {(NORTH, "P/1"), (NORTH, "P/2")}
    assert {h.location for h in late} == {NORTH, SOUTH}
    assert values(made, "ai.corrected", DAYS, PILOT) == []


def test_the_pilot_shows_in_note_time_and_on_is_faster_than_off(made):
    before, after = values(made, "notes.time", DAYS, PILOT), values(made, "notes.time", 14, 0)
    assert median(after) < 0.7 * median(before)
    notes = of(made, "notes.time", 14, 0)
    on, off = ([h.value for h in notes if h.mode is mode] for mode in (Mode.ON, Mode.OFF))
    assert median(on) < median(off)


def broken_on(made, location):
    """The first evening on which the week's corrections there are over the limit, by hand."""
    limit = Guardrail(
        practice_id=NOBODY, workflow="inbox", measure="correction_rate", limit=CORRECTIONS.limit,
        hours=CORRECTIONS.hours, at_least=CORRECTIONS.at_least,
    )  # fmt: skip
    seen = []
    for one in made.values():
        evening = datetime.combine(one.day, time(18), ZONE)
        seen += [h for h in one.facts if h.kind == "ai.corrected" and h.location == location]
        week = [h.value for h in seen if h.at >= evening - timedelta(hours=168)]
        share = sum(week) / len(week) if week else 0.0
        if is_broken(limit, Measured(share, len(week))):
            return evening
    return None


def test_the_pause_is_on_the_first_evening_on_which_the_real_rule_breaks(story, made):
    [trip] = story.trips
    assert (trip.scope, trip.measure, trip.limit) == (SOUTH, "correction_rate", 0.15)
    assert trip.at == broken_on(made, SOUTH)
    assert broken_on(made, NORTH) is None
    assert trip.value > 0.15
    assert trip.count >= CORRECTIONS.at_least


def test_while_it_is_paused_there_is_no_draft_there_and_elsewhere_there_is(story, made):
    [trip] = story.trips
    between = [h for h in of(made, "ai.corrected", DAYS, 0) if trip.at < h.at < trip.resumed_at]
    assert {h.location for h in between} == {NORTH}
    after = [h for h in of(made, "ai.corrected", DAYS, 0) if h.at > trip.resumed_at]
    assert {h.location for h in after} == {NORTH, SOUTH}
    assert sum(h.value for h in after) / len(after) < 0.1  # it was mended


def test_good_data_pause_nothing():
    """The negative control: the same ninety days without the bad ones."""
    good = Story(CAST, NOBODY, faulty=False)
    rows = [row for one in told(good).values() for row in one.rows]
    assert good.trips == []
    assert Happened.LIMIT not in {row.kind for row in rows if isinstance(row, RolloutEvent)}


def test_every_metric_has_something_to_show(made):
    kinds = {h.kind for day in made.values() for h in day.facts}
    assert {kind for one in ALL for kind in one.measure.kinds} <= kinds


def test_the_pause_is_in_the_chart_of_its_metric_and_in_the_console_as_simulated(
    container, practice, manager, clock
):
    assert fill(container, practice, CAST, days=24) > 0
    today = clock().astimezone(ZONE).date()
    span = Span(today - timedelta(days=24), today - timedelta(days=1))
    found = series(container, manager, "ai.corrected", span, Narrow())
    [pause] = found.pauses
    assert pause.kind is Happened.LIMIT
    assert pause.last - pause.first == RESTS
    assert "Categories corrected" in pause.told
    assert found.limit.value == 0.15
    assert [one.kind for one in found.events] == [Happened.RESUMED]
    assert series(container, manager, "notes.time", span, Narrow()).pauses == []
    assert series(container, manager, "ai.corrected", span, Narrow(location=NORTH)).pauses == []
    with looking(container, manager) as desk:
        [shown] = pauses(desk, "inbox")
        assert desk.open(GuardrailTrips).unseen() == []
        assert desk.open(GuardrailTrips).going_on(["inbox"]) == []
        assert desk.open(GuardrailTrips).latest("inbox", {SOUTH}) is None  # it never was
    assert shown.simulated


def test_a_real_practice_gets_no_simulated_numbers(container, practice):
    real = Practice(code="REAL", name="A practice")
    with writing(container.engine) as session:
        session.add(real)
    with pytest.raises(Invalid):
        fill(container, real, CAST, days=1)
    assert fill(container, practice, CAST, days=4) > 0  # the control; Thursday to Sunday
    assert fill(container, practice, CAST, days=4) == 0
