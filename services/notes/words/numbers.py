"""Numbers with their units, written in digits or spoken: ``80 mg``, ``one twenty over eighty``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from services.notes.words.vocabulary import words_of

_UNIT_WORDS: Mapping[str, str] = {
    "mg": "mg milligram milligrams mgs",
    "mcg": "mcg microgram micrograms ug µg",
    "g": "g gram grams gm gms",
    "mL": "ml milliliter milliliters cc ccs",
    "units": "unit units iu",
    "mEq": "meq milliequivalent milliequivalents",
    "%": "% percent",
    "cm": "cm centimeter centimeters",
    "mm": "mm millimeter millimeters",
    "inch": "inch inches",
    "foot": "foot feet ft",
    "mile": "mile miles",
    "lb": "lb lbs pound pounds",
    "kg": "kg kilo kilos kilogram kilograms kgs",
    "degree": "degree degrees °",
    "second": "seconds sec",
    "minute": "minute minutes min mins",
    "hour": "hour hours hr hrs hourly",
    "day": "day days daily",
    "week": "week weeks weekly wks wk",
    "month": "month months monthly",
    "year": "year years yr yrs",
    "time": "time times",
    "tablet": "tablet tablets tab tabs pill pills",
    "capsule": "capsule capsules cap caps",
    "puff": "puff puffs",
    "drop": "drops",
    "pack": "pack packs",
    "drink": "drink drinks beer beers glass glasses",
    "refill": "refill refills",
    "mmHg": "mmhg",
    "bpm": "bpm",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
DOSE_UNITS = frozenset(("mg", "mcg", "g", "mL", "units", "mEq", "%", "puff", "tablet", "capsule"))

_ONES = {w: n for n, w in enumerate(
    words_of("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"))}  # fmt: skip
_TENS = {w: 10 * n for n, w in enumerate(
    words_of("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)}  # fmt: skip
_ORDINALS = {w: n for n, w in enumerate(
    words_of("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"), start=1)}  # fmt: skip
_LOOSE = {
    "once": 1,
    "twice": 2,
    "couple": 2,
    "half": 0,
    "single": 1,
    "both": 2,
    "pair": 2,
    "dozen": 12,
}
_BEGINNINGS = frozenset((*_ONES, *_TENS, *_ORDINALS, *_LOOSE, "a", "an")) - {"second"}
_TOKEN = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|[%°/+-]", re.I
)
_BETWEEN = frozenset(("to", "or", "-", "and"))
_SKIPPED = frozenset(("-", "full", "more", "extra", "additional", "small", "other"))


@dataclass(frozen=True)
class Quantity:
    """A number as text without trailing zeros, its unit (empty if none) and where it stands.

    ``spoken`` numbers without a unit may be no number at all ("this one").
    """

    value: str
    unit: str
    start: int
    end: int
    spoken: bool = False


class _Piece(NamedTuple):
    word: str
    start: int
    end: int


def quantities(text: str) -> list[Quantity]:
    """Every number in *text*, in order; of ranges both ends carry the unit."""
    pieces = [
        _Piece(m.group().lower(), m.start(), m.end())
        for m in _TOKEN.finditer(text)
        if not _is_name(text, m)
    ]
    found: list[Quantity] = []
    at = 0
    while at < len(pieces):
        size, value, spoken = _number(pieces, at) if _may_begin(pieces[at].word) else (0, "", False)
        if not size:
            at += 1
            continue
        unit = _unit(pieces, at + size)
        found.append(Quantity(value, unit, pieces[at].start, pieces[at + size - 1].end, spoken))
        at += size
    return list(_with_units_of_ranges(found, text))


def _is_name(text: str, token: re.Match[str]) -> bool:
    """Whether digits are part of a name, "COVID-19" or "L5", or only count the lines of a list."""
    if not token.group()[0].isdigit():
        return False
    before = text[max(0, token.start() - 2) : token.start()]
    is_listed = not text[: token.start()].strip() and text[token.end() : token.end() + 2] == ". "
    return bool(re.search(r"[^\W\d_]-?$", before)) or is_listed


def plain(value: Decimal) -> str:
    """*value* without trailing zeros: ``0.5``, ``80``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _may_begin(word: str) -> bool:
    return word[0].isdigit() or word in _BEGINNINGS


def _number(pieces: Sequence[_Piece], at: int) -> tuple[int, str, bool]:
    word = pieces[at].word
    if word[0].isdigit():
        return _digits(pieces, at)
    if word in ("a", "an") and at + 1 < len(pieces) and UNITS.get(pieces[at + 1].word):
        return 1, "1", True
    if word in _LOOSE:
        return 1, "0.5" if word == "half" else str(_LOOSE[word]), True
    if word in _ORDINALS:
        return 1, str(_ORDINALS[word]), True
    return _spoken(pieces, at)


def _digits(pieces: Sequence[_Piece], at: int) -> tuple[int, str, bool]:
    value = pieces[at].word.replace(",", "")
    after = [piece.word for piece in pieces[at + 1 : at + 3]]
    if len(after) == 2 and after[0] == "point" and (decimal := _one_digit(after[1])):
        return 3, f"{value}.{decimal}", False
    return 1, plain(Decimal(value)), False


def _one_digit(word: str) -> str:
    return word if word.isdigit() else str(_ONES[word]) if word in _ONES else ""


def _spoken(pieces: Sequence[_Piece], at: int) -> tuple[int, str, bool]:
    """Number words from *at*: how many of them, and what they come to."""
    whole, group, size, last = 0, 0, 0, ""
    for piece in pieces[at:]:
        word = piece.word
        kind = _kind(word)
        if not kind or not _may_follow(last, kind):
            break
        whole, group = _added(whole, group, word, last, kind)
        size, last = size + 1, kind
    while size and last in ("and", "-"):
        size, last = size - 1, _kind(pieces[at + size - 2].word) if size > 1 else ""
    if not size:
        return 0, "", True
    after = [piece.word for piece in pieces[at + size : at + size + 2]]
    if len(after) == 2 and after[0] == "point" and (decimal := _one_digit(after[1])):
        return size + 2, f"{whole + group}.{decimal}", True
    return size, str(whole + group), True


def _kind(word: str) -> str:
    if word in _ONES:
        return "one" if _ONES[word] < 10 else "teen"
    if word in _TENS:
        return "ten"
    if word in _ORDINALS and _ORDINALS[word] < 10:
        return "ordinal"
    return word if word in ("hundred", "thousand", "-") else ""


def _may_follow(last: str, kind: str) -> bool:
    follows = {
        "": ("one", "teen", "ten"),
        "one": ("hundred", "thousand", "ten", "teen"),
        "teen": ("hundred", "thousand", "ten", "teen"),
        "ten": ("one", "ordinal", "thousand", "-", "ten", "teen", "hundred"),
        "-": ("one", "ordinal"),
        "ordinal": (),
        "hundred": ("one", "teen", "ten", "thousand"),
        "thousand": ("one", "teen", "ten"),
    }
    return kind in follows[last]


def _added(whole: int, group: int, word: str, last: str, kind: str) -> tuple[int, int]:
    if kind == "-":
        return whole, group
    if kind == "hundred":
        return whole, group * 100
    if kind == "thousand":
        return whole + group * 1000, 0
    value = (_ONES | _TENS | _ORDINALS)[word]
    # "One twenty" is 120 and "nineteen eighty" 1980, as people say pressures and years.
    joined = last in ("one", "teen", "ten") and kind in ("ten", "teen")
    return whole, group * 100 + value if joined else group + value


def _unit(pieces: Sequence[_Piece], at: int) -> str:
    while at < len(pieces) and pieces[at].word in _SKIPPED:
        at += 1
    return UNITS.get(pieces[at].word, "") if at < len(pieces) else ""


def _with_units_of_ranges(found: Sequence[Quantity], text: str) -> Iterator[Quantity]:
    for here, after in zip_longest(found, found[1:]):
        between = text[here.end : after.start].strip().lower() if after else ""
        if after and not here.unit and after.unit and between in _BETWEEN:
            yield Quantity(here.value, after.unit, here.start, here.end, here.spoken)
        else:
            yield here
