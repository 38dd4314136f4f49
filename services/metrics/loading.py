"""Packed days from the database as arrays, narrowed to places and payers or split by them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby

import numpy as np

from db.facts import MetricDays, MetricGroup, MetricGroups, Mode, PackedDay
from services.desk import Desk
from services.metrics.packing import Codes, codes_of, values_of
from services.metrics.samples import Flags, Sample, Samples

LABEL = "label"


@dataclass(frozen=True)
class Narrow:
    """Which facts count. Empty fields do not narrow."""

    location: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""

    @property
    def places(self) -> dict[str, str]:
        """Only what narrows."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def holds(self, group: MetricGroup) -> bool:
        """Whether facts of *group* count."""
        return all(getattr(group, name) == value for name, value in self.places.items())


BY = tuple(f.name for f in fields(Narrow))


@dataclass(frozen=True)
class Loaded:
    """Facts by kind with the number of each one's group, and the groups."""

    by_kind: Mapping[str, tuple[Sample, Codes]]
    groups: Sequence[MetricGroup]
    baselines: Mapping[str, float]

    def samples(self, narrow: Narrow | None = None) -> Samples:
        """What counts under *narrow*; all of it without."""
        if narrow is None or not narrow.places:
            return Samples({k: s for k, (s, _) in self.by_kind.items()}, self.baselines)
        return self._where(narrow.holds)

    def split(self, by: str, narrow: Narrow | None = None) -> dict[str, Samples]:
        """Samples for each value that *by* has here, in the order of the value."""
        found = sorted({value for value in self._values(by) if value})
        return {value: self._where(_is(by, value, narrow)) for value in found}

    def _values(self, by: str) -> Iterable[str]:
        used = [np.unique(codes) for _, codes in self.by_kind.values()]
        present = np.unique(np.concatenate(used)) if used else ()
        return (str(getattr(self.groups[int(code)], by)) for code in present)

    def _where(self, holds: Callable[[MetricGroup], bool]) -> Samples:
        allowed = _flags(self.groups, holds)
        kept = {kind: s.where(allowed[codes]) for kind, (s, codes) in self.by_kind.items()}
        return Samples(kept, self.baselines)


def load(
    desk: Desk, kinds: Iterable[str], first: date, last: date, baselines: Mapping[str, float]
) -> Loaded:
    """The facts of these kinds from *first* to *last*."""
    return load_since(desk, dict.fromkeys(kinds, first), last, baselines)


def load_since(
    desk: Desk, since: Mapping[str, date], last: date, baselines: Mapping[str, float]
) -> Loaded:
    """The facts of each kind from its own first day up to *last*."""
    groups = desk.open(MetricGroups).by_code()
    on = _flags(groups, lambda group: group.mode is Mode.ON)
    days = _days(desk.open(MetricDays), since, last)
    by_kind = {kind: _joined(list(mine), on) for kind, mine in groupby(days, lambda d: d.kind)}
    return Loaded(by_kind, groups, baselines)


def _days(days: MetricDays, since: Mapping[str, date], last: date) -> Iterator[PackedDay]:
    # Few kinds are needed from far back; the rest is not fetched for their sake.
    for first in sorted(set(since.values())):
        kinds = sorted(kind for kind, begins in since.items() if begins == first)
        yield from days.between(kinds, first, last)


def _joined(days: Sequence[PackedDay], on: Flags) -> tuple[Sample, Codes]:
    codes = codes_of(b"".join(day.groups for day in days))
    counts = [len(day.groups) // codes.itemsize for day in days]
    ordinals = np.array([day.day.toordinal() for day in days], np.int32)
    values = values_of(b"".join(day.packed for day in days))
    return Sample(values, np.repeat(ordinals, counts), on[codes]), codes


def _flags(groups: Sequence[MetricGroup], holds: Callable[[MetricGroup], bool]) -> Flags:
    return np.array([holds(group) for group in groups], np.bool_)


def _is(by: str, value: str, narrow: Narrow | None) -> Callable[[MetricGroup], bool]:
    within = narrow or Narrow()
    return lambda group: str(getattr(group, by)) == value and within.holds(group)
