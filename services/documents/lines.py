"""Words that lie on a page become lines in reading order: row by row, cell by cell."""

from collections.abc import Iterable, Iterator
from statistics import median
from typing import NamedTuple

from services.documents.pages import Box, Line, Word

WIDE_GAP = 1.5  # heights of a word: wider than any space between words, narrower than a column's
OVERLAP = 0.5  # of the lower word's height


class Placed(NamedTuple):
    """A word where it stands, in points from the page's top left corner.

    ``field`` numbers the form field it was typed into; 0 is the page itself.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    sure: float = 1.0
    field: int = 0

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top


def lines_of(words: Iterable[Placed], number: int, width: float, height: float) -> tuple[Line, ...]:
    """The lines of page *number*, which is *width* by *height* points, from top to bottom.

    Words on one row with a wide gap between them become two lines, left before right: a label
    and its value in the next column, or two questions side by side. What was typed into a form
    field is always a line of its own.
    """
    cells = [cell for row in _rows(words) for cell in _cells(row)]
    return tuple(Line(tuple(_word(w, number, width, height) for w in cell)) for cell in cells)


def _rows(words: Iterable[Placed]) -> list[list[Placed]]:
    rows: list[list[Placed]] = []
    for word in sorted(words, key=lambda w: (w.top + w.bottom) / 2):
        row = next((row for row in reversed(rows[-3:]) if _beside(row, word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _beside(row: list[Placed], word: Placed) -> bool:
    # The nearest neighbour decides, not the row's whole extent: scans lie a little askew.
    near = min(row, key=lambda w: abs(w.left - word.left))
    shared = min(near.bottom, word.bottom) - max(near.top, word.top)
    return shared > OVERLAP * min(near.height, word.height)


def _cells(row: list[Placed]) -> Iterator[list[Placed]]:
    wide = WIDE_GAP * median(word.height for word in row)
    cell = [row[0]]
    for word in row[1:]:
        if word.left - cell[-1].right > wide or word.field != cell[-1].field:
            yield cell
            cell = []
        cell.append(word)
    yield cell


def _word(word: Placed, number: int, width: float, height: float) -> Word:
    box = Box(
        number,
        _within(word.left / width),
        _within(word.top / height),
        _within(word.right / width),
        _within(word.bottom / height),
    )
    return Word(word.text, box, round(word.sure, 3))


def _within(fraction: float) -> float:
    return round(min(max(fraction, 0.0), 1.0), 5)
