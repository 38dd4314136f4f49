"""Free lists taken apart: "Penicillin - hives; latex" is two allergies, one of them with a reaction."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from services.workflows.intake.normal import doses
from services.workflows.intake.normal.text import folded

FILE = Path(__file__).with_name("entries.toml")
BULLETS = " \t-\u2022*\u00b7\u25aa\u25e6\u2013\u2014.,;"
LONGEST_NAME = 6  # words; beyond them it is a sentence and no entry of a list
_DASH = re.compile(r"\s+[-\u2013\u2014\u2192>]+\s*|\s*[\u2192=]\s*|:\s+|\s*/\s+")
_VERBS = re.compile(
    r"\s+(?:causes?|caused|gives? me|gave me|makes? me|reaction(?: is| was)?:?)\s+", re.I
)
_NO_ILLNESS = re.compile(
    r"\W*(?:deceased|died|dead|alive|living|healthy|well|good health|aged?\b|at \d|no(?:ne|thing)?\b|unknown|n/?a\b|\d)"
    r"|\W*$", re.I
)  # fmt: skip
_NUMBERED = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]\s+(?=[A-Za-z])")


@dataclass(frozen=True)
class AllergyEntry:
    """One allergy as a patient writes it; ``reaction`` is empty where none is told."""

    substance: str = field(repr=False)
    reaction: str = field(default="", repr=False)


@dataclass(frozen=True)
class RelativeEntry:
    """One relative and one illness of theirs."""

    relation: str = field(repr=False)
    condition: str = field(repr=False)


def pieces(text: str) -> list[str]:
    """Entries apart at line ends, semicolons, bullets and numbering; commas are left alone."""
    lines = re.split(r"[\n;\u2022\u25aa\u00b7]|\s\|\s", _NUMBERED.sub("\n", text))
    return [tidy for line in lines if (tidy := line.strip(BULLETS))]


def listed(text: str) -> list[str]:
    """Entries apart at commas as well, except inside brackets."""
    found = []
    for piece in pieces(text):
        found += re.split(r",(?![^(]*\))\s*(?:and\s+)?", piece)
    return [tidy for one in found if (tidy := one.strip(BULLETS))]


def allergies_in(text: str) -> Iterator[AllergyEntry]:
    """Each allergy of a free list with its reaction."""
    for piece in pieces(text):
        waiting: AllergyEntry | None = None
        for part in listed(piece):
            if waiting and is_reaction(part):
                waiting = AllergyEntry(waiting.substance, _and(waiting.reaction, part))
                continue
            if waiting:
                yield waiting
            waiting = allergy(part)
        if waiting:
            yield waiting


def allergy(text: str) -> AllergyEntry:
    """One allergy: what stands behind a dash, a colon, in brackets or behind "causes" is the reaction."""
    if bracketed := re.fullmatch(r"(.+?)\s*\(([^)]*)\)\s*\.?", text):
        return AllergyEntry(bracketed[1].strip(BULLETS), _said(bracketed[2]))
    for mark in (_VERBS, _DASH):
        parts = mark.split(text, maxsplit=1)
        if len(parts) == 2 and parts[0].strip(BULLETS):
            return AllergyEntry(parts[0].strip(BULLETS), _said(parts[1]))
    return AllergyEntry(text.strip(BULLETS))


def is_reaction(text: str) -> bool:
    """Whether *text* tells what an allergy does, and not to what."""
    words = re.sub(r"^(?:severe|mild|moderate|bad|itchy|red|skin)\s+", "", folded(text))
    return bool(words) and all(
        part in _table("reactions") for part in re.split(r"\s+(?:and|or|with)\s+", words)
    )


def medications_in(text: str) -> Iterator[str]:
    """Each line of a medication list; a dose or a frequency behind a comma stays with its drug."""
    for piece in pieces(text):
        waiting = ""
        for part in re.split(r",(?![^(]*\))\s+|,(?=\D)(?![^(]*\))", piece):
            if waiting and not doses.medication_line(part).name:
                waiting = f"{waiting} {part.strip()}"
                continue
            if waiting:
                yield waiting
            waiting = part.strip(BULLETS)
        if waiting:
            yield waiting


def relatives_in(text: str) -> Iterator[RelativeEntry]:
    """Each illness of each relative: "Mother: diabetes, asthma; father had a stroke"."""
    for piece in pieces(text):
        yield from _of_relatives(piece)


def _of_relatives(piece: str) -> Iterator[RelativeEntry]:
    names = "|".join(sorted(map(re.escape, _table("relations")), key=len, reverse=True))
    marks = list(re.finditer(rf"(?<![\w'])({names})\b(?:\s*(?:'s side)?)", piece, re.I))
    if bracketed := re.fullmatch(rf"\s*([^()]+?)\s*\(\s*({names})\s*\)\s*", piece, re.I):
        yield RelativeEntry(bracketed[2].strip(), bracketed[1].strip(BULLETS))
        return
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(piece)
        said = re.sub(
            r"^\s*(?:has|had|with|died of|:|-|\u2013|\u2014|\()+\s*(?:an?\s+)?",
            "",
            piece[mark.end() : end],
        )
        for condition in listed(re.sub(r"\s+and\s*$", "", said.strip(" ()"))):
            for one in re.split(r"\s+and\s+", condition):
                if not _NO_ILLNESS.match(one):
                    yield RelativeEntry(mark[1].strip(), one.strip(BULLETS + "()"))


def is_sentence(text: str) -> bool:
    """Whether *text* is too long for the name of one thing."""
    return len(text.split()) > LONGEST_NAME


def _said(text: str) -> str:
    words = text.strip(BULLETS)
    return re.sub(r"^(?:reaction|causes|caused)\s*:?\s+", "", words, flags=re.I)


def _and(one: str, other: str) -> str:
    return f"{one}, {other}" if one else other


@cache
def _table(name: str) -> frozenset[str]:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return frozenset(data[name])
