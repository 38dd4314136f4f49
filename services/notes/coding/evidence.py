"""What counts towards an E/M level, kind by kind, each with the sentence that shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How much was decided: of problems, of data, of risk, and in all."""

    STRAIGHTFORWARD = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4


class Problem(StrEnum):
    """What kind of problem was addressed (rules for office visits since 2021)."""

    MINOR = "self-limited or minor problem"
    STABLE_CHRONIC = "stable chronic illness"
    ACUTE = "acute, uncomplicated illness or injury"
    WORSE_CHRONIC = "chronic illness that is worse or not at its goal"
    UNCERTAIN = "new problem without a diagnosis, outcome uncertain"
    SYSTEMIC = "acute illness with symptoms of the whole body"
    COMPLICATED = "acute, complicated injury"
    SEVERE = "chronic illness, severely worse"
    THREAT = "illness or injury that threatens life or bodily function"


class Data(StrEnum):
    """What was looked at or ordered."""

    ORDERED = "test ordered"
    REVIEWED = "test result reviewed"
    OUTSIDE = "note of another source reviewed"
    HISTORIAN = "independent historian"
    INTERPRETED = "test interpreted independently"
    DISCUSSED = "discussed with another professional"


class Risk(StrEnum):
    """What the management risks."""

    NONE = "nothing that adds risk"
    LOW = "over-the-counter medicine, therapy or a device"
    PRESCRIPTION = "prescription drug management"
    SURGERY = "decision about surgery"
    SOCIAL = "treatment limited by social circumstances"
    TOXIC = "drug that needs intensive monitoring for toxicity"
    HOSPITAL = "decision about hospital care"


RISKS = {
    Risk.NONE: Level.STRAIGHTFORWARD,
    Risk.LOW: Level.LOW,
    Risk.PRESCRIPTION: Level.MODERATE,
    Risk.SURGERY: Level.MODERATE,
    Risk.SOCIAL: Level.MODERATE,
    Risk.TOXIC: Level.HIGH,
    Risk.HOSPITAL: Level.HIGH,
}


@dataclass(frozen=True)
class Shown:
    """One thing that counts: its kind, its name ("hypertension", "x-ray"), the sentence that shows it."""

    kind: Problem | Data | Risk
    name: str
    sentence: str = field(default="", repr=False)


@dataclass(frozen=True)
class Weighed:
    """The level of one of the three columns, and the sum behind it in words."""

    level: Level
    sum: str = field(repr=False)


def weigh_problems(found: Iterable[Shown]) -> Weighed:
    """Number and complexity of the problems addressed; a problem counts once."""
    named = {one.name: one for one in found}
    by = {kind: [one.name for one in named.values() if one.kind is kind] for kind in Problem}
    for level, kinds, needed in _PROBLEMS:
        counted = [name for kind in kinds for name in by[kind]]
        if len(counted) >= needed:
            kind = "; ".join(f"{len(by[k])} x {k} ({', '.join(by[k])})" for k in kinds if by[k])
            return Weighed(level, f"Problems: {kind}: {level.name.lower()}.")
    return Weighed(Level.STRAIGHTFORWARD, "Problems: none that counts: straightforward.")


_PROBLEMS = (
    (Level.HIGH, (Problem.SEVERE, Problem.THREAT), 1),
    (Level.MODERATE, (Problem.WORSE_CHRONIC, Problem.UNCERTAIN, Problem.SYSTEMIC, Problem.COMPLICATED), 1),
    (Level.MODERATE, (Problem.STABLE_CHRONIC,), 2),
    (Level.LOW, (Problem.STABLE_CHRONIC, Problem.ACUTE), 1),
    (Level.LOW, (Problem.MINOR,), 2),
    (Level.STRAIGHTFORWARD, (Problem.MINOR,), 1),
)  # fmt: skip


def weigh_data(found: Iterable[Shown]) -> Weighed:
    """Amount and complexity of data: three categories; a test ordered and read counts once."""
    each = list(found)
    interpreted = {one.name for one in each if one.kind is Data.INTERPRETED}
    tests = {one.name for one in each if one.kind in (Data.ORDERED, Data.REVIEWED)} - interpreted
    outside = {one.name for one in each if one.kind is Data.OUTSIDE}
    historian = any(one.kind is Data.HISTORIAN for one in each)
    discussed = any(one.kind is Data.DISCUSSED for one in each)
    items = len(tests) + len(outside)
    met = (items + historian >= 3, bool(interpreted), discussed)
    level = _data_level(sum(met), items, historian)
    words = (
        f"Data: {len(tests)} tests + {len(outside)} outside notes + {int(historian)} historian = "
        f"{items + historian} (3 make category 1); interpreted independently: {len(interpreted)}; "
        f"discussed: {int(discussed)}; categories met: {sum(met)}: {level.name.lower()}."
    )
    return Weighed(level, words)


def _data_level(categories: int, items: int, historian: bool) -> Level:
    if categories:
        return Level.HIGH if categories >= 2 else Level.MODERATE
    return Level.LOW if items >= 2 or historian else Level.STRAIGHTFORWARD


def weigh_risk(found: Iterable[Shown]) -> Weighed:
    """The highest risk of what was decided."""
    each = [one for one in found if isinstance(one.kind, Risk)]
    highest = max(each, key=lambda one: RISKS[Risk(one.kind)], default=Shown(Risk.NONE, ""))
    level = RISKS[Risk(highest.kind)]
    named = f" ({highest.name})" if highest.name else ""
    return Weighed(level, f"Risk: {highest.kind}{named}: {level.name.lower()}.")
