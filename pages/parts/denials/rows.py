"""The worklist as its component shows it: values and words, no markup."""

from datetime import datetime
from typing import Any

from db.denials import DenialState
from pages.parts.denials import words
from pages.parts.denials.address import LANES
from pages.parts.denials.sitting import Sitting
from services.desk import Actor
from services.money import dollars
from services.workflows.denials.accepting import groups
from services.workflows.denials.listing import COUNTED, Row

Shown = dict[str, Any]
TONES = {"emergency": "alarm", "urgent": "ask"}  # by how the days left are coloured


def list_data(sitting: Sitting, actor: Actor, now: datetime) -> Shown:
    """Everything the worklist component shows."""
    many = sum(len(row.targets) for row in sitting.rows)
    return {
        "handled": sitting.handled.get("denial_queue", 0),
        "label": "Denials, most worth a minute first",
        "lane": sitting.lane,
        "lanes": [_lane(name, sitting.counts.get(name)) for name in LANES],
        "rows": [_row(row, actor, sitting) for row in sitting.rows],
        "open": _open(sitting),
        "next": None,
        "more": sitting.more,
        "summary": f"{many} shown",
        "empty": _empty(sitting.lane),
    }


def marks_of(row: Row, actor: Actor, sitting: Sitting) -> list[tuple[str, str, str | None]]:
    """The chips below a row: what to do, what it is worth, whose it is, what happened."""
    marks: list[tuple[str, str, str | None]] = []
    if row.state is DenialState.OPEN:
        each = dollars(row.cents_a_minute)
        marks.append((words.PATH.get(row.path, row.path), "here", "The suggested path"))
        marks.append((f"{each}/min", "", "What a minute of work on it is expected to bring"))
    elif row.decision:
        marks.append((words.DECISION.get(row.decision, row.decision), "", None))
    if row.recovered_cents:
        marks.append((f"{dollars(row.recovered_cents)} back", "good", None))
    if row.trouble:
        marks.append(("came back", "alert", row.trouble))
    if row.owner:
        mine = row.assigned_to == actor.staff_id
        marks.append(("yours" if mine else f"held by {row.owner}", "person", None))
    return marks


def _open(sitting: Sitting) -> str | None:
    """The row that is open: the group's, where the open denial is one of a group."""
    if sitting.denial is None:
        return None
    row = sitting.row_with(sitting.denial.row.id)
    return str(row.id if row else sitting.denial.row.id)


def _lane(name: str, count: int | None) -> Shown:
    label, help = LANES[name]
    many = count is not None and count >= COUNTED
    told = None if count is None else f"{COUNTED - 1}+" if many else str(count)
    return {"name": name, "label": label, "help": help, "count": told}


def _row(row: Row, actor: Actor, sitting: Sitting) -> Shown:
    left, colour = words.days_left(row.days_left)
    is_open = row.state is DenialState.OPEN
    several = len(row.targets) if len(row.targets) > 1 else 0
    due = f"Last day {row.due_on:%m/%d/%Y}" if row.due_on else "No deadline is known"
    code = f"{row.group_code}-{row.carc}" if row.carc else "no code"
    ask = f"Decide all {several}: {words.PATH.get(row.path, row.path).lower()}"
    return {
        "id": str(row.id),
        "visit": dollars(row.group_cents if several else row.denied_cents),
        "visitTitle": f"{several} denials together" if several else "Denied",
        "patient": f"{several} \u00d7 {row.payer}" if several else row.payer,
        "readiness": left if is_open else words.STATE[row.state],
        "age": "" if several else row.patient,
        "ageTitle": "" if several else "Patient",
        "note": "",
        "tone": TONES.get(colour, "wait") if is_open else "wait",
        "detail": f"{code}  {row.reason}",
        "marks": marks_of(row, actor, sitting),
        "due": due,
        "group": ask if several and is_open and groups(actor, row.path) else None,
    }


def _empty(lane: str) -> Shown:
    if lane == "mine":
        return {
            "title": "Nothing waits for you.",
            "next": "Press g, then a, for everything that is open.",
        }
    if lane == "open":
        return {"title": "No denial is open.", "next": "New ones appear by themselves."}
    return {"title": "Nothing here.", "next": "Press g, then m, for your own list."}
