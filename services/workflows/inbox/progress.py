"""What became of a reply after somebody approved it, in words for the screen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.deliveries import Deliveries, Delivery
from services.desk import Desk

WORDS = {
    "held": "approved, leaving in a few seconds",
    "sending": "sending to healow",
    "accepted": "accepted by healow",
    "verified": "verified in healow",
    "refused": "refused",
    "in_doubt": "confirming…",
    "unconfirmed": "not confirmed: please check in eCW",
    "cancelled": "taken back",
}
BY_HAND = WORDS | {
    "accepted": "marked as done in eCW, looking for it there",
    "verified": "verified in eCW",
}


@dataclass(frozen=True)
class Sent:
    """One delivery of a conversation: where it stands, since when, and what went wrong."""

    id: UUID
    state: str
    words: str
    at: datetime
    error: str


def sent(desk: Desk, conversation_id: UUID) -> tuple[Sent, ...]:
    """Everything that was approved for a conversation, oldest first."""
    return tuple(
        Sent(d.id, str(d.state), _words(d), d.settled_at or d.created_at, d.error)
        for d in desk.open(Deliveries).of(conversation_id)
    )


def told(delivery: Delivery) -> str:
    """Where *delivery* stands and, when something went wrong, why."""
    words = _words(delivery)
    return f"{words}: {delivery.error}" if delivery.error else words


def _words(delivery: Delivery) -> str:
    return (BY_HAND if delivery.kind == "copy" else WORDS)[delivery.state]
