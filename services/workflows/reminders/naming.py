"""Fetching the names and languages of patients who are expected and whom nobody has met yet."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from db.patients import Patients
from db.reminders import Reminders
from services import chart
from services.container import Container
from services.desk import Actor, looking, working
from services.ehr.ports import Chart, Road
from services.errors import Refused
from services.roads import on_road

BATCH = 10  # patients a run: one call each, beside all that intake asks


def fetch_names(
    container: Container, actor: Actor, ehr_chart: Chart, ahead: timedelta
) -> Counter[str]:
    """Fetch who some of them are; the next run goes on. Raises ``Unreachable`` and kin."""
    with looking(container, actor) as desk:
        unknown = desk.open(Reminders).nameless(desk.now, desk.now + ahead, BATCH)
        wanted = [(patient.id, patient.ehr_ref) for patient in unknown]
    counts: Counter[str] = Counter()
    if wanted:
        with on_road(container, actor, Road.FHIR_READ):
            counts.update(_fetch(container, actor, ehr_chart, id, ref) for id, ref in wanted)
    return counts


def _fetch(container: Container, actor: Actor, ehr_chart: Chart, id: UUID, ref: str) -> str:
    try:
        record = ehr_chart.patient(ref)
    except Refused as refused:
        with working(container, actor) as desk:
            patient = desk.open(Patients).get(id)
            patient.fetched_at = desk.now  # not asked for again at every run
            desk.record("chart.refused", patient.ref, reason=refused.code or "")
        return "refused"
    with working(container, actor) as desk:
        patient = desk.open(Patients).get(id)
        chart.keep_identity(desk, patient, record)
        patient.replaced_by = record.replaced_by
        desk.record("chart.fetched", patient.ref, reason="name only")
    return "named"
