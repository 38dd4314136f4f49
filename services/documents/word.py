"""Word files (DOCX): their paragraphs and table cells as lines; macros and links stay untouched."""

from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from services.documents.archive import opened
from services.documents.pages import Document, Kind, Line, Page, Word
from services.documents.plain import plain
from services.documents.refusals import Refusal, Unread
from services.documents.strict_xml import encoded, root_of, text_of

ENGINE = "DOCX"
MACROS_IGNORED = "macros-ignored"
WIDTH, HEIGHT = 612.0, 792.0  # a DOCX has no pages until it is printed
BODY = "word/document.xml"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read(data: bytes) -> Document:
    """The lines of a Word file on one page without boxes. Raises ``Unread``.

    Only the parts that hold text are unpacked. Relationships are never followed, so what the
    file links to, on the network or on this machine, is not fetched.
    """
    with opened(data) as archive:
        names = set(archive.namelist())
        if not {BODY, "[Content_Types].xml"} <= names:
            raise Unread(Refusal.NO_DOCUMENT)
        lines = tuple(line for part in _parts(names) for line in _lines(archive, part))
    flags = (MACROS_IGNORED,) if any(map(_is_macro, names)) else ()
    return Document(Kind.DOCX, "", ENGINE, (Page(1, WIDTH, HEIGHT, lines),), flags=flags)


def _is_macro(name: str) -> bool:
    return name.lower().endswith(("vbaproject.bin", "vbadata.xml"))


def _parts(names: set[str]) -> list[str]:
    # Forms often ask for the name in the heading of the page.
    headers = sorted(n for n in names if n.startswith("word/header") and n.endswith(".xml"))
    footers = sorted(n for n in names if n.startswith("word/footer") and n.endswith(".xml"))
    return [*headers, BODY, *footers]


def _lines(archive: ZipFile, part: str) -> Iterator[Line]:
    text = text_of(archive.read(part))
    root_of(text)
    for paragraph in parse_xml(encoded(text)).iter(qn("w:p")):
        yield from _cells(paragraph)


def _cells(paragraph: Any) -> Iterator[Line]:
    # A tab stands between label and value, or between two questions.
    if _in_fallback(paragraph):
        return
    text = "".join(_run(run) for run in paragraph.iter(qn("w:r")) if _owner(run) is paragraph)
    for cell in text.replace("\t", "\n").split("\n"):
        if words := plain(cell).split():
            yield Line(tuple(map(Word, words)))


def _in_fallback(paragraph: Any) -> bool:
    # A text box is written twice, the second time for older programs.
    return next(paragraph.iterancestors(FALLBACK), None) is not None


def _owner(run: Any) -> Any:
    return next(run.iterancestors(qn("w:p")))


def _run(run: Any) -> str:
    symbols = (chr(int(s.get(qn("w:char")), 16)) for s in run.iter(qn("w:sym")))
    return str(run.text) + "".join(symbols)
