"""A practice whose providers sign notes in eCW, and a biller who approves what they support."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from db import reading, writing
from db.charges import ChargeCapture, ChargeCaptures
from db.deliveries import Deliveries, Delivery
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Role, Stage
from services import chart_sync, deliverer, roads
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.sandbox import Running
from services.sandbox.notes.layout import LAYOUTS
from services.wiring import READ_SCOPES
from services.workflows.charges import approving
from services.workflows.charges.poll import poll
from services.workflows.charges.reading import OpenCharges, open_charges
from tests.services.workflows.conftest import CLIENT, CODE, MovingClock

SCOPES = (
    "system/DocumentReference.read", "system/Binary.read", "system/ChargeItem.create",
    "system/ChargeItem.read",
)  # fmt: skip
LOINC = {"cc": "10154-3", "hpi": "10164-2", "exam": "29545-1", "assessment": "51848-0",
         "plan": "18776-5"}  # fmt: skip
PRESSURE = {
    "cc": "Blood pressure check.",
    "hpi": "Blood pressure was 158/94 at home. No chest pain.",
    "exam": "Lungs are clear. An EKG was performed in the office today and shows sinus rhythm.",
    "assessment": "Hypertension is uncontrolled. Type 2 diabetes is stable.",
    "plan": "Increase lisinopril to 20 mg daily. Order a basic metabolic panel.",
}


@dataclass
class Billing:
    """Everything a story of charges needs, one verb each."""

    container: Container
    practice: Practice
    ehr: Ehr
    sandbox: Running
    clock: Any
    biller: Actor
    places: dict[str, str] = field(default_factory=dict)

    def visit(self, patient: str = "Patient/p.103", **fields: Any) -> str:
        """A visit took place; its reference."""
        made = self.sandbox.control.visit(patient=patient, transcript="", **fields)
        ref, where = f"Encounter/{made['id']}", made["location"][0]["location"]["reference"]
        self.places[ref] = where.partition("/")[2]
        return ref

    def sign(self, ref: str, note: dict[str, str] = PRESSURE) -> None:
        """The provider signs *note* in eCW."""
        self.sandbox.control.at_visit(ref, "sign", changes=self.by_code(ref, note))

    def amend(self, ref: str, note: dict[str, str]) -> None:
        """The signed note is amended in eCW, and Foyer looks again."""
        self.sandbox.control.at_visit(ref, "amend", changes=self.by_code(ref, note))
        self.clock.wait(timedelta(hours=13))
        self.poll()

    def by_code(self, ref: str, note: dict[str, str]) -> dict[str, str]:
        """*note* under the section codes of the visit's location."""
        codes = {one.loinc: one.code for one in LAYOUTS[self.places[ref]]}
        return {codes[LOINC[key]]: text for key, text in note.items()}

    def poll(self) -> None:
        self.clock.wait(timedelta(minutes=11))
        poll(self.container, self.practice, self.ehr)

    def signed(self, note: dict[str, str] = PRESSURE, **fields: Any) -> str:
        """A visit was signed and found; its reference."""
        ref = self.visit(**fields)
        self.sign(ref, note)
        self.poll()
        return ref

    def capture(self, ref: str) -> ChargeCapture:
        """The charges of a visit as they are now."""
        with reading(self.container.engine) as session:
            found = ChargeCaptures(session, self.practice.id).by_encounter(ref)
        assert found is not None
        return found

    def open(self, ref: str, actor: Actor | None = None) -> OpenCharges:
        return open_charges(self.container, actor or self.biller, self.capture(ref).id)

    def do(self, act: Any, ref: str, *arguments: Any, by: Actor | None = None) -> None:
        """The biller does it to what they see now."""
        act(self.container, by or self.biller, self.open(ref).row.target, *arguments)

    def approve(self, ref: str) -> None:
        self.do(approving.approve, ref)

    def deliver(self, times: int = 6, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work and read back."""
        for _ in range(times):
            self.clock.wait(after)
            deliverer.deliver(deliverer.carrier(self.container, self.practice, self.ehr))

    def deliveries(self, ref: str) -> list[Delivery]:
        id = self.capture(ref).id
        with reading(self.container.engine) as session:
            return list(Deliveries(session, self.practice.id).of_charge(id))

    def charged(self, ref: str) -> list[str]:
        """The codes that eCW shows for the visit; which leaves first is nobody's promise."""
        found = self.sandbox.control.charges(ref)
        return sorted(" ".join(c["code"] for c in one["code"]["coding"]) for one in found)

    def line(self, ref: str, code: str) -> str:
        """The id of the line with this code."""
        return next(one.id for one in self.open(ref).codes.lines if one.code == code)


@pytest.fixture
def contract() -> frozenset[Road]:
    """The roads that the practice's contract opens; a story may have fewer."""
    return frozenset({Road.WRITE_CHARGES})


@pytest.fixture
def connection(
    sandbox: Running, signing_key: RSAKey, contract: frozenset[Road]
) -> PracticeConnection:
    return PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        client_id=CLIENT,
        key_id="tests-1",
        private_key_pem=signing_key.as_pem(private=True).decode(),
        scopes=(*READ_SCOPES, *SCOPES),
        contract=contract,
        deadline=timedelta(seconds=30),
        openapi_base=sandbox.openapi(CODE),
        budget=Budget(total=20_000, sync=15_000, interactive=1_000),  # stories outrun the minute
    )


@pytest.fixture
def ehr(connection: PracticeConnection) -> Ehr:
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock())


@pytest.fixture
def billing(
    container: Container, practice: Practice, ehr: Ehr, sandbox: Running, clock: Any,
    hire: Callable[..., Actor],
) -> Billing:  # fmt: skip
    """The practice, connected, with charges switched on and the providers known."""
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="charges", stage=Stage.ON))
    actor = Actor.job(practice.id, "capabilities")
    roads.keep_capabilities(container, actor, ehr.roads.capabilities())
    chart_sync.sync_places(container, practice, ehr.directory)
    return Billing(container, practice, ehr, sandbox, clock, hire(Role.BILLER))
