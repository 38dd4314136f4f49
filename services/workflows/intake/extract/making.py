"""From findings to fields: normal forms, doubts, and two answers to one question settled."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import of, words
from services.workflows.intake.normal.text import folded

VERSION = "2026.1"  # of the rules; a change of them that could change a field changes this
ENGINE = f"local {VERSION}"
NOTHING = "The form says that there is none."
TWO_ANSWERS = "The form gives different answers to this."


def made(
    path: str, finding: Finding, today: date, text: str | None = None, sure: float = 1.0
) -> Field:
    """The field *path* from *finding*, or from a part of it (*text*); ``None`` comes with a reason."""
    if finding.fault:
        return unread(path, finding, finding.fault)
    said = finding.text if text is None else text
    if path.startswith(("demographics.", "coverage[")) and words.nothing(said):
        return unread(path, finding, NOTHING)  # "Secondary insurance: none" names no payer
    normal = of(path, said, today)
    return Field(
        path,
        normal.value,
        round(finding.sure * sure * normal.confidence, 3) if normal.value is not None else 0.0,
        finding.source,
        original=finding.text,
        engine=ENGINE,
        reason=normal.reason if normal.value is None else "",
        choices=normal.choices,
        codes=finding.codes,
    )


def unread(path: str, finding: Finding, reason: str, choices: tuple[str, ...] = ()) -> Field:
    """A field that stays empty, and why."""
    return Field(
        path, None, 0.0, finding.source, finding.text, ENGINE, reason=reason, choices=choices
    )


def settled(fields: Iterable[Field]) -> tuple[Field, ...]:
    """One field for each path: where answers differ there is none, and staff choose."""
    by_path: dict[str, list[Field]] = {}
    for one in fields:
        by_path.setdefault(one.path, []).append(one)
    return tuple(_one(found) for found in by_path.values())


def _one(found: Sequence[Field]) -> Field:
    said = sorted((f for f in found if f.value is not None), key=lambda f: -f.confidence)
    # An answer that has no one normal form (03/04/95) stands in the way of no other.
    if not said:
        return found[0]
    if len({folded(f.value or "") for f in said}) == 1:
        return said[0]
    choices = tuple(dict.fromkeys(f.value or "" for f in said))
    return replace(said[0], value=None, confidence=0.0, reason=TWO_ANSWERS, choices=choices)
