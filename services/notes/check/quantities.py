"""Medicines, doses, numbers, units and dates of a sentence, held against its sources."""

from collections.abc import Iterator

from services.notes.check.claims import Claim, Rule
from services.notes.check.ground import Ground, Words
from services.notes.words.dates import Day
from services.notes.words.numbers import DOSE_UNITS, Quantity

_IN_SMALLER = {
    "g": ("mg", 1000),
    "mg": ("mcg", 1000),
    "week": ("day", 7),
    "year": ("month", 12),
    "foot": ("inch", 12),
}
_LOOSE = 2  # a spoken number up to here may be no number: "this one", "the first"


def drugs(said: Words, ground: Ground) -> Iterator[Claim]:
    """Every medicine of the sentence: all its ingredients are named in the sources."""
    named = ground.drugs
    for drug in said.drugs:
        held = set(drug.ingredients) <= named
        yield Claim(
            Rule.DRUG, drug.words, held, f"“{drug.words}” is not named in the cited sources."
        )


def dosages(said: Words, ground: Ground) -> Iterator[Claim]:
    """Every dose that stands beside a medicine, where the sources say a dose of that medicine."""
    for drug, amount in said.doses:
        told = [q for other, q in ground.doses if other.ingredients == drug.ingredients]
        if not told:
            continue
        held = any(_same(amount, q) for q in told)
        amounts = ", ".join(dict.fromkeys(f"{q.value} {q.unit}" for q in told))
        why = f"The sources say {amounts} of {drug.words}, not {amount.value} {amount.unit}."
        yield Claim(Rule.DOSE, f"{drug.words} {amount.value} {amount.unit}", held, why)


def numbers(said: Words, ground: Ground) -> Iterator[Claim]:
    """Every number of the sentence, with its unit if it has one; those of dates are left to dates."""
    for q in said.numbers:
        if _is_loose(q):
            continue
        same_value = [other for other in ground.numbers if _value_in(q, other)]
        shown = f"{q.value} {q.unit}".strip()
        if same_value and not any(_same(q, other) for other in same_value):
            units = ", ".join(dict.fromkeys(other.unit for other in same_value))
            yield Claim(Rule.UNIT, shown, False, f"The sources say {q.value} {units}, not {shown}.")
        else:
            rule = Rule.DOSE if q.unit in DOSE_UNITS - {"%"} else Rule.NUMBER
            yield Claim(
                rule, shown, bool(same_value), f"“{shown}” does not stand in the cited sources."
            )


def dates(said: Words, ground: Ground) -> Iterator[Claim]:
    """Every date of the sentence, as far as it is said."""
    for day in said.days:
        held = any(day.is_within(other) for other in ground.days) or ground.has(_words(day, said))
        words = _words(day, said)
        yield Claim(
            Rule.DATE, words, held, f"The date “{words}” does not stand in the cited sources."
        )


def _words(day: Day, said: Words) -> str:
    # To the letter: notes copy what a recogniser wrote oddly.
    return said.text[day.start : day.end].strip(" ,")


def _is_loose(q: Quantity) -> bool:
    return q.spoken and (not q.unit or q.value == "1") and float(q.value) <= _LOOSE


def _value_in(q: Quantity, other: Quantity) -> bool:
    return q.value == other.value or bool(_small(q) and _small(q) == _small(other))


def _same(q: Quantity, other: Quantity) -> bool:
    """The same amount: equal, said without a unit on one side, or in another unit of its kind."""
    if q.value == other.value and (q.unit == other.unit or not q.unit or not other.unit):
        return True
    return bool(q.unit and other.unit and _small(q) == _small(other))


def _small(q: Quantity) -> tuple[float, str] | None:
    """The amount in the smallest unit of its kind, so that 1 g and 1,000 mg are one."""
    if not q.unit:
        return None
    value, unit = float(q.value), q.unit
    while unit in _IN_SMALLER:
        unit, times = _IN_SMALLER[unit]
        value *= times
    return round(value, 6), unit
