"""The rows of a review: laid out once a form is read, kept where a decision still holds, counted."""

from collections.abc import Sequence

from db.intake import IntakeForm
from db.intake_fields import Decision, IntakeField, IntakeFields
from services.desk import Desk
from services.workflows.intake import contents
from services.workflows.intake.fields import Difference, Step, Verdict, group_of

PASSED_ON = ("hpi", "ros", "family_history", "social_history", "consents", "other_answers")
ASKS = (Verdict.NEW, Verdict.CHANGED, Verdict.CONFLICTING, Verdict.UNCLEAR)


def asks(path: str, verdict: str, step: str) -> bool:
    """Whether a person must decide; what matches, is absent or is only passed on asks nothing."""
    return not passes_on(path, verdict) and (verdict in ASKS or step == Step.STOP)


def passes_on(path: str, verdict: str) -> bool:
    """Whether it goes to the clinician in the patient's words, as the chart has no place for it."""
    return verdict == Verdict.NEW and group_of(path) in PASSED_ON


def lay_out(desk: Desk, form: IntakeForm, rows: Sequence[Difference]) -> None:
    """Make *rows* the review of *form*. A decision stands where form and chart say the same as then."""
    earlier = {row.path: row for row in desk.open(IntakeFields).of(form.id)}
    for row in earlier.values():
        row.replaced_at = desk.now
    fresh = [_row(desk, form, place, row) for place, row in enumerate(rows)]
    for new, difference in zip(fresh, rows, strict=True):
        old = earlier.get(new.path)
        if old and _still_holds(desk, old, difference):
            _carry_over(desk, old, new)
    desk.session.add_all(fresh)
    desk.session.flush()
    count(desk, form)


def count(desk: Desk, form: IntakeForm) -> None:
    """Keep the numbers the worklist shows in step with the rows."""
    rows = desk.open(IntakeFields).of(form.id)
    form.fields = len(rows)
    form.same = sum(row.verdict == Verdict.SAME for row in rows)
    form.open_fields = sum(is_open(row) for row in rows)
    form.asked = sum(row.decision is Decision.ASKED for row in rows)
    form.escalated = sum(row.decision is Decision.ESCALATED for row in rows)
    form.conflicts = sum(row.verdict == Verdict.CONFLICTING for row in rows)


def is_open(row: IntakeField) -> bool:
    """Whether this row still waits for a person."""
    return row.decision is Decision.OPEN and asks(row.path, row.verdict, row.step)


def is_plain(row: IntakeField) -> bool:
    """Whether one key confirms it together with all others of its kind."""
    return row.verdict == Verdict.SAME or passes_on(row.path, row.verdict)


def difference_of(desk: Desk, row: IntakeField) -> Difference:
    """What was sealed of a row. Raises ``Unreadable`` for a damaged one."""
    return contents.to_difference(desk.vault.read(row, "detail").text)


def _row(desk: Desk, form: IntakeForm, place: int, row: Difference) -> IntakeField:
    made = IntakeField(
        practice_id=desk.practice_id, form_id=form.id, key_id=form.key_id, path=row.path,
        position=place, verdict=row.verdict, step=row.step or "", chart_ref=row.chart_ref,
        confidence=row.found.confidence if row.found else 0.0,
        engine=row.found.engine if row.found else "",
    )  # fmt: skip
    desk.vault.seal_into(made, detail=contents.of_difference(row))
    return made


def _still_holds(desk: Desk, old: IntakeField, new: Difference) -> bool:
    before = difference_of(desk, old)
    said = before.found.value if before.found else None
    says = new.found.value if new.found else None
    return old.decision is not Decision.OPEN and (said, before.chart_value) == (
        says,
        new.chart_value,
    )


def _carry_over(desk: Desk, old: IntakeField, new: IntakeField) -> None:
    new.decision, new.decided_by, new.decided_at = old.decision, old.decided_by, old.decided_at
    new.delivery_id = old.delivery_id
    for column in ("accepted", "reason"):
        if getattr(old, column) is not None:
            desk.vault.seal_into(new, **{column: desk.vault.read(old, column).text})
