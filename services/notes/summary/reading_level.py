"""How hard a text is to read, as a school grade of the United States (Flesch-Kincaid)."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_END = re.compile(r"[.!?:]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouytd]ed|[^aeiouysxzcg]es)$")


@dataclass(frozen=True)
class Readability:
    """Words, sentences and syllables of a text, and the grade they come to (0 for an empty text)."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid 1975)."""
        if not self.words:
            return 0.0
        level = 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59
        return round(max(0.0, level), 1)


def readability(text: str) -> Readability:
    """*text* counted; a line end ends a sentence, as lists are read."""
    sentences = [piece for piece in _END.split(text) if _WORD.search(piece)]
    words = [word for piece in sentences for word in _WORD.findall(piece)]
    return Readability(len(words), max(1, len(sentences)), sum(map(syllables, words)))


def syllables(word: str) -> int:
    """The syllables of an English *word*, by its groups of vowels; at least one."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    silent = len(plain) > 2 and bool(_SILENT.search(plain))
    return max(1, len(_VOWELS.findall(plain)) - silent)
