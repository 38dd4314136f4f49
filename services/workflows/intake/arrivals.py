"""Take in forms: new ones, amended ones, ones that were withdrawn or sent twice."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from db.base import new_id
from db.intake import FormState, IntakeForm, IntakeForms, Match
from db.patients import Patients
from db.visits import Visit
from db.vocabulary import DocumentKind
from services import merges, returns
from services.desk import Desk
from services.ehr.ports import Quarantined
from services.ehr.registration import IncomingForm
from services.workflows.intake import contents
from services.workflows.intake.routing import set_route

GONE = ("entered-in-error", "stopped")
TWICE = "The patient sent the same answers twice. The first form is the one to work on."
CHANGED_AFTER = "The patient changed the form after it was accepted. Please check what is new."
TAKEN_BACK = "The patient took this form back."
ELSEWHERE = "eCW has this form under another patient now. Please re-check the patient."
TAKEN_BACK_AFTER = (
    "The patient took this form back after some of it had left. Please check the chart in eCW."
)


def take_in(desk: Desk, visit: Visit, found: Sequence[IncomingForm | Quarantined]) -> Counter[str]:
    """Take in what one patient sent before *visit*. Safe to repeat; returns counts."""
    counts: Counter[str] = Counter()
    forms = [item for item in found if isinstance(item, IncomingForm)]
    held = desk.open(IntakeForms).by_sources([form.ref for form in forms])
    for form in forms:
        counts[_take_one(desk, visit, held, form)] += 1
    for item in found:
        if isinstance(item, Quarantined):
            desk.record("intake.quarantined", f"form/{item.source_id}", reason=item.reason)
            counts["quarantined"] += 1
    return counts


def keep_file(desk: Desk, data: bytes, digest: str, name: str) -> IntakeForm | None:
    """Keep a document as it came, without a patient; the next run reads it (``propose``).

    ``None`` when a colleague kept the very same file at this moment.
    """
    row = _blank(desk, f"document/{digest}", source="document", authored=desk.now)
    row.match, row.content_hash = Match.NONE, digest
    desk.vault.seal_into(row, title=name, original=contents.of_bytes(data))
    if not desk.open(IntakeForms).keep_new(row):
        return None
    desk.record("intake.received", row.ref)
    return row


def _take_one(desk: Desk, visit: Visit, held: dict[str, IntakeForm], form: IncomingForm) -> str:
    row = held.get(form.ref)
    if row is None:
        return "ignored" if form.status in GONE else _new(desk, visit, held, form)
    if row.visit_ref == visit.ehr_ref:
        row.visit_at = visit.starts_at  # visits move
    if form.authored < row.authored_at:
        return "known"  # a server behind the times must not bring back what was changed
    if form.status in GONE:
        return _withdraw(desk, row)
    moved = _follow(desk, visit, row)
    if row.content_hash == form.digest:
        return "moved" if moved else "known"
    return _amend(desk, row, form)


def _new(desk: Desk, visit: Visit, held: dict[str, IntakeForm], form: IncomingForm) -> str:
    patient = desk.open(Patients).get(visit.patient_id)
    row = _blank(desk, form.ref, source="check_in", authored=form.authored)
    row.patient_id = merges.survivor(desk, patient).id
    row.visit_ref, row.visit_at = visit.ehr_ref, visit.starts_at
    row.provider, row.location = visit.provider, visit.location
    _fill(desk, row, form)
    set_route(desk, row, DocumentKind.CHECK_IN)
    twin = _twin(desk, row)
    if twin:
        row.state, row.closed_at, row.trouble = FormState.REMOVED, desk.now, TWICE
    desk.record("intake.received", row.ref, sources=twin.ref if twin else "")
    held[form.ref] = desk.open(IntakeForms).add(row)
    return "duplicates" if twin else "new"


def _twin(desk: Desk, row: IntakeForm) -> IntakeForm | None:
    """An open form of the same patient with the very same answers."""
    others = desk.open(IntakeForms).open_of(row.patient_id) if row.patient_id else []
    return next((form for form in others if form.content_hash == row.content_hash), None)


def _amend(desk: Desk, row: IntakeForm, form: IncomingForm) -> str:
    """What was decided and still stands on the form is kept when it is read again (``propose``)."""
    returns.recall(desk, row)
    row.trouble = "" if row.committed_at is None else CHANGED_AFTER
    row.state, row.closed_at, row.lease_until = FormState.WAITING, None, None
    row.amended += 1
    row.version += 1
    _fill(desk, row, form)
    desk.record("intake.amended", row.ref)
    return "amended"


def _follow(desk: Desk, visit: Visit, row: IntakeForm) -> bool:
    """eCW has the form under another patient than before, merged or put right: it is compared anew."""
    owner = merges.survivor(desk, desk.open(Patients).get(visit.patient_id))
    if row.match is not Match.GIVEN or not row.is_open or row.patient_id == owner.id:
        return False
    returns.recall(desk, row)
    row.patient_id, row.trouble = owner.id, ELSEWHERE
    row.state, row.lease_until, row.to_copy = FormState.WAITING, None, 0
    row.version += 1
    desk.record("intake.moved", row.ref)
    return True


def _withdraw(desk: Desk, row: IntakeForm) -> str:
    if row.state in (FormState.REMOVED, FormState.WITHDRAWN):
        return "known"
    has_left = returns.recall(desk, row)
    returns.withdraw_handover(desk, row)
    row.state, row.closed_at, row.to_copy = FormState.WITHDRAWN, desk.now, 0
    row.trouble, row.version = TAKEN_BACK_AFTER if has_left else TAKEN_BACK, row.version + 1
    desk.record("intake.withdrawn", row.ref)
    return "withdrawn"


def _fill(desk: Desk, row: IntakeForm, form: IncomingForm) -> None:
    row.content_hash, row.form_status = form.digest, form.status
    row.authored_at = form.authored
    desk.vault.seal_into(row, title=form.title, content=contents.of_form(form))


def _blank(desk: Desk, ref: str, *, source: str, authored: datetime) -> IntakeForm:
    key = desk.vault.new_key()
    desk.session.add(key)
    return IntakeForm(
        id=new_id(), practice_id=desk.practice_id, source=source, source_ref=ref,
        key_id=key.id, authored_at=authored,
    )  # fmt: skip
