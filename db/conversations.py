"""Conversations: the items of the inbox, each a portal thread that somebody must answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Index, UniqueConstraint, func
from sqlmodel import Field, col, select

from db.base import Repository, Row, UtcDateTime, Word
from db.vocabulary import Category, Urgency


class State(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Turn(StrEnum):
    """Who has to move next."""

    PRACTICE = "practice"
    PATIENT = "patient"
    NOBODY = "nobody"


class Triage(StrEnum):
    """Whether an engine has sorted this conversation yet."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # shown as "not categorised"; the red-flag floor still holds


# The order of the queue, then all that filters it, so that the index alone answers (db.queue).
QUEUE_COLUMNS = (
    "practice_id", "state", "urgency_rank", "waiting_since", "id", "assigned_to", "pool",
    "category", "turn", "needs_reply", "confidence", "location", "provider", "patient_id",
)  # fmt: skip


class Conversation(Row, table=True):
    """One portal thread as work: sorted, owned, answered.

    ``version`` rises with every change a person must have seen; ``content_hash`` is the
    digest of what a reader is shown of the patient's words. ``floor`` is the urgency the
    red-flag rules demand: ``urgency`` can never be below it. ``urgency_rank`` mirrors
    ``urgency`` so that the queue can be read in order from its index.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("practice_id", "thread_id"),
        Index("ix_conversation_queue", *QUEUE_COLUMNS),
        Index("ix_conversation_triage", "practice_id", "triage", "urgency_rank", "waiting_since"),
        Index("ix_conversation_patient", "practice_id", "patient_id"),
        Index("ix_conversation_snoozed", "practice_id", "snoozed_until"),
        Index("ix_conversation_closed", "practice_id", "purged_at", "closed_at"),
    )

    thread_id: str
    patient_id: UUID
    key_id: UUID
    subject: bytes | None = None
    snippet: bytes | None = None
    location: str = ""
    department: str = ""
    provider: str = ""

    state: State = Field(default=State.OPEN, sa_type=Word(State))
    turn: Turn = Field(default=Turn.PRACTICE, sa_type=Word(Turn))
    version: int = 1
    content_hash: str = ""
    category: Category | None = Field(default=None, sa_type=Word(Category))
    urgency: Urgency = Field(default=Urgency.ROUTINE, sa_type=Word(Urgency))
    urgency_rank: int = 3
    floor: Urgency = Field(default=Urgency.ROUTINE, sa_type=Word(Urgency))
    flags: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # no patient words
    needs_reply: bool = True
    confidence: float | None = None
    triage: Triage = Field(default=Triage.WAITING, sa_type=Word(Triage))
    triage_lease: datetime | None = Field(default=None, sa_type=UtcDateTime)
    suspicious: bool = False  # the text tries to give orders to a model
    sorted_by: str = ""  # engine, or "staff" once a person decided

    assigned_to: UUID | None = None
    pool: str = "front_desk"
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_at: datetime = Field(sa_type=UtcDateTime)
    waiting_since: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_as: str = ""
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # its key is destroyed
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    touches: int = 0
    last_actor: UUID | None = None
    last_verb: str = ""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = ""  # why a delivery came back, in words for staff

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.state in (State.OPEN, State.SNOOZED)

    def set_urgency(self, urgency: Urgency) -> None:
        """Sort by *urgency*, or by the floor where that is more urgent."""
        self.urgency = urgency.at_least(self.floor)
        self.urgency_rank = self.urgency.rank


class Conversations(Repository[Conversation]):
    """Questions about conversations; the queue's own are in ``db.queue``."""

    model = Conversation

    def by_threads(self, thread_ids: Iterable[str]) -> dict[str, Conversation]:
        """Conversations by portal thread, locked until the transaction ends."""
        mine = self.rows().where(col(Conversation.thread_id).in_(list(thread_ids)))
        found = self.all(mine.order_by(col(Conversation.id)).with_for_update())
        return {conversation.thread_id: conversation for conversation in found}

    def open_of(self, patient_id: UUID) -> Sequence[Conversation]:
        """Open and snoozed conversations of one patient, locked until the transaction ends."""
        mine = self.rows().where(
            col(Conversation.patient_id) == patient_id,
            col(Conversation.state).in_((State.OPEN, State.SNOOZED)),
        )
        return self.all(mine.with_for_update())

    def get_many(self, ids: Sequence[UUID]) -> Sequence[Conversation]:
        """These conversations, in no order."""
        return self.all(self.rows().where(col(Conversation.id).in_(list(ids))))

    def locked(self, id: UUID) -> Conversation | None:
        """The conversation as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(Conversation.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def locked_many(self, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
        """The same for many, by id: in that order, so that nobody waits for each other."""
        mine = self.rows().where(col(Conversation.id).in_(ids)).order_by(col(Conversation.id))
        fresh = mine.with_for_update().execution_options(populate_existing=True)
        return {conversation.id: conversation for conversation in self.all(fresh)}

    def take(self, id: UUID, version: int) -> bool:
        """Compare and set: raise the version if it is still *version*. Locks the row."""
        mine = (col(Conversation.id) == id, col(Conversation.version) == version)
        return self.changed(self.change().where(*mine).values(version=version + 1)) == 1

    def due_again(self, now: datetime, limit: int) -> Sequence[Conversation]:
        """Snoozed conversations whose time has come."""
        due = self.rows().where(
            col(Conversation.state) == State.SNOOZED, col(Conversation.snoozed_until) <= now
        )
        return self.all(due.order_by(col(Conversation.snoozed_until)).limit(limit))

    def claim_untriaged(self, now: datetime, until: datetime, limit: int) -> Sequence[Conversation]:
        """Take a batch that no engine has sorted, most urgent first, and lease it.

        What failed is taken again, last, when its lease has run out; without one it stays as it is.
        """
        run_out = col(Conversation.triage_lease) < now
        free = col(Conversation.triage_lease).is_(None) | run_out
        batch = self._untriaged(Triage.WAITING, free, limit)
        batch += self._untriaged(Triage.FAILED, run_out, limit - len(batch))
        ids = [conversation.id for conversation in batch]
        self.changed(self.change().where(col(Conversation.id).in_(ids)).values(triage_lease=until))
        return batch

    def _untriaged(
        self, triage: Triage, free: ColumnElement[bool], limit: int
    ) -> list[Conversation]:
        # One kind at a time: only then does the index give them in order, however many wait.
        waiting = self.rows().where(col(Conversation.triage) == triage, free)
        order = (col(Conversation.urgency_rank), col(Conversation.waiting_since))
        first = waiting.order_by(*order).limit(limit).with_for_update(skip_locked=True)
        return list(self.all(first))

    def counts(self) -> dict[tuple[str, str], int]:
        """How many conversations there are by state and urgency."""
        grouped = (
            select(Conversation.state, Conversation.urgency_rank, func.count())
            .where(col(Conversation.practice_id) == self.practice_id)
            .group_by(col(Conversation.state), col(Conversation.urgency_rank))
        )
        ranks = list(Urgency)
        return {(str(s), str(ranks[r])): n for s, r, n in self.session.exec(grouped)}
