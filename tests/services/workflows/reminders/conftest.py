"""A practice that reminds its synthetic patients: visits on the schedule, wordings, one verb each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db import reading, writing
from db.connections import Connections
from db.deliveries import Deliveries, Delivery
from db.patients import Patients
from db.places import Place
from db.practices import Practices
from db.reminders import Reminder, Reminders, ReminderState
from db.rollout import Rollout
from db.vault import Vault
from db.visits import Visit, Visits
from db.vocabulary import Stage
from services.actions import Target
from services.desk import Actor, working
from services.ehr.ports import Road
from services.workflows.intake.poll import patients_of
from services.workflows.reminders.poll import poll
from tests.services.workflows.conftest import Office

NEVER_QUIET = ["00:00", "00:00"]
PATIENT = "Patient/p.101"
PROVIDER, LOCATION = "Practitioner/pr.1", "Location/l.1"
ADDED: dict[str, Any] = {"quiet_hours": NEVER_QUIET, "phone": "555-0100", "form_days": 0}


@dataclass
class Reminding:
    """Everything a story about reminders needs."""

    office: Office
    visits: dict[UUID, Visit] = field(default_factory=dict)

    def options(self, **options: Any) -> None:
        """Decide on options of the practice."""
        practice = self.office.practice
        with writing(self.office.container.engine) as session:
            row = Practices(session).get(practice.id)
            row.options = practice.options | options
        practice.options = practice.options | options

    def visit(
        self, ahead: timedelta = timedelta(hours=23), patient: str = PATIENT, **fields: Any
    ) -> UUID:
        """A visit on the schedule, as reading it leaves it; by default so that one is due now."""
        with working(self.office.container, self._job) as desk:
            [row] = patients_of(desk, {patient}).values()
            number = len(self.visits) + 1
            made = Visit(
                practice_id=desk.practice_id, ehr_ref=f"Encounter/ap.{number}",
                patient_id=row.id, key_id=row.key_id, starts_at=desk.now + ahead,
                status="planned", provider=PROVIDER, location=LOCATION, seen_at=desk.now,
                forms_at=desk.now,
            )  # fmt: skip
            for name, value in fields.items():
                setattr(made, name, value)
            desk.open(Visits).add(made)
        self.visits[made.id] = made
        self.read_schedule()
        return made.id

    def change(self, visit_id: UUID, **fields: Any) -> None:
        """eCW's schedule changes, and is read again."""
        with writing(self.office.container.engine) as session:
            visit = Visits(session, self.office.practice.id).get(visit_id)
            for name, value in fields.items():
                setattr(visit, name, value)
        self.read_schedule()

    def read_schedule(self, *without: UUID) -> None:
        """The schedule is read and shows every visit, but those *without*."""
        with working(self.office.container, self._job) as desk:
            for visit in desk.open(Visits).all(desk.open(Visits).rows()):
                if visit.id not in without:
                    visit.seen_at = desk.now
            desk.open(Connections).of(Road.CHECK_IN_FORMS).cursor = desk.now.isoformat()

    def poll(self) -> dict[str, int]:
        """The job runs once."""
        office = self.office
        return dict(poll(office.container, office.practice, office.ehr.chart))

    def all(self) -> list[Reminder]:
        """Every reminder there ever was, in the order they were proposed."""
        with reading(self.office.container.engine) as session:
            reminders = Reminders(session, self.office.practice.id)
            return sorted(reminders.all(reminders.rows()), key=lambda r: r.id)

    def only(self, *states: ReminderState) -> Reminder:
        """The one open reminder, or the one that stands in one of *states*."""
        [found] = [r for r in self.all() if r.is_open and (not states or r.state in states)]
        return found

    def again(self, reminder: Reminder) -> Reminder:
        """*reminder* as it stands now."""
        with reading(self.office.container.engine) as session:
            return Reminders(session, self.office.practice.id).get(reminder.id)

    def text(self, reminder: Reminder) -> str:
        """What the patient would read."""
        with reading(self.office.container.engine) as session:
            vault = Vault(session, self.office.practice.id, self.office.container.keyring)
            return vault.read(reminder, "text").text

    def speaks(self, language: str, patient: str = PATIENT) -> None:
        """The chart says which language the patient speaks."""
        with writing(self.office.container.engine) as session:
            Patients(session, self.office.practice.id).by_refs([patient])[
                patient
            ].language = language

    def delivery(self, reminder: Reminder) -> Delivery:
        """The latest promise of *reminder*."""
        with reading(self.office.container.engine) as session:
            id = self.again(reminder).delivery_id
            assert id is not None
            return Deliveries(session, self.office.practice.id).get(id)

    def send(self) -> None:
        """Let what is approved and due leave, and read it back."""
        self.office.deliver()
        self.office.deliver(timedelta(seconds=5))

    def sent(self) -> list[str]:
        """What healow was told, in order."""
        return [line["text"] for line in self.office.sandbox.control.ledger()]

    @property
    def now(self) -> datetime:
        """This moment at the practice."""
        moment: datetime = self.office.clock()
        return moment

    @property
    def _job(self) -> Actor:
        return Actor.job(self.office.practice.id, "intake.poll")


def shown(reminder: Reminder) -> Target:
    """What a person sees who looks at *reminder* now."""
    return Target(reminder.id, reminder.version, reminder.content_hash)


@pytest.fixture
def reminding(office: Office) -> Reminding:
    """The practice, with reminders switched on and no quiet hours, whatever time it is here."""
    practice_id = office.practice.id
    with writing(office.container.engine) as session:
        session.add(Rollout(practice_id=practice_id, workflow="reminders", stage=Stage.ON))
        names = ((PROVIDER, "provider", "Dr. Sample"), (LOCATION, "location", "Sample Street 1"))
        for ref, kind, name in names:
            session.add(Place(practice_id=practice_id, ehr_ref=ref, kind=kind, name=name))
    made = Reminding(office)
    made.options(**ADDED)
    return made
