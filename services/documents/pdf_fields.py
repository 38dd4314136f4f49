"""What was typed and ticked in a PDF's own form fields, which its text layer does not hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_ushort, cast, create_string_buffer
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.documents.lines import Placed
from services.documents.pdf_words import placed
from services.documents.plain import plain

TICKED = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
WRITTEN = (
    raw.FPDF_FORMFIELD_TEXTFIELD,
    raw.FPDF_FORMFIELD_COMBOBOX,
    raw.FPDF_FORMFIELD_LISTBOX,
)
UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
LETTER = 0.5  # of a line's height, about a letter's width in a form's usual font
TALLEST_LINE = 14.0  # points


def fields_on(page: pdfium.PdfPage, *, named: bool) -> list[Placed]:
    """The values of the form fields on *page*; empty and hidden fields have none.

    A tick stands as ☒ or ☐ among the printed words. With *named*, for pages that print no labels
    of their own, each value follows its field's name and a colon.
    """
    if page.formenv is None:
        return []
    return [
        word
        for index in range(raw.FPDFPage_GetAnnotCount(page))
        for word in _field(page, index, named)
    ]


def _field(page: pdfium.PdfPage, index: int, named: bool) -> list[Placed]:
    with _annotation(page, index) as annotation:
        form = page.formenv
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind not in TICKED + WRITTEN or raw.FPDFAnnot_GetFlags(annotation) & UNSEEN:
            return []
        value = _tick(form, annotation) if kind in TICKED else _value(form, annotation)
        name = f"{_name(form, annotation)}: " if named and value else ""
        return _laid_out(page, annotation, name + value, 0 if kind in TICKED else index + 1)


@contextmanager
def _annotation(page: pdfium.PdfPage, index: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _tick(form: Any, annotation: Any) -> str:
    return "☒" if raw.FPDFAnnot_IsChecked(form, annotation) else "☐"


def _value(form: Any, annotation: Any) -> str:
    return _text(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _name(form: Any, annotation: Any) -> str:
    # The alternate name is the one a reader sees as a hint; the other is the maker's.
    shown = _text(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    return shown or _text(raw.FPDFAnnot_GetFormFieldName, form, annotation)


def _text(ask: Callable[..., int], form: Any, annotation: Any) -> str:
    size = ask(form, annotation, None, 0)
    buffer = create_string_buffer(size)
    ask(form, annotation, cast(buffer, POINTER(c_ushort)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _laid_out(page: pdfium.PdfPage, annotation: Any, text: str, field: int) -> list[Placed]:
    # Where the letters stand inside the field is not told: spread them as a viewer would.
    area = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, byref(area))
    lines = text.splitlines()
    height = min((area.top - area.bottom) / max(len(lines), 1), TALLEST_LINE)
    return [
        word
        for row, line in enumerate(lines)
        for word in _row(page, plain(line), area, area.top - row * height, height, field)
    ]


def _row(
    page: pdfium.PdfPage, line: str, area: Any, top: float, height: float, field: int
) -> Iterator[Placed]:
    step = min((area.right - area.left) / max(len(line), 1), LETTER * height)
    start = 0
    for word in line.split():
        start = line.index(word, start)
        left, right = area.left + start * step, area.left + (start + len(word)) * step
        yield placed(page, word, left, top - height, right, top, field)
        start += len(word)
