"""The shipped conversations with their notes, read into what a draft is made from."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.notes.sections import SectionKey
from services.notes.transcripts import read_transcript
from services.notes.values import EncounterFacts, Material

FOLDER = Path(__file__).with_name("note_samples")
_HEADER = re.compile(r"[A-Z][A-Z /,&()-]+:?$")
HEADERS: Mapping[str, tuple[SectionKey, ...]] = {
    "CHIEF COMPLAINT": (SectionKey.CHIEF_COMPLAINT,), "CC": (SectionKey.CHIEF_COMPLAINT,),
    "HISTORY OF PRESENT ILLNESS": (SectionKey.HPI,), "HPI": (SectionKey.HPI,),
    "MEDICAL HISTORY": (SectionKey.MEDICAL_HISTORY,), "PAST MEDICAL HISTORY": (SectionKey.MEDICAL_HISTORY,),
    "PAST HISTORY": (SectionKey.MEDICAL_HISTORY, SectionKey.SURGICAL_HISTORY),
    "SURGICAL HISTORY": (SectionKey.SURGICAL_HISTORY,), "PAST SURGICAL HISTORY": (SectionKey.SURGICAL_HISTORY,),
    "FAMILY HISTORY": (SectionKey.FAMILY_HISTORY,), "SOCIAL HISTORY": (SectionKey.SOCIAL_HISTORY,),
    "MEDICATIONS": (SectionKey.MEDICATIONS,), "CURRENT MEDICATIONS": (SectionKey.MEDICATIONS,),
    "ALLERGIES": (SectionKey.ALLERGIES,), "REVIEW OF SYSTEMS": (SectionKey.ROS,),
    "VITALS": (SectionKey.VITALS,), "VITALS REVIEWED": (SectionKey.VITALS,),
    "PHYSICAL EXAM": (SectionKey.EXAM,), "PHYSICAL EXAMINATION": (SectionKey.EXAM,), "EXAM": (SectionKey.EXAM,),
    "RESULTS": (SectionKey.RESULTS,), "ASSESSMENT": (SectionKey.ASSESSMENT,), "IMPRESSION": (SectionKey.ASSESSMENT,),
    "PLAN": (SectionKey.PLAN,), "ASSESSMENT AND PLAN": (SectionKey.ASSESSMENT, SectionKey.PLAN),
    "INSTRUCTIONS": (SectionKey.INSTRUCTIONS,),
}  # fmt: skip
"""Which of our sections a heading of a reference note stands for."""


SNIPPETS: Mapping[str, tuple[SectionKey, ...]] = {
    "CC": (SectionKey.CHIEF_COMPLAINT, SectionKey.HPI), "GENHX": (SectionKey.HPI,), "ROS": (SectionKey.ROS, SectionKey.HPI),
    "PASTMEDICALHX": (SectionKey.MEDICAL_HISTORY, SectionKey.HPI),
    "PASTSURGICAL": (SectionKey.SURGICAL_HISTORY,),
    "FAM/SOCHX": (SectionKey.FAMILY_HISTORY, SectionKey.SOCIAL_HISTORY), "ALLERGY": (SectionKey.ALLERGIES,),
    "MEDICATIONS": (SectionKey.MEDICATIONS,), "EXAM": (SectionKey.EXAM, SectionKey.VITALS),
    "ASSESSMENT": (SectionKey.ASSESSMENT, SectionKey.PLAN), "PLAN": (SectionKey.PLAN, SectionKey.INSTRUCTIONS),
}  # fmt: skip
"""In which of our sections the text of an MTS-Dialog section may stand."""


@dataclass(frozen=True)
class Sample:
    """One visit: what a draft may rest on, and the note that a person wrote of it."""

    id: str
    kind: str
    material: Material = field(repr=False)
    note: str = field(repr=False)

    def sections(self) -> Sequence[tuple[tuple[SectionKey, ...], str]]:
        """The note's own sections: which of ours each stands for, and its text."""
        return list(_sections(self.note))


def aci(split: str) -> list[Sample]:
    """ACI-Bench ``valid`` or ``train``. The facts hold sex, age and names alone, as its metadata does."""
    return [_sample(row) for row in rows(f"aci_{split}")]


@dataclass(frozen=True)
class Snippet:
    """A short dialogue and the one section that a person wrote of it."""

    id: str
    keys: tuple[SectionKey, ...]
    material: Material = field(repr=False)
    text: str = field(repr=False)


def mts() -> Iterator[Snippet]:
    """MTS-Dialog's validation set, those whose section has a place among ours."""
    for row in rows("mts_valid"):
        if keys := SNIPPETS.get(row["section"]):
            facts = EncounterFacts(f"Encounter/{row['id']}")
            material = Material(facts, read_transcript(row["dialogue"]))
            yield Snippet(row["id"], keys, material, row["text"])


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of one packed file. Raises ``OSError`` if it is not there."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sample(row: Mapping[str, str]) -> Sample:
    names = tuple(name for name in (row["given"], row["family"]) if len(name) > 1)
    facts = EncounterFacts(f"Encounter/{row['id']}", "", row["sex"], _age(row["age"]), (), names)
    material = Material(facts, read_transcript(row["dialogue"]))
    return Sample(row["id"], row["set"], material, row["note"])


def _age(age: str) -> str:
    years = age.removesuffix(".0")
    return f"{years}-year-old" if years.isdigit() else years


def _sections(note: str) -> Iterator[tuple[tuple[SectionKey, ...], str]]:
    keys: tuple[SectionKey, ...] = ()
    text: list[str] = []
    for line in note.splitlines():
        heading = line.strip().rstrip(":")
        if _HEADER.match(line.strip()) and heading in HEADERS:
            if keys and "".join(text).strip():
                yield keys, "\n".join(text).strip()
            keys, text = HEADERS[heading], []
        else:
            text.append(line)
    if keys and "".join(text).strip():
        yield keys, "\n".join(text).strip()
