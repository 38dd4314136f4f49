"""One form opened: its fields beside the chart, where each stands on the form, what left."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from db.deliveries import Deliveries, Delivery
from db.intake import CERTAIN, IntakeForm, IntakeForms, Match
from db.intake_fields import Decision, IntakeField, IntakeFields
from db.patients import Patients
from db.staff import StaffList
from db.vault import Unreadable
from services import rollout
from services.actions import Target, places_of
from services.claims.coverage import said_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.documents.reading import render
from services.errors import Invalid
from services.policy import may
from services.sent import SentEntry, sent_entry
from services.workflows.intake import contents, reviewing
from services.workflows.intake.acting import JUDGE
from services.workflows.intake.committing import COMMIT, ToCopy, to_copy
from services.workflows.intake.contents import Content
from services.workflows.intake.coverage import CoverageFact, coverage_facts
from services.workflows.intake.fields import Difference, Verdict, is_clinical
from services.workflows.intake.listing import Row, row_of, shown, site_names


@dataclass(frozen=True)
class FieldRow:
    """One row of the review, with what was decided about it, by whom and when.

    ``may_decide`` is false for clinical fields where the reader is no clinician; ``delivery`` is
    the state of the promise that writes it, empty before.
    """

    path: str
    difference: Difference
    decision: Decision
    accepted: str = field(repr=False)
    reason: str = field(repr=False)
    decided_by: str
    decided_at: datetime | None
    asks: bool
    may_decide: bool
    delivery: str = ""


@dataclass(frozen=True)
class OpenForm:
    """Everything the open pane shows of one form."""

    row: Row
    match: Match
    patient_ref: str
    match_reasons: tuple[str, ...]
    content: Content | None
    fields: tuple[FieldRow, ...]
    compared_at: datetime | None
    new_patient: bool
    coverage: tuple[CoverageFact, ...]
    to_copy: tuple[ToCopy, ...]
    sent: tuple[SentEntry, ...]
    may_commit: bool
    has_original: bool

    @property
    def target(self) -> Target:
        """What an action on this form acts on: exactly what is shown."""
        return self.row.target


def open_form(container: Container, actor: Actor, id: UUID) -> OpenForm:
    """Open one form for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        form = _readable(desk, id)
        opened = _open(desk, form)
        desk.record("intake.opened", form.ref)
        return opened


def page_image(container: Container, actor: Actor, id: UUID, page: int) -> bytes:
    """One page of a document as PNG. Raises ``Invalid`` where there is none to show."""
    with working(container, actor) as desk:
        form = _readable(desk, id)
        if form.original is None:
            raise Invalid("This form came without a document.")
        original = contents.to_bytes(desk.vault.read(form, "original").text)
        desk.record("intake.page_shown", form.ref)
    return render(original, page)


def _readable(desk: Desk, id: UUID) -> IntakeForm:
    desk.require("intake.read", "read intake forms")
    form = desk.open(IntakeForms).get(id)
    rollout.require(desk, "intake", places_of(form), "Intake")
    return form


def _open(desk: Desk, form: IntakeForm) -> OpenForm:
    names = desk.open(StaffList).names()
    patient = desk.open(Patients).find(form.patient_id) if form.patient_id else None
    deliveries = {d.id: d for d in desk.open(Deliveries).of_form(form.id)}
    reasons = shown(desk, form, "match_reasons")
    role = desk.actor.role
    return OpenForm(
        row=row_of(desk, form, patient, names, site_names(desk)),
        match=form.match,
        patient_ref=patient.ehr_ref if patient else "",
        match_reasons=tuple(line for line in reasons.split("\n") if line),
        content=_content(desk, form),
        fields=_fields(desk, form, names, deliveries),
        compared_at=form.compared_at,
        new_patient=form.match in CERTAIN and form.registration is None,
        coverage=_coverage(desk, form),
        to_copy=to_copy(desk, form),
        sent=tuple(sent_entry(delivery, names) for delivery in deliveries.values()),
        may_commit=role is not None and may(role, COMMIT),
        has_original=form.original is not None,
    )


def _content(desk: Desk, form: IntakeForm) -> Content | None:
    try:
        text = desk.vault.read(form, "content").text
    except Unreadable:
        return None
    return contents.to_content(text) if text else None  # a document that was not read has none


def _coverage(desk: Desk, form: IntakeForm) -> tuple[CoverageFact, ...]:
    """What the chart says of insurance on the day of the visit, or today without one."""
    if form.match not in CERTAIN:
        return ()
    with suppress(Unreadable):  # the review of the fields says so
        kept = desk.vault.read(form, "registration").text
        zone = desk.options.zone
        day = (form.visit_at or desk.now).astimezone(zone).date()
        if kept:
            chart = contents.to_registration(kept)
            said = said_of(desk, (record.member_id for record in chart.coverage))
            return coverage_facts(chart, day, said)
    return ()


def _fields(
    desk: Desk, form: IntakeForm, names: Mapping[UUID, str], deliveries: Mapping[UUID, Delivery]
) -> tuple[FieldRow, ...]:
    judge = desk.actor.role is not None and may(desk.actor.role, JUDGE)
    rows: Sequence[IntakeField] = desk.open(IntakeFields).of(form.id)
    return tuple(_field(desk, row, names, deliveries, judge) for row in rows)


def _field(
    desk: Desk, row: IntakeField, names: Mapping[UUID, str],
    deliveries: Mapping[UUID, Delivery], judge: bool,
) -> FieldRow:  # fmt: skip
    delivery = deliveries.get(row.delivery_id) if row.delivery_id else None
    return FieldRow(
        path=row.path,
        difference=_as_seen(_difference(desk, row), judge),
        decision=row.decision,
        accepted=shown(desk, row, "accepted"),
        reason=shown(desk, row, "reason"),
        decided_by=names.get(row.decided_by, "") if row.decided_by else "",
        decided_at=row.decided_at,
        asks=reviewing.asks(row.path, row.verdict, row.step),
        may_decide=judge or not is_clinical(row.path),
        delivery=str(delivery.state) if delivery else "",
    )


def _as_seen(row: Difference, judge: bool) -> Difference:
    """Who may not read the clinical chart sees the patient's words alone (minimum necessary)."""
    if judge or not is_clinical(row.path):
        return row
    return replace(row, chart_value=None, chart_ref="", why="")


def _difference(desk: Desk, row: IntakeField) -> Difference:
    """What the row says; a damaged or destroyed one says so and does not close the form."""
    try:
        return reviewing.difference_of(desk, row)
    except Unreadable as damage:
        return Difference(row.path, Verdict.UNCLEAR, None, why=str(damage))
