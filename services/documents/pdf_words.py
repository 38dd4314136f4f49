"""The words of a PDF's text layer, put together from its letters."""

from collections.abc import Iterator
from ctypes import byref, c_int
from itertools import groupby
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.documents.lines import Placed
from services.documents.plain import plain

FINE = 100_000  # steps across a page, since PDFium's places on a screen are whole numbers
HYPHEN = 2  # PDFium's own mark for a hyphen at the end of a line


class _Letter(NamedTuple):
    text: str
    left: float
    bottom: float
    right: float
    top: float


def words_on(page: pdfium.PdfPage) -> list[Placed]:
    """Every printed word of *page*, in points from its top left corner as it is shown."""
    text = page.get_textpage()
    words = [list(letters) for blank, letters in groupby(_letters(text), _is_blank) if not blank]
    return [placed(page, "".join(c.text for c in word), *_around(word)) for word in words]


def placed(
    page: pdfium.PdfPage,
    text: str,
    left: float,
    bottom: float,
    right: float,
    top: float,
    field: int = 0,
) -> Placed:
    """*text* at a place in the page's own coordinates, moved to where a reader sees it."""
    (x0, y0), (x1, y1) = _shown(page, left, top), _shown(page, right, bottom)
    return Placed(text, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), field=field)


def _letters(text: pdfium.PdfTextPage) -> Iterator[_Letter]:
    rectangle = raw.FS_RECTF()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        raw.FPDFText_GetLooseCharBox(text, index, byref(rectangle))
        letter = "-" if code == HYPHEN else plain(chr(code))
        yield _Letter(letter, rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _is_blank(letter: _Letter) -> bool:
    return not letter.text.strip()


def _around(word: list[_Letter]) -> tuple[float, float, float, float]:
    return (
        min(letter.left for letter in word),
        min(letter.bottom for letter in word),
        max(letter.right for letter in word),
        max(letter.top for letter in word),
    )


def _shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    # Rotation and cropping are PDFium's to know.
    width, height = page.get_size()
    across, down = c_int(), c_int()
    raw.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x, y, byref(across), byref(down))
    return across.value / FINE * width, down.value / FINE * height
