"""Signed sections as sentences: what a summary may rest on, one thing at a time."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from services.notes.draft import Section, Sentence
from services.notes.sections import SectionKey
from services.notes.summary.writing import SignedNote

# What a summary tells is minimum necessary; how templates call those sections where LOINC does not.
_CALLED = {
    "chief_complaint": SectionKey.CHIEF_COMPLAINT,
    "assessment": SectionKey.ASSESSMENT,
    "plan": SectionKey.PLAN,
    "patient_instructions": SectionKey.INSTRUCTIONS,
    "reason_for_visit": SectionKey.CHIEF_COMPLAINT,
    "impression": SectionKey.ASSESSMENT,
    "assessment_and_plan": SectionKey.PLAN,
    "assessment_&_plan": SectionKey.PLAN,
    "assessment/plan": SectionKey.PLAN,
    "treatment_plan": SectionKey.PLAN,
    "instructions": SectionKey.INSTRUCTIONS,
}
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_ENDED = re.compile(r"[.!?:;](?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)[\"')\]]*$")
_PAGE_WIDTH = 75  # characters; what is longer and ends nowhere was broken by the page's edge
# A stop ends a sentence where a capital or a number follows, but not after "Dr." or "b.i.d.".
_STOP = re.compile(
    r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bvs\.)(?<!\bNo\.)\s+(?=[A-Z0-9])"
)


def signed_note(sections: Iterable[tuple[str, str]], signed_at: datetime) -> SignedNote:
    """A note from its signed *sections*, key and text, as far as a summary may tell them."""
    found = (
        Section(_CALLED[key], tuple(map(Sentence, sentences_in(text))))
        for key, text in sections
        if key in _CALLED
    )
    return SignedNote(tuple(section for section in found if section.sentences), signed_at)


def sentences_in(text: str) -> Iterator[str]:
    """The sentences of *text* in order; a line ends one unless it goes on, and bullets are taken off."""
    for line in _whole_lines(text):
        for piece in _STOP.split(_BULLET.sub("", line)):
            if said := " ".join(piece.split()):
                yield said


def _whole_lines(text: str) -> Iterator[str]:
    """The lines of *text*, those that a page broke in two joined again: half of one may mislead."""
    begun = ""
    for line in map(str.strip, text.splitlines()):
        if begun and line and _goes_on(begun, line):
            begun = f"{begun} {line}"
        else:
            yield begun
            begun = line
    yield begun


def _goes_on(begun: str, line: str) -> bool:
    if _ENDED.search(begun) or _BULLET.match(line):
        return False
    return line[0].islower() or len(begun) >= _PAGE_WIDTH
