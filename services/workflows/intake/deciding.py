"""What a person decides about a form, field by field; the last decision writes it to the chart."""

import unicodedata

from db.intake import IntakeForm
from db.intake_fields import Decision, IntakeField, IntakeFields
from services.desk import Desk
from services.errors import Invalid
from services.policy import may
from services.workflows.intake.acting import (
    JUDGE,
    form_action,
    require_judge,
    require_ready,
    row_of,
)
from services.workflows.intake.committing import COMMIT, commit_rows, is_decided
from services.workflows.intake.fields import Step, Verdict, is_clinical
from services.workflows.intake.normal import of as normal_form
from services.workflows.intake.reviewing import count, difference_of, is_open, is_plain

NURSES = "nurses"
LONGEST = 2_000  # characters of a value typed by hand


@form_action("intake.accept_matching", "Accept what matches")
def accept_matching(desk: Desk, form: IntakeForm) -> None:
    """Confirm what says the same as the chart, and pass on what only clinicians read."""
    require_ready(desk, form)
    for row in desk.open(IntakeFields).of(form.id):
        if row.decision is Decision.OPEN and is_plain(row):
            _decide(desk, row, Decision.ACCEPTED, _plain_value(desk, row))
    _afterwards(desk, form)


@form_action("intake.accept", "Accept")
def accept(desk: Desk, form: IntakeForm, path: str, value: str | None = None) -> None:
    """Take this value over into the chart; with another value, take that one.

    *value* is one of the offered ones, or typed. Raises ``Invalid`` when there is none or it
    cannot be read as this field, ``NotAllowed`` for clinical fields and no clinician.
    """
    row = _open_row(desk, form, path)
    require_judge(desk, path)
    _decide(desk, row, Decision.ACCEPTED, _chosen(desk, row, value))
    _afterwards(desk, form)


@form_action("intake.reject", "Keep the chart")
def reject(desk: Desk, form: IntakeForm, path: str, reason: str) -> None:
    """Leave the chart as it is, and say why."""
    row = _open_row(desk, form, path)
    require_judge(desk, path)
    if not reason.strip():
        raise Invalid("Please say why the form's value is not taken over.")
    why = _readable(reason.strip()[:LONGEST])
    _decide(desk, row, Decision.REJECTED, "")
    desk.vault.seal_into(row, reason=why)
    _afterwards(desk, form)


@form_action("intake.reconsider", "Decide again")
def reconsider(desk: Desk, form: IntakeForm, path: str) -> None:
    """Take back a decision that has not been written yet."""
    require_ready(desk, form)
    row = row_of(desk, form, path)
    if row.delivery_id:
        raise Invalid("This value is already on its way to the chart.")
    if row.decision in (Decision.ACCEPTED, Decision.REJECTED):
        require_judge(desk, path)
    row.decision, row.decided_by, row.decided_at = Decision.OPEN, None, None
    row.accepted = row.reason = None
    count(desk, form)


@form_action("intake.escalate", "Pass to a nurse")
def escalate(desk: Desk, form: IntakeForm) -> None:
    """Pass the clinical fields to a nurse; the rest stays with the front desk until it is decided."""
    require_ready(desk, form)
    for row in desk.open(IntakeFields).of(form.id):
        if is_clinical(row.path) and is_open(row):
            row.decision, row.decided_by = Decision.ESCALATED, desk.actor.staff_id
            row.decided_at = desk.now
    _afterwards(desk, form)
    _hand_over(form)


@form_action("intake.take_over", "Decide the clinical fields")
def take_over(desk: Desk, form: IntakeForm) -> None:
    """Open the clinical fields that were passed to you for a decision."""
    require_ready(desk, form)
    require_judge(desk, "hpi")
    for row in desk.open(IntakeFields).of(form.id):
        if row.decision is Decision.ESCALATED:
            row.decision, row.decided_by, row.decided_at = Decision.OPEN, None, None
    form.assigned_to = desk.actor.staff_id
    count(desk, form)


@form_action("intake.commit", "Write to the chart")
def commit(desk: Desk, form: IntakeForm) -> None:
    """Write everything that was accepted to the chart; it leaves after the undo window."""
    require_ready(desk, form)
    if not is_decided(desk, form):
        raise Invalid("Some fields still wait for a decision.")
    commit_rows(desk, form)


def _open_row(desk: Desk, form: IntakeForm, path: str) -> IntakeField:
    require_ready(desk, form)
    row = row_of(desk, form, path)
    if row.decision is Decision.ESCALATED and desk.actor.role and may(desk.actor.role, JUDGE):
        row.decision = Decision.OPEN
    if row.decision not in (Decision.OPEN, Decision.ASKED):
        raise Invalid("Somebody has decided on this field already.")
    return row


def _chosen(desk: Desk, row: IntakeField, value: str | None) -> str:
    shown = difference_of(desk, row)
    found = shown.found
    stops = row.step == Step.STOP  # the form leaves it out, so what stops is the chart's entry
    offered = shown.chart_value if stops else found.value if found else None
    if value is None:
        if offered is None:
            raise Invalid(
                "There is no value to accept here. Choose or type one, or keep the chart."
            )
        return offered
    if found and value in (offered, *found.choices):
        return value
    return _typed(desk, row.path, value)


def _plain_value(desk: Desk, row: IntakeField) -> str:
    shown = difference_of(desk, row)
    if row.verdict == Verdict.SAME:
        return shown.chart_value or ""
    return (shown.found.value if shown.found else None) or ""


def _typed(desk: Desk, path: str, value: str) -> str:
    zone = desk.options.zone
    today = desk.now.astimezone(zone).date()
    read = normal_form(path, _readable(value.strip()[:LONGEST]), today).value
    if read is None:
        raise Invalid("This value cannot be read for this field. Please check how it is written.")
    return read


def _readable(text: str) -> str:
    """*text*, if a computer can store it. Raises ``Invalid`` for half a character or a control one."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in text):
        raise Invalid("There is a character in it that eCW does not accept. Please remove it.")
    return text


def _decide(desk: Desk, row: IntakeField, decision: Decision, value: str) -> None:
    row.decision, row.decided_by, row.decided_at = decision, desk.actor.staff_id, desk.now
    row.accepted = row.reason = None
    if value:
        desk.vault.seal_into(row, accepted=value)


def _afterwards(desk: Desk, form: IntakeForm) -> None:
    """Count again; where nothing is left and the person may, write it: there is no separate save."""
    desk.session.flush()
    count(desk, form)
    if desk.actor.role and not may(desk.actor.role, JUDGE):
        _hand_over(form)
    allowed = desk.actor.role is not None and may(desk.actor.role, COMMIT)
    if allowed and is_decided(desk, form):
        commit_rows(desk, form)


def _hand_over(form: IntakeForm) -> None:
    """Where only a clinician's decisions are left, the form is the nurses'."""
    if form.escalated and not form.open_fields:
        form.pool, form.assigned_to = NURSES, None
