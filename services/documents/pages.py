"""A document as we hold it after reading: pages of words, each with its place."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a file turned out to be, by its bytes and not by its name."""

    PDF = "pdf"
    IMAGE = "image"
    DOCX = "docx"
    CCDA = "ccda"


@dataclass(frozen=True)
class Box:
    """A place on a page: ``page`` counts from 1, the edges are fractions of its width and height."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Word:
    """One word and where it stands; ``sure`` is the reader's own confidence, from 0 to 1."""

    text: str = field(repr=False)
    box: Box | None = None
    sure: float = 1.0


@dataclass(frozen=True)
class Line:
    """Words that stand together on one line, or one cell of a table."""

    words: tuple[Word, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """The line as a person reads it."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Page:
    """One page: its lines from top to bottom, and its size in points (1/72 inch)."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...] = field(repr=False)


@dataclass(frozen=True)
class Document:
    """What could be read of one file. ``engine`` says how: text layer, OCR with its version, DOCX.

    ``xml`` is the C-CDA's text when the file is one: it has no pages. ``flags`` names what staff
    should know, such as ``macros-ignored``.
    """

    kind: Kind
    digest: str
    engine: str
    pages: tuple[Page, ...] = field(default=(), repr=False)
    xml: str = field(default="", repr=False)
    flags: tuple[str, ...] = ()
