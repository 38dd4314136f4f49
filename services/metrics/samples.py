"""The values of facts by kind and day, in arrays, as measures read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.metrics.packing import Values

Flags = NDArray[np.bool_]
Days = NDArray[np.int32]


@dataclass(frozen=True)
class Sample:
    """The facts of one kind in the order of their days; ``on`` says how each was worked."""

    values: Values
    days: Days
    on: Flags

    def between(self, first: date, last: date) -> "Sample":
        """Only those from *first* to *last*, both included."""
        begin = int(np.searchsorted(self.days, first.toordinal(), "left"))
        end = int(np.searchsorted(self.days, last.toordinal(), "right"))
        return Sample(self.values[begin:end], self.days[begin:end], self.on[begin:end])

    def where(self, kept: Flags) -> "Sample":
        """Only those that *kept* marks."""
        return Sample(self.values[kept], self.days[kept], self.on[kept])

    @property
    def count(self) -> int:
        """How many facts there are."""
        return len(self.values)

    @property
    def total(self) -> int:
        """Their sum."""
        return int(self.values.sum())


NOTHING = Sample(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.bool_))


@dataclass(frozen=True)
class Samples:
    """Samples by kind; *baselines* are those in force, by metric, in the metric's own unit."""

    by_kind: Mapping[str, Sample]
    baselines: Mapping[str, float] = field(default_factory=dict)

    def of(self, kind: str, first: date, last: date) -> Sample:
        """The facts of *kind* from *first* to *last*."""
        return self.by_kind.get(kind, NOTHING).between(first, last)

    def only(self, *, on: bool) -> "Samples":
        """Only what was worked with the workflow on, or only what was not."""
        kept = {kind: s.where(s.on if on else ~s.on) for kind, s in self.by_kind.items()}
        return Samples(kept, self.baselines)


def percentile(values: Values, thousandths: int) -> int | None:
    """The smallest value that this share of them do not exceed: one that occurred, on any database."""
    if not len(values):
        return None
    place = max(0, -(-len(values) * thousandths // 1000) - 1)
    return int(np.partition(values, place)[place])
