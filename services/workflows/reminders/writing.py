"""Writing one proposal: an approved wording filled for one patient and one visit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from db.base import new_id
from db.patients import Patient, Patients
from db.places import Places
from db.practices import Practice
from db.reminders import (
    Reminder,
    ReminderKind,
    ReminderPreferences,
    Reminders,
    ReminderState,
)
from db.vault import Unreadable
from db.visits import Visit
from services import merges
from services.desk import Desk
from services.options import PracticeOptions
from services.workflows.reminders.approving import WANTS_NONE
from services.workflows.reminders.when import Lead, in_words
from services.workflows.reminders.wordings import approved, fill, language_of

Key = tuple[UUID, ReminderKind, int]


@dataclass(frozen=True)
class Writer:
    """Writes proposals in one transaction; what it needs to know is read with one question each.

    ``attempts`` counts what was proposed before, by visit, kind and lead time.
    """

    desk: Desk
    practice: Practice
    options: PracticeOptions
    places: Mapping[str, str]
    patients: Mapping[UUID, Patient]
    opted_out: set[UUID]
    attempts: Counter[Key]

    def write(self, visit: Visit, lead: Lead) -> str:
        """One proposal. Returns what became of it, as a word to count."""
        patient = self.patients[visit.patient_id]
        language = language_of(patient.language)
        wording = approved(lead.kind, language)
        text = fill(wording, self._values(patient, visit, language))
        if not text:
            return "nameless"
        row = self._row(visit, lead, patient, language, wording.subject)
        self.desk.vault.seal_into(row, text=text)
        if patient.id in self.opted_out:
            row.state, row.trouble = ReminderState.SKIPPED, WANTS_NONE
        self.desk.open(Reminders).add(row)
        self.desk.record("reminders.proposed", row.ref, sources=visit.ref)
        return "opted_out" if patient.id in self.opted_out else "proposed"

    def _values(self, patient: Patient, visit: Visit, language: str) -> dict[str, str]:
        return {
            "first_name": self._first_name(patient),
            "when": in_words(visit.starts_at, self.options.zone, language),
            "provider": self.places.get(visit.provider, ""),
            "location": self.places.get(visit.location, ""),
            "practice": self.options.signature or self.practice.name,
            "practice_phone": self.options.phone,
        }

    def _first_name(self, patient: Patient) -> str:
        try:
            name = self.desk.vault.read(patient, "name").text.split()
        except Unreadable:
            return ""  # one damaged record must not keep all others from being reminded
        return name[0] if name else ""

    def _row(
        self, visit: Visit, lead: Lead, patient: Patient, language: str, subject: str
    ) -> Reminder:
        before = self.attempts[(visit.id, lead.kind, lead.days)]
        return Reminder(
            practice_id=self.desk.practice_id, visit_id=visit.id, visit_at=visit.starts_at,
            patient_id=patient.id, key_id=self.desk.vault.new_key_id(), kind=lead.kind,
            lead_days=lead.days, attempt=before + 1, location=visit.location,
            provider=visit.provider, language=language, subject=subject, send_at=lead.send_at,
            until=lead.until, content_hash=new_id().hex,
        )  # fmt: skip


def writer_for(
    desk: Desk, practice: Practice, options: PracticeOptions, visits: Sequence[Visit]
) -> Writer:
    """A writer of proposals for *visits*. Merged patients live on in the record that survived."""
    found = desk.open(Patients).get_many([visit.patient_id for visit in visits])
    patients = {patient.id: merges.survivor(desk, patient) for patient in found}
    with suppress(Unreadable):  # told one by one where the name is read
        desk.vault.preload([patient.key_id for patient in patients.values()])
    earlier = desk.open(Reminders).of_visits([visit.id for visit in visits])
    return Writer(
        desk=desk,
        practice=practice,
        options=options,
        places={ref: place.name for ref, place in desk.open(Places).by_ref().items()},
        patients=patients,
        opted_out=desk.open(ReminderPreferences).opted_out(p.id for p in patients.values()),
        attempts=Counter((row.visit_id, row.kind, row.lead_days) for row in earlier),
    )
