"""Prints a note as a PDF: the same note makes the same bytes."""

from collections.abc import Iterator

from fpdf import FPDF

from services.ehr.note_pdf import FOOTING, HEADING, ended, require_printable, shown
from services.ehr.notebook import NoteWrite

FONT, SIZE, LINE = "Helvetica", 11, 5.4  # points, and millimetres from line to line


def pdf(note: NoteWrite) -> bytes:
    """*note* as a PDF. Raises ``Refused`` (code 108) naming a section that cannot be printed."""
    require_printable(note)
    page = _Paper(note)
    # Its own date, never the clock's: a resend is the same file.
    page.set_creation_date(note.at)
    page.set_title("Progress note")
    page.set_margin(20)
    page.set_font(FONT, "", SIZE)
    page.add_page()
    for line in _head(note):
        page.words(line)
    for section in note.sections:
        page.ln(3)
        page.set_font(FONT, "B", SIZE)
        page.words(f"{HEADING}{section.title} ({section.code})")
        page.set_font(FONT, "", SIZE)
        page.words(section.text)
    return bytes(page.output())


class _Paper(FPDF):
    """Letter pages; each says at its foot whose note it is, since pages come apart."""

    def __init__(self, note: NoteWrite) -> None:
        super().__init__(format="letter")
        self.foot = f"{FOOTING}MRN {note.mrn}, visit {note.visit_at:%Y-%m-%d}"
        self.set_auto_page_break(auto=True, margin=20)

    def footer(self) -> None:
        """The foot of every page (called by fpdf2)."""
        self.set_y(-14)
        self.set_font(FONT, "", 8)
        self.words(f"{self.foot}, page {self.page_no()}")

    def words(self, text: str) -> None:
        """One paragraph, its lines broken where they must be."""
        printable = "".join(shown(sign) or "?" for sign in "\n".join(ended(text)))
        self.multi_cell(0, LINE, printable, new_x="LMARGIN", new_y="NEXT", align="L")


def _head(note: NoteWrite) -> Iterator[str]:
    yield "Progress note - draft for signature"
    yield f"Patient: {note.family}, {note.given}"
    yield f"Born: {note.birth_date}   MRN: {note.mrn}"
    yield f"Visit: {note.visit_at:%Y-%m-%d %H:%M}   Provider: {note.provider_given} {note.provider_family}"
