"""Following the schedule: what moved, was cancelled or is over takes its reminders with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.connections import Connections
from db.deliveries import DeliveryState
from db.patients import Patient, Patients
from db.reminders import UNSENT, Reminder, ReminderKind, Reminders, ReminderState
from db.visits import OFF, Visit
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Road
from services.workflows.reminders.approving import cancel

MAY_BE_OLD = timedelta(hours=6)  # through an outage at night; longer, and nobody knows the schedule
MISSED = timedelta(minutes=10)  # a visit that a reading of the schedule did not show is gone
MOVED = "The visit was moved."
CANCELLED = "The visit was cancelled."
GONE = "The visit is not on the schedule any more."
ELSEWHERE = "The visit is with somebody else, or somewhere else, now."
MERGED = "The patient's record was merged in eCW."
HAS_FORM = "The form has arrived."
TOO_LATE = "It was not sent in time."
BEGUN = "The visit has begun."


def read_at(desk: Desk) -> datetime | None:
    """When the schedule was last read whole; ``None`` when nobody can rely on it now."""
    road = desk.open(Connections).by_road().get(Road.CHECK_IN_FORMS)
    at = datetime.fromisoformat(road.cursor) if road and road.cursor else None
    return at if at and desk.now - at < MAY_BE_OLD else None


def is_gone(visit: Visit, read: datetime) -> bool:
    """Whether the last reading of the schedule, at *read*, did not show *visit* any more."""
    return visit.seen_at < read - MISSED


def follow(container: Container, actor: Actor) -> Counter[str]:
    """Close what is over, and withdraw what has not left for a visit that moved. Safe to repeat."""
    counts: Counter[str] = Counter()
    with looking(container, actor) as desk:
        over = _over(desk)
    for id, why in over.items():
        counts[_close(container, actor, id, why)] += 1
    return counts


@dataclass(frozen=True)
class Known:
    """What is known of the visits of some reminders. ``lives_on`` names each visit's patient as of now."""

    visits: Mapping[UUID, Visit]
    lives_on: Mapping[UUID, UUID | None]
    with_form: set[str]
    read: datetime | None


def _known(desk: Desk, rows: Sequence[Reminder]) -> Known:
    reminders = desk.open(Reminders)
    visits = reminders.visits(row.visit_id for row in rows)
    patients = desk.open(Patients).get_many([visit.patient_id for visit in visits.values()])
    return Known(
        visits,
        {patient.id: _lives_on(desk, patient) for patient in patients},
        reminders.with_form(visit.ehr_ref for visit in visits.values()),
        read_at(desk),
    )


def _lives_on(desk: Desk, patient: Patient) -> UUID | None:
    """Like ``merges.survivor``, but keeps nothing: ``None`` for a survivor nobody has met yet."""
    seen = {patient.ehr_ref}
    while patient.replaced_by and patient.replaced_by not in seen:
        seen.add(patient.replaced_by)
        known = desk.open(Patients).by_refs([patient.replaced_by])
        if patient.replaced_by not in known:
            return None
        patient = known[patient.replaced_by]
    return patient.id


def _over(desk: Desk) -> dict[UUID, str]:
    rows = desk.open(Reminders).still_open()
    known = _known(desk, rows)
    found = {row.id: _why_over(row, known, desk.now) for row in rows}
    return {id: why for id, why in found.items() if why}


def _why_over(row: Reminder, known: Known, now: datetime) -> str:
    """Why nothing can come of *row* any more; empty while something can."""
    if now >= row.visit_at:
        return BEGUN
    visit = known.visits[row.visit_id]
    if visit.status in OFF:
        return CANCELLED
    if visit.starts_at != row.visit_at:
        return MOVED
    if known.read and is_gone(visit, known.read):
        return GONE
    return _why_not_sent(row, visit, known, now) if row.state in UNSENT else ""


def _why_not_sent(row: Reminder, visit: Visit, known: Known, now: datetime) -> str:
    if now >= row.until:
        return TOO_LATE
    if known.lives_on.get(visit.patient_id) != row.patient_id:
        return MERGED
    if (visit.provider, visit.location) != (row.provider, row.location):
        return ELSEWHERE
    has_form = row.kind is ReminderKind.FORM and visit.ehr_ref in known.with_form
    return HAS_FORM if has_form else ""


def _close(container: Container, actor: Actor, id: UUID, why: str) -> str:
    with working(container, actor) as desk:
        row = desk.open(Reminders).locked(id)
        if row is None or not row.is_open:
            return "overtaken"
        if _is_unsettled(desk, row):
            return "unsettled"
        withdrawn = row.state in (ReminderState.PROPOSED, ReminderState.APPROVED)
        if withdrawn and not cancel(desk, row):
            return "leaving"  # it can come back to us unsent; the next round sees what became of it
        row.state = ReminderState.WITHDRAWN if withdrawn else row.state
        row.closed_at, row.trouble, row.version = desk.now, why, row.version + 1
        desk.record("reminders.withdrawn" if withdrawn else "reminders.closed", row.ref)
        return "withdrawn" if withdrawn else "closed"


def _is_unsettled(desk: Desk, row: Reminder) -> bool:
    """Whether a person still has to look in healow: until then the row must stay in sight."""
    promise = desk.open(Reminders).promises([row.id]).get(row.id)
    return promise is not None and promise.state is DeliveryState.UNCONFIRMED
