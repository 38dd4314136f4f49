"""Whose form is it, and is it one at all: confirm, unlink, remove, restore."""

from db.intake import FormState, IntakeForm, Match
from db.intake_fields import Decision, IntakeFields
from db.visits import Visits
from services import returns
from services.chart import patients_of
from services.desk import Desk
from services.errors import Invalid
from services.workflows.intake.acting import form_action

TAKEN_AWAY = "Taken away from the patient it came under. Please say whose form it is."
NONE_OF_THEM = "Somebody looked: it is none of the likely patients."
WRITTEN_THERE = "Some of it had left for that patient's chart. Please correct it in eCW."


@form_action("intake.confirm_patient", "This patient")
def confirm_patient(desk: Desk, form: IntakeForm, patient_ref: str) -> None:
    """Say whose form this is; it is then compared with that chart."""
    if not form.is_open or form.state is FormState.WRITING:
        raise Invalid("This form is not open for review.")
    if not patient_ref.startswith("Patient/"):
        raise Invalid("Please choose a patient from the list.")
    patient = patients_of(desk, {patient_ref})[patient_ref]
    left = form.patient_id != patient.id and _calls_back(desk, form)
    visit = desk.open(Visits).next_of(patient.id, desk.now)
    form.patient_id, form.match, form.registration = patient.id, Match.CONFIRMED, None
    form.candidates = None
    form.visit_ref, form.visit_at = (visit.ehr_ref, visit.starts_at) if visit else ("", None)
    form.trouble = WRITTEN_THERE if left else ""
    _read_again(desk, form)


@form_action("intake.none_of_these", "None of these")
def none_of_these(desk: Desk, form: IntakeForm) -> None:
    """Say that the form is of none of the likely patients; it stays until somebody finds the right one."""
    if form.state is not FormState.READY or form.match is not Match.PROBABLE:
        raise Invalid("No likely patient is offered for this form.")
    form.patient_id, form.match, form.registration = None, Match.NONE, None
    form.candidates = None
    form.visit_ref, form.visit_at = "", None
    desk.vault.seal_into(form, match_reasons=NONE_OF_THEM)


@form_action("intake.wrong_patient", "Wrong patient")
def wrong_patient(desk: Desk, form: IntakeForm) -> None:
    """Take this form away from the patient it came under; nothing of it is written."""
    if form.state not in (FormState.READY, FormState.FAILED):
        raise Invalid("This form is not open for review.")
    left = _calls_back(desk, form)
    form.patient_id, form.match, form.registration = None, Match.NONE, None
    form.trouble = f"{TAKEN_AWAY} {WRITTEN_THERE}" if left else TAKEN_AWAY
    form.visit_ref, form.visit_at = "", None
    _read_again(desk, form)


@form_action("intake.remove", "Remove")
def remove(desk: Desk, form: IntakeForm) -> None:
    """Take a form off the list that is junk or a duplicate; it can be restored."""
    if form.state not in (FormState.READY, FormState.FAILED, FormState.WAITING):
        raise Invalid("This form cannot be removed any more.")
    _calls_back(desk, form)
    form.state, form.closed_at, form.lease_until = FormState.REMOVED, desk.now, None


@form_action("intake.restore", "Restore")
def restore(desk: Desk, form: IntakeForm) -> None:
    """Put a removed form back on the list; decisions that still hold are kept."""
    if form.state is not FormState.REMOVED:
        raise Invalid("This form is on the list already.")
    if form.purged_at:
        raise Invalid("What this form said was destroyed after its retention period.")
    form.trouble = _still_true(form)
    form.state, form.closed_at, form.lease_until = FormState.WAITING, None, None


@form_action("intake.read_again", "Read again")
def read_again(desk: Desk, form: IntakeForm) -> None:
    """Read the form and the chart again; decisions that still hold are kept."""
    if form.state not in (FormState.READY, FormState.FAILED):
        raise Invalid("This form is not open for review.")
    form.trouble = _still_true(form)
    form.state, form.lease_until = FormState.WAITING, None


def was_taken_away(form: IntakeForm) -> bool:
    """Whether somebody took it from a patient, so that only a person may say whose it is now."""
    return form.source == "check_in" or form.trouble.startswith(TAKEN_AWAY)


def _still_true(form: IntakeForm) -> str:
    return form.trouble if form.trouble.startswith(TAKEN_AWAY) else ""


def _calls_back(desk: Desk, form: IntakeForm) -> bool:
    """Nothing more of it may reach that patient; returns whether something had left already."""
    has_left = returns.recall(desk, form)
    returns.withdraw_handover(desk, form)
    return has_left


def _read_again(desk: Desk, form: IntakeForm) -> None:
    """Decisions made against another chart do not hold."""
    for row in desk.open(IntakeFields).of(form.id):
        row.decision, row.replaced_at = Decision.OPEN, desk.now
    form.state, form.closed_at, form.lease_until = FormState.WAITING, None, None
    form.fields = form.same = form.open_fields = form.conflicts = form.asked = form.to_copy = 0
    form.committed_by = form.committed_at = None
