"""Bulk orders: one decision about many conversations, item by item, so that a crash loses nothing."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, func
from sqlmodel import Field, col, select

from db.base import Repository, Row, UtcDateTime, Word


class BulkState(StrEnum):
    """Where one item of an order stands."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"


class BulkOrder(Row, table=True):
    """What one person ordered for many. ``arguments`` holds ids and keys, never patient data.

    Whoever works on it holds the lease; an order whose lease has run out may be gone on with.
    """

    __tablename__ = "bulk_order"
    __table_args__ = (Index("ix_bulk_order_open", "practice_id", "finished_at"),)

    staff_id: UUID
    verb: str
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BulkItem(Row, table=True):
    """One conversation of an order, as the person saw it; ``reason`` says why it was skipped."""

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_order", "practice_id", "order_id", "place"),)

    order_id: UUID
    place: int
    conversation_id: UUID
    version: int
    shown: str = ""
    state: BulkState = Field(default=BulkState.WAITING, sa_type=Word(BulkState))
    reason: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BulkOrders(Repository[BulkOrder]):
    """Questions about orders."""

    model = BulkOrder

    def claim(self, id: UUID, now: datetime, until: datetime) -> bool:
        """Take the lease of an unfinished order that nobody works on."""
        free = col(BulkOrder.lease_until).is_(None) | (col(BulkOrder.lease_until) < now)
        mine = (col(BulkOrder.id) == id, col(BulkOrder.finished_at).is_(None), free)
        return self.changed(self.change().where(*mine).values(lease_until=until)) == 1

    def abandoned(self, now: datetime) -> Sequence[BulkOrder]:
        """Unfinished orders that nobody works on any more, oldest first."""
        free = col(BulkOrder.lease_until).is_(None) | (col(BulkOrder.lease_until) < now)
        left = self.rows().where(col(BulkOrder.finished_at).is_(None), free)
        return self.all(left.order_by(col(BulkOrder.created_at)))


class BulkItems(Repository[BulkItem]):
    """Questions about the items of an order."""

    model = BulkItem

    def next_waiting(self, order_id: UUID) -> BulkItem | None:
        """The first item that nobody has settled."""
        mine = self.rows().where(
            col(BulkItem.order_id) == order_id, col(BulkItem.state) == BulkState.WAITING
        )
        return self.first(mine.order_by(col(BulkItem.place)))

    def outcome(self, order_id: UUID) -> dict[tuple[BulkState, str], int]:
        """How many items there are by state and reason."""
        grouped = (
            select(BulkItem.state, BulkItem.reason, func.count())
            .where(col(BulkItem.practice_id) == self.practice_id)
            .where(col(BulkItem.order_id) == order_id)
            .group_by(col(BulkItem.state), col(BulkItem.reason))
        )
        return {(BulkState(state), reason): n for state, reason, n in self.session.exec(grouped)}
