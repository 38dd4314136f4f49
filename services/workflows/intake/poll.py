"""Fetch the schedule ahead and the forms of those who are expected."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from db.connections import Connections
from db.patients import Patient, Patients
from db.places import Places
from db.practices import Practice
from db.vault import Unreadable
from db.visits import Visit, Visits
from services.chart import patients_of
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Quarantined, Road
from services.ehr.registration import Forms, IncomingForm, PlannedVisit
from services.errors import EhrError, Refused
from services.options import options_of
from services.roads import on_road
from services.workflows.intake.arrivals import take_in

AHEAD = timedelta(days=10)  # visits further away are asked for when they come near
REACH_BACK = timedelta(days=60)  # forms older than this belong to an earlier visit
SCHEDULE_EVERY = timedelta(minutes=5)
SOON = timedelta(days=1)
# Whose visit is near is asked about more often; how often others are is up to BATCH as well.
ASK_AGAIN_SOON, ASK_AGAIN_LATER = timedelta(minutes=4), timedelta(minutes=15)
BATCH = 40  # patients a run, one call each: eCW takes 250 calls a minute for everything


def poll(container: Container, practice: Practice, forms: Forms) -> Counter[str]:
    """Read the schedule when it is old, then the forms of the next visits. Returns counts.

    Safe to repeat: a form we hold in the same version is left alone. Raises ``Unreachable``,
    ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "intake.poll")
    counts: Counter[str] = Counter()
    with on_road(container, actor, Road.CHECK_IN_FORMS):
        counts["visits"] = _read_schedule(container, actor, practice, forms)
        for visit_id, patient_ref in _due(container, actor):
            counts.update(_ask(container, actor, forms, visit_id, patient_ref))
    return counts


def _read_schedule(container: Container, actor: Actor, practice: Practice, forms: Forms) -> int:
    with looking(container, actor) as desk:
        read_at = desk.open(Connections).of(Road.CHECK_IN_FORMS).cursor
        providers = [place.ehr_ref for place in desk.open(Places).of_kind("provider")]
    if read_at and container.clock() - datetime.fromisoformat(read_at) < SCHEDULE_EVERY:
        return 0
    first = container.clock().astimezone(options_of(practice).zone).date()
    seen = 0
    for provider in providers:
        seen += _keep(container, actor, forms.visits(provider, first, first + AHEAD))
    with working(container, actor) as desk:
        at = desk.now.isoformat() if providers else None
        desk.open(Connections).of(Road.CHECK_IN_FORMS).cursor = at
    return seen


def _keep(container: Container, actor: Actor, planned: Sequence[PlannedVisit]) -> int:
    with working(container, actor) as desk:
        held = desk.open(Visits).by_refs([p.ref for p in planned])
        patients = patients_of(desk, {p.patient_ref for p in planned})
        with suppress(Unreadable):  # it is met again where it concerns one patient only
            desk.vault.preload([patient.key_id for patient in patients.values()])
        for one in planned:
            _note(desk, held.get(one.ref), one, patients[one.patient_ref])
    return len(planned)


def _note(desk: Desk, visit: Visit | None, planned: PlannedVisit, patient: Patient) -> None:
    if visit is None:
        visit = Visit(
            practice_id=desk.practice_id, ehr_ref=planned.ref, patient_id=patient.id,
            key_id=patient.key_id, starts_at=planned.start, status=planned.status, seen_at=desk.now,
        )  # fmt: skip
        desk.open(Visits).add(visit)
    visit.patient_id, visit.key_id = patient.id, patient.key_id
    visit.starts_at, visit.status, visit.seen_at = planned.start, planned.status, desk.now
    visit.provider, visit.location = planned.provider_ref, planned.location_ref
    desk.vault.seal_into(visit, reason=planned.reason)


def _due(container: Container, actor: Actor) -> list[tuple[UUID, str]]:
    with looking(container, actor) as desk:
        visits = _to_ask(desk)
        patients = {p.id: p for p in desk.open(Patients).get_many([v.patient_id for v in visits])}
        return [(visit.id, patients[visit.patient_id].ehr_ref) for visit in visits]


def _to_ask(desk: Desk) -> list[Visit]:
    """The next day's visits first; what is left of the batch goes to those longest not asked about."""
    visits, soon = desk.open(Visits), desk.now + SOON
    near = visits.to_ask(desk.now, soon, desk.now - ASK_AGAIN_SOON, BATCH)
    left = BATCH - len(near)
    far = visits.to_ask(soon, desk.now + AHEAD, desk.now - ASK_AGAIN_LATER, left)
    return [*near, *far]


def _ask(
    container: Container, actor: Actor, forms: Forms, visit_id: UUID, patient_ref: str
) -> Counter[str]:
    since: date = (container.clock() - REACH_BACK).date()
    found: Sequence[IncomingForm | Quarantined] = ()
    refused = False
    try:
        found = forms.forms_of(patient_ref, since)
    except Refused:
        refused = True  # this patient's, not everybody's; it is on the trail and asked again
    except EhrError:
        # Asked, so that one patient whose forms cannot be fetched does not come first for ever.
        with working(container, actor) as desk:
            desk.open(Visits).get(visit_id).forms_at = desk.now
        raise
    with working(container, actor) as desk:
        visit = desk.open(Visits).get(visit_id)
        visit.forms_at = desk.now
        if refused:
            desk.record("intake.refused", visit.ref)
            return Counter(refused=1)
        return take_in(desk, visit, found)
