"""Names of drugs as text holds them: which are known, what they are made of, what is left over."""

import re
from collections.abc import Mapping
from functools import cache

from services.codes.lists import folded, rows, table

Parts = tuple[str, ...]
_NUMBERS = re.compile(r"\b(?:nda)?\d+\w*\b")
_BRAND = re.compile(r"\[([^\]]+)\]")
_LONGEST = 5  # words of one name


def names_in(words: str) -> list[str]:
    """The known names in folded *words*, the longest at each place: "benicar hct" is not "benicar"."""
    return _find(words, known())


def parts_of(names: list[str]) -> Parts:
    """The ingredients of all *names* together, in alphabetical order."""
    return tuple(sorted({part for name in names for part in known()[name]}))


def left_over(words: str, names: list[str]) -> str:
    """What *words* say beside *names*, apart from salts, forms, strengths and times of day."""
    for name in names:
        words = re.sub(rf"\b{re.escape(name)}\b", " ", words)
    left = _NUMBERS.sub(" ", words).split()
    return " ".join(word for word in left if word not in _beside() and word != "and")


@cache
def known() -> Mapping[str, Parts]:
    """Every name we know and its ingredients: our own table first, then what RxNorm's names add."""
    own = _own()
    found = dict(own)
    for _, name in rows("rxnorm"):
        found.update({k: v for k, v in _from_rxnorm(name, own).items() if k not in found})
    return found


def _own() -> dict[str, Parts]:
    drugs = table("drugs")
    groups = {**drugs["ingredients"], **drugs["combinations"]}
    whole = {name: tuple(sorted(name.split(" / "))) for name in groups}
    single = {part: (part,) for parts in whole.values() for part in parts}
    named = {folded(word): whole[key] for key, words in groups.items() for word in (key, *words)}
    return {**single, **named}


def _from_rxnorm(name: str, own: Mapping[str, Parts]) -> dict[str, Parts]:
    pieces = [folded(piece) for piece in _BRAND.sub(" ", name).split(" / ")]
    found = {piece: _find(piece, own) or _single(piece) for piece in pieces}
    parts = tuple(sorted({p for names in found.values() for n in names for p in own.get(n, (n,))}))
    single = {n: (n,) for names in found.values() for n in names if n not in own}
    brand = _BRAND.search(name)
    return {**single, **({folded(brand[1]): parts} if brand and parts else {})}


def _single(piece: str) -> list[str]:
    words = left_over(piece, [])
    return [words] if len(words) >= 5 and len(words.split()) <= 3 else []


def _find(words: str, vocabulary: Mapping[str, Parts]) -> list[str]:
    found: list[str] = []
    tokens, at, follows = words.split(), 0, False
    while at < len(tokens):
        size = _size(tokens[at : at + _LONGEST], vocabulary)
        # "losartan potassium" holds no potassium of its own.
        salt = follows and size <= 1 and tokens[at] in _salts()
        if size and not salt:
            found.append(" ".join(tokens[at : at + size]))
        follows = bool(size) or salt
        at += max(size, 1)
    return found


def _size(tokens: list[str], vocabulary: Mapping[str, Parts]) -> int:
    lengths = range(len(tokens), 0, -1)
    return next((n for n in lengths if " ".join(tokens[:n]) in vocabulary), 0)


@cache
def _beside() -> frozenset[str]:
    return frozenset(word for words in table("drugs")["words"].values() for word in words)


@cache
def _salts() -> frozenset[str]:
    return frozenset(table("drugs")["words"]["salts"])
