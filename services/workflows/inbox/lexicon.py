"""What words mean to a front desk: medicines, specialties, payers and so on, by concept."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from services.ai.wording import plain

LEXICON = Path(__file__).with_name("lexicon.toml")
SHORTEST_WITH_STEM = 7


def concepts(word: str) -> tuple[str, ...]:
    """What *word* (plain: lower case, no accents) means; empty when it means nothing special."""
    if word[:1].isdigit():  # a lone accent leaves nothing behind
        return ("ratio",) if "/" in word else ("number",)
    words = _words()
    found = words.get(word) or words.get(word.removesuffix("s"))
    return found or (("drug",) if is_stemmed(word) else ())


def is_drug(word: str) -> bool:
    """Whether *word* names a medicine, as far as names and stems can tell."""
    return "drug" in concepts(plain(word))


def is_stemmed(word: str) -> bool:
    """Whether *word* ends as the names of medicines do."""
    return len(word) >= SHORTEST_WITH_STEM and word.endswith(_stems())


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for concept, words in _lexicon()["words"].items():
        for word in words.split():
            found[plain(word)].append(concept)
    return {word: tuple(names) for word, names in found.items()}


@cache
def _stems() -> tuple[str, ...]:
    return tuple(_lexicon()["stems"]["drug"].split())


@cache
def _lexicon() -> Mapping[str, Mapping[str, str]]:
    with LEXICON.open("rb") as file:
        return tomllib.load(file)
