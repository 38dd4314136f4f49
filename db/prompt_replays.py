"""Past messages put to instructions that are not in force: what was asked, and what came back."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func
from sqlmodel import Field, col, select

from db.base import Repository, Row, UtcDateTime, Word
from db.conversations import Conversation, State
from db.suggestions import Suggestion


class ReplayState(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class ItemState(StrEnum):
    """Where one message of a replay stands."""

    WAITING = "waiting"
    ASKED = "asked"  # the question left; it is never put a second time by itself
    DONE = "done"
    FAILED = "failed"
    INSIDE = "inside"  # it never leaves for a model, whatever the instructions


class PromptReplay(Row, table=True):
    """One replay of one version. ``live_digest`` is what was in force, and is compared with.

    ``why`` says why it pauses, and ``next_at`` until when.
    """

    __tablename__ = "prompt_replay"
    __table_args__ = (Index("ix_prompt_replay_version", "practice_id", "workflow", "created_at"),)

    workflow: str
    number: int
    digest: str
    live_digest: str
    state: ReplayState = Field(default=ReplayState.RUNNING, sa_type=Word(ReplayState))
    staff_id: UUID | None = None
    estimated: int = 0  # millionths of a US dollar
    why: str = ""
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PromptReplays(Repository[PromptReplay]):
    """Questions about replays."""

    model = PromptReplay

    def newest(self, workflow: str, limit: int = 20) -> Sequence[PromptReplay]:
        """The last replays for one kind of work, newest first."""
        mine = self.rows().where(col(PromptReplay.workflow) == workflow)
        return self.all(mine.order_by(col(PromptReplay.id).desc()).limit(limit))

    def running(self) -> PromptReplay | None:
        """The replay that is under way, the oldest first."""
        mine = self.rows().where(col(PromptReplay.state) == ReplayState.RUNNING)
        return self.first(mine.order_by(col(PromptReplay.id)))

    def locked(self, id: UUID) -> PromptReplay | None:
        """The replay as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(PromptReplay.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))


class ReplayItem(Row, table=True):
    """One past message of a replay: what people decided, what was suggested then, what is now.

    ``answer`` is sealed JSON under the conversation's own key, so that it goes with it.
    """

    __tablename__ = "prompt_replay_item"
    __table_args__ = (
        UniqueConstraint("practice_id", "replay_id", "conversation_id"),
        Index("ix_prompt_replay_item_next", "practice_id", "replay_id", "state", "place"),
    )

    replay_id: UUID
    conversation_id: UUID
    key_id: UUID
    place: int
    state: ItemState = Field(default=ItemState.WAITING, sa_type=Word(ItemState))
    lease: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    decided_category: str
    decided_urgency: str
    live_category: str = ""
    live_urgency: str = ""
    suggestion_id: UUID | None = None
    category: str = ""
    urgency: str = ""
    has_draft: bool = False
    answer: bytes | None = None
    why: str = ""
    microdollars: int = 0
    took_ms: int = 0


class ReplayItems(Repository[ReplayItem]):
    """Questions about the messages of replays."""

    model = ReplayItem

    def of(self, replay_id: UUID) -> Sequence[ReplayItem]:
        """Every message of one replay, in its order."""
        mine = self.rows().where(col(ReplayItem.replay_id) == replay_id)
        return self.all(mine.order_by(col(ReplayItem.place)))

    def claim(self, replay_id: UUID, until: datetime) -> ReplayItem | None:
        """The next message that was never asked, taken for whoever claims it."""
        mine = self.rows().where(
            col(ReplayItem.replay_id) == replay_id, col(ReplayItem.state) == ItemState.WAITING
        )
        item = self.first(mine.order_by(col(ReplayItem.place)).with_for_update(skip_locked=True))
        if item is not None:
            item.state, item.lease, item.tries = ItemState.ASKED, until, item.tries + 1
        return item

    def locked(self, id: UUID) -> ReplayItem | None:
        """The message as it is now, locked until the transaction ends."""
        mine = self.rows().where(col(ReplayItem.id) == id).with_for_update()
        return self.first(mine.execution_options(populate_existing=True))

    def give_up_asked(self, replay_id: UUID, now: datetime, why: str) -> int:
        """What was asked by a worker that is gone has no answer, and is not asked again."""
        lost = self.change().where(
            col(ReplayItem.replay_id) == replay_id,
            col(ReplayItem.state) == ItemState.ASKED,
            col(ReplayItem.lease) < now,
        )
        return self.changed(lost.values(state=ItemState.FAILED, lease=None, why=why))

    def put_back_failed(self, replay_id: UUID) -> int:
        """Let everything without an answer be asked once more. Returns how many."""
        failed = self.change().where(
            col(ReplayItem.replay_id) == replay_id, col(ReplayItem.state) == ItemState.FAILED
        )
        return self.changed(failed.values(state=ItemState.WAITING, why="", tries=0))

    def counts(self, replay_id: UUID) -> dict[ItemState, int]:
        """How many messages there are in each state."""
        grouped = (
            select(ReplayItem.state, func.count())
            .where(col(ReplayItem.practice_id) == self.practice_id)
            .where(col(ReplayItem.replay_id) == replay_id)
            .group_by(col(ReplayItem.state))
        )
        return {ItemState(state): number for state, number in self.session.exec(grouped)}

    def average(self) -> tuple[float, float] | None:
        """What an answer in a replay cost and took, on average; ``None`` where there was none."""
        asked = (
            select(func.avg(ReplayItem.microdollars), func.avg(ReplayItem.took_ms))
            .where(col(ReplayItem.practice_id) == self.practice_id)
            .where(col(ReplayItem.state) == ItemState.DONE)
        )
        cost, took = self.session.exec(asked).one()
        return None if cost is None or took is None else (float(cost), float(took))


class PastConversations(Repository[Conversation]):
    """Questions about conversations that people have dealt with and that can still be read."""

    model = Conversation

    def decided(self, limit: int) -> Sequence[Conversation]:
        """The last ones that somebody here closed, newest first."""
        mine = self.rows().where(
            col(Conversation.state) == State.CLOSED,
            col(Conversation.purged_at).is_(None),
            col(Conversation.category).is_not(None),
            col(Conversation.last_actor).is_not(None),
        )
        newest = (col(Conversation.closed_at).desc(), col(Conversation.id).desc())
        return self.all(mine.order_by(*newest).limit(limit))


class PastSuggestions(Repository[Suggestion]):
    """Questions about what instructions brought about."""

    model = Suggestion

    def made_by(
        self, digest: str, engine: str, conversation_ids: Sequence[UUID]
    ) -> dict[UUID, Suggestion]:
        """The newest suggestion that *engine* made with these instructions, by conversation."""
        mine = self.rows().where(
            col(Suggestion.prompt_digest) == digest,
            col(Suggestion.engine) == engine,
            col(Suggestion.conversation_id).in_(list(conversation_ids)),
        )
        found = self.all(mine.order_by(col(Suggestion.created_at)))
        return {suggestion.conversation_id: suggestion for suggestion in found}

    def average_of(self, engine: str) -> tuple[float, float] | None:
        """What an answer of *engine* cost and took, on average; ``None`` where it never answered."""
        asked = (
            select(func.avg(Suggestion.microdollars), func.avg(Suggestion.took_ms))
            .where(col(Suggestion.practice_id) == self.practice_id)
            .where(col(Suggestion.engine) == engine)
        )
        cost, took = self.session.exec(asked).one()
        return None if cost is None or took is None else (float(cost), float(took))
