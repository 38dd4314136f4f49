"""What becomes of an item when its delivery does: it comes back to a person, or it is done."""

from uuid import UUID

from db.charges import ChargeCaptures, ChargeState
from db.conversations import Conversation, Conversations, State, Turn
from db.deliveries import FIRST_WORDS, Deliveries, Delivery, DeliveryState
from db.handovers import Handovers
from db.intake import FormState, IntakeForm, IntakeForms
from db.intake_fields import Decision, IntakeFields
from db.patients import Patients
from db.reminders import Reminder, Reminders, ReminderState
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services import merges, note_promises
from services.claims import settled
from services.desk import Desk

OVER = (DeliveryState.VERIFIED, DeliveryState.CANCELLED, DeliveryState.REFUSED)
CLOSED = (FormState.REMOVED, FormState.WITHDRAWN)
UNKNOWN_PATIENT = "100"  # eCW's code: unknown, inactive, or merged into another
NO_WEB_ENCOUNTER = "602"  # eCW's code: there is no portal to open a message in
NO_ACCOUNT = (
    "healow could not open a message for this patient, who may have no portal account. "
    "Print or copy the text instead."
)
DECIDED_ANEW = "Somebody looked at the form again and decided anew."


def bring_back(desk: Desk, delivery: Delivery, why: str) -> None:
    """Give the item back to staff, with the reason in words."""
    if delivery.form_id and delivery.kind == FIRST_WORDS:
        _ask_otherwise(desk, delivery, delivery.form_id, why)
    elif delivery.form_id:
        _reopen_form(desk, delivery, delivery.form_id, why)
    elif delivery.reminder_id:
        _return_reminder(desk, delivery.reminder_id, why)
    elif delivery.claim_id:
        settled.returned(desk, delivery, why)
    elif delivery.note_id:
        note_promises.returned(desk, delivery, delivery.note_id, why)
    elif delivery.summary_id:
        _return_summary(desk, delivery, delivery.summary_id, why)
    elif delivery.charge_id:
        _return_charges(desk, delivery.charge_id, why)
    elif delivery.conversation_id:
        _reopen_conversation(desk, delivery.conversation_id, why)


def verified(desk: Desk, delivery: Delivery) -> None:
    """The other side shows it: a reminder is sent, a form done when that holds for all it promised."""
    if delivery.reminder_id:
        _reminder_sent(desk, delivery, delivery.reminder_id)
        return
    if delivery.claim_id:
        settled.arrived(desk, delivery)
        return
    if delivery.note_id:
        note_promises.verified(desk, delivery, delivery.note_id)
        return
    if delivery.summary_id:
        _summary_sent(desk, delivery, delivery.summary_id)
        return
    if delivery.charge_id:
        _charges_entered(desk, delivery.charge_id)
        return
    form = desk.open(IntakeForms).locked(delivery.form_id) if delivery.form_id else None
    if form:
        _close_if_written(desk, form)


def recall(desk: Desk, form: IntakeForm) -> bool:
    """Call back what *form* promised and has not left; returns whether something had left already.

    Decisions stay. What was never confirmed is given up, or nothing could leave for this patient.
    """
    deliveries, has_left = desk.open(Deliveries), False
    for delivery in deliveries.of_form(form.id):
        if deliveries.cancel(delivery.id, desk.now):
            _untie(desk, delivery)
            desk.record("delivery.cancelled", delivery.ref, sources=form.ref)
        elif delivery.kind != FIRST_WORDS:
            has_left = has_left or delivery.state not in OVER[1:]
    give_up_unconfirmed(desk, form)
    return has_left


def give_up_unconfirmed(desk: Desk, form: IntakeForm) -> None:
    """A person decided anew about what the chart never showed: later entries may leave again."""
    for delivery in desk.open(Deliveries).of_form(form.id):
        if delivery.state is DeliveryState.UNCONFIRMED:
            delivery.state, delivery.settled_at = DeliveryState.REFUSED, desk.now
            delivery.error = DECIDED_ANEW
            desk.record("delivery.not_found", delivery.ref, sources=form.ref)


def withdraw_handover(desk: Desk, form: IntakeForm) -> None:
    """Take back what clinicians were told of a form that does not count any more."""
    handover = desk.open(Handovers).for_form(form.id)
    if handover and handover.content is not None:
        handover.content = None
        desk.record("intake.handover_withdrawn", form.ref, sources=handover.ref)


def _untie(desk: Desk, delivery: Delivery) -> None:
    """What will not leave writes no field and asks nobody."""
    for row in desk.open(IntakeFields).of_delivery(delivery.id):
        row.delivery_id = None
    if delivery.kind == FIRST_WORDS:
        _open_asked(desk, delivery)


def _close_if_written(desk: Desk, form: IntakeForm) -> None:
    if form.state is not FormState.WRITING or form.to_copy:
        return
    promised = desk.open(Deliveries).of_form(form.id)
    # What the patient was asked meanwhile keeps no form open: a person has decided since.
    if all(d.state in OVER for d in promised if d.kind != FIRST_WORDS):
        form.state, form.closed_at, form.trouble = FormState.DONE, desk.now, ""
        form.version += 1
        desk.record("intake.verified", form.ref)


def _reopen_conversation(desk: Desk, id: UUID, why: str) -> None:
    conversation: Conversation | None = desk.open(Conversations).locked(id)
    if conversation is None:
        return
    conversation.state, conversation.turn = State.OPEN, Turn.PRACTICE
    conversation.closed_at, conversation.closed_as = None, ""
    merges.follow(desk, conversation)  # or nobody could answer it any more
    conversation.trouble, conversation.needs_reply = why, True
    conversation.version += 1


def _return_reminder(desk: Desk, id: UUID, why: str) -> None:
    reminder: Reminder | None = desk.open(Reminders).locked(id)
    if reminder is None:
        return
    reminder.state, reminder.trouble = ReminderState.RETURNED, why
    reminder.version += 1


def _reminder_sent(desk: Desk, delivery: Delivery, id: UUID) -> None:
    reminder: Reminder | None = desk.open(Reminders).locked(id)
    if reminder is None:
        return
    reminder.portal_id, reminder.sent_at = delivery.remote_id, delivery.sent_at
    reminder.state, reminder.version = ReminderState.SENT, reminder.version + 1
    desk.record("reminders.sent", reminder.ref, sources=delivery.ref)


def _return_summary(desk: Desk, delivery: Delivery, id: UUID, why: str) -> None:
    summary = _promised(desk, delivery, id)
    if summary is None or summary.state is not SummaryState.SENDING:
        return
    no_account = delivery.error_code == NO_WEB_ENCOUNTER
    summary.state, summary.trouble = SummaryState.READY, NO_ACCOUNT if no_account else why
    summary.version += 1


def _summary_sent(desk: Desk, delivery: Delivery, id: UUID) -> None:
    summary = _promised(desk, delivery, id)
    if summary is None:
        return
    summary.state, summary.sent_at = SummaryState.SENT, delivery.sent_at
    summary.sent_digest = summary.source_digest
    summary.trouble = summary.trouble if summary.is_outdated else ""
    summary.closed_at, summary.version = desk.now, summary.version + 1
    desk.record("summaries.sent", summary.ref, sources=delivery.ref)


def _promised(desk: Desk, delivery: Delivery, id: UUID) -> VisitSummary | None:
    """The summary, if this is the promise that it waits for."""
    summary = desk.open(VisitSummaries).locked(id)
    return summary if summary and summary.delivery_id == delivery.id else None


def _return_charges(desk: Desk, id: UUID, why: str) -> None:
    """One code came back: the biller decides about it; the others go their way."""
    capture = desk.open(ChargeCaptures).locked(id)
    if capture is None:
        return
    capture.trouble, capture.version = why, capture.version + 1
    if capture.state in (ChargeState.SENDING, ChargeState.DONE):
        capture.state, capture.closed_at = ChargeState.READY, None


def _charges_entered(desk: Desk, id: UUID) -> None:
    """Done when eCW shows every code that was promised and not given up."""
    capture = desk.open(ChargeCaptures).locked(id)
    if capture is None:
        return
    capture.version += 1  # the list shows each code's own state
    promised = desk.open(Deliveries).of_charge(id)
    if capture.state is ChargeState.SENDING and all(d.state in OVER for d in promised):
        capture.state, capture.closed_at, capture.trouble = ChargeState.DONE, desk.now, ""
        desk.record("charges.entered", capture.ref)


def _reopen_form(desk: Desk, delivery: Delivery, id: UUID, why: str) -> None:
    form: IntakeForm | None = desk.open(IntakeForms).locked(id)
    if form is None:
        return
    rows = desk.open(IntakeFields).of_delivery(delivery.id)
    for row in rows:
        row.decision, row.delivery_id = Decision.OPEN, None
    standing = sum(row.replaced_at is None for row in rows)
    form.open_fields += standing
    form.version += 1
    if standing or delivery.state is DeliveryState.UNCONFIRMED:
        _back_to_staff(desk, form, delivery, why)
    else:
        _close_if_written(desk, form)  # the patient or a person has said something else since


def _back_to_staff(desk: Desk, form: IntakeForm, delivery: Delivery, why: str) -> None:
    """To be decided, or read first where the chart beside it is not the one to write to."""
    if form.state in CLOSED and delivery.state is DeliveryState.REFUSED:
        return  # nothing was written, and nothing is to be
    moved = _has_moved(desk, form, delivery)
    waits = form.state is FormState.WAITING or moved or delivery.error_code == UNKNOWN_PATIENT
    form.state = FormState.WAITING if waits else FormState.READY
    taken_away = form.trouble if form.patient_id is None else ""  # still true, and still asked
    form.trouble = merges.RECHECK if moved else f"{taken_away} {why}".strip()
    form.closed_at = form.lease_until = None


def _has_moved(desk: Desk, form: IntakeForm, delivery: Delivery) -> bool:
    """Whether the patient was merged since this was approved; the form follows."""
    known = desk.open(Patients).by_refs([delivery.patient_ref]).get(delivery.patient_ref)
    lives_on = merges.survivor(desk, known) if known else None
    if known is None or lives_on is None or lives_on.id == known.id:
        return False
    if form.patient_id == known.id:
        form.patient_id = lives_on.id
    return form.patient_id == lives_on.id


def _ask_otherwise(desk: Desk, delivery: Delivery, id: UUID, why: str) -> None:
    """The question did not reach the patient: its field is open again, the form goes on."""
    form: IntakeForm | None = desk.open(IntakeForms).locked(id)
    if form is None or not form.is_open:
        return
    if delivery.state is DeliveryState.REFUSED:
        reopened = _open_asked(desk, delivery)
        form.asked, form.open_fields = form.asked - reopened, form.open_fields + reopened
    form.trouble, form.version = why, form.version + 1


def _open_asked(desk: Desk, delivery: Delivery) -> int:
    """Open the fields that this message asked about; they were marked in the same moment."""
    rows = desk.open(IntakeFields).of(delivery.form_id) if delivery.form_id else []
    asked = [
        r for r in rows if r.decision is Decision.ASKED and r.decided_at == delivery.created_at
    ]
    for row in asked:
        row.decision, row.decided_by, row.decided_at = Decision.OPEN, None, None
    return len(asked)
