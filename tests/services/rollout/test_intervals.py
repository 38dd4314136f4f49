"""Intervals against examples from the papers and by hand, and how often they are wrong."""

import numpy as np
import pytest

from services.rollout import intervals
from services.rollout.intervals import Interval


def ones(hits, of):
    return np.array([1] * hits + [0] * (of - hits), np.int64)


def near(interval, *wanted):
    return (interval.value, interval.low, interval.high) == pytest.approx(wanted, abs=0.0005)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, two-sided intervals, table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_is_that_of_the_paper(hits, of, low, high):
    assert near(intervals.share(hits, of), hits / of, low, high)


def test_none_of_all_still_has_a_width():
    """What the plain interval gets wrong: 0 of 10 may well be one in four."""
    found = intervals.share(0, 10)
    assert (found.low, round(found.high, 3)) == (0.0, 0.278)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ((48, 80), (56, 70), (0.2, 0.0524, 0.3339)),  # Newcombe 1998, table II (a)
        ((3, 10), (9, 10), (0.6, 0.1705, 0.8090)),  # (b)
        ((0, 10), (10, 10), (1.0, 0.6075, 1.0)),  # (h)
    ],
)
def test_a_difference_of_shares_is_that_of_the_paper(before, after, wanted):
    assert near(intervals.between_shares(ones(*before), ones(*after)), *wanted)


def test_a_difference_of_medians_by_hand():
    before, after = np.arange(100, 140), np.arange(60, 100)
    found = intervals.between_medians(before, after)
    assert found.value == -40  # 79.5 less 119.5
    assert -60 < found.low < -40 < found.high < -20
    assert found == intervals.between_medians(before, after)  # the same each time


def test_many_cases_are_thinned_and_never_more_sure():
    many = np.arange(10_000)
    found = intervals.between_medians(many, many)
    assert (found.value, found.low < 0 < found.high) == (0, True)


def test_people_together_are_averaged_by_their_cases():
    """By hand: weights 1/4 and 3/4; the lower arm is the root of (2/4)² + (12/4)²."""
    apart = [Interval(-8, -10, -6), Interval(-4, -8, 0)]
    found = intervals.together(apart, [10, 30])
    assert found.value == -5
    assert (found.low, found.high) == pytest.approx((-5 - 9.25**0.5, -5 + 9.25**0.5))


def test_whoever_is_slow_and_has_more_lately_does_not_make_the_group_slower():
    """The negative control of comparing each with their own past: pooled, it looks slower."""
    quick, slow = np.full(30, 100), np.full(10, 900)
    quick_after, slow_after = np.full(10, 90), np.full(30, 880)
    pooled = np.median(np.concatenate([quick_after, slow_after])) - np.median(
        np.concatenate([quick, slow])
    )
    assert pooled > 0
    apart = [
        intervals.between_medians(quick, quick_after),
        intervals.between_medians(slow, slow_after),
    ]
    assert intervals.together(apart, [10, 30]).high < 0
