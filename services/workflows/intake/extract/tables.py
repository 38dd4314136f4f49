"""Tables with a header row, such as medication, dose and frequency: one entry for each row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.workflows.intake.extract.cells import Cell, said, sure_of
from services.workflows.intake.extract.dictionary import exact_meaning, heading_of
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.splitting import is_reaction
from services.workflows.intake.fields import Source
from services.workflows.intake.normal import doses

KINDS = ("medications", "allergies", "family")
HEADS = {
    "medications": ("name", "medicine"), "allergies": ("substance",), "family": ("relation",),
}  # fmt: skip
TELLING = {
    "medications": ("dose", "frequency"),
    "allergies": ("reaction",),
    "family": ("condition",),
}
SURE = 0.95  # that a cell belongs to the column it stands under
SURE_WITHOUT_PLACES = 0.85


@dataclass(frozen=True)
class Table:
    """One table: the parts its columns hold, its cells below the header, and where it ends."""

    context: str
    head: Cell
    columns: tuple[tuple[str, Cell], ...]
    body: tuple[Cell, ...] = field(repr=False)
    end: int

    def findings(self, row_offset: int) -> Iterator[Finding]:
        """Its entries, part by part; rows count on from *row_offset*."""
        for number, row in enumerate(self._rows()):
            for part, cell in row:
                yield Finding(
                    f"{self.context}.{part}",
                    said(cell.words),
                    Source(label=self._label(part), box=cell.box),
                    sure_of(cell.words) * (SURE if cell.box else SURE_WITHOUT_PLACES),
                    row=1000 + row_offset + number,  # apart from the rows of answers
                )

    def _rows(self) -> list[list[tuple[str, Cell]]]:
        rows: list[list[tuple[str, Cell]]] = []
        previous = -1
        for cell in self.body:
            part = self._column(cell)
            is_new = cell.row != previous if cell.box else part in HEADS[self.context]
            if is_new or not rows:
                rows.append([])
            rows[-1].append((part, cell))
            previous = cell.row
        return rows

    def _column(self, cell: Cell) -> str:
        if cell.box is None:
            return self._by_content(cell)
        return max(self.columns, key=lambda column: _shared(cell, column[1]))[0]

    def _by_content(self, cell: Cell) -> str:
        """Which column it must be from, in a file that does not say where a cell stands."""
        parts = [part for part, _ in self.columns]
        if "dose" in parts and doses.dose(cell.text).value:
            return "dose"
        if "frequency" in parts and doses.frequency(cell.text).value:
            return "frequency"
        if "reaction" in parts and is_reaction(cell.text):
            return "reaction"
        return parts[0]

    def _label(self, part: str) -> str:
        return next(cell.text for name, cell in self.columns if name == part)


def table_at(cells: Sequence[Cell], place: int, context: str) -> Table | None:
    """The table whose header row begins at *place*, or ``None``."""
    width = _header_width(cells, place)
    for kind in (context, *KINDS) if width > 1 else ():
        if columns := _columns(cells[place : place + width], kind):
            end = _end(cells, place + width)
            return Table(kind, cells[place], columns, tuple(cells[place + width : end]), end)
    return None


def _header_width(cells: Sequence[Cell], place: int) -> int:
    """How many cells from *place* on could be a header: one row, or the names in a row of lines."""
    head = cells[place]
    width = 0
    for cell in cells[place : place + 6]:
        same = cell.row == head.row if head.box else True
        if not same or not _is_column(cell):
            break
        width += 1
    return width


def _is_column(cell: Cell) -> bool:
    return not cell.text.endswith((":", "?")) and any(
        exact_meaning(cell.text, kind) for kind in KINDS
    )


def _columns(header: Sequence[Cell], kind: str) -> tuple[tuple[str, Cell], ...]:
    """The part each column holds; nothing if this is no header of a *kind* table."""
    if kind not in KINDS:
        return ()
    found = [(exact_meaning(cell.text, kind), cell) for cell in header]
    parts = [(m.slot.partition(".")[2], cell) for m, cell in found if m and m.context == kind]
    names = {part for part, _ in parts}
    known = {*HEADS[kind], *TELLING[kind], "criticality"}
    whole = len(parts) == len(header) and len(names) == len(parts) and names <= known
    return tuple(parts) if whole and names & {*HEADS[kind]} and names & {*TELLING[kind]} else ()


def _end(cells: Sequence[Cell], place: int) -> int:
    """Where the table ends: at a question, a heading, or the end."""
    while place < len(cells):
        text = cells[place].text
        if text.endswith((":", "?")) or ": " in text or heading_of(text):
            break
        place += 1
    return place


def _shared(cell: Cell, column: Cell) -> float:
    """How much of *cell* stands under *column*; less than nothing where they stand apart."""
    if cell.box is None or column.box is None:
        return 0.0
    left, right = max(cell.box.left, column.box.left), min(cell.box.right, column.box.right)
    return right - left
