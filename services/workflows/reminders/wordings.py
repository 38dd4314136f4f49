"""Approved wordings for messages before a visit, and how one is filled for one patient."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from db.reminders import ReminderKind

LANGUAGES = {"en": "English", "es": "Spanish"}
OTHERWISE = "en"


@dataclass(frozen=True)
class Wording:
    """One approved wording. The first of its ``sentences`` must be filled, the others may."""

    subject: str
    sentences: tuple[str, ...]


def language_of(chart_language: str) -> str:
    """The language we write in to a patient whose chart says *chart_language* (BCP 47)."""
    spoken = chart_language.lower().partition("-")[0]
    return spoken if spoken in LANGUAGES else OTHERWISE


def fill(wording: Wording, values: Mapping[str, str]) -> str:
    """*wording* with *values* in its blanks, a line for each sentence; empty if nothing is known."""
    first, *others = wording.sentences
    if not _can_fill(first, values):
        return ""
    lines = [first, *(sentence for sentence in others if _can_fill(sentence, values))]
    return "\n".join(_filled(line, values) for line in lines)


@cache
def approved(kind: ReminderKind, language: str) -> Wording:
    """The wording of this *kind* in a language of ``LANGUAGES``."""
    with Path(__file__).with_name(f"{language}.toml").open("rb") as file:
        found = tomllib.load(file)[kind]
    return Wording(found["subject"], tuple(found["sentences"]))


def _can_fill(sentence: str, values: Mapping[str, str]) -> bool:
    return all(values.get(blank) for _, blank, _, _ in Formatter().parse(sentence) if blank)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """*sentence* with its blanks filled; an abbreviation at its end, as in ``p. m.``, ends it too."""
    text = sentence.format_map(values)
    return text[:-1] if sentence.endswith("}.") and text.endswith("..") else text
