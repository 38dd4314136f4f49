"""What stands on a photographed card: its rows, the labels it prints, and the words that belong to each."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from services.documents.pages import Box, Document, Word
from services.workflows.intake.extract.cells import around

FILE = Path(__file__).with_name("cards.toml")
LONGEST_LABEL = 6  # words
WIDE = 3.5  # letters: from here on it is another column
FAR = 16.0  # letters from a label to a value right of it, in a column of values
BELOW = 2.2  # heights from a caption down to its value
BEGINS = 2.5  # letters between the left edges of a caption and of its value

Row = tuple[Word, ...]


@dataclass(frozen=True)
class Label:
    """A label as a card prints it: what it asks for, and which words of which row it is."""

    kind: str
    row: int
    first: int
    last: int


@dataclass(frozen=True)
class Card:
    """The rows of one picture from top to bottom, and the labels found in them."""

    rows: tuple[Row, ...] = field(repr=False)
    labels: tuple[Label, ...] = field(repr=False)

    def words_of(self, label: Label) -> Row:
        """The words of the label itself."""
        return self.rows[label.row][label.first : label.last + 1]

    def beside(self, label: Label) -> Row:
        """The words right of *label* up to the next label or column."""
        row = self.rows[label.row]
        end = min((b.first for b in self.labels if b.row == label.row and b.first > label.last),
                  default=len(row))  # fmt: skip
        after = row[label.last + 1 : end]
        if not after or gap(row[label.last], after[0]) > FAR:
            return ()
        return together(after)

    def below(self, label: Label) -> Row:
        """The words close under *label* that begin where it begins, up to the next column.

        By their places and not by rows: of a card held askew, rows run into each other.
        """
        own = around(self.words_of(label))
        starts = [
            (word.box.top, number, place)
            for number, row in enumerate(self.rows)
            for place, word in enumerate(row)
            if own and word.box and _begins_under(word, own, _letter(self.words_of(label)[0]))
        ]
        if not starts:
            return ()
        _, number, place = min(starts)
        end = next((n for n in range(place, len(self.rows[number])) if self._is_label(number, n)),
                   len(self.rows[number]))  # fmt: skip
        return together(self.rows[number][place:end])

    def is_far(self, label: Label, words: Sequence[Word]) -> bool:
        """Whether *words* right of the label stand in another column than it."""
        return gap(self.rows[label.row][label.last], words[0]) > WIDE

    def follows_a_stray(self, label: Label) -> bool:
        """Whether a word that is no label's value stands right before it: "Px Group" is not "Group"."""
        if label.first == 0:
            return False
        row = self.rows[label.row]
        before = row[label.first - 1]
        others = (b for b in self.labels if b.row == label.row and b.last < label.first)
        is_valued = any(before in self.beside(other) for other in others)
        is_labels = self._is_label(label.row, label.first - 1)
        return gap(before, row[label.first]) < WIDE and not is_valued and not is_labels

    def _is_label(self, row: int, place: int) -> bool:
        return any(b.row == row and b.first <= place <= b.last for b in self.labels)


def card_of(document: Document, kind: str) -> Card:
    """The rows of *document*, with the labels that a card of *kind* prints."""
    rows = rows_of(document)
    return Card(rows, tuple(b for n, row in enumerate(rows) for b in _labels(row, n, kind)))


def rows_of(document: Document) -> tuple[Row, ...]:
    """All words row by row, left to right, columns side by side."""
    words = [w for p in document.pages for line in p.lines for w in line.words if plain(w.text)]
    usual = median([_height(word) for word in words] or [0.0])
    rows: list[list[Word]] = []
    for word in sorted((w for w in words if not _is_speck(w, usual)), key=_place):
        row = next((row for row in reversed(rows[-3:]) if _is_beside(row, word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return tuple(tuple(sorted(row, key=_left)) for row in rows)


def plain(text: str) -> str:
    """*text* without case, accents and punctuation; "Number/Número" is "number numero"."""
    letters = unicodedata.normalize("NFKD", text.casefold()).replace("'", "").replace("\u2019", "")
    spoken = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", spoken))


def said(words: Sequence[Word]) -> str:
    """Words as one text."""
    return " ".join(word.text for word in words)


def gap(one: Word, other: Word) -> float:
    """The space between two words of a row, in letters of the wider one's print."""
    if one.box is None or other.box is None:
        return 0.0
    letter = max(_letter(word) for word in (one, other))
    return (other.box.left - one.box.right) / letter


@cache
def book() -> Mapping[str, Any]:
    """The words of cards, from ``cards.toml``."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _labels(row: Row, number: int, kind: str) -> Iterator[Label]:
    known, place = _known(kind), 0
    while place < len(row):
        for last in range(min(place + LONGEST_LABEL, len(row)) - 1, place - 1, -1):
            words = row[place : last + 1]
            asked = known.get(" ".join(plain(word.text) for word in words))
            if asked and all(gap(a, b) < WIDE for a, b in pairwise(words)):
                yield Label(asked, number, place, last)
                place = last
                break
        place += 1


@cache
def _known(kind: str) -> Mapping[str, str]:
    return {label: asked for asked, labels in book()[kind].items() for label in labels}


def together(words: Sequence[Word]) -> Row:
    """*words* up to the first wide gap."""
    kept = list(words[:1])
    for before, word in pairwise(words):
        if gap(before, word) > WIDE:
            break
        kept.append(word)
    return tuple(kept)


def _begins_under(word: Word, label: Box, letter: float) -> bool:
    box = word.box
    if box is None or box.page != label.page:
        return False
    down = (box.top - label.bottom) / max(label.bottom - label.top, 1e-6)
    return -0.5 < down < BELOW and abs(box.left - label.left) < BEGINS * letter


def _is_speck(word: Word, usual: float) -> bool:
    """A stroke of the table's grain, read as a letter or two far out of proportion."""
    return len(plain(word.text)) <= 2 and not 0.45 < _height(word) / max(usual, 1e-6) < 1.9


def _is_beside(row: Sequence[Word], word: Word) -> bool:
    # The nearest neighbour decides: cards are held a little askew.
    near = min(row, key=lambda other: abs(_left(other) - _left(word)))
    if near.box is None or word.box is None or near.box.page != word.box.page:
        return False
    shared = min(near.box.bottom, word.box.bottom) - max(near.box.top, word.box.top)
    return shared > 0.5 * min(_height(near), _height(word))


def _place(word: Word) -> tuple[int, float]:
    return (word.box.page, (word.box.top + word.box.bottom) / 2) if word.box else (0, 0.0)


def _height(word: Word) -> float:
    return word.box.bottom - word.box.top if word.box else 0.0


def _left(word: Word) -> float:
    return word.box.left if word.box else 0.0


def _letter(word: Word) -> float:
    return max((word.box.right - word.box.left) / max(len(word.text), 1), 1e-6) if word.box else 1.0
