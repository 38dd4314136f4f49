"""Intervals for small counts: how far a share or a difference may lie from what was seen.

Functions of numbers alone. An interval of 95 % misses what is true in five of a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import binomtest, bootstrap

from services.metrics.packing import Values

SURE = 0.95
RESAMPLES, SEED = 999, 20_260_302  # the same answer each time, on every machine
MOST = 1_000  # cases of one side; with more the interval moves less than anybody can see


@dataclass(frozen=True)
class Interval:
    """A value, and between what it lies."""

    value: float
    low: float
    high: float


def share(hits: int, of: int) -> Interval:
    """A share by Wilson's score interval, which holds for few cases and for none or all of them.

    The plain interval (p ± 1.96 · standard error) has no width at 0 and at 100 %; Wilson's keeps
    its promise from about ten cases on (Brown, Cai, DasGupta: Interval estimation for a binomial
    proportion, Statistical Science 16, 2001, 101-133).
    """
    found = binomtest(hits, of).proportion_ci(SURE, method="wilson")
    return Interval(hits / of, float(found.low), float(found.high))


def between_shares(before: Values, after: Values) -> Interval:
    """The difference of two shares by Newcombe's interval, made of two of Wilson's.

    Recommended for small groups (method 10 in Newcombe: Interval estimation for the difference
    between independent proportions, Statistics in Medicine 17, 1998, 873-890).
    """
    was, now = (share(int(side.sum()), len(side)) for side in (before, after))
    value = now.value - was.value
    low = value - sqrt((now.value - now.low) ** 2 + (was.high - was.value) ** 2)
    high = value + sqrt((now.high - now.value) ** 2 + (was.value - was.low) ** 2)
    return Interval(value, low, high)


def between_medians(before: Values, after: Values) -> Interval:
    """The difference of two medians by the percentile bootstrap.

    Times are skewed and often tied. Of the ways to compare medians only this one is known to
    hold with ties and few cases (Wilcox: Introduction to Robust Estimation and Hypothesis
    Testing, 5th ed. 2022, section 5.4.2). The corrected one (BCa) takes a correction from leaving
    out one case at a time, which does not work for a median.
    """
    sides = (_thinned(after), _thinned(before))
    value = float(np.median(sides[0]) - np.median(sides[1]))
    found = bootstrap(
        sides, _apart, n_resamples=RESAMPLES, confidence_level=SURE, method="percentile",
        vectorized=True, rng=SEED,
    ).confidence_interval  # fmt: skip
    return Interval(value, float(found.low), float(found.high))


def together(apart: Sequence[Interval], weights: Sequence[int]) -> Interval:
    """Differences of several people as one: each with their own past, averaged by their cases.

    People who are slow and had more cases lately do not make the group look slower. The interval
    is made of theirs (MOVER; Zou and Donner: Construction of confidence limits about effect
    measures, Statistics in Medicine 27, 2008, 1693-1702).
    """
    parts = [weight / sum(weights) for weight in weights]
    value = sum(part * one.value for part, one in zip(parts, apart, strict=True))
    pairs = list(zip(parts, apart, strict=True))
    low = sqrt(sum((part * (one.value - one.low)) ** 2 for part, one in pairs))
    high = sqrt(sum((part * (one.high - one.value)) ** 2 for part, one in pairs))
    return Interval(value, value - low, value + high)


def _apart(after: Values, before: Values, axis: int) -> Values:
    apart: Values = np.median(after, axis=axis) - np.median(before, axis=axis)
    return apart


def _thinned(values: Values) -> Values:
    """At most ``MOST`` of them, evenly from all; never more sure than all of them are."""
    return values[:: -(-len(values) // MOST)]
