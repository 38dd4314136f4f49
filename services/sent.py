"""What became of a promise, as every screen that shows promises tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.deliveries import Delivery


@dataclass(frozen=True)
class SentEntry:
    """One promise: its kind and state, who approved it, and why it came back if it did."""

    kind: str
    state: str
    error: str
    error_code: str
    approved_by: str
    at: datetime
    settled_at: datetime | None


def sent_entry(delivery: Delivery, names: Mapping[UUID, str]) -> SentEntry:
    """*delivery* as it stands; *names* are those of staff by id."""
    return SentEntry(
        kind=delivery.kind,
        state=str(delivery.state),
        error=delivery.error,
        error_code=delivery.error_code,
        approved_by=names.get(delivery.approved_by, ""),
        at=delivery.created_at,
        settled_at=delivery.settled_at,
    )
