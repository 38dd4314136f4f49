"""Keep the charts of patients who wrote beside their messages: fetched, dated, followed through merges."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from db.charges import ChargeCapture, ChargeCaptures, ChargeState
from db.conversations import Conversations
from db.deliveries import Deliveries
from db.intake import FormState, IntakeForm, IntakeForms
from db.npi_names import NpiNames
from db.patients import Patient, Patients
from db.places import Place, Places
from db.practices import Practice
from db.suggestions import Suggestions
from db.visit_notes import NoteState, VisitNote, VisitNotes
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services import chart, merges, note_promises, returns
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Chart, ChartSummary, Directory, Road
from services.errors import Refused
from services.options import options_of
from services.roads import on_road

OLD = timedelta(hours=6)
BATCH = 4  # charts a run: seven calls each, three runs a minute, inside the budget for sync
NAMES = 20  # patients a run whose name alone is fetched first: one call each


def fetch_charts(container: Container, practice: Practice, ehr_chart: Chart) -> Counter[str]:
    """Fetch names, charts somebody waits for, then the oldest. Raises ``Unreachable`` and kin."""
    actor = Actor.job(practice.id, "charts")
    counts: Counter[str] = Counter()
    with on_road(container, actor, Road.FHIR_READ):
        for id, ref in _nameless(container, actor):
            counts[_name(container, actor, ehr_chart, id, ref)] += 1
        for id, ref in _due(container, actor):
            counts[_fetch(container, actor, practice, ehr_chart, id, ref)] += 1
    return counts


def _nameless(container: Container, actor: Actor) -> list[tuple[UUID, str]]:
    with looking(container, actor) as desk:
        return [(patient.id, patient.ehr_ref) for patient in desk.open(Patients).nameless(NAMES)]


def _name(container: Container, actor: Actor, ehr_chart: Chart, id: UUID, ref: str) -> str:
    try:
        record = ehr_chart.patient(ref)
    except Refused as refused:
        return _note_refusal(container, actor, id, refused)
    with working(container, actor) as desk:
        patient = desk.open(Patients).get(id)
        chart.keep_identity(desk, patient, record)
        desk.record("chart.fetched", patient.ref, reason="name only")
    return "named"


def _note_refusal(container: Container, actor: Actor, id: UUID, refused: Refused) -> str:
    with working(container, actor) as desk:
        patient = desk.open(Patients).get(id)
        patient.fetched_at = desk.now
        desk.record("chart.refused", patient.ref, reason=refused.code or "")
    return "refused"


def _due(container: Container, actor: Actor) -> list[tuple[UUID, str]]:
    with looking(container, actor) as desk:
        due: Sequence[Patient] = desk.open(Patients).to_fetch(desk.now - OLD, BATCH)
        return [(patient.id, patient.ehr_ref) for patient in due]


def _fetch(
    container: Container, actor: Actor, practice: Practice, ehr_chart: Chart, id: UUID, ref: str
) -> str:
    today = container.clock().astimezone(options_of(practice).zone).date()
    try:
        summary = ehr_chart.summary(ref, today)
    except Refused as refused:
        return _note_refusal(container, actor, id, refused)
    with working(container, actor) as desk:
        patient = desk.open(Patients).get(id)
        _keep(desk, patient, summary)
        desk.record("chart.fetched", patient.ref)
    return "fetched"


def _keep(desk: Desk, patient: Patient, summary: ChartSummary) -> None:
    known_survivor = patient.replaced_by
    chart.keep(desk, patient, summary)
    if patient.replaced_by and patient.replaced_by != known_survivor:
        _move(desk, patient)


def _move(desk: Desk, retired: Patient) -> None:
    """Open work goes to the survivor and must be looked at again before anything is sent."""
    for conversation in desk.open(Conversations).open_of(retired.id):
        merges.follow(desk, conversation)
        conversation.version += 1
        desk.open(Suggestions).supersede(conversation.id)
    for form in desk.open(IntakeForms).open_of(retired.id):
        _compare_again(desk, form, retired)
    for note in desk.open(VisitNotes).open_of(retired.id):
        _draft_again(desk, note, retired)
    for summary in desk.open(VisitSummaries).open_of(retired.id):
        _summarise_again(desk, summary, retired)
    for capture in desk.open(ChargeCaptures).open_of(retired.id):
        _approve_again(desk, capture, retired)


def _draft_again(desk: Desk, note: VisitNote, retired: Patient) -> None:
    """A note of a merged patient rests on another chart now: what has not left is drafted anew."""
    note.patient_id = merges.survivor(desk, retired).id
    note.trouble, note.version = merges.RECHECK, note.version + 1
    promised = note_promises.of_approval(desk, note) if note.state is NoteState.SENDING else []
    if len(note_promises.call_back(desk, note)) < len(promised):
        return  # some of it has left: what eCW shows decides
    note.state, note.delivery_id, note.lease_until = NoteState.WAITING, None, None
    desk.record("patient.merged", note.ref)


def _summarise_again(desk: Desk, summary: VisitSummary, retired: Patient) -> None:
    """A summary for a merged patient goes to somebody else's account: called back and drafted anew."""
    promised = summary.delivery_id if summary.state is SummaryState.SENDING else None
    if promised and not desk.open(Deliveries).cancel(promised, desk.now):
        return  # it has left: what healow shows decides
    summary.patient_id = merges.survivor(desk, retired).id
    summary.trouble, summary.version = merges.RECHECK, summary.version + 1
    summary.state, summary.delivery_id = SummaryState.WAITING, None
    summary.lease_until = None
    desk.record("patient.merged", summary.ref)


def _approve_again(desk: Desk, capture: ChargeCapture, retired: Patient) -> None:
    """Charges of a merged patient that have not left are called back; a biller looks again."""
    capture.patient_id = merges.survivor(desk, retired).id
    capture.version += 1
    if capture.state is ChargeState.UNSIGNED:
        return
    deliveries, capture.trouble = desk.open(Deliveries), merges.RECHECK
    called_back = [d for d in deliveries.of_charge(capture.id) if deliveries.cancel(d.id, desk.now)]
    if called_back and capture.state is ChargeState.SENDING:
        capture.state = ChargeState.READY
    desk.record("patient.merged", capture.ref)


def _compare_again(desk: Desk, form: IntakeForm, retired: Patient) -> None:
    """A form of a merged patient lies beside another chart now, so it is read again."""
    form.patient_id = merges.survivor(desk, retired).id
    returns.recall(desk, form)
    form.trouble, form.version = merges.RECHECK, form.version + 1
    form.state, form.lease_until, form.to_copy = FormState.WAITING, None, 0
    desk.record("patient.merged", form.ref)


def sync_places(container: Container, practice: Practice, directory: Directory) -> Counter[str]:
    """Keep the practice's locations, departments and providers as its EHR names them."""
    actor = Actor.job(practice.id, "places")
    with on_road(container, actor, Road.FHIR_READ):
        found = directory.places()
    with working(container, actor) as desk:
        places = desk.open(Places)
        known = places.by_ref()
        for place in found:
            row = known.get(place.ref) or places.add(
                Place(practice_id=practice.id, ehr_ref=place.ref, kind=place.kind, name=place.name)
            )
            row.kind, row.name, row.parent = place.kind, place.name, place.parent
            row.npi = place.npi
        claimed = {place.npi: place.name for place in found if place.npi}
        desk.open(NpiNames).tell(claimed, by_ehr=True)
    return Counter(places=len(found))
