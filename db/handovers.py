"""What intake hands to clinicians: the queue from which note drafts will take their context."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import col

from db.base import Repository, Row


class Handover(Row, table=True):
    """Clinical content of one verified form, sealed JSON by part of the form."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("practice_id", "form_id"),
        Index("ix_handover_visit", "practice_id", "visit_ref"),
    )

    form_id: UUID
    key_id: UUID
    patient_id: UUID
    visit_ref: str = ""
    content: bytes | None = None


class Handovers(Repository[Handover]):
    """Questions about what was handed over."""

    model = Handover

    def for_form(self, form_id: UUID) -> Handover | None:
        """What was handed over from this form."""
        return self.first(self.rows().where(col(Handover.form_id) == form_id))

    def of_visit(self, visit_ref: str) -> Sequence[Handover]:
        """What patients told before this visit, oldest first."""
        mine = self.rows().where(col(Handover.visit_ref) == visit_ref)
        return self.all(mine.order_by(col(Handover.created_at)))
