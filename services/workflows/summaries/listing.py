"""The lists of summaries: what is to be checked, what patients have, and what was set aside."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.base import Row as Kept
from db.connections import Connections
from db.deliveries import Deliveries, DeliveryState
from db.patients import Patient, Patients
from db.places import Places
from db.vault import Unreadable
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services import rollout
from services.actions import Target
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Road
from services.errors import NotRolledOut
from services.options import PracticeOptions
from services.workflows.summaries import standing

READ = "summaries.read"
PAGE = 50
BACK = timedelta(days=14)  # what is still to be checked is listed however old it is
NO_END = timedelta(days=36_500)
LANES: Mapping[str, tuple[SummaryState, ...]] = {
    "check": (SummaryState.READY, SummaryState.FAILED, SummaryState.WAITING),
    "sent": (SummaryState.SENDING, SummaryState.SENT, SummaryState.GIVEN),
    "aside": (SummaryState.SET_ASIDE,),
}


@dataclass(frozen=True)
class Row:
    """One visit and its summary in a list. ``language`` is the one it is written in, ``spoken``
    that of the chart; ``leaves_at`` is when what was approved goes.
    """

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    visit_at: datetime
    signed_at: datetime
    provider: str
    location: str
    state: SummaryState
    engine: str
    language: str
    spoken: str
    grade: int
    unsettled: int
    is_harder: bool
    is_edited: bool
    is_outdated: bool
    has_sent: bool
    trouble: str
    leaves_at: datetime | None
    sent_at: datetime | None
    is_purged: bool

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Listed:
    """A page of summaries with what stands around it.

    ``cannot_send`` says why nothing can leave. ``amended`` counts those that patients have of notes
    that were amended since. ``finds_visits`` is whether notes are watched, so that a signature is
    noticed at all.
    """

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions
    cannot_send: str
    amended: int
    finds_visits: bool


def summaries(container: Container, actor: Actor, lane: str = "check", page: int = 0) -> Listed:
    """A page of one list by time of visit; that it was read is on the trail.

    Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read summaries")
        since = desk.now - (NO_END if lane == "check" else BACK)
        states = LANES.get(lane, LANES["check"])
        sight = rollout.sight(desk, "summaries")
        seen = desk.open(VisitSummaries).seen(sight)
        found = seen.listed(states, since, PAGE + 1, page * PAGE)
        if not found and not sight.sees_new:
            raise NotRolledOut("Visit summaries")
        shown = found[:PAGE]
        desk.record("summaries.listed", "visit_summary", reason=f"{len(shown)} of {lane}")
        return Listed(
            rows=rows_of(desk, shown),
            more=len(found) > PAGE,
            counts=_counts(seen),
            options=desk.options,
            cannot_send=cannot_send(desk),
            amended=seen.amended(desk.now - BACK),
            finds_visits=rollout.gate(desk, "notes").is_anywhere_on(),
        )


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the lists do, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require(READ, "read summaries")
        word = desk.open(VisitSummaries).pulse()
        return f"{word}.{rollout.sight(desk, 'summaries')}.{cannot_send(desk)}"


def cannot_send(desk: Desk) -> str:
    """Why nothing can reach a patient by healow from here; empty where it can."""
    road = desk.open(Connections).by_road().get(Road.HEALOW_REPLIES)
    if road is None:
        return "The connection to healow has not been checked yet."
    return "" if road.able else road.reason


def rows_of(desk: Desk, found: Sequence[VisitSummary]) -> tuple[Row, ...]:
    """These summaries as rows, with the names around them."""
    patients = {p.id: p for p in desk.open(Patients).get_many([s.patient_id for s in found])}
    with suppress(Unreadable):  # it is met again where it concerns one summary only
        desk.vault.preload([p.key_id for p in patients.values()])
    places = {ref: place.name for ref, place in desk.open(Places).by_ref().items()}
    return tuple(_row(desk, row, patients[row.patient_id], places) for row in found)


def _row(desk: Desk, row: VisitSummary, patient: Patient, places: Mapping[str, str]) -> Row:
    return Row(
        id=row.id, version=row.version, content_hash=row.content_hash,
        patient=_name(desk, patient), visit_at=row.visit_at, signed_at=row.signed_at,
        provider=places.get(row.provider, ""), location=places.get(row.location, ""),
        state=row.state, engine=row.engine,
        language=standing.language_of(row.language or row.spoken), spoken=row.spoken,
        grade=standing.grade_of(row, desk.options), unsettled=row.unsettled,
        is_harder=row.is_harder, is_edited=row.is_edited, is_outdated=row.is_outdated,
        has_sent=bool(row.sent_digest), trouble=row.trouble, leaves_at=_leaves_at(desk, row),
        sent_at=row.sent_at, is_purged=row.purged_at is not None,
    )  # fmt: skip


def _leaves_at(desk: Desk, row: VisitSummary) -> datetime | None:
    if row.state is not SummaryState.SENDING or row.delivery_id is None:
        return None
    delivery = desk.open(Deliveries).get(row.delivery_id)
    return delivery.not_before if delivery.state is DeliveryState.HELD else None


def _name(desk: Desk, patient: Kept) -> str:
    try:
        return desk.vault.read(patient, "name").text or "Patient not named yet"
    except Unreadable:
        return "(cannot be read any more)"


def _counts(seen: VisitSummaries) -> dict[str, int]:
    counts = seen.counts()
    return {lane: sum(counts.get(state, 0) for state in states) for lane, states in LANES.items()}
