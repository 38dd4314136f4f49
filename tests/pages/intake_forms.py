"""Forms for tests of the intake page: written into the practice's own database, all synthetic."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from db.intake import FormState, Match
from db.patients import Patient, Patients
from services import chart
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.ports import PatientRecord
from services.ehr.registration import FormAnswer, IncomingForm
from services.workflows.intake import contents, reviewing
from services.workflows.intake.arrivals import keep_file
from services.workflows.intake.fields import Difference, Field, Source, Verdict

PHONE, MEMBER = "demographics.phone", "coverage[0].member_id"


def difference(
    path: str, said: str | None, charted: str | None, verdict: Verdict, **more: object
) -> Difference:
    """One row: what the form says, what the chart has."""
    extra = {name: more.pop(name) for name in ("choices", "warnings", "reason") if name in more}
    reads = said is not None or extra
    source = Source(path, f"What is your {path}?")
    found = Field(path, said, 0.9, source, said or "?", **extra) if reads else None
    return Difference(path, verdict, found, charted, **more)


TWO_SAME_TWO_NOT = (
    difference("demographics.last_name", "Sample", "Sample", Verdict.SAME),
    difference("demographics.first_name", "Synthetic", "Synthetic", Verdict.SAME),
    difference(PHONE, "5550102222", "5550101111", Verdict.CHANGED),
    difference(MEMBER, "W2", "W1", Verdict.CHANGED),
)


def arrive(
    container: Container,
    actor: Actor,
    family: str,
    rows: Sequence[Difference] = TWO_SAME_TWO_NOT,
    *,
    match: Match = Match.GIVEN,
) -> UUID:
    """A form of ``Synthetic <family>`` lies beside the chart; returns its id.

    Forms come to the list in the order they are made.
    """
    with working(container, actor) as desk:
        form = keep_file(desk, family.encode(), family, "form.pdf")
        whose = patient(desk, family)
        form.patient_id, form.match = whose.id, match
        if match is Match.NONE:
            form.patient_id = None
        form.visit_at = desk.now + timedelta(hours=1, seconds=int(form.id.int >> 80) % 3600)
        desk.vault.seal_into(form, content=contents.of_form(_answers(form.source_ref, rows)))
        form.state, form.version = FormState.READY, 2
        desk.session.flush()
        reviewing.lay_out(desk, form, rows)
        return form.id


def patient(desk: Desk, family: str) -> Patient:
    """A synthetic patient of this name, born on 28 February 1980."""
    ref = f"Patient/{family}"
    key = desk.vault.new_key()
    desk.session.add(key)
    made = desk.open(Patients).by_refs([ref]).get(ref) or desk.open(Patients).add(
        Patient(practice_id=desk.practice_id, ehr_ref=ref, key_id=key.id, synthetic=True)
    )
    record = PatientRecord(ref, family, "Synthetic", "1980-02-28", "female", f"M-{family}")
    chart.keep_identity(desk, made, record)
    return made


def _answers(ref: str, rows: Sequence[Difference]) -> IncomingForm:
    found = [row.found for row in rows if row.found]
    answers = tuple(FormAnswer(f.source.link_id, f.source.label, f.original) for f in found)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return IncomingForm(ref, "q", "Check-in", "", "completed", moment, "d", answers)
