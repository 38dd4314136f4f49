"""The summary of a signed note by rules: its own sentences to the patient, hard words explained."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from services.errors import Invalid
from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.summary.reading_level import Readability, readability
from services.notes.values import EncounterFacts, Material, Role, Transcript, Turn

Language = Literal["en", "es"]
S = SectionKey
_CALLS = re.compile(
    r"\b(?:call|contact|notify|emergency|911|if (?:you|it|the|your)\b.*\b(?:worse\w*|fever|bleed\w*|short\w* of breath))",
    re.I,
)
_VERBS = {
    "has": "have",
    "is": "are",
    "does": "do",
    "was": "were",
    "continues": "continue",
    "needs": "need",
    "takes": "take",
    "reports": "report",
    "denies": "do not have",
}
_SUBJECT = re.compile(rf"\bthe patient (?P<verb>{'|'.join(_VERBS)})\b", re.I)
_PARTS: tuple[tuple[str, tuple[SectionKey, ...]], ...] = (
    ("reason", (S.CHIEF_COMPLAINT,)),
    ("found", (S.ASSESSMENT,)),
    ("plan", (S.PLAN,)),
    ("instructions", (S.INSTRUCTIONS,)),
    ("call", (S.INSTRUCTIONS,)),
)


@dataclass(frozen=True)
class SignedNote:
    """A note as it was signed, at ``signed_at`` (UTC); ``None`` for one that is not."""

    sections: tuple[Section, ...] = field(repr=False)
    signed_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """One titled part; each sentence cites the signed sentences it was made of (``T3``)."""

    name: str
    title: str
    sentences: tuple[Sentence, ...] = field(repr=False)


@dataclass(frozen=True)
class Summary:
    """What the patient gets after the clinician's click. ``is_harder`` than the grade that was asked for."""

    parts: tuple[Part, ...]
    opening: str
    closing: tuple[str, ...]
    level: Readability
    is_harder: bool

    @property
    def text(self) -> str:
        """All of it, as it is sent."""
        said = (f"{p.title}\n" + "\n".join(f"- {s.text}" for s in p.sentences) for p in self.parts)
        return "\n\n".join((self.opening, *said, "\n".join(self.closing)))

    def as_draft(self) -> Draft:
        """The sentences in the shape the checker compares with ``material_of`` the note.

        Without the glossary's words: they explain a term and say nothing of the patient.
        """
        keys = {name: sections[0] for name, sections in _PARTS}
        return Draft(
            tuple(Section(keys[p.name], tuple(map(unexplained, p.sentences))) for p in self.parts),
            "local",
        )


def summarise(note: SignedNote, language: Language = "en", grade: float = 8.0) -> Summary:
    """The summary of *note*, aimed at school *grade*. Raises ``Invalid`` for a note nobody signed.

    Nothing is added but titles, fixed phrases and the plain words of the glossary, all in
    *language*; the clinician's own sentences stay in English, and a Spanish summary says so.
    """
    if note.signed_at is None:
        raise Invalid("Only a signed note can be summarised. Please sign it in eCW first.")
    said = tables()["phrases"][language]
    parts = tuple(_parts(note, language))
    spoken = "\n".join(s.text for part in parts for s in part.sentences)
    level = readability(spoken)
    closing = tuple(filter(None, (said["emergency"], said["questions"], said["language"])))
    return Summary(parts, said["opening"], closing, level, level.grade > grade)


def material_of(note: SignedNote) -> Material:
    """The signed sentences as the only sources there are, each a turn of the clinician's."""
    turns = tuple(
        Turn(n, Role.CLINICIAN, s.text) for n, (_, s) in enumerate(_sentences(note), start=1)
    )
    return Material(EncounterFacts("signed"), Transcript(turns))


def _parts(note: SignedNote, language: Language) -> Iterator[Part]:
    explained: set[str] = set()
    for name, keys in _PARTS:
        found = [
            Sentence(_plain(s.text, language, explained), (f"T{n}",))
            for n, (key, s) in enumerate(_sentences(note), start=1)
            if key in keys and _belongs(name, s.text)
        ]
        if found:
            yield Part(name, tables()["titles"][language][name], tuple(found))


def _belongs(name: str, text: str) -> bool:
    if name not in ("call", "instructions"):
        return True
    return bool(_CALLS.search(text)) is (name == "call")


def _sentences(note: SignedNote) -> Sequence[tuple[SectionKey, Sentence]]:
    return [(section.key, s) for section in note.sections for s in section.sentences]


def _plain(text: str, language: Language, explained: set[str]) -> str:
    """One sentence to the patient, long words shortened, each hard word explained the first time."""
    text = _SUBJECT.sub(lambda m: f"you {_VERBS[m['verb'].lower()]}", text)
    text = re.sub(r"\bthe patient's\b", "your", text, flags=re.I)
    text = re.sub(r"\bthe patient\b", "you", text, flags=re.I)
    for long, short in tables()["shorter"].items():
        text = re.sub(rf"\b{long}\b", short, text, flags=re.I)
    text = _explained(text, language, explained)
    return f"{text[:1].upper()}{text[1:]}"


def _explained(text: str, language: Language, explained: set[str]) -> str:
    glossary = tables()["glossary"][language]
    terms = "|".join(re.escape(term) for term in sorted(glossary, key=len, reverse=True))

    def told(found: re.Match[str]) -> str:
        words = glossary[found.group().lower()]
        if words in explained or words.lower() in text.lower():
            return found.group()
        explained.add(words)
        return f"{found.group()} ({words})"

    return re.sub(rf"\b(?:{terms})\b", told, text, flags=re.I)


def unexplained(sentence: Sentence) -> Sentence:
    """*sentence* without the glossary's words, which the checker need not find in a source."""
    words = (word for language in ("en", "es") for word in tables()["glossary"][language].values())
    pattern = "|".join(re.escape(f" ({word})") for word in words)
    return Sentence(re.sub(pattern, "", sentence.text), sentence.sources)


@cache
def tables() -> dict[str, Any]:
    """Titles, phrases and glossary of ``words.toml``."""
    path = Path(__file__).with_name("words.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
