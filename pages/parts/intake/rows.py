"""The worklist as its component shows it: values and words, no markup."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from db.intake import FormState
from db.vocabulary import DocumentKind
from pages.parts.inbox.words import at
from pages.parts.intake.address import LANES
from pages.parts.intake.sitting import Sitting
from services.desk import Actor
from services.options import FRONT_DESK, PracticeOptions
from services.workflows.intake.listing import COUNTED, Row

Shown = dict[str, Any]
NAMELESS = "Name is being fetched"
NOBODY = "Nobody's yet"
KINDS: Mapping[DocumentKind, str] = {
    DocumentKind.CHECK_IN: "Check-in form",
    DocumentKind.PATIENT_FORM: "Patient form",
    DocumentKind.INSURANCE_CARD: "Insurance card",
    DocumentKind.OUTSIDE_RECORD: "Outside record",
    DocumentKind.REFERRAL: "Referral",
    DocumentKind.RESULT: "Result",
    DocumentKind.OTHER: "Other document",
}
STATUS = {"in-progress": "partly filled in", "stopped": "broken off"}


def list_data(sitting: Sitting, actor: Actor, now: datetime) -> Shown:
    """Everything the worklist component shows."""
    shown = len(sitting.rows)
    return {
        "handled": sitting.handled.get("intake_queue", 0),
        "lane": sitting.lane,
        "lanes": [_lane(name, sitting.counts.get(name)) for name in LANES],
        "rows": [_row(row, actor, sitting.options, now) for row in sitting.rows],
        "open": str(sitting.form.row.id) if sitting.form else None,
        "next": None,
        "more": sitting.more,
        "summary": f"{shown} shown",
        "empty": _empty(sitting.lane),
    }


def name_of(row: Row) -> str:
    """Whose form this is, for staff; with a question mark where a person has not said so yet."""
    if row.patient and not row.certain:
        return f"{row.patient}?"
    return row.patient or (NOBODY if row.source == "document" else NAMELESS)


def kind_name(kind: DocumentKind | None) -> str:
    """What staff call a kind of document."""
    return KINDS[kind] if kind else "Document"


def marks_of(row: Row, actor: Actor, options: PracticeOptions) -> list[tuple[str, str, str | None]]:
    """What else to know about a form at a glance: chips with their colour and tooltip."""
    marks: list[tuple[str, str, str | None]] = []
    if row.trouble:
        marks.append((f"✕ {row.trouble}", "alert", row.trouble))
    if row.conflicts and row.state is FormState.READY:
        noun = "contradiction" if row.conflicts == 1 else "contradictions"
        marks.append((f"{row.conflicts} {noun}", "warn", None))
    if row.form_status in STATUS:
        marks.append((STATUS[row.form_status], "warn", "The patient has not finished this form"))
    if row.amended:
        marks.append(("changed by the patient", "here", "The patient changed it after we had it"))
    if row.source == "document":
        marks.append((kind_name(row.kind), "", "Dropped on this page, or from the watched folder"))
    if row.pool != FRONT_DESK:
        team = options.pools.get(row.pool, row.pool)
        marks.append((f"→ {team}", "", f"{team} deal with this one"))
    if row.owner:
        mine = row.assigned_to == actor.staff_id
        marks.append(("yours" if mine else f"held by {row.owner}", "person", None))
    return marks


def age(since: timedelta) -> str:
    """How long ago, in the one unit that matters: ``now``, ``12 min``, ``3 h``, ``2 d``."""
    minutes = int(since.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min" if minutes > 0 else "now"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // (24 * 60)} d"


def _lane(name: str, count: int | None) -> Shown:
    label, help = LANES[name]
    many = count is not None and count >= COUNTED
    told = None if count is None else f"{COUNTED - 1}+" if many else str(count)
    return {"name": name, "label": label, "help": help, "count": told}


def _row(row: Row, actor: Actor, options: PracticeOptions, now: datetime) -> Shown:
    visit = at(row.visit_at, options.zone, now)
    return {
        "id": str(row.id),
        "visit": visit or "No visit",
        "visitTitle": f"Visit {visit}" if visit else "No visit is known for this form",
        "patient": name_of(row),
        "readiness": row.readiness,
        "age": age(now - row.authored_at),
        "ageTitle": f"Came {at(row.authored_at, options.zone, now)}",
        "note": row.note,
        "tone": row.tone,
        "detail": " · ".join(part for part in (row.provider, row.location, row.title) if part),
        "marks": marks_of(row, actor, options),
    }


def _empty(lane: str) -> Shown:
    if lane == "done":
        return {
            "title": "Nothing is done yet.",
            "next": "Forms come here once the chart shows them.",
        }
    if lane in ("removed", "writing", "whose", "unassigned"):
        return {"title": "Nothing here.", "next": "Press g, then m, for your team's list."}
    if lane == "team":
        return {
            "title": "Nothing waits for your team.",
            "next": "Press g, then a, for everything to do. Forms appear by themselves.",
        }
    return {
        "title": "No form is waiting.",
        "next": "Forms appear by themselves. A document can be added above the list.",
    }
