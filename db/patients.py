"""Who writes to the practice: names sealed, found by blind index only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, UniqueConstraint, delete, exists
from sqlalchemy.orm import aliased
from sqlmodel import Field, col, func, select

from db.base import Repository, Row, UtcDateTime
from db.charges import ChargeCapture
from db.claims import Claim
from db.conversations import Conversation, State
from db.intake import IntakeForm
from db.visit_notes import VisitNote
from db.visit_summaries import VisitSummary
from db.visits import Visit


class Patient(Row, table=True):
    """A patient as of ``fetched_at``. ``chart`` is a sealed JSON summary for the open item."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("practice_id", "ehr_ref"),)

    ehr_ref: str
    key_id: UUID
    name: bytes | None = None
    birth_date: bytes | None = None
    mrn: bytes | None = None
    chart: bytes | None = None
    language: str = ""
    synthetic: bool = False
    replaced_by: str | None = None
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wanted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PatientIndex(Row, table=True):
    """One blind-indexed fact by which a patient can be found exactly."""

    __tablename__ = "patient_index"
    __table_args__ = (UniqueConstraint("practice_id", "digest", "patient_id"),)

    patient_id: UUID = Field(index=True)
    digest: bytes


class Patients(Repository[Patient]):
    """Questions about patients."""

    model = Patient

    def by_refs(self, refs: Iterable[str]) -> dict[str, Patient]:
        """Patients by their EHR reference."""
        found = self.all(self.rows().where(col(Patient.ehr_ref).in_(list(refs))))
        return {patient.ehr_ref: patient for patient in found}

    def get_many(self, ids: Sequence[UUID]) -> Sequence[Patient]:
        """These patients, in no order."""
        return self.all(self.rows().where(col(Patient.id).in_(list(ids))))

    def to_fetch(self, older_than: datetime, limit: int) -> Sequence[Patient]:
        """Patients with open work whose chart is missing, asked for or old; asked-for first."""
        never = col(Patient.fetched_at).is_(None)
        due = self.rows().where(
            self._has(col(Conversation.state).in_((State.OPEN, State.SNOOZED))),
            never
            | (col(Patient.fetched_at) < older_than)
            | (col(Patient.wanted_at) > col(Patient.fetched_at)),
        )
        first = (never.desc(), col(Patient.wanted_at).is_(None), col(Patient.fetched_at))
        return self.all(due.order_by(*first).limit(limit))

    def nameless(self, limit: int) -> Sequence[Patient]:
        """Patients with open work of whom nothing was fetched yet, not even a name."""
        unknown = self.rows().where(
            self._has(col(Conversation.state).in_((State.OPEN, State.SNOOZED))),
            col(Patient.fetched_at).is_(None),
            col(Patient.name).is_(None),
        )
        return self.all(unknown.order_by(col(Patient.created_at)).limit(limit))

    def forgettable(self, seen_before: datetime, limit: int) -> Sequence[Patient]:
        """Patients of whom we still keep something, though every item of theirs is purged.

        Whose visit is ahead, or was after *seen_before*, is not forgotten.
        """
        kept = self.rows().where(
            col(Patient.fetched_at).is_not(None) | col(Patient.name).is_not(None),
            ~self._has(col(Conversation.purged_at).is_(None)),
            ~self._has_form(),
            ~self._has_claim(),
            ~self._has_note(),
            ~self._has_summary(),
            ~self._has_charge(),
            ~self._has_visit(seen_before),
        )
        return self.all(kept.limit(limit).with_for_update())

    def _has(self, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(
            col(Conversation.practice_id) == self.practice_id,
            col(Conversation.patient_id) == col(Patient.id),
            wanted,
        )

    def _has_form(self) -> ColumnElement[bool]:
        return exists().where(
            col(IntakeForm.practice_id) == self.practice_id,
            col(IntakeForm.patient_id) == col(Patient.id),
            col(IntakeForm.purged_at).is_(None),
        )

    def _has_claim(self) -> ColumnElement[bool]:
        return exists().where(
            col(Claim.practice_id) == self.practice_id,
            col(Claim.patient_id) == col(Patient.id),
            col(Claim.purged_at).is_(None),
        )

    def _has_note(self) -> ColumnElement[bool]:
        return exists().where(
            col(VisitNote.practice_id) == self.practice_id,
            col(VisitNote.patient_id) == col(Patient.id),
            col(VisitNote.purged_at).is_(None),
        )

    def _has_summary(self) -> ColumnElement[bool]:
        return exists().where(
            col(VisitSummary.practice_id) == self.practice_id,
            col(VisitSummary.patient_id) == col(Patient.id),
            col(VisitSummary.purged_at).is_(None),
        )

    def _has_charge(self) -> ColumnElement[bool]:
        return exists().where(
            col(ChargeCapture.practice_id) == self.practice_id,
            col(ChargeCapture.patient_id) == col(Patient.id),
            col(ChargeCapture.purged_at).is_(None),
        )

    def _has_visit(self, since: datetime) -> ColumnElement[bool]:
        return exists().where(
            col(Visit.practice_id) == self.practice_id,
            col(Visit.patient_id) == col(Patient.id),
            col(Visit.starts_at) >= since,
        )

    def matching(self, digests: Sequence[bytes]) -> Sequence[UUID]:
        """Ids of patients with any of these blind-indexed facts."""
        wanted = (
            col(PatientIndex.practice_id) == self.practice_id,
            col(PatientIndex.digest).in_(list(digests)),
        )
        return self.session.exec(select(PatientIndex.patient_id).where(*wanted).distinct()).all()

    def having(self, digests: Iterable[bytes]) -> dict[bytes, set[UUID]]:
        """For each of these blind-indexed facts the ids of the patients it is true of."""
        wanted = (
            col(PatientIndex.practice_id) == self.practice_id,
            col(PatientIndex.digest).in_(list(digests)),
        )
        found: dict[bytes, set[UUID]] = {}
        for digest, id in self.session.exec(
            select(PatientIndex.digest, PatientIndex.patient_id).where(*wanted)
        ):
            found.setdefault(digest, set()).add(id)
        return found

    def index(self, patient: Patient, digests: Iterable[bytes]) -> None:
        """Replace the facts by which *patient* is found."""
        mine = (
            col(PatientIndex.practice_id) == self.practice_id,
            col(PatientIndex.patient_id) == patient.id,
        )
        self.session.connection().execute(delete(PatientIndex).where(*mine))
        self.session.add_all(
            PatientIndex(practice_id=self.practice_id, patient_id=patient.id, digest=digest)
            for digest in set(digests)
        )

    def of_claims_of_nobody(self, limit: int) -> Sequence[UUID]:
        """Ids of claims of nobody whose very name and birth date one single patient has by now."""
        name, birth = aliased(PatientIndex), aliased(PatientIndex)
        mine = (
            select(Claim.id)
            .join(name, col(name.digest) == col(Claim.name_digest))
            .join(birth, col(birth.digest) == col(Claim.birth_digest))
            .where(
                col(Claim.practice_id) == self.practice_id,
                col(name.practice_id) == self.practice_id,
                col(birth.practice_id) == self.practice_id,
                col(birth.patient_id) == col(name.patient_id),
                col(Claim.patient_id).is_(None),
                col(Claim.purged_at).is_(None),
            )
        )
        alone = func.count(col(name.patient_id).distinct()) == 1
        return self.session.exec(mine.group_by(col(Claim.id)).having(alone).limit(limit)).all()
