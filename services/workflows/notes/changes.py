"""What people changed in a note, word by word: since its first draft, and at each edit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from services.notes.draft import Draft
from services.notes.sections import TITLES, SectionKey
from services.wording import WORDS, Piece, difference
from services.workflows.notes.reading import OpenNote
from services.workflows.notes.standing import NoteText

Texts = Mapping[SectionKey, str]


@dataclass(frozen=True)
class SectionChange:
    """One section that is not as it was, and what became of each word."""

    title: str
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True)
class Edit:
    """One step of a note: by whom, empty for an engine, when, and the sections it changed."""

    by: str
    at: datetime
    sections: tuple[SectionChange, ...]


def since_first_draft(note: OpenNote) -> tuple[SectionChange, ...]:
    """The first draft against the note as it stands; empty where they are the same."""
    return _between(_drafted(note.first), _standing(note.text))


def edits(note: OpenNote) -> tuple[Edit, ...]:
    """Every edit in order: who, when, and what changed; a tick changes no word and is none."""
    steps = (
        Edit(after.by, after.at, _between(_standing(before.text), _standing(after.text)))
        for before, after in pairwise(note.wordings)
    )
    return tuple(step for step in steps if step.sections)


def _drafted(first: Draft | None) -> Texts:
    return {section.key: section.text for section in first.sections} if first else {}


def _standing(text: NoteText) -> Texts:
    return {part.key: part.text for part in text.parts}


def _between(before: Texts, after: Texts) -> tuple[SectionChange, ...]:
    return tuple(
        SectionChange(
            TITLES[key], tuple(difference(before.get(key, ""), after.get(key, ""), WORDS))
        )
        for key in SectionKey
        if before.get(key, "") != after.get(key, "")
    )
