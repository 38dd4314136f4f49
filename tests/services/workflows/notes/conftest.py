"""The practice's providers behind a real sandbox: visits are opened, drafted, sent and read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from db import reading, writing
from db.deliveries import Deliveries, Delivery
from db.intake import IntakeForms
from db.practices import Practice
from db.rollout import Rollout
from db.visit_notes import VisitNote, VisitNotes
from db.vocabulary import Stage
from services import chart_sync, deliverer, roads
from services.actions import Target
from services.ai.local import LocalAssistant
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.note_hl7 import channel
from services.ehr.ports import Ehr, Road
from services.notes.answer import NoteAnswer
from services.notes.asking import draft_locally
from services.sandbox import Running, running
from services.wiring import NOTE_WRITES, READ_SCOPES
from services.workflows.intake import poll as intake_poll
from services.workflows.intake.deciding import accept_matching
from services.workflows.intake.propose import read_batch
from services.workflows.notes.drafting import draft_batch
from services.workflows.notes.poll import poll
from services.workflows.notes.reading import OpenNote, open_note
from tests.services.workflows.conftest import CLIENT, CODE, MovingClock

SCOPES = (
    "system/Encounter.create", "system/DocumentReference.create", "system/DocumentReference.read",
    "system/Binary.read",
)  # fmt: skip


@dataclass
class Clinic:
    """Everything a story of notes needs, one verb each."""

    container: Container
    practice: Practice
    ehr: Ehr
    sandbox: Running
    clock: Any
    assistant: LocalAssistant

    def visit(self, patient: str = "Patient/p.103", **fields: Any) -> str:
        """A visit is opened in eCW; its reference."""
        return f"Encounter/{self.sandbox.control.visit(patient=patient, **fields)['id']}"

    def planned(self, patient: str) -> str:
        """A visit in a few minutes, so that its patient can check in; its reference."""
        start = (self.clock() + timedelta(minutes=5)).isoformat()
        return self.visit(patient, status="planned", start=start)

    def poll(self) -> None:
        self.clock.wait(timedelta(minutes=6))
        poll(self.container, self.practice, self.ehr.notebook)

    def draft(self) -> None:
        """Draft every waiting note."""
        while draft_batch(self.container, self.practice, self.ehr.notebook, self.assistant):
            pass

    def checked_in(self, nurse: Actor, visits: Mapping[str, str], said: str) -> None:
        """Before their visits patients tell why they come, and a nurse verifies it; by visit, who."""
        for number, (visit, patient) in enumerate(visits.items(), start=1):
            answers = {"visit.reason": f"{said} {number}"}
            self.sandbox.control.form(patient, answers, encounter=visit)
        intake_poll.poll(self.container, self.practice, self.ehr.forms)
        while read_batch(self.container, self.practice, self.ehr.registrar, LocalAssistant({}, "")):
            pass
        with reading(self.container.engine) as session:
            forms = IntakeForms(session, self.practice.id)
            ready = [
                Target(form.id, form.version, form.content_hash)
                for form in forms.all(forms.rows())
                if form.visit_ref in visits
            ]
        for target in ready:
            accept_matching(self.container, nurse, target)

    def drafted(self, **fields: Any) -> VisitNote:
        """A visit was opened, found and drafted; its note."""
        ref = self.visit(**fields)
        self.poll()
        self.draft()
        return self.note(ref)

    def note(self, encounter_ref: str) -> VisitNote:
        """The note as it is now."""
        with reading(self.container.engine) as session:
            notes = VisitNotes(session, self.practice.id)
            return notes.by_encounters([encounter_ref])[encounter_ref]

    def deliver(self, times: int = 3, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work and read back."""
        for _ in range(times):
            self.clock.wait(after)
            deliverer.deliver(deliverer.carrier(self.container, self.practice, self.ehr))

    def deliveries(self, note: VisitNote) -> list[Delivery]:
        with reading(self.container.engine) as session:
            return list(Deliveries(session, self.practice.id).of_note(note.id))

    def open(self, actor: Actor, note: VisitNote) -> OpenNote:
        return open_note(self.container, actor, note.id)

    def filed(self, note: VisitNote) -> dict[str, str]:
        """The words by section as they lie in eCW."""
        sections = self.sandbox.control.filed(note.encounter_ref)["sections"]
        return {code: str(one["text"]) for code, one in sections.items()}


def seen(note: OpenNote) -> Target:
    """What the person acts on who looks at *note* now."""
    return note.row.target


@pytest.fixture(scope="session")
def served(signing_key: RSAKey) -> Iterator[Running]:
    with running(mllp_port=0) as sandbox:
        public = {"keys": [signing_key.as_dict(private=False)]}
        sandbox.control.register(CLIENT, public, practice=CODE)
        yield sandbox


@pytest.fixture
def contract() -> frozenset[Road]:
    """The roads that the practice's contract opens; a story may have fewer."""
    return frozenset(NOTE_WRITES.values())


@pytest.fixture
def scopes() -> tuple[str, ...]:
    """What eCW permits beside reading charts; a story may have less."""
    return SCOPES


@pytest.fixture
def ehr(
    sandbox: Running, signing_key: RSAKey, contract: frozenset[Road], scopes: tuple[str, ...],
    tmp_path: Path,
) -> Ehr:  # fmt: skip
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        client_id=CLIENT,
        key_id="tests-1",
        private_key_pem=signing_key.as_pem(private=True).decode(),
        scopes=(*READ_SCOPES, *scopes),
        contract=contract | {Road.VISIT_TRANSCRIPTS},
        deadline=timedelta(seconds=30),
        openapi_base=sandbox.openapi(CODE),
        ccda_folder=str(tmp_path),
        hl7_address=f"mllp://127.0.0.1:{sandbox.mllp_port}",
        budget=Budget(total=20_000, sync=15_000, interactive=1_000),  # stories outrun the minute
    )
    hl7 = channel(connection.hl7_address, connection.deadline)
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock(), hl7=hl7)


@pytest.fixture
def clinic(
    container: Container, practice: Practice, ehr: Ehr, sandbox: Running, clock: Any
) -> Clinic:
    """The practice, connected, with notes switched on and the providers known."""
    with writing(container.engine) as session:
        for workflow in ("intake", "notes"):
            session.add(Rollout(practice_id=practice.id, workflow=workflow, stage=Stage.ON))
    actor = Actor.job(practice.id, "capabilities")
    roads.keep_capabilities(container, actor, ehr.roads.capabilities())
    chart_sync.sync_places(container, practice, ehr.directory)
    engine = LocalAssistant({NoteAnswer: draft_locally}, "test")
    return Clinic(container, practice, ehr, sandbox, clock, engine)
