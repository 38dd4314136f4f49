"""Rows of captions, such as "First name | Last name", with the answers on the row below."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.workflows.intake.extract.cells import Cell, said, sure_of
from services.workflows.intake.extract.dictionary import Meaning, exact_meaning, heading_of
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Source

SURE = 0.95  # that an answer belongs to the caption it stands under
EITHER = "It cannot be told whether the answer stands above or below its caption."


@dataclass(frozen=True)
class Captions:
    """One row of captions, the answers below it, and where reading goes on."""

    asked: tuple[tuple[Meaning, Cell], ...]
    answers: tuple[Cell, ...] = field(repr=False)
    is_ambiguous: bool
    end: int

    def findings(self) -> list[Finding]:
        """One finding for each caption; blank where nothing stands below it."""
        return [self._finding(meaning, caption) for meaning, caption in self.asked]

    def _finding(self, meaning: Meaning, caption: Cell) -> Finding:
        own = [cell for cell in self.answers if _nearest(cell, self.asked) is caption]
        words = [word for cell in own for word in cell.words]
        box = own[0].box if own else caption.box
        return Finding(
            meaning.slot,
            said(words),
            Source(label=caption.text, box=box),
            meaning.sure * SURE * sure_of(words),
            fault=EITHER if self.is_ambiguous else "",
        )


def captions_at(
    cells: Sequence[Cell], place: int, context: str, answered: set[int]
) -> Captions | None:
    """The row of captions that begins at *place*; rows *answered* already are nobody's else."""
    row = _row(cells, place)
    found = [(exact_meaning(cell.text, context), cell) for cell in row]
    asked = tuple((meaning, cell) for meaning, cell in found if meaning)
    if len(row) < 2 or len(asked) < len(row) or not row[0].box or _begins_later(cells, place):
        return None
    below = _row(cells, place + len(row))
    answers = below if below and _are_answers(below, row, context) else []
    above = [] if row[0].row - 1 in answered else _above(cells, row)
    ambiguous = any(_is_answer(cell, context) and row[0].is_under(cell) for cell in above)
    used = [] if ambiguous else answers
    return Captions(asked, tuple(used), ambiguous, place + len(row) + len(used))


def _row(cells: Sequence[Cell], place: int) -> list[Cell]:
    row = cells[place].row if place < len(cells) else -1
    return [cell for cell in cells[place : place + 12] if cell.row == row]


def _begins_later(cells: Sequence[Cell], place: int) -> bool:
    return place > 0 and cells[place - 1].row == cells[place].row


def _above(cells: Sequence[Cell], row: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.row == row[0].row - 1]


def _are_answers(below: Sequence[Cell], row: Sequence[Cell], context: str) -> bool:
    near = any(cell.is_under(caption) for cell in below for caption in row)
    return near and all(_is_answer(cell, context) for cell in below)


def _is_answer(cell: Cell, context: str) -> bool:
    is_question = cell.text.endswith((":", "?")) or ": " in cell.text
    return not (is_question or exact_meaning(cell.text, context) or heading_of(cell.text))


def _nearest(cell: Cell, asked: Sequence[tuple[Meaning, Cell]]) -> Cell:
    """The caption that *cell* stands under: the last one that begins left of it."""
    left = cell.box.left if cell.box else 0.0
    before = [caption for _, caption in asked if caption.box and caption.box.left <= left + 0.02]
    return before[-1] if before else asked[0][1]
