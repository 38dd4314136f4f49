"""The list: rows as the component shows them, each with the version and hash the person sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from db.conversations import State, Turn
from db.vocabulary import Urgency
from pages.parts.inbox import words
from pages.parts.inbox.address import LANES, Address
from pages.parts.inbox.sitting import Sitting
from services.desk import Actor
from services.options import PracticeOptions
from services.workflows.inbox.choices import Choices, snooze_times
from services.workflows.inbox.listing import COUNTED, Row, Surroundings

Shown = dict[str, Any]


def queue_data(
    sitting: Sitting, actor: Actor, address: Address, rows: Sequence[Row], around: Surroundings,
    now: datetime,
) -> Shown:  # fmt: skip
    """Everything the list component shows."""
    return {
        "now": now.isoformat(),
        "me": actor.name,
        "lane": "" if sitting.patients is not None else address.lane,
        "queue": sitting.query,
        "lanes": [_lane(name, around.counts.get(name)) for name in LANES],
        "rows": [_row(row, around.options, now) for row in rows],
        "urgent": _urgent(rows, around),
        "handled": sitting.handled,
        "open": str(sitting.item.conversation.id) if sitting.item else None,
        "stale": around.freshness.stale,
        "more": sitting.more is not None,
        "summary": f"{len(rows)} shown",
        "empty": _empty(sitting, address, around),
        "categories": [
            {"key": key, "value": str(category)} for key, category in words.CATEGORY_KEYS.items()
        ],
        "bulk": _orders(sitting.choices, now),
    }


def _lane(name: str, count: int | None) -> Shown:
    label, help = LANES[name]
    many = count is not None and count >= COUNTED
    return {
        "name": name,
        "label": label,
        "help": help,
        "count": None if count is None else f"{COUNTED - 1}+" if many else str(count),
    }


def _row(row: Row, options: PracticeOptions, now: datetime) -> Shown:
    unsure = row.category is None or (row.confidence or 0) < options.low_confidence
    return {
        "id": str(row.id),
        "version": row.version,
        "shown": row.content_hash,
        "patient": row.patient,
        "subject": row.subject or "(no subject)",
        "snippet": row.snippet,
        "urgency": str(row.urgency),
        "urgencyLabel": words.URGENCY[row.urgency],
        "categoryLabel": _category(row),
        "low": unsure and row.triage != "waiting",
        "pool": options.pools.get(row.pool, row.pool),
        "owner": row.owner,
        "waiting": row.waiting_since.isoformat(),
        "waitingText": words.at(row.waiting_since, options.zone, now),
        "due": row.due_at.isoformat() if row.due_at else None,
        "dueText": words.at(row.due_at, options.zone, now),
        "turnLabel": _turn(row, options, now),
        "flags": [flag.replace("_", " ") for flag in row.flags],
        "suspicious": row.suspicious,
        "trouble": row.trouble,
    }


def _category(row: Row) -> str:
    if row.category is not None:
        return words.CATEGORY[row.category]
    return {"waiting": "Being sorted…", "failed": "Not categorised"}.get(row.triage, "Not sorted")


def _turn(row: Row, options: PracticeOptions, now: datetime) -> str:
    if row.state is State.SNOOZED:
        return f"snoozed until {words.at(row.snoozed_until, options.zone, now)}"
    if row.state in (State.CLOSED, State.WITHDRAWN):
        return words.STATE[row.state]
    if not row.needs_reply:
        return "no reply needed"
    return "" if row.turn is Turn.PRACTICE else words.TURN[row.turn]


def _urgent(rows: Sequence[Row], around: Surroundings) -> Shown:
    urgent = (row for row in rows if row.urgency.rank <= Urgency.URGENT.rank)
    first = next(urgent, None)
    return {"count": around.counts.get("urgent", 0), "target": _target(first) if first else None}


def _target(row: Row) -> Shown:
    return {"id": str(row.id), "version": row.version, "shown": row.content_hash}


def _empty(sitting: Sitting, address: Address, around: Surroundings) -> Shown:
    if around.freshness.as_of is None:
        return {
            "title": "No message has been fetched yet.",
            "next": "The first ones appear here by themselves. If none do, the Jobs page says why.",
        }
    if sitting.patients is not None:
        return {
            "title": "Nobody has exactly this name, birth date or MRN, or nothing of theirs is open.",
            "next": "Patient data is stored encrypted, so the search needs the whole name or number.",
        }
    if address.filters:
        return {
            "title": "Nothing in this lane passes the filters.",
            "next": "Clear the filters above the list.",
        }
    return {
        "title": "Nothing is waiting here.",
        "next": "New messages appear by themselves. Press g, then a, for everything open.",
    }


def _orders(choices: Choices | None, now: datetime) -> list[Shown]:
    if choices is None:
        return []
    people = [(f"assign:{id}", name) for id, name in choices.colleagues.items()]
    pools = [(f"route:{key}", name) for key, name in choices.options.pools.items()]
    times = snooze_times(now, choices.options)
    naps = [(f"snooze:{moment.isoformat()}", name) for name, moment in times.items()]
    replies = [
        (f"reply:{t.key}:{t.language}", f"{t.title} ({t.language})") for t in choices.templates
    ]
    groups = [
        ("Finish", [("no_reply:", "Close, no reply needed")]),
        ("Assign to", [("take:", "Me"), *people]),
        ("Pass to", pools),
        ("Snooze", naps),
        ("Reply with an approved wording", replies),
    ]
    return [
        {"label": label, "items": [{"value": v, "label": text} for v, text in items]}
        for label, items in groups
        if items
    ]
