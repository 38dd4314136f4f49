"""Turns the phrases of lexicon and cues into codes, one character a word, and indexes them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, TypeVar

from services.ai.redflags.index import Index
from services.ai.redflags.plain_text import plain_text
from services.ai.redflags.spelling import Speller
from services.ai.redflags.words import NUMBER, YEAR, Reader

_SIGNS = {"#": NUMBER, "year#": YEAR}  # in a phrase: any number, any four-digit year
_FIRST_CODE = 0x100
Value = TypeVar("Value")


def phrases(text: str) -> list[str]:
    """The comma-separated phrases of one line of a TOML file, in plain letters."""
    return [phrase.strip() for phrase in plain_text(text).plain.split(",") if phrase.strip()]


class Vocabulary:
    """Gives every word and stem of the phrases its code.

    All phrases are read (``words``) before an index or a reader is made, since a stem
    in one phrase stands for the whole words of every other.
    """

    def __init__(self, spelling: Mapping[str, Any]) -> None:
        self._spelling = spelling
        self._codes: dict[str, str] = {}
        self._classes = {word: phrases(text) for word, text in spelling["stands_for"].items()}
        self._skipped = self.listed("skipped")
        self._inflected = {word: text.split() for word, text in spelling["reads_as"].items()}

    def listed(self, table: str) -> frozenset[str]:
        """The words of one table of spelling.toml."""
        return frozenset(phrases(self._spelling[table]["words"]))

    def words(self, phrase: str) -> list[str]:
        """The words of *phrase* as the reader will see them; new ones get a code."""
        read = [part for word in phrase.split() for part in self._inflected.get(word, [word])]
        kept = [w.replace("'", "") for w in read if w not in self._skipped] or read[:1]
        for word in (form for w in kept for form in self._classes.get(w, [w])):
            if word not in _SIGNS:
                self._codes.setdefault(word, chr(_FIRST_CODE + len(self._codes)))
        return kept

    def index(
        self,
        concepts: Mapping[str, Sequence[Sequence[str]]],
        value: Callable[[int, Sequence[str]], Value],
    ) -> Index[Value]:
        """All phrases of *concepts*; *value* makes each one's from its length and concepts."""
        names: defaultdict[str, set[str]] = defaultdict(set)
        for concept, spoken in concepts.items():
            for phrase in spoken:
                for codes in product(*map(self._alternatives, phrase)):
                    names["".join(codes)].add(concept)
        return Index({key: value(len(key), sorted(found)) for key, found in names.items()})

    def reader(self) -> Reader:
        """The reader for every word met so far."""
        stems = {word[:-1]: code for word, code in self._codes.items() if word.endswith("*")}
        whole = {word: code for word, code in self._codes.items() if not word.endswith("*")}
        speller = Speller(self.listed("corrected"), never=self.listed("never_corrected"))
        return Reader(whole, stems, self._spelling["reads_as"], self._skipped, speller)

    def _alternatives(self, word: str) -> list[str]:
        """The codes that may stand for *word*: its own, its class's, those its stem begins."""
        if word in _SIGNS:
            return [_SIGNS[word]]
        forms = self._classes.get(word, [word])
        if word.endswith("*"):
            forms = [form for form in self._codes if form.startswith(word[:-1])]
        return [self._codes[form] for form in forms]
