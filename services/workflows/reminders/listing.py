"""The lists of reminders: who is to be told what and when, and what came of it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.connections import Connections
from db.deliveries import Delivery, DeliveryState
from db.patients import Patients
from db.places import Places
from db.reminders import UNSENT, Reminder, ReminderKind, Reminders, ReminderState
from db.staff import StaffList
from db.vault import Unreadable
from services import quiet_hours, rollout
from services.actions import Target
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Road
from services.errors import NotRolledOut
from services.options import PracticeOptions
from services.workflows.reminders.approving import WANTS_NONE
from services.workflows.reminders.following import read_at

PAGE = 50
LANES: Mapping[str, ReminderState] = {
    "proposed": ReminderState.PROPOSED,
    "approved": ReminderState.APPROVED,
    "sent": ReminderState.SENT,
    "confirmed": ReminderState.CONFIRMED,
    "change": ReminderState.CHANGE,
    "returned": ReminderState.RETURNED,
    "skipped": ReminderState.SKIPPED,
}


@dataclass(frozen=True)
class Row:
    """One reminder in a list. ``leaves_at`` is when it goes, or would if it were approved now.

    ``unsettled`` is the delivery of which a person must say whether healow has it, ``earlier``
    what the patient answered to another reminder of this visit.
    """

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    text: str = field(repr=False)
    reason: str = field(repr=False)
    subject: str
    kind: ReminderKind
    lead_days: int
    language: str
    state: ReminderState
    visit_at: datetime
    leaves_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    provider: str
    location: str
    edited: bool
    trouble: str
    unsettled: UUID | None = None
    earlier: ReminderState | None = None

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)

    @property
    def wants_none(self) -> bool:
        """Whether it was skipped because the patient wants no reminders."""
        return self.state is ReminderState.SKIPPED and self.trouble == WANTS_NONE


@dataclass(frozen=True)
class Listed:
    """A page of reminders with what stands around it.

    ``cannot_send`` says in words why nothing can leave, ``schedule_read`` when the schedule was
    last read whole, ``None`` when nobody can rely on it now.
    """

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions
    cannot_send: str
    schedule_read: datetime | None


def reminders(container: Container, actor: Actor, lane: str = "proposed", page: int = 0) -> Listed:
    """A page of one list by send time; every reminder shown is on the trail.

    Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("reminders.read", "read reminders")
        states = [LANES.get(lane, ReminderState.PROPOSED)]
        sight = rollout.sight(desk, "reminders")
        seen = desk.open(Reminders).seen(sight)
        found = seen.listed(states, PAGE + 1, page * PAGE)
        if not found and not sight.sees_new:
            raise NotRolledOut("Reminders")
        return Listed(
            rows=_rows(desk, found[:PAGE]),
            more=len(found) > PAGE,
            counts=_counts(seen),
            options=desk.options,
            cannot_send=_cannot_send(desk),
            schedule_read=read_at(desk),
        )


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the lists do, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require("reminders.read", "read reminders")
        sight = rollout.sight(desk, "reminders")
        road = f"{_cannot_send(desk)}.{read_at(desk) is None}.{sight}"
        return f"{desk.open(Reminders).pulse()}.{road}"


def _counts(seen: Reminders) -> dict[str, int]:
    counts = seen.counts()
    return {lane: counts.get(state, 0) for lane, state in LANES.items()}


def _cannot_send(desk: Desk) -> str:
    road = desk.open(Connections).by_road().get(Road.HEALOW_REPLIES)
    if road is None:
        return "The connection to healow has not been checked yet."
    return "" if road.able else road.reason


@dataclass(frozen=True)
class Around:
    """What the rows of one page have in common, read with one question each."""

    patients: Mapping[UUID, str]
    promises: Mapping[UUID, Delivery]
    staff: Mapping[UUID, str]
    places: Mapping[str, str]
    answered: Mapping[UUID, ReminderState]
    options: PracticeOptions


def _rows(desk: Desk, found: Sequence[Reminder]) -> tuple[Row, ...]:
    around = _around(desk, found)
    for row in found:
        desk.record("reminders.listed", row.ref)
    return tuple(_row(desk, row, around) for row in found)


def _around(desk: Desk, found: Sequence[Reminder]) -> Around:
    patients = desk.open(Patients).get_many([row.patient_id for row in found])
    with suppress(Unreadable):  # told row by row below
        desk.vault.preload([*(r.key_id for r in found), *(p.key_id for p in patients)])
    return Around(
        patients={patient.id: _shown(desk, patient, "name") for patient in patients},
        promises=desk.open(Reminders).promises(row.id for row in found),
        staff=desk.open(StaffList).names(),
        places={ref: place.name for ref, place in desk.open(Places).by_ref().items()},
        answered=desk.open(Reminders).answered(row.visit_id for row in found),
        options=desk.options,
    )


def _row(desk: Desk, row: Reminder, around: Around) -> Row:
    delivery = around.promises.get(row.id)
    planned = quiet_hours.over(max(row.send_at, desk.now), around.options)
    unconfirmed = delivery is not None and delivery.state is DeliveryState.UNCONFIRMED
    held = delivery is not None and delivery.state is DeliveryState.HELD
    return Row(
        id=row.id,
        version=row.version,
        content_hash=row.content_hash,
        patient=around.patients.get(row.patient_id, ""),
        text=_shown(desk, row, "text"),
        reason=_shown(desk, row, "reason"),
        subject=row.subject,
        kind=row.kind,
        lead_days=row.lead_days,
        language=row.language,
        state=row.state,
        visit_at=row.visit_at,
        leaves_at=delivery.not_before if delivery and held else planned,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        approved_by=around.staff.get(row.approved_by, "") if row.approved_by else "",
        approved_at=row.approved_at,
        provider=around.places.get(row.provider, ""),
        location=around.places.get(row.location, ""),
        edited=row.edited,
        trouble=row.trouble,
        unsettled=delivery.id if delivery and unconfirmed else None,
        earlier=around.answered.get(row.visit_id) if row.state in UNSENT else None,
    )


def _shown(desk: Desk, row: object, column: str) -> str:
    """A sealed field as text, or why it cannot be read: one bad record must not close the page."""
    try:
        return desk.vault.read(row, column).text
    except Unreadable as damage:
        return f"[{damage}]"
