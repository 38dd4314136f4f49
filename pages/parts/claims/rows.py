"""What the list shows: lanes with their numbers, and a row for each claim, file or payment."""

from typing import Any

from db.claims import ClaimState
from pages.parts.claims import words
from pages.parts.claims.sitting import Shown, Sitting
from services.money import dollars
from services.workflows.claims.filing import FileRow, Unmatched
from services.workflows.claims.listing import COUNTED, Row

Data = dict[str, Any]


def list_data(sitting: Sitting) -> Data:
    """Everything that the list component draws."""
    title, following = words.EMPTY[sitting.lane]
    return {
        "label": words.LANES[sitting.lane][1],
        "lane": sitting.lane,
        "lanes": [_lane(name, sitting.counts.get(name)) for name in words.LANES],
        "rows": [_row(row, sitting) for row in sitting.rows],
        "open": str(sitting.open.target.id) if sitting.open else None,
        "next": None,
        "more": sitting.more,
        "empty": {"title": title, "next": following},
        "summary": words.LANES[sitting.lane][1],
        "handled": sitting.handled.get("claims_queue", 0),
    }


def clean(sitting: Sitting) -> list[Row]:
    """The claims in the list that one click may release together."""
    rows = (row for row in sitting.rows if isinstance(row, Row))
    return [row for row in rows if row.state is ClaimState.READY]


def _lane(name: str, count: int | None) -> Data:
    label, help = words.LANES[name]
    many = count is not None and count >= COUNTED
    told = None if count is None else f"{COUNTED - 1}+" if many else str(count)
    return {"name": name, "label": label, "help": help, "count": told}


def _row(row: Shown, sitting: Sitting) -> Data:
    if isinstance(row, FileRow):
        return _file(row, sitting)
    if isinstance(row, Unmatched):
        return _payment(row)
    return _claim(row)


def _claim(row: Row) -> Data:
    told, tone = words.STATES[row.state]
    marks: list[tuple[str, str, str | None]] = []
    if row.state is ClaimState.HELD:
        told = f"{row.holds} to fix" if row.holds else told
    if row.attempt > 1:
        marks.append((f"version {row.attempt}", "", "It was sent before"))
    if row.trouble:
        marks.append((row.trouble, "warn", row.trouble))
    return {
        "id": str(row.id), "visit": words.day(row.service_on), "visitTitle": "Day of service",
        "patient": row.patient or f"Claim {row.number}", "readiness": told, "tone": tone,
        "detail": f"{row.number} · {row.payer}" if row.patient else row.payer,
        "age": dollars(row.charge_cents), "ageTitle": "Charge", "marks": marks, "note": "",
    }  # fmt: skip


def _file(row: FileRow, sitting: Sitting) -> Data:
    told, tone = words.FILES[row.state]
    amount = dollars(row.paid_cents - row.provider_cents) if row.kind == "835" else ""
    noun = "claim" if row.claims == 1 else "claims"
    return {
        "id": str(row.id), "visit": words.moment(row.received_at, sitting.options.zone),
        "visitTitle": "When it came", "patient": words.KINDS.get(row.kind, row.kind),
        "readiness": words.balance(row.difference_cents) if tone == "alarm" and row.difference_cents else told,
        "tone": tone, "detail": f"{row.name} · {row.claims:,} {noun}", "age": amount,
        "ageTitle": "What the file pays", "marks": [], "note": row.reason,
    }  # fmt: skip


def _payment(row: Unmatched) -> Data:
    one = row.payment
    kind = "Reversal" if one.reversal else "Denied" if one.denied and not one.paid_cents else "Paid"
    return {
        "id": str(one.id), "visit": words.day(one.paid_on), "visitTitle": "Day of the payment",
        "patient": row.patient or f"Claim {row.number}", "readiness": kind,
        "tone": "ask", "detail": f"{row.number} · {one.payer_name}",
        "age": dollars(one.paid_cents), "ageTitle": f"Paid of {dollars(one.charge_cents)}",
        "marks": [], "note": "",
    }  # fmt: skip
