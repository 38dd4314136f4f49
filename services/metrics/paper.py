"""Letter pages for numbers: what they are of at the head of each, and which of how many at its foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from services.ehr.note_pdf import shown

FONT, SIZE, LINE = "Helvetica", 8, 4.2  # points, and millimetres from line to line
MARGIN = 12
GREY, RED, ORANGE = (95, 107, 112), (176, 32, 32), (168, 88, 16)
UNKNOWN = "?"  # for a sign that the PDF's own font (cp1252) has not
Cell = tuple[str, tuple[int, int, int] | None]


@dataclass(frozen=True)
class Head:
    """What stands on every page. ``at`` is when it was made: the same head makes the same bytes."""

    title: str
    about: str
    as_of: str
    simulated: bool
    at: datetime


class Paper(FPDF):
    """The pages. Signs that the font has not are printed as ``?`` and remembered in ``unknown``."""

    def __init__(self, head: Head) -> None:
        super().__init__(format="letter")
        self.head, self.unknown = head, False
        self.set_creation_date(head.at)
        self.set_title("Metrics")
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + 6)
        self.add_page()

    def header(self) -> None:
        """The head of every page (called by fpdf2)."""
        self.words(self.head.title, style="B", size=11)
        self.words(self.head.about, colour=GREY)
        if self.head.simulated:
            self.words("Simulated practice: no number here is of real patients.", style="B",
                       colour=ORANGE)  # fmt: skip
        self.ln(2)

    def footer(self) -> None:
        """The foot of every page (called by fpdf2)."""
        self.set_y(-MARGIN - 2)
        told = f"{self.head.as_of} Page {self.page_no()} of {{nb}}"
        self.words(told, size=7, colour=GREY)

    def words(
        self, text: str, *, style: str = "", size: float = SIZE,
        colour: tuple[int, int, int] = (0, 0, 0),
    ) -> None:  # fmt: skip
        """One paragraph, its lines broken where they must be."""
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)
        high = LINE * size / SIZE
        self.multi_cell(0, high, self.plain(text), new_x="LMARGIN", new_y="NEXT", align="L")
        self.set_text_color(0, 0, 0)

    def heading(self, text: str, room: float = 30) -> None:
        """A heading that does not stand alone at the end of a page."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(2)
        self.words(text, style="B", size=10)

    def rows(
        self, heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]]
    ) -> None:
        """A table; its heads stand again on each page that it goes on to."""
        self.set_font(FONT, "", SIZE)
        self.set_draw_color(200, 206, 208)
        self.set_line_width(0.15)
        bold = FontFace(emphasis="BOLD", fill_color=(236, 240, 241))
        with self.table(
            col_widths=widths, line_height=LINE, text_align="LEFT", headings_style=bold,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, padding=0.6,
        ) as table:  # fmt: skip
            table.row([self.plain(head) for head in heads])
            for cells in rows:
                row = table.row()
                for text, colour in cells:
                    row.cell(self.plain(text), style=FontFace(color=colour) if colour else None)

    def plain(self, text: str) -> str:
        """*text* as the font knows it."""
        signs = [shown(sign) for sign in text]
        self.unknown = self.unknown or not all(signs)
        return "".join(sign or UNKNOWN for sign in signs)
