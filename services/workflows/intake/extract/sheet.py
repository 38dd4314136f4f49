"""Reading a form from top to bottom: under which heading a line stands, and which question it answers."""

from collections.abc import Sequence

from services.documents.pages import Word
from services.workflows.intake.extract import ticks
from services.workflows.intake.extract.asked import (
    LISTS,
    Open,
    continues_address,
    findings_of,
    run_together,
    sentence,
)
from services.workflows.intake.extract.cells import ASIDE, Cell, said
from services.workflows.intake.extract.dictionary import Meaning, heading_of
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.statements import (
    FOLLOW_UP,
    FOLLOWING,
    Statement,
    Understood,
    statements,
)

OPENING = (
    "emergency",
    "guardian",
    "pharmacy",
    "coverage",
    "coverage2",
    "subscriber",
    "responsible",
    "other",
)
UNCERTAIN = 0.7


class Sheet:
    """The state of reading: what was found, the heading of each column, the open question."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.found: list[Finding] = []
        self._cells = cells
        self._headings: list[tuple[float, str]] = [(0.0, "patient")]
        self._heading_row = -1
        self._opened = ""
        self._last = ""
        self._open: Open | None = None
        self._has_colons = sum(":" in cell.text for cell in cells) >= 3
        self._rows = {row: [c for c in cells if c.row == row] for row in {c.row for c in cells}}

    def context_at(self, cell: Cell) -> str:
        """The heading that *cell* stands under."""
        left = cell.box.left if cell.box else 0.0
        return [name for edge, name in self._headings if edge <= left + ASIDE][-1:][0]

    def under_heading(self, context: str, cell: Cell) -> None:
        """What follows stands under this heading; two on one row are two columns."""
        left = cell.box.left if cell.box else 0.0
        if cell.row != self._heading_row or cell.box is None:
            self._headings = [(0.0, context)]
        else:
            self._headings.append((left - ASIDE, context))
        self._heading_row, self._opened, self._last = cell.row, "", ""

    def read(self, cell: Cell) -> None:
        """Take in one line."""
        parts = statements(cell.words, self._understood(cell))
        if len(parts) == 1 and not parts[0].label:
            self._unasked(cell)
            return
        if (heading := self._as_heading(cell, parts)) is not None:
            self._enter(heading, cell)
            return
        for part in parts:
            self._take(part, cell)

    def close(self) -> None:
        """The open question gets no more answers."""
        if self._open:
            self.found += findings_of(self._open)
        self._open = None

    def _understood(self, cell: Cell) -> Understood:
        context = self.context_at(cell)
        return Understood([self._opened, context] if self._opened else [context])

    def _enter(self, heading: str, cell: Cell) -> None:
        self.close()
        self.under_heading(heading, cell)

    def _as_heading(self, cell: Cell, parts: Sequence[Statement]) -> str | None:
        """A heading with a colon, such as "Emergency contact:" with lines of its own below."""
        alone = len(parts) == 1 and not parts[0].words and len(self._rows[cell.row]) == 1
        heading = heading_of(cell.text.rstrip(":")) if alone else None
        if heading is None or heading in LISTS or not self._asks_below(cell):
            return None
        return heading

    def _asks_below(self, cell: Cell) -> bool:
        below = [c for c in self._cells if c.row > cell.row][:1]
        return any(":" in c.text for c in below)

    def _take(self, part: Statement, cell: Cell) -> None:
        if not part.label:
            self._answer_or_entry(list(part.words), cell)
            return
        meaning = part.meaning or self._follow_up(part)
        if meaning is None:
            self._unknown(part, cell)
            return
        self._ask(part, meaning, cell)

    def _ask(self, part: Statement, meaning: Meaning, cell: Cell) -> None:
        self.close()
        # Asked again: "Emergency contact: ... Phone: ..." on one line has just said whose phone.
        again = self._understood(cell).exactly(part.label)
        meaning = self._whose(Meaning(again.slot, meaning.sure) if again else meaning, part, cell)
        self._open = Open(part.label, meaning, cell, label_words=cell.words)
        if said(part.words):
            self._open.words.append(list(part.words))
        if part.run_together:
            self.found.append(run_together(self._open))
            self._open = None
        self._last = meaning.slot

    def _whose(self, meaning: Meaning, part: Statement, cell: Cell) -> Meaning:
        """The meaning with the contact or the insurance it follows taken into account."""
        context, section = meaning.context, self.context_at(cell)
        if context == self._opened and section == "patient" and meaning.slot.endswith(".other"):
            return self._patients_after_all(meaning, part.label, cell)
        if context in OPENING and context != section:
            self._opened = context
        elif context == "patient":
            self._opened = ""
        return meaning

    def _patients_after_all(self, meaning: Meaning, label: str, cell: Cell) -> Meaning:
        """An address behind an emergency contact may be the patient's, if there was none yet."""
        own = Understood([self.context_at(cell)]).exactly(label)
        asked = own.slot.partition(".")[2] if own else "other"
        if own is None or own.context != "patient" or asked in (*FOLLOWING, "other"):
            return meaning
        is_seen = any(found.slot == own.slot for found in self.found)
        return meaning if is_seen else Meaning(own.slot, own.sure * UNCERTAIN)

    def _follow_up(self, part: Statement) -> Meaning | None:
        """ "If yes, which?" behind "Do you have allergies?" asks for the allergies."""
        context, _, asked = self._last.partition(".")
        is_one = asked == "any" and FOLLOW_UP.match(part.label)
        return Meaning(f"{context}.list", 0.9) if is_one else None

    def _unknown(self, part: Statement, cell: Cell) -> None:
        context = self.context_at(cell)
        collecting = self._open is not None and self._open.is_list
        if (collecting or context in LISTS) and not part.label.endswith("?") and part.words:
            # "Mother: diabetes" among the family's illnesses is an entry, not a question.
            self._answer_or_entry(list(cell.words), cell)
            return
        self.close()
        self._last = ""

    def _unasked(self, cell: Cell) -> None:
        """A line without a question: an answer, a heading, a question without a colon, or an entry."""
        if self._open and self._answers(self._open, cell):
            self._open.words.append(list(cell.words))
            return
        heading = heading_of(cell.text)
        asked = self._understood(cell).exactly(cell.text) if self._may_ask(cell) else None
        if asked and not (heading and len(self._rows[cell.row]) == 1):
            self._ask(Statement(cell.text, asked, ()), asked, cell)
        elif heading and not ticks.has_boxes(cell.text):
            self._enter(heading, cell)
        else:
            self._answer_or_entry(list(cell.words), cell)

    def _may_ask(self, cell: Cell) -> bool:
        # Where questions have colons, a line without one is no question, save beside a box.
        return not self._has_colons and cell.box is not None

    def _answers(self, asked: Open, cell: Cell) -> bool:
        """Whether *cell* answers the question *asked*."""
        if heading_of(cell.text) and not cell.is_right_of(asked.cell):
            return False
        if asked.label[-1:] not in (":", "?") and self._understood(cell).exactly(cell.text):
            return False
        if ticks.begins_with_box(cell.text) or asked.is_list:
            return not self._has_own_heading(cell)
        if not asked.words:
            return cell.is_right_of(asked.cell) or self._is_first_under(asked, cell)
        return asked.meaning.slot.endswith(".address") and continues_address(asked, cell)

    def _is_first_under(self, asked: Open, cell: Cell) -> bool:
        if not cell.is_under(asked.cell):
            return False
        # Without colons the words may as well stand above their caption: then nobody can say.
        return ":" in asked.label or "?" in asked.label or not self._has_text_above(asked.cell)

    def _has_text_above(self, asked: Cell) -> bool:
        above = [c for c in self._rows.get(asked.row - 1, []) if c.box and asked.box]
        return any(
            asked.is_under(c) and not self._understood(c).exactly(c.text) and not heading_of(c.text)
            for c in above
        )

    def _has_own_heading(self, cell: Cell) -> bool:
        return bool(heading_of(cell.text)) and len(self._rows[cell.row]) == 1

    def _answer_or_entry(self, words: list[Word], cell: Cell) -> None:
        if self._open and (self._open.is_list or self._answers(self._open, cell)):
            self._open.words.append(words)
            return
        self.close()
        context = self.context_at(cell)
        if context in LISTS:
            meaning = Meaning(f"{context}.list", 0.95)
            self._open = Open("", meaning, cell, [words])
        elif context == "consent":
            self.found += sentence(words)
        elif context == "visit":
            self._open = Open("", Meaning("visit.reason", 0.9), cell, [words])
        elif (
            context not in ("patient", "other", "social")
            and len(words) <= 5
            and len(self._rows[cell.row]) == 1
        ):
            # Something that looks like a heading we do not know: what follows is somebody else's.
            self.under_heading("other", cell)
