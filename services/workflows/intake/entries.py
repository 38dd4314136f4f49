"""What accepted rows come to in the chart: one entry for each thing eCW keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.workflows.intake.fields import (
    OTHER_ANSWERS,
    Difference,
    Step,
    Verdict,
    group_of,
    index_of,
    is_clinical,
    leaf_of,
)

KINDS = {
    "demographics": "patient",
    "coverage": "coverage",
    "allergies": "allergy",
    "medications": "medication",
    "problems": "condition",
}
SCREENS = {
    "patient": "Patient Information",
    "coverage": "Insurance",
    "allergy": "Allergies",
    "medication": "Current Medications",
    "condition": "Problem List",
}
OWN = {"problems": "text"}  # lists of plain text have no leaf to name the value
HANDED_OVER = ("hpi", "ros", "family_history", "social_history", "immunizations", OTHER_ANSWERS)


@dataclass(frozen=True)
class Accepted:
    """One accepted row: what it was, and the value a person took over."""

    row: Difference
    value: str = field(repr=False)


@dataclass(frozen=True)
class Entry:
    """One entry of the chart to write: its kind, the entry it changes, values, and its rows."""

    kind: str
    target: str
    values: tuple[tuple[str, str], ...] = field(repr=False)
    codes: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def screen(self) -> str:
        """Where in eCW a person would type it."""
        return SCREENS[self.kind]


def entries(accepted: Sequence[Accepted]) -> tuple[Entry, ...]:
    """The entries that *accepted* rows make: all demographics in one, each list entry in its own.

    What is the same in the chart is written only as a part of a new entry, which would be
    incomplete without it. What merely stops is told to a clinician, not written.
    """
    grouped: dict[tuple[str, int | None], list[Accepted]] = {}
    for one in accepted:
        kind = KINDS.get(group_of(one.row.path))
        if kind and one.row.step is not Step.STOP and not _says_none(one.row.path):
            grouped.setdefault((kind, index_of(one.row.path)), []).append(one)
    made = (_entry(kind, together) for (kind, _), together in grouped.items())
    return tuple(entry for entry in made if entry)


def handed_over(accepted: Iterable[Accepted]) -> dict[str, list[str]]:
    """Clinical content for the note draft, by part of the form: history, HPI, ROS, what stops."""
    told: dict[str, list[str]] = {}
    for one in accepted:
        sentence = _told(one)
        if sentence:
            told.setdefault(group_of(one.row.path), []).append(sentence)
    return told


def _told(one: Accepted) -> str:
    if one.row.step is Step.STOP:
        return f"Patient reports stopping: {one.value}"
    known = one.row.verdict is Verdict.SAME and not _says_none(one.row.path)
    if not is_clinical(one.row.path) or (known and group_of(one.row.path) not in HANDED_OVER):
        return ""
    asks_itself = group_of(one.row.path) == OTHER_ANSWERS  # its value begins with the question
    label = one.row.found.source.label if one.row.found and not asks_itself else ""
    return f"{label}: {one.value}" if label else one.value


def _entry(kind: str, together: Sequence[Accepted]) -> Entry | None:
    changed = [one for one in together if one.row.verdict is not Verdict.SAME]
    if not changed:
        return None
    target = next((one.row.chart_ref for one in together if one.row.chart_ref), "")
    if kind in ("allergy", "medication"):
        target = ""  # eCW lets a patient's report be added, never another's entry be rewritten
    told = changed if target or kind == "patient" else list(together)
    return Entry(
        kind=kind,
        target=target,
        values=tuple((_name(one.row.path), one.value) for one in told),
        codes=tuple(dict.fromkeys(c for one in told if one.row.found for c in one.row.found.codes)),
        paths=tuple(one.row.path for one in changed),
    )


def _name(path: str) -> str:
    return leaf_of(path) or OWN.get(group_of(path), "text")


def _says_none(path: str) -> bool:
    return path in ("allergies.no_known", "medications.none")
