"""Approving a reminder, with the words as they are or as a person wrote them, and taking it back."""

from datetime import datetime
from uuid import UUID

from db.base import new_id
from db.deliveries import Deliveries, DeliveryState
from db.patients import Patient, Patients
from db.reminders import Reminder, ReminderPreferences, Reminders, ReminderState
from db.visits import Visits
from services import merges, outbox
from services.desk import Desk
from services.errors import Invalid, Stale
from services.workflows.reminders.acting import OPEN_TO_WORDS, reminder_action, require

WANTS_NONE = "The patient wants no reminders."
WANTS_CHANGE = "The patient asked to change this visit. Please settle that first."


@reminder_action("reminders.approve", "Approve", needs_shown=True)
def approve(desk: Desk, reminder: Reminder) -> None:
    """Send these words when their time comes; nobody is written to in quiet hours.

    Raises ``Stale`` when the visit moved meanwhile, ``Invalid`` when it is too late, the patient
    wants none or another time, or an earlier attempt is not settled, and ``NotAble`` without the
    contract.
    """
    require(reminder, *OPEN_TO_WORDS)
    _require_visit(desk, reminder)
    _require_settled(desk, reminder)
    delivery = outbox.promise_message(
        desk, _patient(desk, reminder), reminder.subject, desk.vault.read(reminder, "text").text,
        workflow="reminders", key_id=reminder.key_id, reminder_id=reminder.id,
        not_before=reminder.send_at,
    )  # fmt: skip
    _require_in_time(reminder, delivery.not_before)
    reminder.state, reminder.delivery_id, reminder.trouble = (
        ReminderState.APPROVED,
        delivery.id,
        "",
    )
    reminder.approved_by, reminder.approved_at = desk.actor.staff_id, desk.now


@reminder_action("reminders.edit", "Save wording", needs_shown=True)
def edit(desk: Desk, reminder: Reminder, text: str) -> None:
    """Change what this patient will read; it still has to be approved."""
    require(reminder, *OPEN_TO_WORDS)
    desk.vault.seal_into(reminder, text=outbox.sendable(text))
    reminder.edited, reminder.content_hash = True, new_id().hex


@reminder_action("reminders.take_back", "Take back")
def take_back(desk: Desk, reminder: Reminder) -> None:
    """Take back what has not left yet, and decide again."""
    require(reminder, ReminderState.APPROVED)
    if not cancel(desk, reminder):
        raise Stale("It has left already.")
    reminder.state = ReminderState.PROPOSED


@reminder_action("reminders.settle", "Settle")
def settle(desk: Desk, reminder: Reminder, delivery_id: UUID, is_there: bool) -> None:
    """You looked in healow: say whether the message is there, so that it can go on.

    Raises ``Invalid`` for another reminder's delivery and ``Stale`` when it is settled.
    """
    delivery = desk.open(Deliveries).get(delivery_id)
    if delivery.reminder_id != reminder.id:
        raise Invalid("This message belongs to another reminder.")
    if delivery.state is not DeliveryState.UNCONFIRMED:
        raise Stale("This message has been settled already.")
    delivery.settled_at, reminder.trouble = desk.now, ""
    delivery.state = DeliveryState.VERIFIED if is_there else DeliveryState.REFUSED
    ending = "found" if is_there else "not_found"
    desk.record(f"delivery.{ending}", delivery.ref, sources=reminder.ref)
    if is_there:
        reminder.state, reminder.sent_at = ReminderState.SENT, delivery.sent_at
    else:
        reminder.trouble = "Somebody looked in healow: it is not there."


def cancel(desk: Desk, reminder: Reminder) -> bool:
    """Take its promise back, if it has not left. Returns whether nothing can leave any more."""
    if reminder.delivery_id is None:
        return True
    if not desk.open(Deliveries).cancel(reminder.delivery_id, desk.now):
        return False
    desk.record("delivery.cancelled", f"delivery/{reminder.delivery_id}", sources=reminder.ref)
    reminder.delivery_id = None
    return True


def _require_visit(desk: Desk, reminder: Reminder) -> None:
    visit = desk.open(Visits).get(reminder.visit_id)
    if not visit.is_on or visit.starts_at != reminder.visit_at:
        raise Stale("The visit was moved or cancelled. The next check will say what is due now.")
    earlier = desk.open(Reminders).answered([visit.id]).get(visit.id)
    if earlier is ReminderState.CHANGE:
        raise Invalid(WANTS_CHANGE)


def _require_settled(desk: Desk, reminder: Reminder) -> None:
    if reminder.delivery_id is None:
        return
    earlier = desk.open(Deliveries).get(reminder.delivery_id)
    if earlier.state is DeliveryState.UNCONFIRMED:
        raise Invalid("Please look in healow first whether the message arrived after all.")


def _require_in_time(reminder: Reminder, leaves_at: datetime) -> None:
    if leaves_at >= reminder.until:
        raise Invalid("It would leave too late to be of use. Please call the patient, or skip it.")


def _patient(desk: Desk, reminder: Reminder) -> Patient:
    patient = merges.survivor(desk, desk.open(Patients).get(reminder.patient_id))
    preference = desk.open(ReminderPreferences).of(patient.id)
    if preference and preference.opted_out:
        raise Invalid(WANTS_NONE)
    return patient
