"""The verdict about one metric: enough cases or not, and then what the interval says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.metrics.definitions.definition import Definition, Good, Unit
from services.metrics.measures import Measured
from services.metrics.packing import Values
from services.rollout import intervals
from services.rollout.intervals import Interval

ENOUGH = 30  # cases on each side, of all people together
EACH = 10  # of one person: with fewer a median's interval says nothing
FEWEST = 5  # of one person on either side, to be counted among all


class Verdict(StrEnum):
    """What can be said, in words."""

    EARLY = "Too early"
    NO_PAST = "Nothing to compare with"
    BETTER = "Better"
    WORSE = "Worse"
    SAME = "No clear change"
    WITHIN = "Within its target"
    BEYOND = "Beyond its target"
    UNCLEAR = "Not clear yet"


@dataclass(frozen=True)
class Sides:
    """The cases of one person or place before the pilot and in it; bars have nothing before."""

    who: str
    before: Values
    after: Values


@dataclass(frozen=True)
class Row:
    """One line: how it was and is, of how many cases, by how much it differs, and the verdict.

    ``change`` is the difference to before, or to the target where there is no before.
    """

    who: str
    before: Measured
    after: Measured
    change: Interval | None
    verdict: Verdict
    least: int = ENOUGH


@dataclass(frozen=True)
class Judged:
    """One metric of a pilot: of all together, and of each by name. ``target`` is for bars."""

    metric: Definition
    together: Row
    each: tuple[Row, ...]
    target: float | None = None
    baseline: float | None = None
    is_bar: bool = False  # beside its target, for want of a past


def compared(metric: Definition, sides: Sequence[Sides], baseline: float | None) -> Judged:
    """Each with their own past, and all of them together."""
    each = tuple(_own(metric, one, EACH) for one in sides)
    if len(sides) == 1:
        return Judged(metric, _own(metric, sides[0], ENOUGH), (), baseline=baseline)
    return Judged(metric, _all(metric, sides), each, baseline=baseline)


def held(metric: Definition, sides: Sequence[Sides], target: float | None) -> Judged:
    """A share beside its target: what only an engine makes has no past."""
    each = tuple(_beside(metric, one.who, one.after, target, EACH) for one in sides)
    found = np.concatenate([one.after for one in sides])
    row = _beside(metric, "", found, target, ENOUGH)
    return Judged(metric, row, each if len(sides) > 1 else (), target, is_bar=True)


def _own(metric: Definition, one: Sides, least: int) -> Row:
    before, after = _measured(metric, one.before), _measured(metric, one.after)
    if not before.count and after.count >= least:
        return Row(one.who, before, after, None, Verdict.NO_PAST, least)
    if min(before.count, after.count) < least:
        return Row(one.who, before, after, None, Verdict.EARLY, least)
    change = _change(metric, one)
    return Row(one.who, before, after, change, _said(metric, change), least)


def _all(metric: Definition, sides: Sequence[Sides]) -> Row:
    """Only of those who have a past: what has none cannot be compared with their own."""
    paired = [one for one in sides if min(len(one.before), len(one.after)) >= FEWEST]
    weights = [len(one.after) for one in paired]
    counted = paired or sides
    counts = [sum(len(getattr(one, side)) for one in counted) for side in ("before", "after")]
    if not paired or min(counts) < ENOUGH:
        return _too_few(metric, sides, *counts)
    was, now = ([_measured(metric, getattr(one, side)) for one in paired]
                for side in ("before", "after"))  # fmt: skip
    change = intervals.together([_change(metric, one) for one in paired], weights)
    return Row("", _weighed(was, weights), _weighed(now, weights), change, _said(metric, change))


def _too_few(metric: Definition, sides: Sequence[Sides], before: int, after: int) -> Row:
    values = [np.concatenate([getattr(one, side) for one in sides]) for side in ("before", "after")]
    was, now = (_measured(metric, found).value for found in values)
    no_past = not len(values[0]) and after >= ENOUGH
    verdict = Verdict.NO_PAST if no_past else Verdict.EARLY
    return Row("", Measured(was, before), Measured(now, after), None, verdict)


def _beside(metric: Definition, who: str, values: Values, target: float | None, least: int) -> Row:
    before, after = Measured(target, 0), _measured(metric, values)
    if after.count < least or target is None:
        return Row(who, before, after, None, Verdict.EARLY, least)
    found = intervals.share(int(values.sum()), len(values))
    change = Interval(found.value - target, found.low - target, found.high - target)
    verdict = {Verdict.BETTER: Verdict.WITHIN, Verdict.WORSE: Verdict.BEYOND}
    return Row(who, before, after, change, verdict.get(_said(metric, change), Verdict.UNCLEAR),
               least)  # fmt: skip


def _said(metric: Definition, change: Interval) -> Verdict:
    """Clear only where all of the interval lies on one side of no change."""
    if change.low <= 0 <= change.high:
        return Verdict.SAME
    return Verdict.BETTER if (change.value > 0) is (metric.good is Good.UP) else Verdict.WORSE


def _change(metric: Definition, one: Sides) -> Interval:
    of = intervals.between_shares if metric.unit is Unit.SHARE else intervals.between_medians
    return of(one.before, one.after)


def _measured(metric: Definition, values: Values) -> Measured:
    if not len(values):
        return Measured(None, 0)
    found = np.mean(values) if metric.unit is Unit.SHARE else np.median(values)
    return Measured(float(found), len(values))


def _weighed(each: Sequence[Measured], weights: Sequence[int]) -> Measured:
    """As the difference is averaged, so that it is the difference of what is shown."""
    values = [one.value or 0.0 for one in each]
    return Measured(float(np.average(values, weights=weights)), sum(one.count for one in each))
