"""A drafted note in the shape an engine has to give it, and as the draft it becomes."""

import re
from collections.abc import Iterator, Set
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.notes.draft import Draft, Section, Sentence, in_order
from services.notes.sections import SectionKey

LONGEST, MOST = 1_000, 300  # characters of one sentence; sentences of one section
# What stands for the patient's name in what leaves the building.
_NAMED = re.compile(r"(?:\[name or number\][\s.,]*)+", re.IGNORECASE)
_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)


class NoteSentence(BaseModel):
    """One sentence and the numbers of the lines it rests on."""

    model_config = _STRICT

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    sources: list[str]


class NoteSection(BaseModel):
    """One section and its sentences, in order."""

    model_config = _STRICT

    key: SectionKey
    sentences: Annotated[list[NoteSentence], Field(max_length=MOST)]


class NoteAnswer(BaseModel):
    """A whole note."""

    model_config = _STRICT

    sections: list[NoteSection]


def answer_of(draft: Draft) -> NoteAnswer:
    """A draft of our own in the shape of an answer."""
    return NoteAnswer(sections=[_section(section) for section in draft.sections])


def sentences_of(answer: NoteAnswer, known: Set[str]) -> tuple[Section, ...]:
    """The answer's sections; a citation of nothing *known* is dropped, so its sentence may be marked."""
    return in_order(_sentences(answer, known))


def _sentences(answer: NoteAnswer, known: Set[str]) -> Iterator[tuple[SectionKey, Sentence]]:
    for section in answer.sections:
        for one in section.sentences:
            cited = (source.strip("[] ") for source in one.sources)
            kept = tuple(dict.fromkeys(source for source in cited if source in known))
            yield section.key, Sentence(_in_words(one.text), kept)


def _in_words(text: str) -> str:
    named = _NAMED.sub("the patient ", " ".join(text.split())).strip()
    return f"{named[:1].upper()}{named[1:]}"


def _section(section: Section) -> NoteSection:
    said = [NoteSentence(text=s.text[:LONGEST], sources=list(s.sources)) for s in section.sentences]
    return NoteSection(key=section.key, sentences=said[:MOST])
