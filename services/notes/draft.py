"""A drafted note: sections of sentences, each with the sources it rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from services.notes.sections import SectionKey


@dataclass(frozen=True)
class Sentence:
    """One sentence of a draft; ``sources`` are citations such as ``T12`` or ``M2``."""

    text: str = field(repr=False)
    sources: tuple[str, ...] = ()

    @property
    def is_marked(self) -> bool:
        """Whether it rests on nothing, so that a person has to tick or remove it."""
        return not self.sources


@dataclass(frozen=True)
class Section:
    """One section and its sentences, in order. A section without sentences is left out."""

    key: SectionKey
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The section as it is sent: one sentence a line."""
        return "\n".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Draft:
    """What an engine suggests as the note, and which engine: ``local`` or a model.

    ``prompt_digest`` is empty for the local engine. ``note`` is a sentence for staff on how the
    draft came about, such as why another engine than the preferred one wrote it.
    """

    sections: tuple[Section, ...]
    engine: str
    model: str = ""
    prompt_digest: str = ""
    note: str = ""

    def section(self, key: SectionKey) -> Section:
        """The section called *key*, empty if the draft has none."""
        return next((s for s in self.sections if s.key is key), Section(key, ()))

    def sentences(self) -> Iterator[tuple[SectionKey, int, Sentence]]:
        """Every sentence with its section and its place there, counted from 0."""
        for section in self.sections:
            for place, sentence in enumerate(section.sentences):
                yield section.key, place, sentence

    @property
    def marked(self) -> tuple[Sentence, ...]:
        """The sentences that rest on nothing."""
        return tuple(s for _, _, s in self.sentences() if s.is_marked)

    def to_json(self) -> str:
        """The draft as text to be sealed; ``from_json`` reads it back unchanged."""
        return _DRAFT.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Draft":
        """A draft kept earlier. Raises ``ValueError`` if *text* is none."""
        return _DRAFT.validate_json(text)


def in_order(found: Iterable[tuple[SectionKey, Sentence]]) -> tuple[Section, ...]:
    """Sentences gathered into sections in the order of a note; the same words twice count once."""
    by_key: dict[SectionKey, dict[str, Sentence]] = {}
    for key, sentence in found:
        if sentence.text.strip():
            by_key.setdefault(key, {}).setdefault(sentence.text.casefold(), sentence)
    return tuple(Section(k, tuple(by_key[k].values())) for k in SectionKey if k in by_key)


_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)
