"""PDF: the words of its text layer where they stand; a page that is only a picture goes to OCR."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.documents import limits
from services.documents.lines import Placed, lines_of
from services.documents.pages import Document, Kind, Line, Page
from services.documents.pdf_fields import fields_on
from services.documents.pdf_looks import bounded, seen_on
from services.documents.pdf_words import words_on
from services.documents.refusals import Refusal, Unread

TEXT_LAYER = "text layer"
DPI = 250
FEW_WORDS = 30  # a fax's heading or a scanner's stamp over the picture of a page
COVERED = 0.5  # of the page, by pictures
HIDDEN = "hidden-text-ignored"


class _Typed(NamedTuple):
    """What one page says without looking at its pictures."""

    words: list[Placed]
    is_scan: bool
    has_hidden: bool


def read(data: bytes) -> Document:
    """The pages of a PDF. Raises ``Unread``."""
    with _opened(data) as pdf:
        typed = [_typed(pdf[index]) for index in range(len(pdf))]
        scans = sum(page.is_scan for page in typed)
        if scans > limits.SCANNED_PAGES:
            raise Unread(Refusal.TOO_MANY_SCANS)
        pages = tuple(_page(pdf[index], index + 1, typed[index]) for index in range(len(pdf)))
        flags = (HIDDEN,) if any(page.has_hidden for page in typed) else ()
        return Document(Kind.PDF, "", _engine(scans, len(pdf)), pages, flags=flags)


def render(data: bytes, page: int, width: int) -> bytes:
    """Page *page*, from 1, as a PNG. Raises ``Unread``."""
    from services.documents.images import as_png

    with _opened(data) as pdf:
        if not 1 <= page <= len(pdf):
            raise Unread(Refusal.NO_SUCH_PAGE)
        wanted = pdf[page - 1]
        bitmap = wanted.render(scale=bounded(wanted, width / wanted.get_width()))
        return as_png(bitmap.to_pil())


@contextmanager
def _opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        pdf = pdfium.PdfDocument(data)
        if pdf.get_formtype() == raw.FORMTYPE_XFA_FULL:
            raise Unread(Refusal.XFA)
        if len(pdf) > limits.PAGES:
            raise Unread(Refusal.TOO_MANY_PAGES)
        pdf.init_forms()
        yield pdf
    except pdfium.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Unread(Refusal.ENCRYPTED if locked else Refusal.DAMAGED) from None


def _typed(page: pdfium.PdfPage) -> _Typed:
    printed = words_on(page)
    seen = seen_on(page, printed) if printed else []
    words = seen + fields_on(page, named=not seen)
    return _Typed(words, _is_scan(page, len(words)), len(seen) < len(printed))


def _is_scan(page: pdfium.PdfPage, words: int) -> bool:
    if words >= FEW_WORDS:
        return False
    return _covered(page) > COVERED if words else any(True for _ in page.get_objects())


def _covered(page: pdfium.PdfPage) -> float:
    width, height = page.get_size()
    bounds = [image.get_bounds() for image in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE])]
    area = sum((right - left) * (top - bottom) for left, bottom, right, top in bounds)
    return float(area / (width * height))


def _page(page: pdfium.PdfPage, number: int, typed: _Typed) -> Page:
    width, height = page.get_size()
    if typed.is_scan:
        return Page(number, width, height, _scanned(page, number))
    return Page(number, width, height, lines_of(typed.words, number, width, height))


def _scanned(page: pdfium.PdfPage, number: int) -> tuple[Line, ...]:
    from services.documents.ocr import lines_in

    picture = page.render(scale=bounded(page, DPI / 72), grayscale=True).to_pil()
    return lines_in(picture, number, *page.get_size())


def _engine(scans: int, pages: int) -> str:
    if not scans:
        return TEXT_LAYER
    from services.documents.ocr import engine

    return engine() if scans == pages else f"{TEXT_LAYER}, {engine()}"
