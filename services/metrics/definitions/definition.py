"""What a metric is: in words for staff, as a formula, with its source, unit, target and baseline."""

from dataclasses import dataclass
from enum import StrEnum

from services.metrics.measures import Measure


class Unit(StrEnum):
    """What a value counts."""

    SECONDS = "seconds"
    SHARE = "share"  # 0 to 1
    CENTS = "cents"
    MICRODOLLARS = "microdollars"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"


class Good(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Standing(StrEnum):
    """How a value stands to its target."""

    EXCELLENT = "excellent"
    MET = "met"
    MISSED = "missed"
    FAR_OFF = "far off"
    NONE = "no target"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One metric. ``target``, ``excellent`` and ``floor`` are bands in its own unit.

    ``baseline`` is what was before and ``baseline_from`` who says so; all four are where a
    practice begins, and its own decisions replace them.
    """

    id: str
    title: str
    desk: str
    what: str
    formula: str
    source: str
    unit: Unit
    measure: Measure
    good: Good = Good.NEITHER
    target: float | None = None
    excellent: float | None = None
    floor: float | None = None
    target_from: str = ""
    baseline: float | None = None
    baseline_from: str = ""
    whole_practice: bool = False  # it knows no places: filters do not narrow it

    def standing(
        self, value: float | None, target: float | None, *, bands: bool = True
    ) -> Standing:
        """How *value* stands to the *target* in force; the bands belong to the default one."""
        if value is None or target is None or self.good is Good.NEITHER:
            return Standing.NONE
        if bands and self.excellent is not None and self._is_as_good(value, self.excellent):
            return Standing.EXCELLENT
        if self._is_as_good(value, target):
            return Standing.MET
        off = bands and self.floor is not None and not self._is_as_good(value, self.floor)
        return Standing.FAR_OFF if off else Standing.MISSED

    def _is_as_good(self, value: float, wanted: float) -> bool:
        return value <= wanted if self.good is Good.DOWN else value >= wanted


@dataclass(frozen=True)
class NotMeasured:
    """A number that somebody may look for here, and why it is not given."""

    title: str
    why: str
