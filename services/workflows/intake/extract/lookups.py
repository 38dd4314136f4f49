"""Codes for what a form names: drugs, allergens and illnesses looked up; an unknown one is a warning."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.codes import allergen, find_diagnosis, find_drug
from services.workflows.intake.fields import Field

UNLISTED = "This is not in our code lists; it goes to the chart as text."
RESPELLED = "This may be a misspelling; please compare it with the form."
MISSPELLED = 0.75  # whoever reads it should look once


@dataclass(frozen=True)
class Found:
    """A name that our lists know: its codes, and whether a misspelling was put right."""

    codes: tuple[str, ...]
    respelled: bool = False


def checked(field: Field, more: str = "") -> Field:
    """*field* with its codes, or with a warning; *more* is the dose behind a drug's name."""
    look = _LOOKS.get(re.sub(r"\[\d+\]", "[]", field.path))
    if look is None or field.value is None:
        return field
    found = look(f"{field.value} {more}") or look(field.value)
    if found is None:
        return replace(field, warnings=(*field.warnings, UNLISTED))
    codes = tuple(dict.fromkeys((*field.codes, *found.codes)))
    if not found.respelled:
        return replace(field, codes=codes)
    sure = round(field.confidence * MISSPELLED, 3)
    return replace(field, warnings=(*field.warnings, RESPELLED), confidence=sure)


def _drug(text: str) -> Found | None:
    drug = find_drug(text)
    return Found((drug.token,) if drug.token else (), drug.respelled) if drug else None


def _illness(text: str) -> Found | None:
    illness = find_diagnosis(re.sub(r"\([^)]*\)", "", text))
    return Found((illness.token,), illness.respelled) if illness else None


def _allergen(text: str) -> Found | None:
    return Found(()) if allergen(text) else None


_LOOKS: dict[str, Callable[[str], Found | None]] = {
    "medications[].name": _drug,
    "problems[]": _illness,
    "allergies[].substance": _allergen,
}
