"""A practice whose providers sign visits in the sandbox and tell patients of them, one verb each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from db import reading, writing
from db.audit import AuditTrail
from db.deliveries import Deliveries, Delivery
from db.practices import Practice, Practices
from db.rollout import Rollout
from db.visit_notes import NoteState, VisitNote
from db.visit_summaries import VisitSummaries, VisitSummary
from db.vocabulary import Role, Stage
from services import deliverer, roads
from services.actions import Target
from services.ai import Answer, Assistant, Facts, Prompt, Usage
from services.ai.local import LocalAssistant
from services.chart import patients_of
from services.container import Container
from services.desk import Actor, looking, working
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.notes.answer import NoteAnswer
from services.notes.asking import draft_locally
from services.notes.summary.answer import SummaryAnswer
from services.notes.summary.asking import summarise_locally
from services.sandbox import Running
from services.wiring import READ_SCOPES
from services.workflows.summaries.drafting import draft_batch
from services.workflows.summaries.poll import poll
from services.workflows.summaries.reading import OpenSummary, open_summary
from tests.services.workflows.conftest import CLIENT, CODE, MovingClock

NEVER_QUIET = ["00:00", "00:00"]
KNEE = {
    "CC": "Right knee pain.",
    "HPI": "The patient twisted the right knee three weeks ago.",
    "ASSESSMENT": "Right knee sprain. No fracture on x-ray.",
    "PLAN": "Start meloxicam 15 mg once a day for 10 days.",
    "INSTRUCTIONS": "Ice the right knee twice a day.\nCall us if the swelling gets worse.",
}
PATIENT, SPANISH, CHINESE = "Patient/p.117", "Patient/p.113", "Patient/p.105"  # all seen at Maple


class Says:
    """A model that writes what the test tells it to: part, sentence and the signed ones it cites."""

    def __init__(self, *said: tuple[str, str, list[str]]) -> None:
        self.said = said
        self.asked: list[Facts] = []

    def ask(self, prompt: Prompt, facts: Facts, into: type[Any]) -> Answer[Any]:
        self.asked.append(facts)
        parts = [{"name": n, "sentences": [{"text": t, "sources": s}]} for n, t, s in self.said]
        value = into.model_validate({"parts": parts})
        return Answer(value, "scripted", "test", prompt.digest, Usage(), timedelta(0))


@dataclass
class Telling:
    """Everything a story of summaries needs."""

    container: Container
    practice: Practice
    ehr: Ehr
    sandbox: Running
    clock: Any
    assistant: Assistant

    def visit(self, patient: str = PATIENT, sign: bool = True, **changes: str) -> str:
        """A visit that is over in eCW, its note signed unless told otherwise; its reference."""
        made = self.sandbox.control.visit(patient=patient, status="finished", transcript="")
        ref = f"Encounter/{made['id']}"
        if sign:
            self.sandbox.control.at_visit(ref, "sign", changes=KNEE | changes)
        self.known(ref, patient, NoteState.SIGNED if sign else NoteState.FILED)
        return ref

    def known(self, ref: str, patient: str, state: NoteState) -> None:
        """The visit as the notes' own job leaves it, once eCW has told what became of the note."""
        with working(self.container, self._job) as desk:
            [row] = patients_of(desk, {patient}).values()
            key = desk.vault.new_key()
            desk.session.add(key)
            signed_at = desk.now if state is NoteState.SIGNED else None
            note = VisitNote(
                practice_id=desk.practice_id, encounter_ref=ref, patient_id=row.id, key_id=key.id,
                visit_at=desk.now - timedelta(hours=1), visit_status="finished", state=state,
                signed_at=signed_at, closed_at=desk.now,
            )  # fmt: skip
            desk.session.add(note)

    def poll(self, after: timedelta = timedelta(minutes=11)) -> dict[str, int]:
        """Let some time pass, then let the job look once."""
        self.clock.wait(after)
        return dict(poll(self.container, self.practice, self.ehr.notebook))

    def draft(self) -> dict[str, int]:
        """Write what waits, once."""
        return dict(draft_batch(self.container, self.practice, self.ehr, self.assistant))

    def drafted(self, patient: str = PATIENT, **changes: str) -> VisitSummary:
        """A visit was signed, found and told; its summary."""
        ref = self.visit(patient, **changes)
        self.poll()
        self.draft()
        return self.of(ref)

    def amend(self, summary: VisitSummary, **changes: str) -> None:
        """The provider amends the signed note in eCW, and the job has looked since."""
        self.clock.wait(timedelta(seconds=1))
        self.sandbox.control.at_visit(summary.encounter_ref, "amend", changes=changes)

    def of(self, encounter_ref: str) -> VisitSummary:
        """The summary of a visit as it is now."""
        with reading(self.container.engine) as session:
            found = VisitSummaries(session, self.practice.id).by_encounters([encounter_ref])
            return found[encounter_ref]

    def again(self, summary: VisitSummary) -> VisitSummary:
        """*summary* as it is now."""
        return self.of(summary.encounter_ref)

    def all(self) -> list[VisitSummary]:
        """Every summary there is."""
        with reading(self.container.engine) as session:
            summaries = VisitSummaries(session, self.practice.id)
            return list(summaries.all(summaries.rows()))

    def open(self, actor: Actor, summary: VisitSummary) -> OpenSummary:
        """What somebody sees who opens it now."""
        return open_summary(self.container, actor, summary.id)

    def seen(self, actor: Actor, summary: VisitSummary) -> Target:
        """What somebody acts on who looks at it now."""
        return self.open(actor, summary).row.target

    def deliver(self, times: int = 3, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work and read back."""
        for _ in range(times):
            self.clock.wait(after)
            deliverer.deliver(deliverer.carrier(self.container, self.practice, self.ehr))

    def deliveries(self, summary: VisitSummary) -> list[Delivery]:
        """Everything promised for it."""
        with reading(self.container.engine) as session:
            return list(Deliveries(session, self.practice.id).of_summary(summary.id))

    def came(self, patient: str = PATIENT) -> list[str]:
        """What the patient finds in the portal from the practice."""
        found = self.sandbox.control.portal(patient)
        return [m["body"] for m in found if m["from"] == "practice"]

    def options(self, **options: Any) -> None:
        """Decide on options of the practice."""
        with writing(self.container.engine) as session:
            row = Practices(session).get(self.practice.id)
            row.options = self.practice.options | options
        self.practice.options = self.practice.options | options

    def trail(self, verb: str) -> int:
        """How often the trail tells of *verb*."""
        with looking(self.container, self._job) as desk:
            return len(desk.open(AuditTrail).search(verb=verb))

    @property
    def _job(self) -> Actor:
        return Actor.job(self.practice.id, "tests")


def told(opened: OpenSummary) -> str:
    """Every sentence about the visit, a line each."""
    return "\n".join(part.text for part in opened.text.parts)


@pytest.fixture
def ehr(sandbox: Running, signing_key: RSAKey) -> Ehr:
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="tests-1",
        private_key_pem=signing_key.as_pem(private=True).decode(),
        scopes=(
            *READ_SCOPES, "system/Communication.read", "system/Communication.create",
            "system/DocumentReference.read", "system/Binary.read",
        ),
        contract=frozenset({Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES}),
        deadline=timedelta(seconds=30),
        openapi_base=sandbox.openapi(CODE),
        budget=Budget(total=20_000, sync=15_000, interactive=1_000),  # stories outrun the minute
    )  # fmt: skip
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock())


@pytest.fixture
def telling(
    container: Container, practice: Practice, ehr: Ehr, sandbox: Running, clock: Any
) -> Telling:
    """The practice, connected, with summaries switched on and no quiet hours."""
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="summaries", stage=Stage.ON))
    actor = Actor.job(practice.id, "capabilities")
    roads.keep_capabilities(container, actor, ehr.roads.capabilities())
    engine = LocalAssistant({SummaryAnswer: summarise_locally, NoteAnswer: draft_locally}, "test")
    made = Telling(container, practice, ehr, sandbox, clock, engine)
    made.options(quiet_hours=NEVER_QUIET)
    return made


@pytest.fixture
def provider(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.PROVIDER)
