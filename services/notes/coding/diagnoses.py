"""ICD-10-CM codes for what the assessment names, each with its sentence; nothing uncertain is coded."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from services.codes.diagnoses import find_diagnosis
from services.notes.coding.gathering import addressed, said
from services.notes.draft import Section
from services.notes.sections import SectionKey
from services.notes.words.findings import mentions, system_of
from services.notes.words.sides import sides

# ICD-10-CM guidelines, section IV.H: an outpatient diagnosis that is uncertain is not coded; its symptoms are.
_UNCERTAIN = re.compile(
    r"\b(?:probabl[ey]|likely|suspect\w*|possibl[ey]|questionable|rule out|consistent with|compatible with|concern(?:ed|ing)? for|versus|vs|may (?:have|be)|might|could be|i think)\b", re.I
)  # fmt: skip


@dataclass(frozen=True)
class DiagnosisSuggestion:
    """A code with its point, the name as the note has it, and the sentence that supports it.

    ``note`` tells a biller what to look at: a side that is missing, a code that is newer than the list.
    """

    code: str
    name: str
    sentence: str = field(repr=False)
    note: str = ""


def diagnoses(note: Sequence[Section]) -> tuple[DiagnosisSuggestion, ...]:
    """Codes in the order the assessment names the problems; a code once."""
    found = {one.code: one for one in reversed(list(_diagnoses(note)))}
    return tuple(reversed(found.values()))


def _diagnoses(note: Sequence[Section]) -> Iterator[DiagnosisSuggestion]:
    judged = set(said(note, SectionKey.ASSESSMENT))
    uncertain = False
    for name, sentences in addressed(note).items():
        own = [
            text
            for text in sentences
            if text in judged and any(m.name == name for m in mentions(text))
        ]
        certain = [text for text in own if system_of(name) or not _is_uncertain(name, text)]
        if certain:
            yield from _coded(name, certain[0], " ".join(certain))
        uncertain = uncertain or bool(own and not certain)
    if uncertain:
        yield from _symptoms(note)


def _is_uncertain(name: str, text: str) -> bool:
    """Whether *text* doubts *name*: a word of doubt stands before it in the sentence."""
    at = next((m.start for m in mentions(text) if m.name == name), 0)
    return bool(_UNCERTAIN.search(text[:at]))


def _symptoms(note: Sequence[Section]) -> Iterator[DiagnosisSuggestion]:
    """What the patient came with, where the assessment says nothing certain of it."""
    for text in said(note, SectionKey.CHIEF_COMPLAINT):
        for found in mentions(text):
            if system_of(found.name) and not found.denied:
                yield from _coded(found.name, text, text)


def _coded(name: str, sentence: str, text: str) -> Iterator[DiagnosisSuggestion]:
    if sided := tables()["sided"].get(name):
        yield _sided(name, sentence, sided, {s.side for s in sides(text)})
        return
    code = tables()["plain"].get(name, "")
    if not code and (known := find_diagnosis(name)) and "icd-10" in known.system:
        code = known.code
    if code:
        newer = tables()["since_2021"].get(code)
        note = f"{code} was replaced after January 2021." if newer else ""
        yield DiagnosisSuggestion(newer or code, name, sentence, note)


def _sided(name: str, sentence: str, codes: Sequence[str], named: set[str]) -> DiagnosisSuggestion:
    if named in ({"right"}, {"left"}):
        return DiagnosisSuggestion(codes[1 if named == {"right"} else 2], name, sentence)
    return DiagnosisSuggestion(codes[0], name, sentence, "The assessment does not say which side.")


@cache
def tables() -> dict[str, Any]:
    """The tables of ``tables.toml``."""
    path = Path(__file__).with_name("tables.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
