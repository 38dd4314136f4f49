"""A new entry of a list, such as a drug with dose and frequency, as one row with one decision."""

from collections.abc import Sequence
from typing import Any

from db.intake_fields import Decision
from pages.parts.intake import words
from services.workflows.intake.fields import Verdict, group_of, index_of
from services.workflows.intake.reading import FieldRow

Shown = dict[str, Any]


def together(rows: Sequence[FieldRow]) -> list[list[FieldRow]]:
    """*rows* in their order, those that make one new entry and stand alike in one bundle."""
    bundles: dict[object, list[FieldRow]] = {}
    for row in rows:
        bundles.setdefault(_key(row), []).append(row)
    return list(bundles.values())


def bundled(rows: Sequence[FieldRow], shown: Sequence[Shown]) -> Shown:
    """One row for several: its lines, its least sure reading, and the single rows as ``parts``."""
    first = shown[0]
    least = min(
        rows, key=lambda row: row.difference.found.confidence if row.difference.found else 0
    )
    found = least.difference.found
    sure, kind = words.sureness(found.confidence if found else 0.0)
    lines = "\n".join(f"{words.leaf(r.path)}: {_said(r)}" for r in rows)
    return first | {
        "paths": [row.path for row in rows],
        "parts": list(shown),
        "label": words.entry(first["path"]),
        "spoken": f"{words.entry(first['path'])}, new: " + ", ".join(_said(row) for row in rows),
        "form": [("same", lines)],
        "sure": sure,
        "sureKind": kind,
        "told": list(dict.fromkeys(text for one in shown for text in one["told"])),
        "warnings": list(dict.fromkeys(text for one in shown for text in one["warnings"])),
        "seen": "\n".join(one["seen"] for one in shown),
        "accepted": _accepted(rows, shown),
    }


def _accepted(rows: Sequence[FieldRow], shown: Sequence[Shown]) -> str:
    lines = zip(rows, shown, strict=True)
    return "\n".join(f"{words.leaf(r.path)}: {s['accepted']}" for r, s in lines if s["accepted"])


def _key(row: FieldRow) -> object:
    place = index_of(row.path)
    if place is None or not _is_plainly_new(row):
        return row.path
    return (group_of(row.path), place, row.decision, row.decided_by, row.delivery, row.reason)


def _is_plainly_new(row: FieldRow) -> bool:
    """New, readable, and taken as it is: what has to be looked at by itself stands by itself."""
    found = row.difference.found
    as_said = row.decision is not Decision.ACCEPTED or (found and row.accepted == found.value)
    new = row.difference.verdict is Verdict.NEW and not row.difference.chart_value
    return bool(new and found and found.value and not found.choices and as_said)


def _said(row: FieldRow) -> str:
    found = row.difference.found
    return words.value(row.path, found.value if found else None)
