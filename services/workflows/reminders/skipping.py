"""Deciding against a reminder: this one, or every one for a patient who wants none."""

from db.patients import Patients
from db.reminders import (
    ANSWERABLE,
    Reminder,
    ReminderPreference,
    ReminderPreferences,
    Reminders,
    ReminderState,
)
from services import merges
from services.desk import Desk
from services.errors import Invalid
from services.workflows.reminders.acting import OPEN_TO_WORDS, reminder_action, require
from services.workflows.reminders.approving import WANTS_NONE, cancel


@reminder_action("reminders.skip", "Skip")
def skip(desk: Desk, reminder: Reminder, reason: str) -> None:
    """Do not send this one; the reason is kept."""
    require(reminder, *OPEN_TO_WORDS)
    if not reason.strip():
        raise Invalid("Please say why this is not sent.")
    desk.vault.seal_into(reminder, reason=reason.strip())
    reminder.state = ReminderState.SKIPPED


@reminder_action("reminders.restore", "Propose again")
def restore(desk: Desk, reminder: Reminder) -> None:
    """Put a skipped reminder back among the proposed ones."""
    require(reminder, ReminderState.SKIPPED)
    if _preference(desk, reminder).opted_out:
        raise Invalid(WANTS_NONE)
    reminder.state, reminder.reason, reminder.trouble = ReminderState.PROPOSED, None, ""


@reminder_action("reminders.opt_out", "Patient wants none")
def opt_out(desk: Desk, reminder: Reminder) -> None:
    """The patient asked for no reminders: none is sent from now on, for any visit."""
    _decide(desk, reminder, opted_out=True)
    desk.session.flush()
    for other in desk.open(Reminders).unsent_of(reminder.patient_id):
        if cancel(desk, other):
            other.state, other.trouble = ReminderState.SKIPPED, WANTS_NONE
            other.version += other.id != reminder.id  # the action has counted its own


@reminder_action("reminders.opt_in", "Patient wants them again")
def opt_in(desk: Desk, reminder: Reminder) -> None:
    """The patient asked for reminders again: what was not sent for that reason is proposed."""
    require(reminder, ReminderState.SKIPPED)
    _decide(desk, reminder, opted_out=False)
    desk.session.flush()
    for other in desk.open(Reminders).unsent_of(reminder.patient_id):
        if other.state is ReminderState.SKIPPED and other.trouble == WANTS_NONE:
            other.state, other.trouble = ReminderState.PROPOSED, ""
            other.version += other.id != reminder.id


@reminder_action("reminders.confirm", "Mark confirmed")
def confirm(desk: Desk, reminder: Reminder) -> None:
    """You spoke to the patient, and the visit stands."""
    require(reminder, *ANSWERABLE)
    reminder.state, reminder.answered_at = ReminderState.CONFIRMED, desk.now


@reminder_action("reminders.wants_change", "Mark as change")
def wants_change(desk: Desk, reminder: Reminder) -> None:
    """The patient said elsewhere that this visit has to be changed."""
    require(reminder, *ANSWERABLE)
    reminder.state, reminder.answered_at = ReminderState.CHANGE, desk.now


def _decide(desk: Desk, reminder: Reminder, *, opted_out: bool) -> None:
    preference = _preference(desk, reminder)
    preference.opted_out, preference.decided_by = opted_out, desk.actor.staff_id
    preference.decided_at = desk.now
    desk.open(ReminderPreferences).add(preference)


def _preference(desk: Desk, reminder: Reminder) -> ReminderPreference:
    patient = merges.survivor(desk, desk.open(Patients).get(reminder.patient_id))
    return desk.open(ReminderPreferences).of(patient.id) or ReminderPreference(
        practice_id=desk.practice_id, patient_id=patient.id, decided_at=desk.now
    )
