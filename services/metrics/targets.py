"""The practice's own targets and baselines, for good or for one month."""

import re

from db.metric_targets import MetricTarget, MetricTargets
from services.desk import Desk
from services.errors import Invalid
from services.management import Deed, managed
from services.metrics.definitions import BY_ID

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@managed("metrics.set_target", "Keep")
def set_target(
    desk: Desk, metric: str, month: str, target: float | None, baseline: float | None
) -> Deed[None]:
    """Decide what one metric is to reach and what it was before; without a number the default holds.

    *month* is ``2026-11``, or empty for every month. Raises ``Invalid``.
    """
    if metric not in BY_ID:
        raise Invalid("There is no such metric.")
    if month and not MONTH.fullmatch(month):
        raise Invalid("Please give the month as 2026-11.")
    if any(number is not None and number < 0 for number in (target, baseline)):
        raise Invalid("A target or baseline below nought means nothing.")
    targets = desk.open(MetricTargets)
    row = targets.of(metric, month)
    before = _words(row)
    if row is None:
        row = targets.add(MetricTarget(practice_id=desk.practice_id, metric=metric, month=month))
    row.target, row.baseline, row.decided_by = target, baseline, desk.actor.staff_id
    how = f"{month or 'every month'}: {before} -> {_words(row)}"
    return Deed(f"metric/{metric}", how, None)


def _words(row: MetricTarget | None) -> str:
    if row is None:
        return "default"
    parts = [("target", row.target), ("baseline", row.baseline)]
    return (
        ", ".join(f"{name} {number:g}" for name, number in parts if number is not None) or "default"
    )
