"""Made-up forms on made-up paper: lines of text where a test puts them."""

from datetime import date

from services.documents.pages import Box, Document, Kind, Line, Page, Word
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Field

TODAY = date(2026, 3, 2)
LETTER, HEIGHT = 0.012, 0.015  # of the page's width and height

Placed = tuple[float, float, str]


def typed(*lines: Placed, sure: float = 1.0) -> Document:
    """A page whose lines begin at (left, top), both as parts of a hundred."""
    page = Page(
        1, 612, 792, tuple(_line(left / 100, top / 100, text, sure) for left, top, text in lines)
    )
    return Document(Kind.PDF, "synthetic", "text layer", (page,))


def column(*texts: str, sure: float = 1.0) -> Document:
    """A page of lines below each other; an empty text leaves a line free."""
    return typed(*((5.0, 5.0 + 3 * n, text) for n, text in enumerate(texts) if text), sure=sure)


def without_places(*texts: str) -> Document:
    """A Word file: lines, and nothing of where they stand."""
    lines = tuple(Line(tuple(Word(word) for word in text.split())) for text in texts)
    return Document(Kind.DOCX, "synthetic", "DOCX", (Page(1, 612, 792, lines),))


def read(document: Document) -> dict[str, Field]:
    """The fields of a form by their paths."""
    return {field.path: field for field in extract(document, TODAY)}


def values(document: Document) -> dict[str, str | None]:
    """The values of a form by their paths."""
    return {path: field.value for path, field in read(document).items()}


def only(found: dict[str, str | None], group: str) -> dict[str, str | None]:
    """Those of one group."""
    return {path: value for path, value in found.items() if path.startswith(group)}


def _line(left: float, top: float, text: str, sure: float) -> Line:
    placed = []
    for word in text.split():
        right = left + LETTER * len(word)
        placed.append(Word(word, Box(1, left, top, right, top + HEIGHT), sure))
        left = right + LETTER
    return Line(tuple(placed))
