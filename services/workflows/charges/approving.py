"""From approved codes to their promises: one charge a code, each once, and what becomes of doubts."""

from db.base import new_id
from db.charges import ChargeCapture, ChargeState
from db.deliveries import Deliveries, Delivery, DeliveryState
from db.patients import Patient, Patients
from services import outbox
from services.desk import Desk
from services.ehr.charges import ChargeWrite
from services.errors import Invalid
from services.workflows.charges.acting import charge_action, open_codes
from services.workflows.charges.coding import CodeLine, Coding
from services.workflows.charges.keeping import judge, promised

LOOKED = "Somebody looked in eCW, and it is not there."


@charge_action("charges.approve", "Approve charges", needs_shown=True)
def approve(desk: Desk, capture: ChargeCapture) -> None:
    """Enter these codes in eCW, one charge each; until they leave you can take them back."""
    codes, patient = open_codes(desk, capture), _patient(desk, capture)
    standing = promised(desk, capture)
    if any(d.state is DeliveryState.UNCONFIRMED for d, _ in standing.values()):
        raise Invalid("Say first of each unconfirmed code whether eCW shows it.")
    if not codes.charged():
        raise Invalid("There is no code to approve. Add one, or set the visit aside.")
    for line in codes.charged():
        if line.id not in standing:
            outbox.promise_charge(desk, capture, _write(capture, codes, line, patient))
    capture.approved_by, capture.approved_at = desk.actor.staff_id, desk.now
    capture.trouble = ""
    desk.session.flush()
    judge(desk, capture)


@charge_action("charges.take_back", "Take back")
def take_back(desk: Desk, capture: ChargeCapture) -> None:
    """Take back the codes that have not left."""
    deliveries = desk.open(Deliveries)
    taken = [d for d in deliveries.of_charge(capture.id) if deliveries.cancel(d.id, desk.now)]
    if not taken:
        raise Invalid("They have left already. eCW shows them, or this visit will say why not.")
    for delivery in taken:
        desk.record("delivery.cancelled", delivery.ref, sources=capture.ref)
    left = len(promised(desk, capture))
    capture.trouble = f"{left} of the codes had left already." if left else ""
    capture.state, capture.approved_by, capture.approved_at = ChargeState.READY, None, None


@charge_action("charges.settle", "Say what eCW shows")
def settle(desk: Desk, capture: ChargeCapture, line: str, is_there: bool) -> None:
    """You looked in eCW: the charge is there, or it is not and may be sent again."""
    delivery, _ = promised(desk, capture).get(line, (None, None))
    if delivery is None or delivery.state is not DeliveryState.UNCONFIRMED:
        raise Invalid("This code is not in doubt any more. Please look again.")
    _settle(desk, capture, delivery, is_there=is_there)
    desk.session.flush()
    if capture.state is not ChargeState.AMENDED:
        judge(desk, capture)


@charge_action("charges.corrected", "Settled in eCW")
def corrected(desk: Desk, capture: ChargeCapture) -> None:
    """You compared the amended note with its charges and put them right in eCW."""
    if capture.state is not ChargeState.AMENDED:
        raise Invalid("Nothing of this visit was amended.")
    capture.state, capture.closed_at, capture.trouble = ChargeState.DONE, desk.now, ""


@charge_action("charges.entered_by_hand", "I entered them in eCW", needs_shown=True)
def entered_by_hand(desk: Desk, capture: ChargeCapture) -> None:
    """You typed these codes into eCW yourself; they are not read back."""
    codes = open_codes(desk, capture)
    if promised(desk, capture) or not codes.charged():
        raise Invalid("Some codes left from here already, or there is none.")
    capture.state, capture.closed_at, capture.trouble = ChargeState.DONE, desk.now, ""
    capture.is_by_hand, capture.approved_by = True, desk.actor.staff_id
    capture.approved_at = desk.now


def _settle(desk: Desk, capture: ChargeCapture, delivery: Delivery, *, is_there: bool) -> None:
    delivery.state = DeliveryState.VERIFIED if is_there else DeliveryState.REFUSED
    delivery.settled_at, delivery.error = desk.now, "" if is_there else LOOKED
    verb = "delivery.confirmed_by_person" if is_there else "delivery.not_found"
    desk.record(verb, delivery.ref, sources=capture.ref)


def _write(capture: ChargeCapture, codes: Coding, line: CodeLine, patient: Patient) -> ChargeWrite:
    diagnoses = codes.pointed(line)
    if not diagnoses:
        raise Invalid(f"{line.code} has no diagnosis. Say which one it is for.")
    return ChargeWrite(
        patient_ref=patient.ehr_ref, encounter_ref=capture.encounter_ref,
        provider_ref=capture.provider, at=capture.visit_at, code=line.code,
        modifiers=line.modifiers, units=line.units, diagnoses=diagnoses, line=line.id,
        delivery_id=str(new_id()),
    )  # fmt: skip


def _patient(desk: Desk, capture: ChargeCapture) -> Patient:
    patient = desk.open(Patients).get(capture.patient_id)
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please re-check whom this is for.")
    return patient
