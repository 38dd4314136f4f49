"""Finds the age of an infant and the week of a pregnancy in a message."""

import re
from collections.abc import Iterator

AGES = frozenset({"young_infant", "pregnant_weeks", "preterm_weeks", "late_pregnancy"})
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve",
    "un dos tres cuatro cinco seis siete ocho nueve diez once doce",
)
_SPELLED = {word: n for line in _NUMBERS for n, word in enumerate(line.split(), start=1)}
_COUNT = rf"(\d+|{'|'.join(_SPELLED)})"
_UNIT = r"(days?|weeks?|wks?|months?|mos?|dias?|semanas?|mes(?:es)?)"
_AGE = re.compile(
    rf"\b{_COUNT}[\s-]*{_UNIT}[\s-]*(?:old\b|o\b|de nacid|de edad)"
    rf"|\bbebe de {_COUNT} {_UNIT}\b"
    rf"|\b(?:she|he|baby|bebe)(?:'s| is)? (?:now |only )?{_COUNT} {_UNIT}\b"
    r"(?! pregnant| along| ago| post)"
)
_GESTATION = re.compile(
    r"\b(\d{1,2})\s*-?(weeks?|wks?|weks?|semanas?|months?|meses)\b"
    r"(?!\s*-?(?:old|ago|post|of age|left|supply|later|out))"
)
_DAYS = {"d": 1, "w": 7, "s": 7, "m": 30}
_YOUNG = 90  # days; AAP's febrile infant guideline covers the first three months

Place = tuple[str, int, int]  # concept, start and end in the plain text


def ages_in(plain: str) -> Iterator[Place]:
    """A baby under three months: "young_infant"."""
    for age in _AGE.finditer(plain):
        count, unit = next((age[g], age[g + 1]) for g in (1, 3, 5) if age[g])
        days = (int(count) if count.isdigit() else _SPELLED[count]) * _DAYS[unit[0]]
        if days < _YOUNG:
            yield "young_infant", age.start(), age.end()


def gestations_in(plain: str) -> Iterator[Place]:
    """Weeks (or months) that a pregnancy may have; only rules about pregnancy ask for them."""
    for found in _GESTATION.finditer(plain):
        weeks = int(found[1]) * (4 if found[2].startswith("m") else 1)
        for concept in _gestation(weeks):
            yield concept, found.start(), found.end()


def _gestation(weeks: int) -> Iterator[str]:
    """ACOG: preterm is before 37 weeks; bleeding after 20 weeks is antepartum hemorrhage."""
    if 4 <= weeks <= 42:
        yield "pregnant_weeks"
    if 20 <= weeks < 37:
        yield "preterm_weeks"
    if 20 <= weeks <= 42:
        yield "late_pregnancy"
