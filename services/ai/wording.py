"""Turns a message into the features a linear classifier weighs: words, concepts, pieces, pairs."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise

# A ratio such as 158/95 stays whole. Of the punctuation, what asks or shouts is a word of its
# own, and what ends a clause is kept as a border between words.
TOKEN = re.compile(
    r"\d{2,3}/\d{2,3}|[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+|[?¿!]|[.,;:()\n]+|[^\w\s\"'/-]"
)
BORDERS = frozenset(".,;:()\n")

Concepts = Callable[[str], Sequence[str]]
"""What a plain word means, such as ``drug``, the most telling first; empty when unknown."""

# How much one occurrence counts, by the feature's first character. Concepts carry over to
# words never met in training; pieces forgive spelling but say one thing several times over.
EMPHASIS = {"#": 2.0, "~": 0.5}
PIECE_LENGTHS = (3, 4)
LENGTH_BANDS = (3, 6, 12, 30)  # words; a message of two words is rarely a question
START = "^"  # so that a message's first word can form a pair


def plain(word: str) -> str:
    """*word* in lower case, without accents."""
    word = word.lower()
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFKD", word)
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("\u2019", "'")


def features_of(text: str, concepts: Concepts) -> list[str]:
    """Every feature of *text*, as often as it occurs."""
    tokens = words_of(text)
    alone = chain.from_iterable(features_of_token(token, concepts) for token in tokens)
    together = pairs(name_in_pair(token, concepts) for token in tokens)
    return [*alone, *together, length_band(len(tokens))]


def words_of(text: str) -> list[str]:
    """The tokens of *text* as they were written, borders left out."""
    return [token for token in TOKEN.findall(text) if token[0] not in BORDERS]


def features_of_token(token: str, concepts: Concepts) -> list[str]:
    """The features of one token as it was written: the word, its concepts, its pieces."""
    word = plain(token)
    return [word, *(f"#{name}" for name in concepts(word)), *dict.fromkeys(pieces(word))]


def pieces(word: str) -> Iterator[str]:
    """Runs of three and four letters, marked so that they are not taken for words."""
    if len(word) < 4 or not word[0].isalpha():
        return
    padded = f"<{word}>"
    for length in PIECE_LENGTHS:
        for start in range(len(padded) - length + 1):
            yield f"~{padded[start : start + length]}"


def name_in_pair(token: str, concepts: Concepts) -> str:
    """What a token is called beside another: its concept, or else the word."""
    word = plain(token)
    return next((f"#{name}" for name in concepts(word)), word)


def pairs(names: Iterable[str]) -> Iterator[str]:
    """Neighbours, as features; the first word is paired with the start."""
    for left, right in pairwise((START, *names)):
        yield f"{left} {right}"


def length_band(words: int) -> str:
    """A feature for how long the message is."""
    return f"{START}{sum(words >= band for band in LENGTH_BANDS)}"


def emphasis(feature: str) -> float:
    """How much one occurrence of *feature* counts before its rarity does."""
    return 1.0 if " " in feature else EMPHASIS.get(feature[:1], 1.0)
