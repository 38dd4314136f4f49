"""A letter on paper: PDF and Word with the practice's letterhead. The same letter, the same bytes.

The PDF's own fonts know the Latin alphabet of Western Europe (cp1252); ``unprintable`` says
beforehand what they do not know.
"""

import io
import unicodedata
from datetime import UTC, datetime, time

from docx import Document
from docx.shared import Pt
from fpdf import FPDF

from services.workflows.denials.letters.letter import Letter

FONT, SIZE, LINE = "Helvetica", 11, 5.6  # points, and millimetres from line to line
LOOKALIKES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
                            "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u00a0": " ",
                            "\u0141": "L", "\u0142": "l", "\u0110": "D", "\u0111": "d",
                            "\u0131": "i", "\u0152": "OE", "\u0153": "oe"})  # fmt: skip


def pdf(letter: Letter) -> bytes:
    """*letter* as a PDF."""
    page = FPDF(format="letter")
    # Its own date, never the clock's: whoever opens it sees the bytes that leave.
    page.set_creation_date(datetime.combine(letter.on, time(12), UTC))
    page.set_title("Letter of appeal")
    page.set_margin(25)
    page.add_page()
    _head(page, letter)
    for sentence in letter.sentences:
        _text(page, sentence.text)
        page.ln(2.5)
    _foot(page, letter)
    return bytes(page.output())


def docx(letter: Letter) -> bytes:
    """*letter* as a Word document, to be worked on elsewhere."""
    document, head = Document(), letter.head
    document.styles["Normal"].font.size = Pt(SIZE)
    document.add_heading(head.practice, level=1)
    for line in (*head.address, head.phone):
        if line:
            document.add_paragraph(line)
    document.add_paragraph(f"{letter.on:%B} {letter.on.day}, {letter.on.year}")
    document.add_paragraph(head.to)
    for label, value in head.about:
        document.add_paragraph(f"{label}: {value}")
    for sentence in letter.sentences:
        document.add_paragraph(sentence.text)
    document.add_paragraph(f"Sincerely,\n{head.signed}")
    if letter.enclosures:
        document.add_paragraph("Enclosures:")
    for line in letter.enclosures:
        document.add_paragraph(line, style="List Bullet")
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def unprintable(text: str) -> str:
    """The first character of *text* that the PDF cannot show; empty where it can show all."""
    return next((c for c in text if c != "\n" and not _plain(c)), "")


def _head(page: FPDF, letter: Letter) -> None:
    head = letter.head
    page.set_font(FONT, "B", 14)
    _text(page, head.practice)
    page.set_font(FONT, "", SIZE)
    for line in (*head.address, head.phone):
        if line:
            _text(page, line)
    page.ln(6)
    _text(page, f"{letter.on:%B} {letter.on.day}, {letter.on.year}")
    page.ln(4)
    _text(page, head.to)
    page.ln(4)
    for label, value in head.about:
        _text(page, f"{label}: {value}")
    page.ln(5)


def _foot(page: FPDF, letter: Letter) -> None:
    page.ln(4)
    _text(page, "Sincerely,")
    page.ln(8)
    _text(page, letter.head.signed)
    if letter.enclosures:
        page.ln(5)
        _text(page, "Enclosures:")
    for line in letter.enclosures:
        _text(page, f"- {line}")


def _text(page: FPDF, text: str) -> None:
    shown = "".join(_plain(c) or "?" for c in text)
    page.multi_cell(0, LINE, shown, new_x="LMARGIN", new_y="NEXT", align="L")


def _plain(character: str) -> str:
    """A character as the font knows it, at worst without its accent; empty where it has none."""
    c = character.translate(LOOKALIKES)
    if all(" " <= one <= "~" or "\u00a1" <= one <= "\u00ff" for one in c):
        return c
    base = unicodedata.normalize("NFKD", c)[:1]
    return base if " " <= base <= "~" else ""
