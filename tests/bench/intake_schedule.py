"""A busy schedule: a thousand visits ahead, kept, kept again, and asked about for their forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from db import reading, writing
from db.connections import Connections
from db.places import Place
from db.visits import Visits
from services.desk import working
from services.ehr.ports import Quarantined, Road
from services.ehr.registration import IncomingForm, PlannedVisit
from services.workflows.intake.poll import AHEAD, ASK_AGAIN_LATER, BATCH, poll
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile, wall_of_each
from tests.bench.intake_filling import switch_on
from tests.databases import postgres_is_running

VISITS, PROVIDERS = 1_000, 5


@dataclass(frozen=True)
class Schedule:
    """``Forms`` of a practice with so many visits ahead, and nobody who filled anything in."""

    ahead: int

    def visits(self, provider_ref: str, first: date, last: date) -> Sequence[PlannedVisit]:
        """See ``Forms``."""
        number, now = int(provider_ref.rpartition(".")[2]), datetime.now(UTC)
        return [
            PlannedVisit(
                ref=f"Encounter/s.{n}", patient_ref=f"Patient/s.{n}", status="planned",
                start=now + AHEAD * ((n + 1) / (self.ahead + 2)), reason="Follow-up (synthetic)",
                provider_ref=provider_ref, location_ref="Location/1",
            )
            for n in range(number, self.ahead, PROVIDERS)
        ]  # fmt: skip

    def forms_of(
        self, patient_ref: str, since: date | None
    ) -> Sequence[IncomingForm | Quarantined]:
        """See ``Forms``."""
        return []


def measure(scale: Scale) -> Iterator[Figure]:
    """By the clock, without the network: what the poll itself costs."""
    with sqlite_building(scale.folder / "schedule") as building:
        yield from _on(building, scale, "SQLite")
    if postgres_is_running():
        with postgres_building(scale.folder / "schedule-postgres") as building:
            yield from _on(building, scale, "PostgreSQL")


def _on(building: Building, scale: Scale, where: str) -> Iterator[Figure]:
    _open(building)
    schedule = Schedule(VISITS)
    [first] = wall_of_each(lambda: poll(building.container, building.practice, schedule), 1)
    asking = _median(building, schedule, scale)
    _forget_schedule(building)
    [again] = wall_of_each(lambda: poll(building.container, building.practice, schedule), 1)
    due = _median_of_due(building, scale)
    what = f"intake: poll with {VISITS:,} visits ahead, {where}"
    yield Figure(f"{what}, schedule new", first * 1e3, MILLISECONDS)
    yield Figure(f"{what}, schedule known", again * 1e3, MILLISECONDS, "new", first * 1e3)
    yield Figure(f"{what}, {BATCH} patients asked", asking * 1e3, MILLISECONDS,
                 "whom to ask, alone", due * 1e3)  # fmt: skip


def _open(building: Building) -> None:
    switch_on(building)
    with writing(building.container.engine) as session:
        session.add_all(_provider(building, number) for number in range(PROVIDERS))


def _provider(building: Building, number: int) -> Place:
    ref, name = f"Practitioner/s.{number}", f"Sample provider {number}"
    return Place(practice_id=building.practice.id, ehr_ref=ref, kind="provider", name=name)


def _median(building: Building, schedule: Schedule, scale: Scale) -> float:
    taken = wall_of_each(
        lambda: poll(building.container, building.practice, schedule), scale.rounds
    )
    return percentile(taken, 0.5)


def _median_of_due(building: Building, scale: Scale) -> float:
    return percentile(wall_of_each(lambda: _due(building), scale.rounds), 0.5)


def _due(building: Building) -> None:
    now = datetime.now(UTC)
    with reading(building.container.engine) as session:
        Visits(session, building.practice.id).to_ask(now, now + AHEAD, now - ASK_AGAIN_LATER, BATCH)


def _forget_schedule(building: Building) -> None:
    with working(building.container, building.job) as desk:
        desk.open(Connections).of(Road.CHECK_IN_FORMS).cursor = None
