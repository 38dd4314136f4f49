"""The note as it stands: sections of lines, what each rests on, and what a person decided about it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from pydantic import TypeAdapter

from services.errors import Invalid
from services.notes.draft import Draft
from services.notes.sections import TITLES, SectionKey


@dataclass(frozen=True)
class NoteLine:
    """One sentence. ``doubts`` are the checker's, in words; a person's own sentence has none.

    ``sources`` are citations such as ``T12``. ``is_ticked`` says that a person read it and stands
    for it, ``is_own`` that a person wrote it.
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


@dataclass(frozen=True)
class NotePart:
    """One section of the note and its lines, in order."""

    key: SectionKey
    lines: tuple[NoteLine, ...] = field(default=(), repr=False)

    @property
    def title(self) -> str:
        """The section's name for staff."""
        return TITLES[self.key]

    @property
    def text(self) -> str:
        """The section as it is sent: one sentence a line."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class NoteText:
    """The whole note as it stands."""

    parts: tuple[NotePart, ...]

    def part(self, key: SectionKey) -> NotePart:
        """The section called *key*, empty where the note has none."""
        return next((part for part in self.parts if part.key is key), NotePart(key))

    @property
    def digest(self) -> str:
        """Which words these are: what the person read must be what leaves."""
        said = "\x1e".join(f"{part.key}\x1f{part.text}" for part in self.parts)
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def unsettled(self) -> int:
        """How many sentences a person must still decide about."""
        return sum(1 for _ in unsettled_lines(self))

    def with_part(self, part: NotePart) -> "NoteText":
        """The note with *part* in its place; a section without lines is left out."""
        others = {one.key: one for one in self.parts} | {part.key: part}
        return NoteText(
            tuple(others[key] for key in SectionKey if key in others and others[key].lines)
        )

    def to_json(self) -> str:
        """The note as text to be sealed; ``read`` gives it back unchanged."""
        return _NOTE.dump_json(self).decode()


def read(text: str) -> NoteText:
    """A note kept earlier. Raises ``ValueError`` if *text* is none."""
    return _NOTE.validate_json(text)


def of_draft(draft: Draft, doubts: dict[tuple[SectionKey, int], tuple[str, ...]]) -> NoteText:
    """An engine's draft as a note; *doubts* are the checker's, by section and place there."""
    return NoteText(
        tuple(
            NotePart(
                section.key,
                tuple(
                    NoteLine(one.text, one.sources, doubts.get((section.key, place), ()))
                    for place, one in enumerate(section.sentences)
                ),
            )
            for section in draft.sections
        )
    )


def rewritten(part: NotePart, text: str) -> NotePart:
    """*part* after a person wrote *text*: a sentence a line, theirs where it is another."""
    known = {line.text: line for line in part.lines}
    lines = (line.strip() for line in text.splitlines())
    return replace(
        part, lines=tuple(known.get(line, NoteLine(line, is_own=True)) for line in lines if line)
    )


def ticked(part: NotePart, place: int, seen: str) -> NotePart:
    """*part* with one sentence ticked. Raises ``Invalid`` where it is not the one that was *seen*."""
    line = _line(part, place, seen)
    return replace(part, lines=_put(part.lines, place, [replace(line, is_ticked=True)]))


def without(part: NotePart, place: int, seen: str) -> NotePart:
    """*part* without one sentence. Raises ``Invalid`` where it is not the one that was *seen*."""
    _line(part, place, seen)
    return replace(part, lines=_put(part.lines, place, []))


def unsettled_lines(note: NoteText) -> Iterator[tuple[NotePart, int, NoteLine]]:
    """Every sentence that waits for a person, with its section and its place there."""
    for part in note.parts:
        for place, line in enumerate(part.lines):
            if line.is_unsettled:
                yield part, place, line


def _line(part: NotePart, place: int, seen: str) -> NoteLine:
    if not 0 <= place < len(part.lines) or part.lines[place].text != seen:
        raise Invalid("This sentence is not in the note any more. Please look again.")
    return part.lines[place]


def _put(lines: Sequence[NoteLine], place: int, new: Iterable[NoteLine]) -> tuple[NoteLine, ...]:
    return (*lines[:place], *new, *lines[place + 1 :])


_NOTE: TypeAdapter[NoteText] = TypeAdapter(NoteText)
