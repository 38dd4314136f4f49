"""Procedures that a note says were done here, with the sentence; what is only planned is none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.codes.billing import drug_description
from services.notes.coding.diagnoses import tables
from services.notes.coding.gathering import said
from services.notes.draft import Section
from services.notes.sections import SectionKey

_DONE = re.compile(
    r"\b(?:(?:was|were) (?:done|performed|given|obtained|recorded|administered|injected|drawn|collected)|performed|administered|done (?:here|today|in (?:the )?office)"
    r"|in (?:the )?office today|today in (?:the )?office|we did|they did an?|received)\b", re.I
)  # fmt: skip
_NOT_YET = re.compile(
    r"\b(?:order\w*|schedul\w*|will|going to|plan\w*|recommend\w*|consider\w*|refer\w*|last (?:month|year|week)|ago|outside|emergency|if)\b",
    re.I,
)
_HCPCS = re.compile(r"\bJ\d{4}\b")


@dataclass(frozen=True)
class ProcedureSuggestion:
    """A code, what it is in our words, the sentence that supports it, and what to look at."""

    code: str
    words: str
    sentence: str = field(repr=False)
    check: str


def procedures(note: Sequence[Section]) -> tuple[ProcedureSuggestion, ...]:
    """Each procedure once, in the order of our table, then drugs whose J code the note names."""
    return (*_done(note), *_drugs(note))


def _done(note: Sequence[Section]) -> Iterator[ProcedureSuggestion]:
    performed = [
        text for text in said(note, *SectionKey) if _DONE.search(text) and not _NOT_YET.search(text)
    ]
    for row in tables()["procedure"]:
        pattern = re.compile(row["said"], re.I)
        shown = next((text for text in performed if pattern.search(text)), "")
        if shown:
            yield ProcedureSuggestion(row["code"], row["words"], shown, row["check"])


def _drugs(note: Sequence[Section]) -> Iterator[ProcedureSuggestion]:
    named = {code: text for text in said(note, *SectionKey) for code in _HCPCS.findall(text)}
    for code, text in named.items():
        if words := drug_description(code):
            yield ProcedureSuggestion(
                code, words, text, "Units by the amount given; the NDC goes with it."
            )
