"""The inbox as a queue: filters as a value, pages by key, counts by lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.base import Repository
from db.conversations import Conversation, State, Turn
from db.messages import Message
from db.vocabulary import Category, Urgency

PAGE = 50
KEY: tuple[Any, ...] = (
    col(Conversation.urgency_rank),
    col(Conversation.waiting_since),
    col(Conversation.id),
)


@dataclass(frozen=True)
class QueueFilter:
    """Which conversations a queue shows. Empty fields do not filter."""

    state: State = State.OPEN
    owner: UUID | None = None  # mine, or nobody's
    only_mine: bool = False
    pool: str = ""
    category: Category | None = None
    urgency: Urgency | None = None
    at_least: Urgency | None = None
    turn: Turn | None = None
    needs_reply: bool | None = None
    unsorted: bool = False  # confidence too low for any lane: a person sorts
    location: str = ""
    provider: str = ""
    patients: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class After:
    """Where the next page of a queue begins."""

    rank: int
    waiting_since: datetime
    id: UUID


class Queue(Repository[Conversation]):
    """Questions about the queue; each reads one index in order and stops early."""

    model = Conversation

    def page(
        self,
        wanted: QueueFilter,
        low_confidence: float,
        after: After | None = None,
        size: int = PAGE,
    ) -> Sequence[Conversation]:
        """Most urgent first, then longest waiting; *size* rows at most."""
        found = self._ids(wanted, low_confidence)
        if after:
            found = found.where(tuple_(*KEY) > (after.rank, after.waiting_since, after.id))
        ids = self.session.exec(found.order_by(*self._order(wanted)).limit(size)).all()
        rows = {row.id: row for row in self.all(self.rows().where(col(Conversation.id).in_(ids)))}
        return [rows[id] for id in ids if id in rows]

    def count(self, wanted: QueueFilter, low_confidence: float, at_most: int = 10_000) -> int:
        """How many there are, counting no further than *at_most*."""
        some = self._ids(wanted, low_confidence).limit(at_most).subquery()
        return int(self.session.exec(select(func.count()).select_from(some)).one())

    def count_newer(self, wanted: QueueFilter, low_confidence: float, newest: UUID | None) -> int:
        """How many have a message from outside that came in after the message *newest*."""
        newer = (
            select(Message.conversation_id)
            .where(col(Message.practice_id) == self.practice_id)
            .where(col(Message.author) != "practice")
        )
        if newest is not None:
            newer = newer.where(col(Message.id) > newest)
        waiting = (
            select(func.count())
            .select_from(Conversation)
            .where(*self.mine(), col(Conversation.id).in_(newer))
            .where(*self._where(wanted, low_confidence))
        )
        return int(self.session.exec(waiting).one())

    def _ids(self, wanted: QueueFilter, low_confidence: float) -> SelectOfScalar[UUID]:
        # The index of the queue holds every column that filters. As long as nothing else is
        # asked for, a filter that few rows pass is answered without touching the others.
        return (
            select(Conversation.id).where(*self.mine()).where(*self._where(wanted, low_confidence))
        )

    def _order(self, wanted: QueueFilter) -> list[ColumnElement[Any]]:
        if wanted.patients is None:
            return [*KEY]
        # A few patients are found by their own index: an expression keeps SQLite from reading
        # the whole queue in order instead.
        return [col(Conversation.urgency_rank) + 0, *KEY[1:]]

    def _where(self, wanted: QueueFilter, low_confidence: float) -> list[ColumnElement[bool]]:
        equal = {
            Conversation.pool: wanted.pool,
            Conversation.category: wanted.category,
            Conversation.turn: wanted.turn,
            Conversation.location: wanted.location,
            Conversation.provider: wanted.provider,
        }
        where = [col(Conversation.state) == wanted.state]
        where += [col(column) == value for column, value in equal.items() if value]
        if wanted.urgency:
            where.append(col(Conversation.urgency_rank) == wanted.urgency.rank)
        if wanted.at_least:
            where.append(col(Conversation.urgency_rank) <= wanted.at_least.rank)
        if wanted.needs_reply is not None:
            where.append(col(Conversation.needs_reply).is_(wanted.needs_reply))
        if wanted.patients is not None:
            where.append(col(Conversation.patient_id).in_(wanted.patients))
        return where + self._whose(wanted) + self._unsorted(wanted, low_confidence)

    def _whose(self, wanted: QueueFilter) -> list[ColumnElement[bool]]:
        if wanted.owner is None:
            return []
        mine = col(Conversation.assigned_to) == wanted.owner
        return [mine if wanted.only_mine else or_(mine, col(Conversation.assigned_to).is_(None))]

    def _unsorted(self, wanted: QueueFilter, low: float) -> list[ColumnElement[bool]]:
        if not wanted.unsorted:
            return []
        return [col(Conversation.category).is_(None) | (col(Conversation.confidence) < low)]
