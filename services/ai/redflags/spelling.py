"""Finds the word that was meant when one or two letters are wrong (symmetric deletion)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from rapidfuzz.distance import OSA

SHORTEST = 5  # letters; shorter words have too many neighbours
LONG = 8  # letters; from here on two slips are forgiven
_LONGEST = 24
_SOUNDS_ALIKE = ({"c", "k", "s"}, {"f", "p"}, {"b", "v"}, {"g", "j"}, {"y", "i"})


class Speller:
    """Corrects a word towards a fixed list of words, or leaves it alone.

    The index holds every listed word with one letter left out (two for long words), so a
    look-up costs one dictionary access per letter whatever the size of the list. Distance
    is optimal string alignment: a swap of neighbours counts as one slip.
    """

    def __init__(self, words: Iterable[str], never: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._never = frozenset(never)
        self._index: defaultdict[str, set[str]] = defaultdict(set)
        for word in self.words:
            if SHORTEST <= len(word) <= _LONGEST and word.isalpha():
                for key in _deletions(word, _slips(word)):
                    self._index[key].add(word)

    def correct(self, word: str) -> str | None:
        """The listed word meant by *word*, or None when none is near enough."""
        if not SHORTEST - 1 <= len(word) <= _LONGEST or word in self._never or not word.isalpha():
            return None
        near = {hit for key in _deletions(word, _slips(word)) for hit in self._index.get(key, ())}
        ranked = sorted((OSA.distance(word, hit), hit) for hit in near if _same_start(word, hit))
        return next((hit for slips, hit in ranked if slips <= _forgiven(word, hit)), None)


def _slips(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _forgiven(word: str, hit: str) -> int:
    """Two slips only where both words are long: "fasting" is not "fainting"."""
    return _slips(min(word, hit, key=len))


def _deletions(word: str, count: int) -> Iterator[str]:
    for kept in range(max(len(word) - count, 1), len(word) + 1):
        for letters in combinations(word, kept):
            yield "".join(letters)


def _same_start(word: str, hit: str) -> bool:
    """People seldom miss the first letter; asking for it keeps "never" from becoming "fever"."""
    first, other = word[0], hit[0]
    swapped = word[:2] == hit[1::-1]
    return first == other or swapped or any({first, other} <= group for group in _SOUNDS_ALIKE)
