"""From a summary that was read to its promise: to this patient, once, and only what was on the screen."""

from uuid import UUID

from db.deliveries import Deliveries, DeliveryState
from db.patients import Patient, Patients
from db.visit_summaries import SummaryState, VisitSummary
from services import outbox
from services.desk import Desk
from services.errors import Invalid, Stale
from services.workflows.summaries.acting import summary_action, text_of
from services.workflows.summaries.standing import LONGEST, SummaryText

SUBJECTS = {
    "en": ("Summary of your visit", "Corrected summary of your visit"),
    "es": ("Resumen de su consulta", "Resumen corregido de su consulta"),
}
MERGED = "This patient's record was merged in eCW. Please draft the summary again."


@summary_action("summaries.send", "Send to patient", needs_shown=True)
def send(desk: Desk, summary: VisitSummary) -> None:
    """Send these words to the patient by healow, once; nobody is written to in quiet hours."""
    text = text_of(desk, summary)
    require_fit(text)
    _require_newest(summary)
    _require_settled(desk, summary)
    corrects = bool(summary.sent_digest)
    delivery = outbox.promise_message(
        desk, _patient(desk, summary), SUBJECTS[text.language][corrects], text.text,
        workflow="summaries", key_id=summary.key_id, summary_id=summary.id,
    )  # fmt: skip
    summary.state, summary.delivery_id, summary.trouble = SummaryState.SENDING, delivery.id, ""
    summary.approved_by, summary.approved_at = desk.actor.staff_id, desk.now


@summary_action("summaries.take_back", "Take back")
def take_back(desk: Desk, summary: VisitSummary) -> None:
    """Take the summary back while it has not left."""
    promised = summary.delivery_id if summary.state is SummaryState.SENDING else None
    if promised is None or not desk.open(Deliveries).cancel(promised, desk.now):
        raise Invalid("It has left already.")
    desk.record("delivery.cancelled", f"delivery/{promised}", sources=summary.ref)
    summary.state, summary.delivery_id = SummaryState.READY, None
    summary.approved_by = summary.approved_at = None


@summary_action("summaries.settle", "Settle")
def settle(desk: Desk, summary: VisitSummary, delivery_id: UUID, is_there: bool) -> None:
    """You looked in healow: say whether the message is there, so that it can go on."""
    delivery = desk.open(Deliveries).get(delivery_id)
    if delivery.summary_id != summary.id:
        raise Invalid("This message belongs to another summary.")
    if delivery.state is not DeliveryState.UNCONFIRMED:
        raise Stale("This message has been settled already.")
    delivery.settled_at, summary.trouble = desk.now, ""
    delivery.state = DeliveryState.VERIFIED if is_there else DeliveryState.REFUSED
    desk.record(
        f"delivery.{'found' if is_there else 'not_found'}", delivery.ref, sources=summary.ref
    )
    if is_there:
        _close(desk, summary, SummaryState.SENT)
        summary.sent_at = delivery.sent_at
    else:
        summary.trouble = "Somebody looked in healow: it is not there."


@summary_action("summaries.give", "Given to the patient", needs_shown=True)
def give(desk: Desk, summary: VisitSummary) -> None:
    """The patient got these words from you, on paper or read aloud: nothing is sent from here."""
    text = text_of(desk, summary)
    require_decided(text)
    _require_newest(summary)
    _require_settled(desk, summary)
    _close(desk, summary, SummaryState.GIVEN)
    summary.approved_by, summary.approved_at = desk.actor.staff_id, desk.now


def require_decided(text: SummaryText) -> None:
    """Raises ``Invalid`` for an empty summary, and while a sentence waits for a person."""
    if not text.parts:
        raise Invalid("The summary is empty.")
    if text.unsettled:
        count = "1 sentence" if text.unsettled == 1 else f"{text.unsettled} sentences"
        raise Invalid(f"{count} must be ticked, changed or taken out first.")


def require_fit(text: SummaryText) -> None:
    """The same, and for one that healow would not take whole."""
    require_decided(text)
    if (length := len(text.text)) > LONGEST:
        raise Invalid(f"The summary is too long: {length:,} of {LONGEST:,} characters.")


def _close(desk: Desk, summary: VisitSummary, state: SummaryState) -> None:
    summary.state, summary.closed_at, summary.trouble = state, desk.now, ""
    summary.sent_digest = summary.source_digest


def _require_newest(summary: VisitSummary) -> None:
    """What leaves tells what eCW shows as signed, and the patient has not got it yet."""
    if not summary.newest_digest or summary.is_outdated:
        raise Stale("The note is not signed in eCW as it was. Please draft the summary again.")
    if summary.sent_digest == summary.source_digest:
        raise Invalid("The patient has a summary of this note already.")


def _require_settled(desk: Desk, summary: VisitSummary) -> None:
    for delivery in desk.open(Deliveries).of_summary(summary.id):
        if delivery.state is DeliveryState.UNCONFIRMED:
            raise Invalid("Please look in healow first whether the message arrived after all.")


def _patient(desk: Desk, summary: VisitSummary) -> Patient:
    """The patient of the visit, as of now. Raises ``Invalid`` where it may be another by now."""
    patient = desk.open(Patients).get(summary.patient_id)
    if patient.replaced_by:
        raise Invalid(MERGED)
    return patient
