"""The practice's check-in desk behind a real sandbox: forms arrive, are read, decided and written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import RSAKey

from db import reading, writing
from db.deliveries import Deliveries, Delivery
from db.intake import IntakeForm, IntakeForms
from db.intake_fields import Decision
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Stage
from services import chart_sync, deliverer, roads
from services.actions import Target
from services.ai.local import LocalAssistant
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.sandbox import Running
from services.wiring import INTAKE_WRITES, READ_SCOPES
from services.workflows.intake.poll import poll
from services.workflows.intake.propose import read_batch
from services.workflows.intake.reading import FieldRow, OpenForm, open_form
from tests.services.workflows.conftest import CLIENT, CODE, MovingClock

NO_ENGINE = LocalAssistant({}, "none")


@dataclass
class Desk:
    """The check-in desk: everything a story needs, one verb each."""

    container: Container
    practice: Practice
    ehr: Ehr
    sandbox: Running
    clock: Any

    def poll(self) -> None:
        """Ask for the schedule and for every form, as if enough time had passed to ask again."""
        self.clock.wait(timedelta(minutes=16))
        poll(self.container, self.practice, self.ehr.forms)

    def read(self) -> None:
        """Read every waiting form."""
        while read_batch(self.container, self.practice, self.ehr.registrar, NO_ENGINE):
            pass

    def newcomer(self, **fields: Any) -> tuple[IntakeForm, str]:
        """A new patient's form of twelve fields arrives and is read; the form and whose it is."""
        came = self.sandbox.control.newcomer(fields=12, **fields)
        self.poll()
        self.read()
        return self.form(came["form"]), str(came["patient"])

    def form(self, ref: str | UUID) -> IntakeForm:
        """The form as it is now, by its id here or there."""
        with reading(self.container.engine) as session:
            forms = IntakeForms(session, self.practice.id)
            if isinstance(ref, UUID):
                return forms.get(ref)
            named = ref if "/" in ref else f"QuestionnaireResponse/{ref}"
            return forms.by_sources([named])[named]

    def deliver(self, times: int = 3, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work and read back."""
        for _ in range(times):
            self.clock.wait(after)
            deliverer.deliver(deliverer.carrier(self.container, self.practice, self.ehr))

    def deliveries(self, form: IntakeForm) -> list[Delivery]:
        with reading(self.container.engine) as session:
            return list(Deliveries(session, self.practice.id).of_form(form.id))

    def sync_charts(self) -> None:
        """Fetch names and charts again, following merges."""
        chart_sync.fetch_charts(self.container, self.practice, self.ehr.chart)

    def open(self, actor: Actor, form: IntakeForm) -> OpenForm:
        return open_form(self.container, actor, form.id)


@pytest.fixture
def ehr(sandbox: Running, signing_key: RSAKey) -> Ehr:
    return connected(sandbox, signing_key, frozenset(INTAKE_WRITES))


def connected(sandbox: Running, signing_key: RSAKey, writes: frozenset[str]) -> Ehr:
    """The practice's lines, with a contract that lets these kinds be written."""
    creates = [f"system/{INTAKE_WRITES[kind][1]}.create" for kind in writes]
    if "medication" in writes:
        creates.append("system/MedicationStatement.read")
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="tests-1",
        private_key_pem=signing_key.as_pem(private=True).decode(),
        scopes=(
            *READ_SCOPES, "system/Communication.read", "system/Communication.create", *creates,
        ),
        contract=frozenset(
            {Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES, *(INTAKE_WRITES[k][0] for k in writes)}
        ),
        deadline=timedelta(seconds=30),
    )  # fmt: skip
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock())


@pytest.fixture
def desk(container: Container, practice: Practice, ehr: Ehr, sandbox: Running, clock: Any) -> Desk:
    """The check-in desk, connected, with intake switched on and the providers known."""
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="intake", stage=Stage.ON))
    actor = Actor.job(practice.id, "capabilities")
    roads.keep_capabilities(container, actor, ehr.roads.capabilities())
    chart_sync.sync_places(container, practice, ehr.directory)
    return Desk(container, practice, ehr, sandbox, clock)


def seen(form: OpenForm | IntakeForm) -> Target:
    """What a person sees who looks at *form* now."""
    if isinstance(form, OpenForm):
        return form.target
    return Target(form.id, form.version, form.content_hash)


def differing(form: OpenForm) -> list[FieldRow]:
    """The rows that still ask for a decision."""
    return [row for row in form.fields if row.asks and row.decision is Decision.OPEN]


Opened = Callable[[IntakeForm], OpenForm]
