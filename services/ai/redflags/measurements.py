"""Turns numbers beside a measure ("bp 190/125", "sugar 42", "6 week old") into concepts."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from services.ai.redflags.ages import AGES, ages_in, gestations_in
from services.ai.redflags.patterns import Hit, Hits, starting
from services.ai.redflags.words import NUMBER, SENTENCE

_COUNTED = ("pills", "tablets", "of_those")
# The concepts that a number beside each measure can add.
_ADDS = {
    "bp_word": frozenset({"bp_crisis", "bp_raised", "bp_low"}),
    "pulse_word": frozenset({"pulse_fast", "pulse_slow"}),
    "glucose_word": frozenset({"glucose_low", "glucose_high", "glucose_borderline"}),
    "reading_word": frozenset({"reading_high"}),
    "oxygen_word": frozenset({"oxygen_low", "oxygen_borderline"}),
    "temperature_word": frozenset({"fever_number", "fever_very_high"}),
    "inr_word": frozenset({"inr_high"}),
    **dict.fromkeys(_COUNTED, frozenset({"many_pills", "several_pills"})),
}
MEASURED = AGES.union(*_ADDS.values())
_TENTHS = re.compile(r"10\d\.\d")
_PAIRED = re.compile(r"\d\s*(?:/|over|ovr|sobre|por|x)\s*\d")
_BEFORE = 7  # words between a measure and the number it announces
_AFTER = 2  # words between a number and the measure that follows it
_WORDS = 3  # words of the longest name of a measure
_SEVERAL_PILLS, _MANY_PILLS, _MOST_PILLS = 8, 10, 500
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})*(?:\.\d{1,4})?|\d{4,9})( ?%)?")
_PAIR = re.compile(r"(\d{2,3})\s*(?:/|over|ovr|sobre|por|x)\s*(\d{2,3})(?!\d)")
_DOSE = re.compile(r"\s*(?:mg|mcg|units?|ml)\b")
_UNIT = re.compile(
    r"\s*-?(mg|mcg|ml|units?\b|u\b|days?\b|hours?\b|hrs?\b|minutes?\b|mins?\b|carbs?\b|grams?\b|"
    r"lbs?\b|pounds?\b|libras?\b|points?\b|am\b|pm\b|a\.m|p\.m|tablets?\b|pills?\b|times?\b|th\b|"
    r"st\b|nd\b|rd\b|weeks?\b|wks?\b|months?\b|years?\b|yrs?\b|yo\b|refills?\b|test|strips?\b|"
    r"dias?\b|horas?\b|meses\b|anos?\b|unidades\b|oz\b|:|street|lane|ave|apt)"
)
_SPREAD_OUT = re.compile(  # over a month, a day: not taken at once
    r"(?:\W*\w+){0,3}?\W+(?:"
    r"(?:over|in) (?:\w+ ){1,3}?(?:days|weeks?|months?|year)|"
    r"(?:a|per|each|every|this) (?:day|week|month|year)|daily|so far|"
    r"al dia|por dia|al mes|diari[ao]s)\b"
)
_NO_READING = re.compile(r"(?:\$|#|took|take|inject(?:ed)?|page|line|room|code|dose)\s*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number in a message: its position in the codes, its value, and the text around it."""

    position: int
    value: Decimal
    percent: bool
    before: str
    after: str

    @property
    def plausible(self) -> bool:
        """Not a dose, a time, an address or a price."""
        return not (self.percent or _UNIT.match(self.after) or _NO_READING.search(self.before))


def measurable(plain: str, spoken: Callable[[str], bool]) -> frozenset[str]:
    """The concepts that the numbers in *plain* could add, told by a quick look.

    *spoken* tells whether a concept of the lexicon occurs in the message.
    """
    could = {concept for concept, _, _ in chain(ages_in(plain), gestations_in(plain))}
    for measure, concepts in _ADDS.items():
        if spoken(measure):
            could |= concepts
    if _PAIRED.search(plain):
        could |= _ADDS["bp_word"]
    if _TENTHS.search(plain):
        could.add("fever_number")
    return frozenset(could)


def measured(plain: str, codes: str, spans: Sequence[tuple[int, int]], hits: Hits) -> Hits:
    """*hits* with what the numbers in *plain* add; thresholds stand in each function below."""
    readings = [*_readings(plain, codes, spans)]
    found: defaultdict[str, set[Hit]] = defaultdict(set)
    counted = _counted(readings, hits, plain, codes, spans)
    for concept, hit in chain(_judged(readings, codes, hits), counted):
        found[concept].add(hit)
    for concept, start, end in chain(
        _pressures(plain, bool(hits.get("bp_word"))), ages_in(plain), gestations_in(plain)
    ):
        found[concept].add(_covering(spans, start, end))
    return {**hits, **{concept: sorted(places) for concept, places in found.items()}}


def _readings(plain: str, codes: str, spans: Sequence[tuple[int, int]]) -> Iterator[Reading]:
    for position, code in enumerate(codes):
        start, end = spans[position]
        if code == NUMBER and (number := _NUMBER.fullmatch(plain, start, end)):
            value = Decimal(number[1].replace(",", ""))
            around = plain[max(start - 12, 0) : start], plain[end : end + 14]
            yield Reading(position, value, bool(number[2]), *around)


def _judged(readings: Sequence[Reading], codes: str, hits: Hits) -> Iterator[tuple[str, Hit]]:
    for reading in readings:
        place = (reading.position, reading.position)
        concepts = [*_bare_temperature(reading)]
        for measure, judge in _JUDGES.items():
            if _beside(reading.position, hits.get(measure, ()), codes):
                concepts += judge(reading)
        yield from ((concept, place) for concept in concepts)


def _beside(at: int, measures: Sequence[Hit], codes: str) -> bool:
    """A measure stands shortly before the number, or right after it, in the same sentence."""
    return any(
        (0 < at - end <= _BEFORE + 1 and SENTENCE not in codes[end:at])
        or (0 < start - at <= _AFTER and SENTENCE not in codes[at:start])
        for start, end in starting(measures, at - _BEFORE - _WORDS, at + _AFTER)
    )


def _glucose(reading: Reading) -> Iterator[str]:
    """ADA Standards of Care: below 54 mg/dL (3.0 mmol/L) is level 2, 54 to 69 level 1."""
    molar = "mmol" in reading.after
    value = reading.value * 18 if molar else reading.value
    if not reading.plausible or not (molar or value == int(value)):
        return
    if 15 <= value < 54:
        yield "glucose_low"
    elif 400 <= value <= 1200:
        yield "glucose_high"
    elif 54 <= value < 70 or 300 <= value < 400:
        yield "glucose_borderline"


def _unnamed(reading: Reading) -> Iterator[str]:
    """ "Readings" of 400 to 600 can hardly be anything but sugar where diabetes is spoken of."""
    if reading.plausible and 400 <= reading.value <= 600:
        yield "reading_high"


def _temperature(reading: Reading) -> Iterator[str]:
    """AAP: 100.4 F or 38.0 C is a fever; 104 F or 40 C is very high."""
    value = reading.value
    if Decimal("100.4") <= value <= 110 or 38 <= value <= 43:
        yield "fever_number"
    if 104 <= value <= 110 or 40 <= value <= 43:
        yield "fever_very_high"


def _bare_temperature(reading: Reading) -> Iterator[str]:
    """A number like 101.4 is a temperature even without the word."""
    tenths = reading.value.as_tuple().exponent == -1
    if tenths and Decimal("100.4") <= reading.value < 107 and reading.plausible:
        yield "fever_number"


def _oxygen(reading: Reading) -> Iterator[str]:
    """WHO pulse oximetry training manual: below 90 % is an emergency."""
    if 50 <= reading.value < 90:
        yield "oxygen_low"
    elif 90 <= reading.value <= 92:
        yield "oxygen_borderline"


def _pulse(reading: Reading) -> Iterator[str]:
    """NEWS2: 131 and above, 40 and below score highest; beats a minute."""
    if reading.plausible and reading.value == int(reading.value):
        if 130 <= reading.value <= 280:
            yield "pulse_fast"
        elif 20 <= reading.value <= 40:
            yield "pulse_slow"


def _inr(reading: Reading) -> Iterator[str]:
    """CHEST: an INR of 5 or more needs action the same day."""
    if 5 <= reading.value <= 25:
        yield "inr_high"


def _systolic(reading: Reading) -> Iterator[str]:
    """ACC/AHA: a systolic pressure of 180 mmHg or more."""
    if reading.plausible and 180 <= reading.value <= 300:
        yield "bp_crisis"


_JUDGES: dict[str, Callable[[Reading], Iterator[str]]] = {
    "glucose_word": _glucose,
    "reading_word": _unnamed,
    "temperature_word": _temperature,
    "oxygen_word": _oxygen,
    "pulse_word": _pulse,
    "inr_word": _inr,
    "bp_word": _systolic,
}


def _pressures(plain: str, named: bool) -> Iterator[tuple[str, int, int]]:
    """Pairs like 190/125 or "190 over 125"; without the word, only pairs no dose looks like."""
    for pair in _PAIR.finditer(plain):
        upper, lower = int(pair[1]), int(pair[2])
        possible = 50 <= upper <= 300 and 25 <= lower <= 200 and lower < upper
        if possible and (named or lower >= 60) and not _UNIT.match(plain, pair.end()):
            yield from ((name, pair.start(), pair.end()) for name in _pressure(upper, lower))


def _pressure(upper: int, lower: int) -> Iterator[str]:
    """ACC/AHA: 180 or 120 mmHg is a crisis; ACOG: 140 or 90 counts in pregnancy."""
    if upper >= 180 or lower >= 120:
        yield "bp_crisis"
    if upper >= 140 or lower >= 90:
        yield "bp_raised"
    if upper <= 80:
        yield "bp_low"


def _counted(
    readings: Sequence[Reading],
    hits: Hits,
    plain: str,
    codes: str,
    spans: Sequence[tuple[int, int]],
) -> Iterator[tuple[str, Hit]]:
    """Eight, or ten, and more pills taken at once: "took 30 of the pills"."""
    for reading in readings:
        if not _SEVERAL_PILLS <= reading.value <= _MOST_PILLS or _DOSE.match(reading.after):
            continue
        taken = _taken(reading.position, hits, codes)
        if taken and not _SPREAD_OUT.match(plain, spans[taken[1]][1]):
            yield "several_pills", taken
            if reading.value >= _MANY_PILLS:
                yield "many_pills", taken


def _taken(at: int, hits: Hits, codes: str) -> Hit | None:
    """The words from "took" to "pills" around the number at position *at*."""
    swallowed = starting(hits.get("swallowed", ()), at - 6, at - 1)
    before = [start for start, end in swallowed if end < at and SENTENCE not in codes[end:at]]
    counted = (starting(hits.get(name, ()), at + 1, at + 4) for name in _COUNTED)
    after = [end for _, end in chain(*counted) if SENTENCE not in codes[at:end]]
    return (before[0], max(after)) if before and after else None


def _covering(spans: Sequence[tuple[int, int]], start: int, end: int) -> Hit:
    """The positions in the codes whose words lie between *start* and *end* of the plain text."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    return first, bisect_left(spans, end, key=lambda span: span[0]) - 1
