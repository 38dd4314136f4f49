"""Answers from a closed list: sex, language, relationship, yes or no, and "none"."""

import re
import tomllib
from functools import cache
from pathlib import Path

from services.workflows.intake.normal.text import blank, folded, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_TABLES = Path(__file__).with_name("words.toml")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def sex(text: str) -> Normal:
    """``female``, ``male``, ``other`` or ``unknown``, as FHIR's administrative gender."""
    return _chosen("sex", text, "This is not an answer we know for sex.")


def language(text: str) -> Normal:
    """A language as BCP 47: its primary tag, with script or region only if the form says so."""
    if _TAG.fullmatch(tag := plain(text)) and tag.split("-")[0] in _codes():
        return known(tag)
    if len(parts := re.split(r"\s*(?:/|,|;|&|\band\b|\bor\b)\s*", plain(text))) > 1:
        return _of_several(parts)
    return _chosen("language", text, "This is not a language we know.")


def relationship(text: str) -> Normal:
    """What the patient is to the subscriber: ``self``, ``spouse``, ``child``, ``parent``, ``other``."""
    return _chosen("relationship", text, "This is not a relationship we know.")


def criticality(text: str) -> Normal:
    """How dangerous an allergy is, in FHIR's words: ``high``, ``low``, ``unable-to-assess``."""
    return _chosen("criticality", text, "This does not say how severe it is.")


def yes_no(text: str) -> Normal:
    """``true`` or ``false``; ticked boxes count as yes."""
    if plain(text).lower() in ("☒", "☑", "✓", "✔", "[x]", "(x)"):
        return known("true")
    if plain(text) in ("☐", "[ ]", "[]", "( )"):
        return known("false")
    return _chosen("yes_no", text, "This is neither yes nor no.")


def no_known(text: str) -> Normal:
    """Whether a form says that there are none: ``true`` for "NKDA", "none" and yes."""
    return known("true") if nothing(text) and folded(text) != "no" else yes_no(text)


def nothing(text: str) -> bool:
    """Whether *text*, given where a list is asked for, says that there is nothing to list."""
    words = folded(text)
    return words in _table("nothing") or bool(_NONE.fullmatch(words))


_NONE = re.compile(
    r"(patient |i |i have |has )?(no|not any|denies|denied|without)( any| known| current| other)*"
    r"( (food|drug|medication|medicine|environmental|and|or|latex))*"
    r"( (allerg(y|ies)|medications?|medicines?|meds|problems?|conditions?|history|"
    r"medical (problems?|conditions?|history)|family history|prescriptions?|illness(es)?|"
    r"intolerances?))( at this time| currently| that i know of)?"
)


def _chosen(table: str, text: str, reason: str) -> Normal:
    words = folded(text)
    if value := _table(table).get(words):
        return known(value)
    return blank(text) or unknown(reason)


def _of_several(parts: list[str]) -> Normal:
    found = tuple(dict.fromkeys(v for part in parts if (v := language(part).value)))
    if len(found) == 1:
        return known(found[0], 0.85)
    return unknown("The form names more than one language.", found)


@cache
def _table(name: str) -> dict[str, str]:
    groups = tomllib.loads(_TABLES.read_text(encoding="utf-8"))[name]
    return {folded(word): value for value, words in groups.items() for word in (value, *words)}


@cache
def _codes() -> frozenset[str]:
    return frozenset(value.split("-")[0] for value in _table("language").values())
