"""A verdict as a person reads it: never a bare number, always of how many cases."""

from services.metrics.definitions.definition import Definition, Unit
from services.metrics.words import said, wish_said
from services.rollout.intervals import Interval
from services.rollout.verdicts.judging import Judged, Row, Verdict


def sentence(judged: Judged, row: Row) -> str:
    """``Better: 2 h instead of 3 h, -1 h (between -1 h 30 min and -20 min)``."""
    metric, change = judged.metric, row.change
    if change is None:
        return _without(judged, row)
    if judged.target is not None:
        return f"{row.verdict}: {_beside(metric, row, change, judged.target)}"
    now, was = said(metric.unit, row.after.value), said(metric.unit, row.before.value)
    low, high = signed(metric.unit, change.low), signed(metric.unit, change.high)
    by = signed(metric.unit, change.value)
    return f"{row.verdict}: {now} instead of {was}, {by} (between {low} and {high})"


def counts(judged: Judged, row: Row) -> str:
    """Of how many cases a line is."""
    after = f"{row.after.count:,} cases since"
    return after if judged.is_bar else f"{after}, {row.before.count:,} before"


def signed(unit: Unit, change: float) -> str:
    """A difference with its sign; of shares in points."""
    sign = "-" if change < 0 else "+"
    if unit is Unit.SHARE:
        return f"{sign}{abs(change) * 100:.1f} points"
    return f"{sign}{said(unit, abs(change))}"


def _without(judged: Judged, row: Row) -> str:
    if row.verdict is Verdict.NO_PAST:
        return f"{row.verdict}: Foyer knows no cases of before.{_baseline(judged)}"
    if row.after.count < row.least or judged.is_bar:
        return f"{row.verdict}: {row.after.count:,} of {row.least} cases"
    return f"{row.verdict}: {row.before.count:,} of {row.least} cases before it"


def _baseline(judged: Judged) -> str:
    if judged.baseline is None:
        return ""
    unit = judged.metric.unit
    return f" The baseline in force, not measured here, is {said(unit, judged.baseline)}"


def _beside(metric: Definition, row: Row, change: Interval, target: float) -> str:
    low, high = (said(metric.unit, target + end) for end in (change.low, change.high))
    now = said(metric.unit, row.after.value)
    return f"{now} (between {low} and {high}), wanted {wish_said(metric, target)}"
