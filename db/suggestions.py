"""What an engine suggested for an item, with everything needed to explain it later."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime, Word


class Outcome(StrEnum):
    """What became of a suggestion."""

    WAITING = "waiting"
    USED = "used"  # sent as it was
    EDITED = "edited"  # sent after a person changed it
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"  # the conversation moved on before anyone decided


class Suggestion(Row, table=True):
    """One answer of one engine. ``answer`` is sealed JSON; ``source_hash`` is what it was made from."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("ix_suggestion_subject", "practice_id", "conversation_id", "created_at"),
    )

    conversation_id: UUID
    key_id: UUID
    engine: str
    model: str
    prompt_digest: str
    source_hash: str
    source_refs: str = ""
    answer: bytes | None = None
    category: str = ""
    urgency: str = ""
    confidence: float = 0.0
    has_draft: bool = False
    shadow: bool = False  # made while the workflow was in shadow: measured, never shown
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    microdollars: int = 0
    took_ms: int = 0
    outcome: Outcome = Field(default=Outcome.WAITING, sa_type=Word(Outcome))
    edit_distance: float | None = None  # 0 sent as drafted, 1 nothing left of it
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Suggestions(Repository[Suggestion]):
    """Questions about suggestions."""

    model = Suggestion

    def latest(self, conversation_id: UUID) -> Suggestion | None:
        """The newest suggestion that may be shown."""
        mine = self.rows().where(
            col(Suggestion.conversation_id) == conversation_id, col(Suggestion.shadow).is_(False)
        )
        return self.first(mine.order_by(col(Suggestion.created_at).desc()))

    def of(self, conversation_id: UUID) -> Sequence[Suggestion]:
        """Everything ever suggested for a conversation, oldest first."""
        mine = self.rows().where(col(Suggestion.conversation_id) == conversation_id)
        return self.all(mine.order_by(col(Suggestion.created_at)))

    def supersede(self, conversation_id: UUID) -> int:
        """Nobody may send what was drafted before the conversation moved on."""
        return self.supersede_many([conversation_id])

    def supersede_many(self, conversation_ids: Sequence[UUID]) -> int:
        """The same for many conversations at once."""
        waiting = self.change().where(
            col(Suggestion.conversation_id).in_(conversation_ids),
            col(Suggestion.outcome) == Outcome.WAITING,
        )
        return self.changed(waiting.values(outcome=Outcome.SUPERSEDED))
