"""The schedule ahead, as the EHR's encounters tell it: what forms and reminders belong to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, UtcDateTime

OFF = ("cancelled", "noshow", "entered-in-error")
DONE = ("finished",)


class Visit(Row, table=True):
    """One visit. ``status`` is FHIR's; ``reason`` is sealed under the patient's key.

    ``seen_at`` is when the schedule last showed it, ``forms_at`` when its forms were last read.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("practice_id", "ehr_ref"),
        Index("ix_visit_starts", "practice_id", "starts_at"),
        Index("ix_visit_patient", "practice_id", "patient_id", "starts_at"),
    )

    ehr_ref: str
    patient_id: UUID
    key_id: UUID
    starts_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    reason: bytes | None = None
    provider: str = ""
    location: str = ""
    seen_at: datetime = Field(sa_type=UtcDateTime)
    forms_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_on(self) -> bool:
        """Whether the patient is still expected, or here."""
        return self.status not in (*OFF, *DONE)


class Visits(Repository[Visit]):
    """Questions about the schedule."""

    model = Visit

    def by_refs(self, ehr_refs: Iterable[str]) -> dict[str, Visit]:
        """Visits by their EHR reference."""
        found = self.all(self.rows().where(col(Visit.ehr_ref).in_(list(ehr_refs))))
        return {visit.ehr_ref: visit for visit in found}

    def between(self, first: datetime, last: datetime) -> Sequence[Visit]:
        """Visits that start from *first* up to *last*, soonest first, those that are off too."""
        mine = self.rows().where(col(Visit.starts_at) >= first, col(Visit.starts_at) < last)
        return self.all(mine.order_by(col(Visit.starts_at), col(Visit.id)))

    def next_of(self, patient_id: UUID, first: datetime) -> Visit | None:
        """The patient's next visit from *first* on that is still on."""
        ahead = self.rows().where(
            col(Visit.patient_id) == patient_id,
            col(Visit.starts_at) >= first,
            col(Visit.status).not_in((*OFF, *DONE)),
        )
        return self.first(ahead.order_by(col(Visit.starts_at)).limit(1))

    def to_ask(
        self, first: datetime, last: datetime, asked_before: datetime, limit: int
    ) -> Sequence[Visit]:
        """Visits from *first* up to *last* whose forms were not read since *asked_before*, longest ago first."""
        due = self.rows().where(
            col(Visit.starts_at) >= first,
            col(Visit.starts_at) < last,
            col(Visit.status).not_in((*OFF, *DONE)),
            col(Visit.forms_at).is_(None) | (col(Visit.forms_at) < asked_before),
        )
        never_first = (col(Visit.forms_at).is_not(None), col(Visit.forms_at))
        return self.all(
            due.order_by(*never_first, col(Visit.starts_at), col(Visit.id)).limit(limit)
        )
