"""From an approved note to its promise: everything checked that would make eCW lose a part of it."""

from collections.abc import Sequence

from db.base import new_id
from db.deliveries import Deliveries, DeliveryState
from db.patients import Patient, Patients
from db.visit_notes import NoteState, VisitNote
from services import note_promises, outbox
from services.desk import Desk
from services.ehr.notebook import NoteWrite
from services.errors import Invalid
from services.workflows.notes import gathered
from services.workflows.notes.acting import note_action, text_of
from services.workflows.notes.profiles import Layout, Placed, Way, layout_of, named, placed, ways
from services.workflows.notes.standing import NoteText

DECIDED_ANEW = "Somebody looked at the note again and decided anew."


@note_action("notes.send", "Send as draft for signature", needs_shown=True)
def send(desk: Desk, note: VisitNote, road: str = "") -> None:
    """Send the note to eCW as a draft; you sign it there. Foyer never signs.

    *road* names the ways that were shown, where they were: others must not be used instead.
    """
    text, layout = text_of(desk, note), layout_of(desk, note)
    _require_settled(text)
    found = ways(_require_places(text, layout), layout)
    if road and road != named(found):
        raise Invalid("The way into eCW is another than the one you saw. Please look again.")
    _require_open(found, layout)
    _give_up_unconfirmed(desk, note)
    _promise(desk, note, found)


@note_action("notes.take_back", "Take back")
def take_back(desk: Desk, note: VisitNote) -> None:
    """Take the note back while it has not left; of several ways, those that have not."""
    gone = note_promises.call_back(desk, note) if note.state is NoteState.SENDING else ()
    if not gone:
        raise Invalid(
            "It has left already. The visit in eCW shows it, or this note will say why not."
        )
    if len(gone) == len(note_promises.of_approval(desk, note)):
        note.state, note.delivery_id = NoteState.READY, None
        note.approved_by = note.approved_at = None
        return
    titles = ", ".join(note_promises.titles_of(desk, one) for one in gone)
    note.trouble = f"{note.trouble} Taken back: {titles}. The rest had left.".strip()
    note_promises.come_to_rest(desk, note)


def _promise(desk: Desk, note: VisitNote, found: Sequence[Way]) -> None:
    """One promise for each way; what lies in eCW as it stands here is not sent twice."""
    there = note_promises.arrived(desk, note)
    note.approved_by, note.approved_at, note.trouble = desk.actor.staff_id, desk.now, ""
    leaving = [way for way in found if (way.road, way.sections) not in there]
    promised = [outbox.promise_note(desk, note, _write(desk, note, way)) for way in leaving]
    if not promised:
        note_promises.file(desk, note, sources=note.source_digest)
        return
    note.state, note.delivery_id = NoteState.SENDING, promised[0].id


def _require_settled(text: NoteText) -> None:
    if not text.parts:
        raise Invalid("The note is empty.")
    if text.unsettled:
        count = "1 sentence" if text.unsettled == 1 else f"{text.unsettled} sentences"
        raise Invalid(f"{count} must be ticked, changed or taken out first.")


def _require_places(text: NoteText, layout: Layout) -> Placed:
    if layout.faults:
        raise Invalid(f"The template and eCW differ, so nothing is sent. {layout.faults[0]}")
    found = placed(text, layout)
    if found.homeless:
        names = ", ".join(found.homeless)
        raise Invalid(f"The template {layout.name} has no place for: {names}. Move or remove it.")
    return found


def _require_open(found: Sequence[Way], layout: Layout) -> None:
    if not all(way.road for way in found):
        raise Invalid(f"{layout.road_reason} Copy the note into eCW instead.")


def _give_up_unconfirmed(desk: Desk, note: VisitNote) -> None:
    """What eCW never showed is settled by this decision, or nothing could leave for the patient."""
    for delivery in desk.open(Deliveries).of_note(note.id):
        if delivery.state is DeliveryState.UNCONFIRMED:
            delivery.state, delivery.settled_at = DeliveryState.REFUSED, desk.now
            delivery.error = DECIDED_ANEW
            desk.record("delivery.not_found", delivery.ref, sources=note.ref)


def _write(desk: Desk, note: VisitNote, way: Way) -> NoteWrite:
    patient, who = _patient(desk, note), gathered.of(desk, note).patient
    if who.ref != patient.ehr_ref:
        raise Invalid("This patient's record was merged in eCW. Please draft the note again.")
    if way.road == "note_hl7" and not who.mrn:
        raise Invalid("eCW shows no record number (MRN) of this patient, so HL7 cannot name them.")
    signs = gathered.provider_of(desk, note)
    return NoteWrite(
        kind=way.road, patient_ref=patient.ehr_ref, mrn=who.mrn, family=who.family, given=who.given,
        birth_date=who.birth_date, sex=who.gender, encounter_ref=note.encounter_ref,
        visit_at=note.visit_at, provider_ref=note.provider, provider_npi=signs.npi,
        provider_family=signs.family, provider_given=signs.given,
        location_ref=note.location, sections=way.sections, at=desk.now, delivery_id=str(new_id()),
    )  # fmt: skip


def _patient(desk: Desk, note: VisitNote) -> Patient:
    patient = desk.open(Patients).get(note.patient_id)
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please draft the note again.")
    return patient
