"""From decisions to the chart: promises through the outbox, copy blocks where no road is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.base import new_id
from db.connections import Connections
from db.deliveries import Deliveries, DeliveryState
from db.handovers import Handover, Handovers
from db.intake import FormState, IntakeForm
from db.intake_fields import Decision, IntakeField, IntakeFields
from db.patients import Patient, Patients
from services import outbox, returns
from services.desk import Desk
from services.ehr.registration import ChartWrite
from services.errors import Invalid
from services.workflows.intake.acting import form_action
from services.workflows.intake.contents import of_handover
from services.workflows.intake.entries import Accepted, Entry, entries, handed_over
from services.workflows.intake.reviewing import count, difference_of, is_open, is_plain

COMMIT = "intake.commit"
ENTRIES = ("chart", "chart_copy")
OVER = (DeliveryState.VERIFIED, DeliveryState.CANCELLED, DeliveryState.REFUSED)
COPIED_FROM = (FormState.READY, FormState.WRITING)
LEFT = "It has left already. The chart shows it, or this form will say why not."


@dataclass(frozen=True)
class ToCopy:
    """One entry that a person types into eCW, because the contract opens no road for it."""

    entry: Entry
    why: str


def is_decided(desk: Desk, form: IntakeForm) -> bool:
    """Whether every field that asks was decided, or passed on, and what matches was confirmed."""
    rows = desk.open(IntakeFields).of(form.id)
    waiting = (r for r in rows if is_open(r) or r.decision is Decision.ASKED or _unconfirmed(r))
    return next(waiting, None) is None


def commit_rows(desk: Desk, form: IntakeForm) -> None:
    """Promise what was accepted, hand the clinical content over, and see what is left.

    Raises ``NotAllowed`` where the role may review but not commit.
    """
    desk.require(COMMIT, "write to the chart")
    returns.give_up_unconfirmed(desk, form)
    patient = _patient(desk, form)
    for entry in _unpromised(desk, form):
        if not _why_not(desk, entry):
            _promise(desk, form, patient, entry, copied=False)
    _hand_over(desk, form, patient)
    form.committed_by, form.committed_at = desk.actor.staff_id, desk.now
    settle(desk, form)


def to_copy(desk: Desk, form: IntakeForm) -> tuple[ToCopy, ...]:
    """What was accepted and is left for a person to type into eCW, by entry."""
    if form.committed_at is None or form.state not in COPIED_FROM:
        return ()
    found = ((entry, _why_not(desk, entry)) for entry in _unpromised(desk, form))
    return tuple(ToCopy(entry, why) for entry, why in found if why)


@form_action("intake.copy_done", "Done in eCW")
def copy_done(desk: Desk, form: IntakeForm, paths: tuple[str, ...]) -> None:
    """You typed this entry into eCW: the next sync looks for it there."""
    if form.state not in COPIED_FROM:
        raise Invalid("This form is not waiting to be copied any more.")
    for one in to_copy(desk, form):
        if one.entry.paths == tuple(paths):
            _promise(desk, form, _patient(desk, form), one.entry, copied=True)
            settle(desk, form)
            return
    raise Invalid("This entry is not waiting to be copied any more.")


@form_action("intake.take_back", "Take back")
def take_back(desk: Desk, form: IntakeForm) -> None:
    """Take the whole form back while nothing of it has left, and decide again."""
    deliveries = desk.open(Deliveries)
    written = [d for d in deliveries.of_form(form.id) if d.kind in ENTRIES and d.state not in OVER]
    taken = [delivery for delivery in written if deliveries.cancel(delivery.id, desk.now)]
    paths = {path for one in to_copy(desk, form) for path in one.entry.paths}
    if form.state not in COPIED_FROM or not (taken or paths):
        raise Invalid(LEFT)
    if len(taken) < len(written):  # all or nothing: no form is left half written
        raise Invalid(LEFT)
    for delivery in taken:
        desk.record("delivery.cancelled", delivery.ref, sources=form.ref)
    gone = {delivery.id for delivery in taken}
    for row in desk.open(IntakeFields).of(form.id):
        if row.delivery_id in gone or row.path in paths:
            row.decision, row.delivery_id, row.accepted = Decision.OPEN, None, None
            row.decided_by = row.decided_at = None
    form.state, form.closed_at, form.committed_at = FormState.READY, None, None
    form.to_copy = 0
    desk.session.flush()
    count(desk, form)


def settle(desk: Desk, form: IntakeForm) -> None:
    """Where the form stands after its promises: passed on, on its way, or done."""
    desk.session.flush()
    rows = desk.open(IntakeFields).of(form.id)
    deliveries = [d for d in desk.open(Deliveries).of_form(form.id) if d.kind in ENTRIES]
    form.to_copy = len(to_copy(desk, form))
    if any(row.decision is Decision.ESCALATED for row in rows):
        form.state = FormState.READY  # a clinician goes on from here
    elif all(d.state in OVER for d in deliveries) and not form.to_copy:
        form.state, form.closed_at, form.trouble = FormState.DONE, desk.now, ""
    else:
        form.state, form.trouble = FormState.WRITING, ""


def _unconfirmed(row: IntakeField) -> bool:
    return is_plain(row) and row.decision is Decision.OPEN


def _patient(desk: Desk, form: IntakeForm) -> Patient:
    if form.patient_id is None:
        raise Invalid("Please confirm whose form this is first.")
    patient = desk.open(Patients).get(form.patient_id)
    if patient.replaced_by:
        raise Invalid("This patient's record was merged in eCW. Please re-check whom this is for.")
    return patient


def _unpromised(desk: Desk, form: IntakeForm) -> tuple[Entry, ...]:
    rows = desk.open(IntakeFields).of(form.id)
    return entries(_accepted(desk, [row for row in rows if row.delivery_id is None]))


def _accepted(desk: Desk, rows: Sequence[IntakeField]) -> list[Accepted]:
    taken = [row for row in rows if row.decision is Decision.ACCEPTED]
    return [
        Accepted(
            difference_of(desk, row),
            desk.vault.read(row, "accepted").text,
        )
        for row in taken
    ]


def _why_not(desk: Desk, entry: Entry) -> str:
    """Empty when the contract opens the road; else why not, in words."""
    connection = desk.open(Connections).of(outbox.CHART_ROADS[entry.kind])
    if connection.able:
        return ""
    return connection.reason or "The connection has not been checked yet."


def _promise(desk: Desk, form: IntakeForm, patient: Patient, entry: Entry, *, copied: bool) -> None:
    id = new_id()
    write = ChartWrite(
        kind=entry.kind, patient_ref=patient.ehr_ref, values=entry.values, delivery_id=str(id),
        target=entry.target, codes=entry.codes, copied=copied,
    )  # fmt: skip
    outbox.promise_entry(desk, form, write)
    _mark(desk, form, entry.paths, id)


def _mark(desk: Desk, form: IntakeForm, paths: Sequence[str], delivery_id: UUID) -> None:
    for row in desk.open(IntakeFields).of(form.id):
        if row.path in paths:
            row.delivery_id = delivery_id


def _hand_over(desk: Desk, form: IntakeForm, patient: Patient) -> None:
    told = handed_over(_accepted(desk, desk.open(IntakeFields).of(form.id)))
    if told:
        handover = desk.open(Handovers).for_form(form.id) or Handover(
            practice_id=desk.practice_id, form_id=form.id, key_id=form.key_id,
            patient_id=patient.id, visit_ref=form.visit_ref,
        )  # fmt: skip
        handover.patient_id, handover.visit_ref = patient.id, form.visit_ref
        desk.vault.seal_into(handover, content=of_handover(told))
        desk.open(Handovers).add(handover)
        desk.record("intake.handed_over", form.ref, sources=handover.ref)
    else:
        returns.withdraw_handover(desk, form)
