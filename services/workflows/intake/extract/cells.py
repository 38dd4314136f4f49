"""A document's lines as cells: what they say, where they stand, and who stands beside and below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from services.documents.pages import Box, Document, Word

FILL = re.compile(r"_{2,}|\.{4,}|\u2026{2,}|-{4,}")  # lines to write on
SAME_ROW = 0.5  # of the lower cell's height
NEAR_BELOW = 2.2  # line heights from a label down to its value
ASIDE = 0.02  # of the page's width: how far a value may stand to the left of its label


@dataclass(frozen=True)
class Cell:
    """One line, or one cell of a table. ``row`` counts rows through the whole document."""

    words: tuple[Word, ...] = field(repr=False)
    row: int
    page: int

    @cached_property
    def text(self) -> str:
        """What it says, without the line to write on."""
        return said(self.words)

    @cached_property
    def box(self) -> Box | None:
        """Where it stands; ``None`` in a file without pages."""
        return around(self.words)

    def is_right_of(self, other: "Cell") -> bool:
        """Whether it stands on the same row, further right; in a file without pages, after it."""
        return self.row == other.row and self is not other

    def is_under(self, other: "Cell") -> bool:
        """Whether it stands close below *other*; without pages, right after it."""
        if self.box is None or other.box is None:
            return True
        down = (self.box.top - other.box.bottom) / max(other.box.bottom - other.box.top, 1e-6)
        overlaps = self.box.left < other.box.right and self.box.right > other.box.left
        near_left = abs(self.box.left - other.box.left) < ASIDE
        return self.page == other.page and -0.5 < down < NEAR_BELOW and (overlaps or near_left)


def cells_of(document: Document) -> list[Cell]:
    """Every line of *document* in reading order."""
    found: list[Cell] = []
    for page in document.pages:
        for line in page.lines:
            if line.words:
                found.append(Cell(line.words, _row(found, line.words, page.number), page.number))
    return found


def said(words: Sequence[Word]) -> str:
    """Words as one text, without the line to write on."""
    return " ".join(FILL.sub(" ", " ".join(word.text for word in words)).split())


def around(words: Sequence[Word]) -> Box | None:
    """The box around *words*, all of one page; ``None`` without places."""
    boxes = [word.box for word in words if word.box and FILL.sub("", word.text)]
    first = next((box.page for box in boxes), 0)
    here = [box for box in boxes if box.page == first]
    if not here:
        return None
    return Box(
        first,
        min(box.left for box in here),
        min(box.top for box in here),
        max(box.right for box in here),
        max(box.bottom for box in here),
    )


def sure_of(words: Sequence[Word]) -> float:
    """The least sure of *words*: one misread digit makes a whole number wrong."""
    return min((word.sure for word in words), default=1.0)


def _row(found: Sequence[Cell], words: Sequence[Word], page: int) -> int:
    if not found:
        return 0
    last, box = found[-1], around(words)
    if box is None or last.box is None or last.page != page:
        return last.row + 1
    shared = min(box.bottom, last.box.bottom) - max(box.top, last.box.top)
    lower = min(box.bottom - box.top, last.box.bottom - last.box.top)
    return last.row if shared > SAME_ROW * lower else last.row + 1
