"""Measures against numbers worked out by hand, and definitions that say what they mean."""

from datetime import date, timedelta

import numpy as np
import pytest

from services.metrics.definitions import ALL, BY_ID
from services.metrics.definitions.definition import Good, Standing
from services.metrics.measures import a_day, days_owed, given_back, mean, median, p90, ratio, stand
from services.metrics.samples import Sample, Samples, percentile

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)


def sample(*facts: tuple[int, int], on: bool = True) -> Sample:
    """Facts as (day of February, value)."""
    ordered = sorted(facts)
    days = [date(2026, 2, day).toordinal() for day, _ in ordered]
    values = np.array([value for _, value in ordered], np.int64)
    return Sample(values, np.array(days, np.int32), np.full(len(days), on))


def of(**kinds: Sample) -> Samples:
    return Samples(kinds, {"notes.time": 600})


def test_percentiles_are_values_that_occurred() -> None:
    ten = np.arange(1, 11)
    assert [percentile(ten, n) for n in (0, 500, 900, 901, 1000)] == [1, 5, 9, 10, 10]
    assert percentile(np.array([7]), 900) == 7
    assert percentile(np.array([], np.int64), 500) is None


def test_simple_measures_over_a_month_to_its_last_day() -> None:
    found = of(a=sample((1, 10), (28, 20), (28, 60)), b=sample((1, 100), (2, 100)))
    assert median("a").of(found, FIRST, LAST).value == 20
    assert p90("a").of(found, FIRST, LAST).value == 60
    assert mean("a").of(found, FIRST, LAST).value == 30
    assert a_day("a").of(found, FIRST, LAST).value == 45
    assert ratio("a", "b").of(found, FIRST, LAST).value == 0.45
    assert ratio("a", "b").of(found, FIRST, LAST).count == 2
    assert median("a").of(found, FIRST, LAST - timedelta(days=1)).value == 10


def test_no_facts_give_no_value_rather_than_nought() -> None:
    for metric in ALL:
        assert metric.measure.of(Samples({}), FIRST, LAST).value is None


def test_what_stands_is_that_of_the_last_day_known() -> None:
    found = of(all=sample((27, 1_000), (28, 300), (28, 100)), old=sample((27, 900), (28, 40)))
    assert stand("old", "all").of(found, FIRST, LAST).value == 0.1


def test_days_owed_are_average_days_of_the_ninety_before() -> None:
    found = of(owed=sample((28, 6_000)), charged=sample((1, 9_000), (20, 9_000)))
    assert days_owed("owed", "charged").of(found, FIRST, LAST).value == 6_000 / (18_000 / 90)


def test_nothing_owed_is_not_no_days() -> None:
    found = of(charged=sample((1, 9_000)))
    assert days_owed("owed", "charged").of(found, FIRST, LAST).value is None


def test_hours_given_back_count_only_what_was_drafted_here() -> None:
    drafted, by_hand = sample((1, 240), (2, 360)), sample((1, 9), on=False)
    assert given_back("n", "notes.time").of(of(n=drafted), FIRST, LAST).value == 600 / 3600
    assert given_back("n", "notes.time").of(of(n=by_hand), FIRST, LAST).value is None


def test_bands_say_how_a_value_stands() -> None:
    denied = BY_ID["claims.denied"]
    stands = [denied.standing(value, 0.08) for value in (0.04, 0.08, 0.09, 0.2, None)]
    assert stands == [Standing.EXCELLENT, Standing.MET, Standing.MISSED, Standing.FAR_OFF,
                      Standing.NONE]  # fmt: skip


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.id)
def test_every_metric_says_what_it_is(metric) -> None:  # type: ignore[no-untyped-def]
    assert metric.what.endswith(".")
    assert metric.formula
    assert metric.source
    assert (metric.target is None) or (metric.target_from and metric.good is not Good.NEITHER)
    assert (metric.baseline is None) or metric.baseline_from


def test_time_is_said_to_be_time_in_foyer() -> None:
    for id in ("inbox.time", "inbox.time_a_day", "intake.time", "notes.time", "notes.time_p90"):
        assert "in Foyer" in BY_ID[id].title
