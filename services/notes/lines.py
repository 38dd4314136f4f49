"""A text that an engine drafts and a person decides about, sentence by sentence: notes and summaries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, TypeVar

from services.errors import Invalid


@dataclass(frozen=True)
class Line:
    """One sentence. ``doubts`` are the checker's, in words; a person's own sentence has none.

    ``sources`` are what it rests on, such as ``T12``. ``is_ticked`` says that a person read it and
    stands for it, ``is_own`` that a person wrote it.
    """

    text: str = field(repr=False)
    sources: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=(), repr=False)
    is_ticked: bool = False
    is_own: bool = False

    @property
    def is_unsettled(self) -> bool:
        """Whether a person must still tick it, change it or take it out."""
        return (not self.sources or bool(self.doubts)) and not (self.is_ticked or self.is_own)


class HasLines(Protocol):
    """A section of a note or a part of a summary: a dataclass with ``lines``, in order."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its sentences."""


Part = TypeVar("Part", bound=HasLines)


def rewritten(part: Part, text: str) -> Part:
    """*part* after a person wrote *text*: a sentence a line, theirs where it is another."""
    known = {line.text: line for line in part.lines}
    lines = (line.strip() for line in text.splitlines())
    return replace(
        part, lines=tuple(known.get(line, Line(line, is_own=True)) for line in lines if line)
    )


def ticked(part: Part, place: int, seen: str) -> Part:
    """*part* with one sentence ticked. Raises ``Invalid`` where it is not the one that was *seen*."""
    return _with(part, place, [replace(_seen(part, place, seen), is_ticked=True)])


def without(part: Part, place: int, seen: str) -> Part:
    """*part* without one sentence. Raises ``Invalid`` where it is not the one that was *seen*."""
    _seen(part, place, seen)
    return _with(part, place, [])


def unsettled(parts: Iterable[Part]) -> Iterator[tuple[Part, int, Line]]:
    """Every sentence that waits for a person, with its part and its place there."""
    for part in parts:
        for place, line in enumerate(part.lines):
            if line.is_unsettled:
                yield part, place, line


def _seen(part: Part, place: int, seen: str) -> Line:
    if not 0 <= place < len(part.lines) or part.lines[place].text != seen:
        raise Invalid("This sentence is not there any more. Please look again.")
    return part.lines[place]


def _with(part: Part, place: int, new: Iterable[Line]) -> Part:
    return replace(part, lines=(*part.lines[:place], *new, *part.lines[place + 1 :]))
