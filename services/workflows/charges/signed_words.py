"""The signed note as sentences: which section each stands in, where, and what the note says of time."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from services.ehr.notebook import NoteSection, SignedNote
from services.notes.draft import Section, Sentence
from services.notes.sections import SectionKey
from services.workflows.charges.coding import Support

# Ends of sentences, but not after a title or an initial ("Dr. ", "J. ").
_END = re.compile(r"(?<=[.!?])(?<!\bDr\.)(?<!\b[A-Z]\.)\s+(?=[A-Z0-9])")
# Time counts when the note states it for the visit or the day (rules for office visits since 2021).
_TIME = re.compile(
    r"\b(?:total (?:visit )?time|time spent|spent (?:a total of )?|total of)\D{0,40}?(\d{1,3}) ?min", re.I
)  # fmt: skip
_OTHER_TIME = re.compile(r"\b(?:exercis|walk|minutes ago|run(?:s|ning)?\b|waited|asleep)", re.I)


@dataclass(frozen=True)
class Signed:
    """What was signed: our sections in the note's order, and those of a key we do not know."""

    sections: tuple[Section, ...] = field(repr=False)
    titles: tuple[str, ...]
    unread: tuple[str, ...]

    def support(self, text: str) -> Support:
        """Where the sentence *text* stands."""
        for section, title in zip(self.sections, self.titles, strict=True):
            for place, sentence in enumerate(section.sentences, start=1):
                if sentence.text == text:
                    return Support(title, place, text)
        return Support("", 0, text)


def read_signed(note: SignedNote) -> Signed:
    """The signed note, sentence by sentence."""
    known = [s for s in note.sections if s.key in set(SectionKey)]
    return Signed(
        sections=tuple(Section(SectionKey(s.key), tuple(_sentences(s.text))) for s in known),
        titles=tuple(s.title for s in known),
        unread=tuple(s.title for s in note.sections if s not in known and s.text.strip()),
    )


def minutes_in(signed: Signed) -> tuple[int, str] | None:
    """The minutes that the note states for the visit, with the sentence; ``None`` without."""
    for section in signed.sections:
        for sentence in section.sentences:
            found = _TIME.search(sentence.text)
            if found and not _OTHER_TIME.search(sentence.text):
                return int(found[1]), sentence.text
    return None


def words_of(sections: Sequence[NoteSection]) -> str:
    """The signed words as text to be sealed, for whoever opens the whole note."""
    return json.dumps([(section.title, section.text) for section in sections])


def digest_of(note: SignedNote) -> str:
    """Which words were signed, wherever the signature's moment is."""
    said = json.dumps([(s.code, s.text) for s in sorted(note.sections, key=lambda s: s.code)])
    return sha256(said.encode()).hexdigest()[:16]


def _sentences(text: str) -> Iterator[Sentence]:
    for line in text.splitlines():
        for sentence in _END.split(line.strip()):
            if sentence:
                yield Sentence(sentence)
