"""What a chart draws: pauses as framed spans with letters, changes as numbers, the limit as a line of its own."""

from datetime import UTC, date, datetime

from db.rollout_events import Happened
from pages.parts.metrics import charts
from services.metrics.definitions import BY_ID
from services.metrics.marks import Event, Limit, Pause
from services.metrics.measures import Measured
from services.metrics.report import Point, Reading, Series, Wanted

DAYS = [date(2026, 11, day) for day in range(2, 7)]


def drawn(limit=None, pauses=(), events=(), value=0.1):
    points = [Point(day, Measured(value, 20)) for day in DAYS]
    reading = Reading(
        BY_ID["ai.corrected"], points[0].measured, points[0].measured, Wanted(0.1, None)
    )
    return Series(reading, points, (), (), events, pauses, limit)


def texts(figure):
    return [one.text for one in figure.layout.annotations]


def test_a_pause_is_a_framed_span_with_a_letter_and_a_change_is_a_number():
    found = drawn(
        pauses=[Pause(DAYS[1], DAYS[3], "Inbox paused by itself.", Happened.LIMIT)],
        events=[Event(DAYS[3], datetime(2026, 11, 5, tzinfo=UTC), "Inbox started again")],
    )
    figure = charts.figure(found)
    assert {"Paused A", "1"} <= set(texts(figure))
    spans = [s for s in figure.layout.shapes if s.type == "rect"]
    assert {(s.x0, s.x1) for s in spans} == {("2026-11-03", "2026-11-05")}
    assert any(s.line.width for s in spans)  # a frame, for whoever sees no colour


def test_a_pause_of_hours_and_one_that_goes_on_are_seen():
    found = drawn(
        pauses=[Pause(DAYS[1], DAYS[1], "short", Happened.LIMIT), Pause(DAYS[2], None, "", Happened.LIMIT)]
    )  # fmt: skip
    ends = {s.x1 for s in charts.figure(found).layout.shapes if s.type == "rect"}
    assert ends == {"2026-11-03 12:00", "2026-11-06"}


def test_the_limit_is_a_line_of_its_own_and_said_in_words():
    found = drawn(limit=Limit(0.15, "7 days", below=False))
    figure = charts.figure(found)
    assert "Limit: 15.0 %" in texts(figure)
    assert len({s.line.dash for s in figure.layout.shapes if s.type == "line"}) == 2  # and target
    assert figure.layout.yaxis.range[1] > 15
    assert charts.limit_said(found) == ["Limit: 15.0 % over 7 days, pauses by itself above it"]


def test_a_limit_far_above_does_not_flatten_the_numbers_and_is_said_all_the_same():
    found = drawn(limit=Limit(0.9, "7 days", below=False), value=0.02)
    assert charts.figure(found).layout.yaxis.range[1] < 5
    assert charts.limit_said(found)


def test_a_chart_without_any_of_them_draws_none():
    figure = charts.figure(drawn())
    assert not [s for s in figure.layout.shapes if s.type == "rect"]
    assert not [t for t in texts(figure) if t.startswith(("Limit", "Paused"))]
