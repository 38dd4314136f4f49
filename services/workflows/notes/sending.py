"""From an approved note to its promise: everything checked that would make eCW lose a part of it."""

from db.base import new_id
from db.deliveries import Deliveries, DeliveryState
from db.patients import Patient, Patients
from db.visit_notes import NoteState, VisitNote
from services import outbox
from services.desk import Desk
from services.ehr.notebook import NoteWrite
from services.errors import Invalid
from services.workflows.notes import gathered
from services.workflows.notes.acting import note_action, text_of
from services.workflows.notes.profiles import Layout, Placed, layout_of, placed
from services.workflows.notes.standing import NoteText

DECIDED_ANEW = "Somebody looked at the note again and decided anew."


@note_action("notes.send", "Send as draft for signature", needs_shown=True)
def send(desk: Desk, note: VisitNote, road: str = "") -> None:
    """Send the note to eCW as a draft; you sign it there. Foyer never signs.

    *road* is the one that was shown, where one was: another must not be used instead.
    """
    text, layout = text_of(desk, note), layout_of(desk, note)
    _require_settled(text)
    if road and road != layout.road:
        raise Invalid("The way into eCW is another than the one you saw. Please look again.")
    ready = _require_places(text, layout)
    _give_up_unconfirmed(desk, note)
    id = new_id()
    delivery = outbox.promise_note(desk, note, _write(desk, note, ready, layout.road, str(id)))
    note.state, note.delivery_id, note.trouble = NoteState.SENDING, delivery.id, ""
    note.approved_by, note.approved_at = desk.actor.staff_id, desk.now


@note_action("notes.take_back", "Take back")
def take_back(desk: Desk, note: VisitNote) -> None:
    """Take the note back while it has not left."""
    deliveries = desk.open(Deliveries)
    promised = note.delivery_id if note.state is NoteState.SENDING else None
    if promised is None or not deliveries.cancel(promised, desk.now):
        raise Invalid(
            "It has left already. The visit in eCW shows it, or this note will say why not."
        )
    desk.record("delivery.cancelled", f"delivery/{promised}", sources=note.ref)
    note.state, note.delivery_id = NoteState.READY, None
    note.approved_by = note.approved_at = None


def _require_settled(text: NoteText) -> None:
    if not text.parts:
        raise Invalid("The note is empty.")
    if text.unsettled:
        count = "1 sentence" if text.unsettled == 1 else f"{text.unsettled} sentences"
        raise Invalid(f"{count} must be ticked, changed or taken out first.")


def _require_places(text: NoteText, layout: Layout) -> Placed:
    if layout.faults:
        raise Invalid(f"The template and eCW differ, so nothing is sent. {layout.faults[0]}")
    if not layout.road:
        raise Invalid(f"{layout.road_reason} Copy the note into eCW instead.")
    found = placed(text, layout)
    if found.homeless:
        names = ", ".join(found.homeless)
        raise Invalid(f"The template {layout.name} has no place for: {names}. Move or remove it.")
    return found


def _give_up_unconfirmed(desk: Desk, note: VisitNote) -> None:
    """What eCW never showed is settled by this decision, or nothing could leave for the patient."""
    for delivery in desk.open(Deliveries).of_note(note.id):
        if delivery.state is DeliveryState.UNCONFIRMED:
            delivery.state, delivery.settled_at = DeliveryState.REFUSED, desk.now
            delivery.error = DECIDED_ANEW
            desk.record("delivery.not_found", delivery.ref, sources=note.ref)


def _write(desk: Desk, note: VisitNote, ready: Placed, road: str, id: str) -> NoteWrite:
    patient, who = _patient(desk, note), gathered.of(desk, note).patient
    if who.ref != patient.ehr_ref:
        raise Invalid("This patient's record was merged in eCW. Please draft the note again.")
    signs = gathered.provider_of(desk, note)
    return NoteWrite(
        kind=road, patient_ref=patient.ehr_ref, mrn=who.mrn, family=who.family, given=who.given,
        birth_date=who.birth_date, sex=who.gender, encounter_ref=note.encounter_ref,
        visit_at=note.visit_at, provider_ref=note.provider, provider_npi=signs.npi,
        provider_family=signs.family, provider_given=signs.given,
        location_ref=note.location, sections=ready.sections, at=desk.now, delivery_id=id,
    )  # fmt: skip


def _patient(desk: Desk, note: VisitNote) -> Patient:
    patient = desk.open(Patients).get(note.patient_id)
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please draft the note again.")
    return patient
