"""The fields of intake forms: what was proposed, and what a person decided about each."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime, Word


class Decision(StrEnum):
    """What a person decided about one field."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # the chart stays as it is
    ASKED = "asked"  # the patient was asked
    ESCALATED = "escalated"  # a clinician decides


class IntakeField(Row, table=True):
    """One row of the review. ``detail`` is sealed JSON of a ``Difference``, see the workflow.

    ``verdict`` and ``step`` are the workflow's words. ``accepted`` is what a person took over,
    sealed; ``decided_by`` and ``decided_at`` say who and when. A row that an amended form
    replaced is kept, with ``replaced_at``.
    """

    __tablename__ = "intake_field"
    __table_args__ = (
        Index("ix_intake_field_form", "practice_id", "form_id", "position"),
        Index("ix_intake_field_delivery", "practice_id", "delivery_id"),
    )

    form_id: UUID
    key_id: UUID
    path: str
    position: int
    verdict: str
    step: str = ""
    confidence: float = 0.0
    engine: str = ""
    chart_ref: str = ""
    detail: bytes | None = None
    decision: Decision = Field(default=Decision.OPEN, sa_type=Word(Decision))
    accepted: bytes | None = None
    reason: bytes | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_id: UUID | None = None  # the promise that writes it into the chart
    replaced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IntakeFields(Repository[IntakeField]):
    """Questions about the fields of forms."""

    model = IntakeField

    def of(self, form_id: UUID) -> Sequence[IntakeField]:
        """The rows of a form as they stand, in the order of the form."""
        mine = self.rows().where(
            col(IntakeField.form_id) == form_id, col(IntakeField.replaced_at).is_(None)
        )
        return self.all(mine.order_by(col(IntakeField.position)))

    def of_delivery(self, delivery_id: UUID) -> Sequence[IntakeField]:
        """The rows that one delivery writes."""
        return self.all(self.rows().where(col(IntakeField.delivery_id) == delivery_id))

    def history(self, form_id: UUID) -> Sequence[IntakeField]:
        """Every row a form ever had, oldest first."""
        mine = self.rows().where(col(IntakeField.form_id) == form_id)
        return self.all(mine.order_by(col(IntakeField.created_at), col(IntakeField.position)))
