"""The days that numbers are asked for, and the targets and baselines in force on them."""

from dataclasses import dataclass
from datetime import date, timedelta

from db.metric_targets import MetricTargets
from services.desk import Desk
from services.metrics.definitions import ALL


@dataclass(frozen=True)
class Span:
    """From *first* to *last*, both included."""

    first: date
    last: date

    @property
    def before(self) -> "Span":
        """As many days before it."""
        length = self.last - self.first + timedelta(days=1)
        return Span(self.first - length, self.first - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=n) for n in range(max(0, count))]


@dataclass(frozen=True)
class Wanted:
    """Target and baseline in force for one metric."""

    target: float | None
    baseline: float | None
    own_target: bool = False  # the practice's own, not the default
    own_baseline: bool = False


def wanted_of(desk: Desk, day: date) -> dict[str, Wanted]:
    """Targets and baselines in force on *day*: the month's own, the practice's own, the default."""
    found = {one.id: Wanted(one.target, one.baseline) for one in ALL}
    for row in desk.open(MetricTargets).every():
        if row.metric in found and row.month in ("", f"{day:%Y-%m}"):
            found[row.metric] = _decided(found[row.metric], row.target, row.baseline)
    return found


def _decided(held: Wanted, target: float | None, baseline: float | None) -> Wanted:
    return Wanted(
        held.target if target is None else target,
        held.baseline if baseline is None else baseline,
        held.own_target or target is not None,
        held.own_baseline or baseline is not None,
    )
