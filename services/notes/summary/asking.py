"""A summary from whichever engine answers: the same question, the same shape, the same checker after it."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter

from services.ai import Assistant, Facts, Prompt
from services.notes import local
from services.notes.check import check
from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.summary.answer import SummaryAnswer, SummarySentence
from services.notes.summary.writing import (
    Language,
    SignedNote,
    material_of,
    summarise,
    unexplained,
)
from services.notes.values import Material

PROMPT = replace(Prompt.beside(__file__), room=3_000)
NAMES: Mapping[Language, str] = {"en": "English", "es": "Spanish"}
SECTIONS: Mapping[str, SectionKey] = {
    "reason": SectionKey.CHIEF_COMPLAINT,
    "found": SectionKey.ASSESSMENT,
    "plan": SectionKey.PLAN,
    "instructions": SectionKey.INSTRUCTIONS,
    "call": SectionKey.INSTRUCTIONS,
}
"""The parts of a summary in their order, and as which section of a note each is checked."""
BY_RULES = "Written by rules: the signed sentences themselves, with hard words explained."
TRANSLATED = "This is a translation, and the checker reads English only. Compare it yourself."
_LINE = re.compile(r"^\[T(\d+)\] (\w+): (.*)$")
_NAMED = re.compile(r"\[name or number\]", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """One sentence to the patient, the signed sentences it tells, and the checker's doubts."""

    text: str = field(repr=False)
    sources: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Written:
    """What an engine wrote, part by part, already checked; ``note`` tells staff how it came about."""

    parts: tuple[tuple[str, tuple[Told, ...]], ...]
    engine: str
    model: str
    prompt_digest: str
    note: str

    def to_json(self) -> str:
        """As text to be sealed; ``from_json`` reads it back unchanged."""
        return _WRITTEN.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Written":
        """What was kept earlier. Raises ``ValueError`` if *text* is none."""
        return _WRITTEN.validate_json(text)


def written(
    assistant: Assistant, note: SignedNote, language: Language, grade: float,
    identifiers: Sequence[str] = (), prompt: Prompt = PROMPT,
) -> Written:  # fmt: skip
    """The summary of a signed *note* by *assistant*, each sentence compared with those it tells.

    Names and numbers of the patient do not leave the building. Raises ``Unsure`` and
    ``Unreachable`` as the assistant does.
    """
    answer = assistant.ask(prompt, facts_of(note, language, grade, identifiers), SummaryAnswer)
    is_ours, material = answer.engine == local.ENGINE, material_of(note)
    translated = language != "en" and not is_ours
    return Written(
        parts=tuple(
            (name, _checked(name, told, material, translated))
            for name, told in _parts(answer.value, material.sources().keys())
        ),
        engine=answer.engine,
        model=local.VERSION if is_ours else answer.model,
        prompt_digest="" if is_ours else answer.prompt_digest,
        note=" ".join(filter(None, (answer.note, BY_RULES if is_ours else ""))),
    )


def facts_of(
    note: SignedNote, language: Language, grade: float, identifiers: Sequence[str] = ()
) -> Facts:
    """The signed sentences as numbered lines, and how they are to be told."""
    said = [(section.key, s.text) for section in note.sections for s in section.sentences]
    lines = (f"[T{n}] {key}: {' '.join(text.split())}" for n, (key, text) in enumerate(said, 1))
    return Facts(
        text="\n".join(lines),
        values={"language": NAMES[language], "grade": f"{grade:g}"},
        identifiers=tuple(identifiers),
    )


def summarise_locally(facts: Facts) -> SummaryAnswer:
    """The local engine's answer to the question a model is asked."""
    sections = (
        Section(SectionKey(found[2]), (Sentence(found[3]),))
        for found in map(_LINE.match, facts.text.splitlines())
        if found
    )
    # It was signed, or nobody would have asked; the moment says nothing to the rules.
    note = SignedNote(tuple(sections), datetime.fromtimestamp(0, UTC))
    language: Language = "es" if facts.values.get("language") == NAMES["es"] else "en"
    found = summarise(note, language, float(facts.values.get("grade", "8")))
    return SummaryAnswer.model_validate(
        {"parts": [_part(part.name, part.sentences) for part in found.parts]}
    )


def _part(name: str, sentences: Sequence[Sentence]) -> dict[str, object]:
    # Whole or not at all: half a sentence may say the opposite, so none is cut.
    said = [{"text": s.text, "sources": list(s.sources)} for s in sentences]
    return {"name": name, "sentences": said}


def _parts(answer: SummaryAnswer, known: Set[str]) -> Iterator[tuple[str, tuple[Told, ...]]]:
    """In the order of a summary, a part named twice joined; citations of nothing *known* dropped."""
    for name in SECTIONS:
        said = (one for part in answer.parts if part.name == name for one in part.sentences)
        if told := tuple(_told(one, known) for one in said):
            yield name, told


def _told(one: SummarySentence, known: Set[str]) -> Told:
    cited = (source.strip("[] ") for source in one.sources)
    text = _NAMED.sub("you", " ".join(one.text.split()))
    return Told(text, tuple(dict.fromkeys(source for source in cited if source in known)))


def _checked(
    name: str, told: Sequence[Told], material: Material, translated: bool
) -> tuple[Told, ...]:
    """*told* with what the checker doubts; a translation is doubted whole, since it cannot read it."""
    said = tuple(unexplained(Sentence(one.text, one.sources)) for one in told)
    checked = check(Draft((Section(SECTIONS[name], said),), ""), material)
    why = (TRANSLATED,) if translated else ()
    return tuple(
        replace(one, doubts=(*(f.why for f in checked.of(SECTIONS[name], place)), *why))
        for place, one in enumerate(told)
    )


_WRITTEN: TypeAdapter[Written] = TypeAdapter(Written)
