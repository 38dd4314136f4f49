"""Ask the patient about one field: a message through the outbox, in the patient's language."""

from db.intake import IntakeForm
from db.intake_fields import Decision
from db.patients import Patients
from services.desk import Desk
from services.errors import Invalid
from services.outbox import promise_message
from services.workflows.intake.acting import form_action, require_ready, row_of
from services.workflows.intake.fields import Difference
from services.workflows.intake.reviewing import count

SUBJECT = {"en": "A question about your check-in form", "es": "Una pregunta sobre su formulario"}
WORDINGS = {
    "en": (
        "Thank you for filling in your check-in form. We could not be sure about one answer: "
        "“{question}”. Could you please write it to us again?"
    ),
    "es": (
        "Gracias por llenar su formulario. No estamos seguros de una respuesta: "
        "“{question}”. ¿Podría escribirla de nuevo, por favor?"
    ),
}
LONGEST_QUESTION = 200  # characters of the form's own question


@form_action("intake.ask_patient", "Ask the patient")
def ask_patient(desk: Desk, form: IntakeForm, path: str, text: str) -> None:
    """Ask the patient about this field; the form waits for the answer, or for your decision."""
    require_ready(desk, form)
    row = row_of(desk, form, path)
    if row.decision is not Decision.OPEN:
        raise Invalid("Somebody has decided on this field already.")
    if form.patient_id is None:
        raise Invalid("Please confirm whose form this is first.")
    patient = desk.open(Patients).get(form.patient_id)
    subject = SUBJECT.get(patient.language[:2], SUBJECT["en"])
    promise_message(
        desk, patient, subject, text, workflow="intake", key_id=form.key_id, form_id=form.id
    )
    row.decision, row.decided_by, row.decided_at = (
        Decision.ASKED,
        desk.actor.staff_id,
        desk.now,
    )
    desk.session.flush()
    count(desk, form)


def question_for(row: Difference, language: str = "en") -> str:
    """A wording to start from: it quotes the form's question, never the patient's answer."""
    label = row.found.source.label if row.found else ""
    question = " ".join(label.split())[:LONGEST_QUESTION] or row.path.rpartition(".")[2]
    return WORDINGS.get(language[:2], WORDINGS["en"]).format(question=question)
