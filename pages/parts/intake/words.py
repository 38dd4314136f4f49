"""How the intake page says things: names of fields, values as staff write them, verdicts."""

import re
from collections.abc import Mapping
from datetime import date

from services.workflows.intake.fields import Difference, Step, Verdict, group_of, index_of, leaf_of

GROUPS: Mapping[str, str] = {
    "demographics": "Demographics",
    "coverage": "Insurance",
    "allergies": "Allergies",
    "medications": "Medications",
    "problems": "Problems",
    "immunizations": "Immunizations",
    "family_history": "History",
    "social_history": "History",
    "hpi": "History",
    "ros": "History",
    "other_answers": "History",
    "consents": "Consents",
}
_ONE: Mapping[str, str] = {
    "allergies": "Allergy",
    "medications": "Medication",
    "problems": "Problem",
    "immunizations": "Immunization",
    "family_history": "Family history",
    "social_history": "Social history",
    "ros": "Review of systems",
    "other_answers": "Other answer",
    "consents": "Consent",
}
_PLACES = ("Primary insurance", "Secondary insurance", "Third insurance")
_LEAVES: Mapping[str, str] = {
    "dob": "Date of birth",
    "zip": "ZIP code",
    "member_id": "Member ID",
    "group": "Group number",
    "relationship": "Relationship to subscriber",
    "start": "Valid from",
    "end": "Valid until",
    "no_known": "No known allergies",
    "none": "No medications",
    "guardian": "Parent or guardian",
    "emergency_contact_name": "Emergency contact",
    "emergency_contact_phone": "Emergency contact's phone",
    "middle": "Middle name",
}
_DATES = ("dob", "start", "end")
_LANGUAGES: Mapping[str, str] = {
    "en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese",
    "zh": "Chinese", "vi": "Vietnamese", "ko": "Korean", "ru": "Russian", "ar": "Arabic",
    "tl": "Tagalog", "ht": "Haitian Creole", "pl": "Polish", "it": "Italian", "hi": "Hindi",
}  # fmt: skip
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.SAME: "same",
    Verdict.NEW: "new, the chart has none",
    Verdict.CHANGED: "differs",
    Verdict.CONFLICTING: "contradiction",
    Verdict.MISSING: "not on the form",
    Verdict.UNCLEAR: "unclear, nothing was guessed",
}
_STEPS: Mapping[Step, str] = {
    Step.ADD: "add to the list",
    Step.CHANGE: "change on the list",
    Step.STOP: "patient no longer lists it",
    Step.CONTINUE: "continues",
}
_UNSURE, _SURE = 0.7, 0.9  # below and above which the badge is coloured


def group(path: str) -> str:
    """The heading a field stands under."""
    return GROUPS.get(group_of(path), "History")


def label(path: str) -> str:
    """What staff call a field: ``Primary insurance: member ID`` for ``coverage[0].member_id``."""
    name = leaf(path)
    if index_of(path) is None:
        return name or {"hpi": "Reason for the visit"}.get(path, path)
    return f"{entry(path)}: {name[0].lower()}{name[1:]}" if name else entry(path)


def leaf(path: str) -> str:
    """What staff call the last part of a field: ``Member ID`` for ``coverage[0].member_id``."""
    name = leaf_of(path)
    return _LEAVES.get(name, name.replace("_", " ").capitalize())


def entry(path: str) -> str:
    """What staff call the entry a field is of: ``Primary insurance``, ``Medication 2``."""
    kind, place = group_of(path), index_of(path) or 0
    if kind == "coverage":
        return _PLACES[place] if place < len(_PLACES) else f"Insurance {place + 1}"
    return f"{_ONE.get(kind, kind.replace('_', ' ').capitalize())} {place + 1}"


def value(path: str, text: str | None) -> str:
    """A normal form as staff write it: ``03/05/1980`` for an ISO date, ``(555) 123-4567``."""
    if not text:
        return ""
    name = leaf_of(path)
    if name in _DATES:
        return _date(text)
    if name in ("phone", "emergency_contact_phone") and re.fullmatch(r"\d{10}", text):
        return f"({text[:3]}) {text[3:6]}-{text[6:]}"
    if name == "language":
        return _LANGUAGES.get(text.partition("-")[0], text)
    if name in ("sex", "relationship", "criticality"):
        return text.capitalize()
    return {"true": "Yes", "false": "No"}.get(text, text)


def _date(iso: str) -> str:
    try:
        return f"{date.fromisoformat(iso):%m/%d/%Y}"
    except ValueError:
        return iso  # a year, or a year and a month


def verdict(row: Difference) -> str:
    """How form and chart stand to each other."""
    if row.step in (Step.STOP, Step.ADD, Step.CHANGE) and row.verdict in (
        Verdict.NEW, Verdict.CHANGED, Verdict.MISSING,
    ):  # fmt: skip
        return _STEPS[row.step]
    return _VERDICTS[row.verdict]


def sureness(confidence: float) -> tuple[str, str]:
    """The badge of a reading: ``93 %`` and how it is coloured."""
    kind = "warn" if confidence < _UNSURE else "sure" if confidence >= _SURE else ""
    return f"{confidence:.0%}".replace("%", " %"), kind


def count(number: int, noun: str) -> str:
    """``1 field``, ``9 fields``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
