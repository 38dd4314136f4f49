"""How a number is made of facts: each measure is a pure function of samples and a span of days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from services.metrics.samples import Samples, percentile

WINDOW = 90  # days of charges behind "days in A/R"


@dataclass(frozen=True)
class Measured:
    """A value and how many facts it rests on; no facts, no value."""

    value: float | None
    count: int


@dataclass(frozen=True)
class Measure:
    """``kinds`` are the facts it reads, the first of them those it counts.

    ``reach`` is how many days before the span it needs as well. With *sums* a fact of nought
    adds nothing, and is no row behind the number.
    """

    kinds: tuple[str, ...]
    of: Callable[[Samples, date, date], Measured]
    reach: int = 0
    sums: bool = False


def at(kind: str, thousandths: int) -> Measure:
    """A percentile of the values."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        sample = samples.of(kind, first, last)
        return Measured(percentile(sample.values, thousandths), sample.count)

    return Measure((kind,), measure)


def median(kind: str) -> Measure:
    """The middle value."""
    return at(kind, 500)


def p90(kind: str) -> Measure:
    """The value that nine in ten do not exceed."""
    return at(kind, 900)


def mean(kind: str) -> Measure:
    """The average; of yes and no it is the share of yes."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        sample = samples.of(kind, first, last)
        return Measured(_ratio(sample.total, sample.count), sample.count)

    return Measure((kind,), measure)


def total(kind: str) -> Measure:
    """The sum."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        sample = samples.of(kind, first, last)
        return Measured(sample.total if sample.count else None, sample.count)

    return Measure((kind,), measure, sums=True)


def ratio(part: str, whole: str) -> Measure:
    """The sum of one kind over the sum of another; counted are the facts of *whole*."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        below = samples.of(whole, first, last)
        return Measured(_ratio(samples.of(part, first, last).total, below.total), below.count)

    return Measure((whole, part), measure)


def a_day(kind: str) -> Measure:
    """The sum over the days on which there was any."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        sample = samples.of(kind, first, last)
        return Measured(_ratio(sample.total, len(np.unique(sample.days))), sample.count)

    return Measure((kind,), measure)


def stand(part: str, whole: str) -> Measure:
    """A share of what stands at the end of the span: the last day of which it is known."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        day = _last_day(samples, whole, first, last)
        below = samples.of(whole, day, day)
        return Measured(_ratio(samples.of(part, day, day).total, below.total), below.count)

    return Measure((whole, part), measure)


def days_owed(owed: str, charged: str) -> Measure:
    """What is owed at the end over an average day's charges of the 90 days up to then."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        day = _last_day(samples, owed, first, last)
        charges = samples.of(charged, day - timedelta(days=WINDOW - 1), day).total
        stood = samples.of(owed, day, day)
        value = _ratio(stood.total, charges / WINDOW) if stood.count else None
        return Measured(value, stood.count)

    return Measure((owed, charged), measure, reach=WINDOW)


def given_back(kind: str, baseline: str) -> Measure:
    """Hours below the baseline of the metric *baseline*, over what was worked with the workflow on."""

    def measure(samples: Samples, first: date, last: date) -> Measured:
        sample = samples.of(kind, first, last)
        sample = sample.where(sample.on)
        before = samples.baselines.get(baseline)
        if before is None or not sample.count:
            return Measured(None, sample.count)
        return Measured((before * sample.count - sample.total) / 3600, sample.count)

    return Measure((kind,), measure)


def _last_day(samples: Samples, kind: str, first: date, last: date) -> date:
    days = samples.of(kind, first, last).days
    return date.fromordinal(int(days[-1])) if len(days) else last


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
