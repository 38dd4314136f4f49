"""Appeal letters: the draft, every edit's result, what each sentence rests on, and the outcome."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime, Word


class LetterState(StrEnum):
    """Where a letter stands."""

    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"
    WON = "won"
    LOST = "lost"
    DROPPED = "dropped"


class AppealLetter(Row, table=True):
    """One letter for one denial, sealed under its claim's key.

    ``first`` is the draft as it was made and ``text`` as it stands now: both are lists of
    sentences with their sources, as JSON. ``needed`` lists what no source supports yet.
    ``engine`` drafted it; a model's name, prompt, tokens and cost (microdollars) stand with it.
    """

    __tablename__ = "appeal_letter"
    __table_args__ = (Index("ix_appeal_letter_denial", "practice_id", "denial_id"),)

    denial_id: UUID
    claim_id: UUID
    key_id: UUID
    template: str
    engine: str = "local"
    model: str = ""
    prompt_digest: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    microdollars: int = 0
    took_ms: int = 0
    first: bytes | None = None
    text: bytes | None = None
    needed: bytes | None = None
    enclosures: bytes | None = None
    digest: str = ""  # of the text, as it was approved
    state: LetterState = Field(default=LetterState.DRAFT, sa_type=Word(LetterState))
    made_at: datetime = Field(sa_type=UtcDateTime)
    edited_by: UUID | None = None
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AppealLetters(Repository[AppealLetter]):
    """Questions about letters."""

    model = AppealLetter

    def of_denial(self, denial_id: UUID) -> AppealLetter | None:
        """The newest letter of a denial that was not dropped."""
        mine = self.rows().where(
            col(AppealLetter.denial_id) == denial_id,
            col(AppealLetter.state) != LetterState.DROPPED,
        )
        return self.first(mine.order_by(col(AppealLetter.id).desc()))

    def of_claim(self, claim_id: UUID) -> Sequence[AppealLetter]:
        """Every letter about a claim, oldest first."""
        mine = self.rows().where(col(AppealLetter.claim_id) == claim_id)
        return self.all(mine.order_by(col(AppealLetter.id)))
