"""What a form's questions mean: labels, linkIds and LOINC codes looked up as slots such as ``patient.dob``."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

FILE = Path(__file__).with_name("labels.toml")
ALIKE = 91  # rapidfuzz ratio; one letter of eleven misread by OCR still passes
SHORTEST_ALIKE = 6  # letters; shorter labels must be exact
LONGEST = 160  # characters; beyond them nothing is a label, and looking would take long
EXACT, LIKELY, LOOSE = 1.0, 0.93, 0.86


@dataclass(frozen=True)
class Meaning:
    """What a question asks for, and how sure that is, from 0 to 1."""

    slot: str
    sure: float

    @property
    def context(self) -> str:
        """The part of the form it belongs to."""
        return self.slot.partition(".")[0]


@dataclass(frozen=True)
class _Book:
    contexts: dict[str, str]
    parts: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    loinc: dict[str, str]
    allowed: dict[str, tuple[str, ...]]
    neutral: frozenset[str]


def meaning_of(label: str, context: str = "patient") -> Meaning | None:
    """What *label* asks for under a heading of *context*; ``None`` for words we do not know."""
    words = plain(label[:LONGEST])
    exact = _exact(words, context)
    if exact:
        return Meaning(exact, EXACT)
    return _alike(words, context)


def exact_meaning(label: str, context: str = "patient") -> Meaning | None:
    """As ``meaning_of``, but to the letter."""
    found = _exact(plain(label[:LONGEST]), context)
    return Meaning(found, EXACT) if found else None


def heading_of(text: str) -> str | None:
    """The context that *text* opens as a heading, or ``None``."""
    words = plain(text[:LONGEST])
    found = _book().contexts.get(words)
    if found or len(words) < SHORTEST_ALIKE + 4:
        return found
    near = process.extractOne(words, list(_book().contexts), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return _book().contexts[near[0]] if near else None


def meaning_of_code(codes: Sequence[str]) -> Meaning | None:
    """What a question with these ``system|code`` pairs asks for, by LOINC."""
    for code in codes:
        system, _, own = code.rpartition("|")
        if "loinc" in system and (slot := _book().loinc.get(own)):
            return Meaning(slot, LIKELY)
    return None


def meaning_of_link_id(link_id: str, trail: Sequence[str] = ()) -> Meaning | None:
    """What an item's linkId asks for, read as words; its groups say whose."""
    if loinc := _loinc_in(link_id):
        return Meaning(loinc, LIKELY)
    around = context_of(trail)
    numbered = re.findall(
        r"[a-z]+|\d", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", link_id[:LONGEST]).casefold()
    )
    for words in (numbered, words_of(link_id)):  # "address line 2" needs its digit
        for start in range(len(words)):
            if slot := _from(words[:start], words[start:], around, is_neutral(trail)):
                return Meaning(_second(slot, link_id, trail), EXACT)
    return None


def _from(
    before: Sequence[str], rest: Sequence[str], around: str | None, is_plain: bool
) -> str | None:
    """The slot of the words *rest*, if *before* tells whose they are and nothing else."""
    span = _context_span(before)
    whose = _book().contexts[plain(span)] if span else around
    found = _exact(plain(" ".join(rest)), whose or "patient")
    if found and found.endswith(".other") and whose is None:
        return None  # a word of ours by chance, such as "item": the codes or the label may know
    left = set(before) - set(span.split()) - _book().neutral
    return found if (whose or is_plain) and not {word for word in left if word.isalpha()} else None


def context_of(names: Iterable[str]) -> str | None:
    """The part of the form that the innermost of *names* tells of; ``None`` if none does."""
    for name in reversed([*names]):
        if span := _context_span(words_of(name)):
            return _book().contexts[plain(span)]
    return None


def _context_span(words: Sequence[str]) -> str:
    """The longest run of *words* that names a part of the form; empty if none does."""
    spans = {
        " ".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
    }
    known = [span for span in spans if plain(span) in _book().contexts]
    return max(known, key=len, default="")


def is_neutral(names: Iterable[str]) -> bool:
    """Whether linkIds hold no word that could tell of somebody else than the patient."""
    words = {word for name in names for word in words_of(name) if len(word) > 2 and word.isalpha()}
    return words <= _book().neutral


def words_of(name: str) -> list[str]:
    """A linkId as words: ``policyHolder.firstName`` is policy, holder, first, name."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:LONGEST])
    return re.findall(r"[a-z]+", parted.casefold())


def plain(label: str) -> str:
    """A label without case, punctuation, bracketed remarks, small words and endings."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", label.casefold().replace("\u2019", "'"))
    text = re.sub(r"'s?\b", "s", text) if "'" in text else text
    words = re.findall(r"[^\W_]+", text.replace("#", " number "))
    kept = [word for word in words if word not in _small()] or words
    return " ".join(kept)


def _exact(words: str, context: str) -> str | None:
    book = _book()
    if not words:
        return None
    in_context = _part(words, context)
    if in_context and context not in ("patient", ""):
        return in_context
    if found := book.labels.get(words):
        return found
    return _with_prefix(words) or in_context


def _part(words: str, context: str) -> str | None:
    """The part of *context* that these words name; one it lacks is known and left out."""
    parts = _book().parts.get(words, ())
    allowed = _book().allowed.get(context, ())
    for part in parts:
        if part in allowed:
            return f"{context}.{part}"
    return f"{context}.other" if parts and context else None


def _with_prefix(words: str) -> str | None:
    """``emergency contact`` + ``phone``: the longest context phrase the words begin with."""
    pieces = words.split()
    for cut in range(len(pieces) - 1, 0, -1):
        context = _book().contexts.get(" ".join(pieces[:cut]))
        if context and (slot := _part(" ".join(pieces[cut:]), context)):
            return slot
    return None


def _alike(words: str, context: str) -> Meaning | None:
    if len(words) < SHORTEST_ALIKE:
        return None
    known = {**{label: label for label in _book().labels}, **{p: p for p in _book().parts}}
    near = process.extractOne(words, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    slot = _exact(near[0], context) if near else None
    return Meaning(slot, LOOSE) if slot and near else None


def _loinc_in(link_id: str) -> str | None:
    last = re.findall(r"(?<![\w-])\d{3,5}-\d(?![\w-])", link_id)
    return _book().loinc.get(last[-1]) if last and link_id.endswith(last[-1]) else None


def _second(slot: str, link_id: str, trail: Sequence[str]) -> str:
    """The slot of the second insurance where the linkId or its group says so."""
    names = " ".join((*trail, link_id)).casefold()
    is_second = re.search(r"(?<!\d)2\b|secondary|second\b|insurance_?2|coverage_?2", names)
    context, _, part = slot.partition(".")
    return f"{context}2.{part}" if is_second and context in ("coverage", "subscriber") else slot


@cache
def _book() -> _Book:
    data = _file()
    parts: dict[str, tuple[str, ...]] = {}
    for part, labels in data["parts"].items():
        for label in labels:
            parts[plain(label)] = (*parts.get(plain(label), ()), part)
    return _Book(
        contexts=_turned(data["contexts"]),
        parts=parts,
        labels=_turned(data["labels"]),
        loinc=data["loinc"],
        allowed={name: tuple(found) for name, found in data["allowed"].items()},
        neutral=frozenset(data["neutral"]),
    )


def _turned(table: dict[str, list[str]]) -> dict[str, str]:
    return {plain(label): name for name, labels in table.items() for label in labels}


@cache
def _small() -> frozenset[str]:
    return frozenset(_file()["small"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
