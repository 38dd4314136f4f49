"""Promises to the outside: written in the transaction that approves them, carried by the deliverer."""

import hashlib
import json
import unicodedata
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from pydantic import TypeAdapter

from db.base import new_id
from db.charges import ChargeCapture
from db.connections import Connections
from db.conversations import Conversation
from db.deliveries import FIRST_WORDS, Deliveries, Delivery, DeliveryState
from db.intake import IntakeForm
from db.patients import Patient
from db.visit_notes import VisitNote
from services import quiet_hours
from services.desk import Desk
from services.ehr.billing import AppealPacket, ClaimFile
from services.ehr.charges import ChargeWrite
from services.ehr.notebook import NoteWrite
from services.ehr.ports import (
    CopiedReply,
    NewMessage,
    Outbound,
    PortalReply,
    Road,
    TelephoneEncounter,
)
from services.ehr.registration import ChartWrite
from services.errors import Invalid, NotAble

Promised = Outbound | ChartWrite | ClaimFile | AppealPacket | NoteWrite | ChargeWrite
CHARGE = "charge"
KINDS: dict[str, type[Promised]] = {
    "reply": PortalReply,
    "copy": CopiedReply,
    "telephone_encounter": TelephoneEncounter,
    FIRST_WORDS: NewMessage,
    "chart": ChartWrite,
    "chart_copy": ChartWrite,
    "claim": ClaimFile,
    "corrected_claim": ClaimFile,
    "claim_enquiry": ClaimFile,
    "appeal": AppealPacket,
    "note_document": NoteWrite,
    "note_hl7": NoteWrite,
    "note_sections": NoteWrite,
    "note_ccda": NoteWrite,
    CHARGE: ChargeWrite,
}
ROAD_OF = {
    PortalReply: Road.HEALOW_REPLIES,
    CopiedReply: Road.HEALOW_MESSAGES,
    TelephoneEncounter: Road.TELEPHONE_ENCOUNTER,
    NewMessage: Road.HEALOW_REPLIES,
    ChargeWrite: Road.WRITE_CHARGES,
}
CLAIM_ROADS = {
    "claim": Road.SUBMIT_CLAIMS,
    "corrected_claim": Road.SUBMIT_CLAIMS,
    "claim_enquiry": Road.CLAIM_ENQUIRIES,
    "appeal": Road.APPEALS,
}
CHART_ROADS = {
    "patient": Road.WRITE_PATIENT,
    "coverage": Road.WRITE_COVERAGE,
    "allergy": Road.WRITE_ALLERGY,
    "medication": Road.WRITE_MEDICATION,
    "condition": Road.WRITE_CONDITION,
    "answers": Road.WRITE_ANSWERS,
}
NOTE_ROADS = {
    "note_document": Road.NOTE_DOCUMENT,
    "note_hl7": Road.NOTE_HL7,
    "note_sections": Road.NOTE_SECTIONS,
    "note_ccda": Road.NOTE_CCDA,
}
UNSENDABLE = ("Cc", "Cs", "Co", "Cn")  # control, surrogate, private use, unassigned
LONGEST_REPLY = 4_000  # characters; the channel answers code 109 beyond
NEXT_SYNC = timedelta(minutes=1)  # what a person typed into eCW takes a moment to show
NO_THREAD = "no-thread/"  # begins the thread id of a message that came without one


def promise_reply(
    desk: Desk, conversation: Conversation, patient: Patient, text: str, *,
    suggestion_id: UUID | None,
) -> Delivery:  # fmt: skip
    """Promise *text* to the patient's thread. It leaves after the undo window, once.

    Raises ``NotAble`` without the contract, and ``Invalid`` for what cannot be sent there.
    """
    require_road(desk, Road.HEALOW_REPLIES)
    if conversation.thread_id.startswith(NO_THREAD):
        raise Invalid("The message came without a conversation. Please answer it in eCW.")
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please re-check whom this is for.")
    delivery_id = new_id()
    reply = PortalReply(
        thread_id=conversation.thread_id,
        patient_ref=patient.ehr_ref,
        text=sendable(text),
        delivery_id=str(delivery_id),
    )
    return _promise(desk, conversation, "reply", delivery_id, reply, suggestion_id)


def expect_copy(
    desk: Desk, conversation: Conversation, patient: Patient, text: str
) -> Delivery | None:
    """A person wrote *text* into eCW: look there for it, and bring the item back if it is absent.

    ``None`` where messages cannot be read, so that nothing could ever confirm it.
    """
    if not desk.open(Connections).of(Road.HEALOW_MESSAGES).able:
        return None
    delivery_id = new_id()
    copied = CopiedReply(conversation.thread_id, patient.ehr_ref, sendable(text), str(delivery_id))
    delivery = _promise(desk, conversation, "copy", delivery_id, copied, None)
    delivery.state, delivery.not_before = DeliveryState.ACCEPTED, desk.now + NEXT_SYNC
    return delivery


def _promise(
    desk: Desk, conversation: Conversation, kind: str, id: UUID, outbound: Outbound,
    suggestion_id: UUID | None,
) -> Delivery:  # fmt: skip
    delivery = keep_promise(desk, kind, id, outbound, key_id=conversation.key_id)
    delivery.conversation_id, delivery.suggestion_id = conversation.id, suggestion_id
    desk.record("delivery.approved", delivery.ref, sources=conversation.ref)
    return delivery


def keep_promise(desk: Desk, kind: str, id: UUID, outbound: Promised, *, key_id: UUID) -> Delivery:
    """Keep *outbound* for the deliverer; the caller says what it is about, and tells the trail.

    Raises ``Invalid`` unless a person approves it.
    """
    if desk.actor.staff_id is None:
        raise Invalid("Only a person can approve what leaves the building.")
    payload = json.dumps(asdict(outbound), default=_moment)
    delivery = Delivery(
        id=id,
        practice_id=desk.practice_id,
        kind=kind,
        key_id=key_id,
        patient_ref=outbound.patient_ref,
        digest=digest(payload),
        approved_by=desk.actor.staff_id,
        approver_role=str(desk.actor.role),
        not_before=desk.now + timedelta(seconds=desk.container.settings.undo_seconds),
        created_at=desk.now,
    )
    desk.vault.seal_into(delivery, payload=payload)
    return desk.open(Deliveries).add(delivery)


def promise_entry(desk: Desk, form: IntakeForm, write: ChartWrite) -> Delivery:
    """Promise one entry of an accepted form to the chart; the caller gave it a fresh delivery id.

    A copied one, which a person types into eCW, is only looked for at the next sync.
    """
    kind = "chart_copy" if write.copied else "chart"
    delivery = keep_promise(desk, kind, UUID(write.delivery_id), write, key_id=form.key_id)
    delivery.form_id, delivery.workflow = form.id, "intake"
    if write.copied:
        delivery.state, delivery.not_before = DeliveryState.ACCEPTED, desk.now + NEXT_SYNC
    desk.record("delivery.approved", delivery.ref, sources=form.ref)
    return delivery


def promise_note(desk: Desk, note: VisitNote, write: NoteWrite) -> Delivery:
    """Promise a visit's note to the chart by its road, as a draft for signature.

    The caller gave it a fresh delivery id. Raises ``NotAble`` without the contract.
    """
    require_road(desk, NOTE_ROADS[write.kind])
    delivery = keep_promise(desk, write.kind, UUID(write.delivery_id), write, key_id=note.key_id)
    delivery.note_id, delivery.workflow = note.id, "notes"
    desk.record("delivery.approved", delivery.ref, sources=note.ref)
    return delivery


def promise_charge(desk: Desk, capture: ChargeCapture, write: ChargeWrite) -> Delivery:
    """Promise one approved code of a visit to eCW; the caller gave it a fresh delivery id.

    Raises ``NotAble`` without the contract.
    """
    require_road(desk, Road.WRITE_CHARGES)
    delivery = keep_promise(desk, CHARGE, UUID(write.delivery_id), write, key_id=capture.key_id)
    delivery.charge_id, delivery.workflow = capture.id, "charges"
    desk.record("delivery.approved", delivery.ref, sources=capture.ref)
    return delivery


def promise_message(
    desk: Desk, patient: Patient, subject: str, text: str, *, workflow: str, key_id: UUID,
    form_id: UUID | None = None, reminder_id: UUID | None = None,
    summary_id: UUID | None = None, not_before: datetime | None = None,
) -> Delivery:  # fmt: skip
    """Promise to write to *patient* first. It leaves once, after the undo window and *not_before*.

    Quiet hours are kept. What it is about is the form, reminder or summary named. Raises ``NotAble``
    without the contract, and ``Invalid`` for what cannot be sent.
    """
    require_road(desk, Road.HEALOW_REPLIES)
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please re-check whom this is for.")
    id = new_id()
    message = NewMessage(patient.ehr_ref, sendable(subject), sendable(text), str(id))
    delivery = keep_promise(desk, FIRST_WORDS, id, message, key_id=key_id)
    delivery.workflow, delivery.form_id, delivery.reminder_id = workflow, form_id, reminder_id
    delivery.summary_id = summary_id
    earliest = max(delivery.not_before, not_before or delivery.not_before)
    delivery.not_before = quiet_hours.over(earliest, desk.options)
    desk.record("delivery.approved", delivery.ref, sources=delivery.about)
    return delivery


def require_road(desk: Desk, road: Road) -> None:
    """Raises ``NotAble`` with the reason when this practice's contract lacks *road*."""
    connection = desk.open(Connections).of(road)
    if not connection.able:
        reason = connection.reason or "The connection has not been checked yet."
        raise NotAble(f"{reason} Use “Copy for eCW” instead.")


def sendable(text: str) -> str:
    """*text* as it may leave. Raises ``Invalid`` when eCW would refuse it (codes 108, 109)."""
    clean = text.strip().replace("\r\n", "\n")
    if not clean:
        raise Invalid("The reply is empty.")
    if len(clean) > LONGEST_REPLY:
        raise Invalid(f"The reply is too long: {len(clean):,} of {LONGEST_REPLY:,} characters.")
    if any(unicodedata.category(c) in UNSENDABLE and c not in "\n\t" for c in clean):
        raise Invalid("The reply has a character eCW does not accept. Please remove it.")
    return clean


def road_of(outbound: Promised) -> Road:
    """The road by which an outbound value leaves."""
    if isinstance(outbound, ChartWrite):
        return CHART_ROADS[outbound.kind]
    if isinstance(outbound, ClaimFile | AppealPacket):
        return CLAIM_ROADS[outbound.kind]
    if isinstance(outbound, NoteWrite):
        return NOTE_ROADS[outbound.kind]
    return ROAD_OF[type(outbound)]


def outbound_of(delivery: Delivery, payload: str) -> Promised:
    """The value to send, rebuilt from what was approved. Raises ``Invalid`` if it changed since."""
    if digest(payload) != delivery.digest:
        raise Invalid("What was approved and what is stored differ; nothing was sent.")
    return _reader(delivery.kind).validate_json(payload)


@cache
def _reader(kind: str) -> TypeAdapter[Promised]:
    return TypeAdapter(KINDS[kind])


def digest(payload: str) -> str:
    """SHA-256 of what was approved, to compare with what is about to leave."""
    return hashlib.sha256(payload.encode()).hexdigest()


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot be part of a delivery: {type(value).__name__}")
