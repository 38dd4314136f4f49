"""Medicines that a text names, where they stand, and the dose said beside each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from services.codes.drug_names import known
from services.notes.words.numbers import DOSE_UNITS, Quantity, quantities
from services.notes.words.vocabulary import words_of

_WORD = re.compile(r"[^\W_]+", re.I)
_LONGEST = 4
_NEAR = 45  # characters between a drug and its dose
# Names in the lists that mean something else in conversation, or too much.
_NOT_DRUGS = frozenset(
    words_of(
        "ice water oxygen air salt sodium alcohol sugar glucose nicotine caffeine food cream lotion iron calcium"
        " potassium protein blood vitamin vitamins progesterone estrogen testosterone time plan d3 add"
        " today one step bayer depression other zinc fish oil carbon dioxide soma asa oral tablet tums"
    )
)
# The stems by which generic names are made (USAN), for medicines that the lists do not hold.
_STEM = re.compile(
    r"[a-z]{3,}(?:pril|sartan|olol|statin|cillin|conazole|prazole|mycin|floxacin|gliptin|gliflozin|glutide|prazole"
    r"|oxetine|platin|taxel|rubicin|parin|xaban|dipine|zepam|zolam|profen|codone|cycline|ciclovir|buvir|navir|setron"
    r"|triptan|barbital|caine|asone|olone|thiazide|semide|tinib|ciclib|zumab|ximab|limab|tuximab|umab|lukast|terol"
    r"|tropium|azosin|steride|dronate|gabalin|racetam|azepine|peridol|piprazole|idone|apine|triptyline|ipramine)"
)


@dataclass(frozen=True)
class Named:
    """One medicine as a text names it: its ingredients, the words, and where they stand."""

    ingredients: tuple[str, ...]
    words: str
    start: int
    end: int


def medicines(text: str) -> tuple[Named, ...]:
    """Every medicine that *text* names, in order."""
    return tuple(_medicines(text))


def doses(text: str, found: Sequence[Named] | None = None) -> list[tuple[Named, Quantity]]:
    """Each medicine with the dose nearest to it, where one is said within a few words."""
    found = medicines(text) if found is None else found
    amounts = [q for q in quantities(text) if q.unit in DOSE_UNITS] if found else []
    return [(drug, q) for q in amounts if (drug := _nearest(q, found, text)) is not None]


def _nearest(amount: Quantity, found: Sequence[Named], text: str) -> Named | None:
    """Whose dose *amount* is: the medicine before it, or else the one after it ("20 mg of …")."""
    before = [d for d in found if d.end <= amount.start]
    after = [d for d in found if d.start >= amount.end]
    if before and amount.start - before[-1].end <= _NEAR:
        return before[-1]
    near = (
        after and after[0].start - amount.end <= 12 and "." not in text[amount.end : after[0].start]
    )
    return after[0] if near else None


def _medicines(text: str) -> Iterator[Named]:
    words = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    at = 0
    while at < len(words):
        size, parts = _named(words[at : at + _LONGEST])
        if size:
            start, end = words[at][1], words[at + size - 1][2]
            yield Named(parts, text[start:end], start, end)
        at += max(size, 1)


def _named(words: Sequence[tuple[str, int, int]]) -> tuple[int, tuple[str, ...]]:
    """How many of *words* name one medicine, and its ingredients; 0 for none."""
    first = words[0][0]
    if first in _firsts():
        for size in range(len(words), 0, -1):
            name = " ".join(word for word, _, _ in words[:size])
            if name in _names():
                return size, _names()[name]
    return (1, (first,)) if len(first) > 6 and _STEM.fullmatch(first) else (0, ())


@cache
def _firsts() -> frozenset[str]:
    return frozenset(name.split()[0] for name in _names())


@cache
def _names() -> dict[str, tuple[str, ...]]:
    return {
        name: parts for name, parts in known().items() if name not in _NOT_DRUGS and len(name) > 3
    }
