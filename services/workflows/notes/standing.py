"""The note as it stands: sections of lines, what each rests on, and what a person decided about it."""

from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import TypeAdapter

from services.notes.draft import Draft
from services.notes.lines import Line, unsettled
from services.notes.sections import TITLES, SectionKey


@dataclass(frozen=True)
class NotePart:
    """One section of the note and its lines, in order."""

    key: SectionKey
    lines: tuple[Line, ...] = field(default=(), repr=False)

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
        return sum(1 for _ in unsettled(self.parts))

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
                    Line(one.text, one.sources, doubts.get((section.key, place), ()))
                    for place, one in enumerate(section.sentences)
                ),
            )
            for section in draft.sections
        )
    )


_NOTE: TypeAdapter[NoteText] = TypeAdapter(NoteText)
