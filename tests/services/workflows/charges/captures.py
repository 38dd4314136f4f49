"""A visit whose note was signed, put into the books without any eCW behind it."""

from datetime import date, timedelta
from uuid import UUID

from db.base import new_id
from db.charges import ChargeCapture, ChargeState
from db.patients import Patient
from db.practices import Practice
from services.container import Container
from services.desk import Actor, working
from services.ehr.notebook import NoteSection, SignedNote
from services.workflows.charges.keeping import keep_suggestions
from services.workflows.charges.signed_words import read_signed
from services.workflows.charges.suggesting import suggestions

NOTE = (
    ("hpi", "Blood pressure was 158/94 at home."),
    ("exam", "An EKG was performed in the office today and shows sinus rhythm."),
    ("assessment", "Hypertension is uncontrolled. Type 2 diabetes is stable."),
    ("plan", "Increase lisinopril to 20 mg daily."),
)


def signed_capture(
    container: Container, practice: Practice, *, name: str = "Sample [One](x)", number: int = 1
) -> UUID:
    """A capture to approve of a visit of this morning; its id."""
    with working(container, Actor.job(practice.id, "charges.poll")) as desk:
        keys = [desk.vault.new_key() for _ in range(2)]
        desk.session.add_all(keys)
        patient = Patient(practice_id=practice.id, ehr_ref=f"Patient/p.{number}", key_id=keys[0].id)
        desk.vault.seal_into(patient, name=name)
        capture = ChargeCapture(
            id=new_id(), practice_id=practice.id, encounter_ref=f"Encounter/e.{number}",
            patient_id=patient.id, key_id=keys[1].id, visit_at=desk.now - timedelta(minutes=number),
            provider="Practitioner/pr.1", state=ChargeState.READY,
        )  # fmt: skip
        desk.session.add_all([patient, capture])
        sections = tuple(NoteSection(key, key, key.title(), "L", text) for key, text in NOTE)
        note = SignedNote(capture.encounter_ref, patient.ehr_ref, desk.now, sections)
        codes = suggestions(read_signed(note), date(2026, 1, 5))
        keep_suggestions(desk, capture, note, codes)
        return capture.id
