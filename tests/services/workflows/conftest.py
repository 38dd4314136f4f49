"""The demo practice behind a real sandbox, polled and answered by the real workflow."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import RSAKey
from pydantic import BaseModel

from db import reading
from db.connections import Connections
from db.conversations import Conversation, Conversations
from db.deliveries import Deliveries, Delivery
from db.patients import Patients
from db.practices import Practice
from services import chart_sync, deliverer, roads
from services.actions import Target
from services.ai import Answer, Facts, Prompt, Usage
from services.container import Container
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.errors import Unreachable
from services.sandbox import Running, running
from services.wiring import READ_SCOPES
from services.workflows.inbox.answer import Triage
from services.workflows.inbox.poll import poll
from services.workflows.inbox.propose import sort_batch

CODE, CLIENT = "FEIGDM", "foyer-tests"
PATIENT_OF_SANDBOX = "Patient/p.101"


@dataclass
class Scripted:
    """An assistant that says what the test told it to say; ``down`` makes it unreachable."""

    category: str = "refill"
    urgency: str = "routine"
    needs_reply: bool = True
    draft: str | None = "We have passed your request on."
    down: bool = False
    asked: list[Facts] = field(default_factory=list)

    def ask(self, prompt: Prompt, facts: Facts, into: type[BaseModel]) -> Answer[Any]:
        self.asked.append(facts)
        if self.down:
            raise Unreachable("The assistant is not answering.")
        value = Triage.model_validate_json(
            Triage.model_construct(
                category=self.category, urgency=self.urgency, needs_reply=self.needs_reply,
                evidence=[facts.text.split()[0]], confidence=0.9, draft=self.draft,
                language="en", used_facts=[],
            ).model_dump_json(warnings=False)
        )  # fmt: skip
        return Answer(value, "scripted", "test", prompt.digest, Usage(), timedelta(0))


@dataclass
class MovingClock:
    """The real time and what a story let pass: eCW would notice any other clock."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def wait(self, length: timedelta) -> None:
        """Let *length* pass at once."""
        self.ahead += length


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "tests-1"})


@pytest.fixture(scope="session")
def served(signing_key: RSAKey) -> Iterator[Running]:
    with running() as sandbox:
        public = {"keys": [signing_key.as_dict(private=False)]}
        sandbox.control.register(CLIENT, public, practice=CODE)
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


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
            *READ_SCOPES,
            "system/Communication.read",
            "system/Communication.create",
            "system/DocumentReference.read",
            "system/Binary.read",
        ),
        contract=frozenset({Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES}),
        deadline=timedelta(seconds=30),
        openapi_base=sandbox.openapi(CODE),
    )
    return connect(connection, OwnTokens(), OwnCalls(), MovingClock())


@dataclass
class Office:
    """The practice at work: everything a story needs, one verb each."""

    container: Container
    practice: Practice
    ehr: Ehr
    sandbox: Running
    assistant: Scripted
    clock: Any

    def poll(self) -> None:
        poll(self.container, self.practice, self.ehr.mailbox)

    def sort(self) -> None:
        sort_batch(self.container, self.practice, self.assistant)

    def fetch_charts(self) -> None:
        chart_sync.fetch_charts(self.container, self.practice, self.ehr.chart)

    def receive(self, body: str, **fields: Any) -> Conversation:
        """A message arrives, is polled and sorted; the conversation it belongs to."""
        message = self.sandbox.control.receive(body, **fields)
        self.poll()
        self.sort()
        return self.conversation(thread=message["thread"]["id"])

    def deliver(self, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work."""
        self.clock.wait(after)
        deliverer.deliver(deliverer.carrier(self.container, self.practice, self.ehr))

    def conversation(self, id: UUID | None = None, thread: str = "") -> Conversation:
        with reading(self.container.engine) as session:
            conversations = Conversations(session, self.practice.id)
            return conversations.get(id) if id else conversations.by_threads([thread])[thread]

    def deliveries(self, id: UUID) -> list[Delivery]:
        with reading(self.container.engine) as session:
            return list(Deliveries(session, self.practice.id).of(id))

    def road(self, road: Road) -> Any:
        with reading(self.container.engine) as session:
            return Connections(session, self.practice.id).by_road()[road]


@pytest.fixture
def office(
    container: Container, practice: Practice, ehr: Ehr, sandbox: Running, clock: Any
) -> Office:
    """The practice, connected, with its capabilities read."""
    actor = Actor.job(practice.id, "capabilities")
    roads.keep_capabilities(container, actor, ehr.roads.capabilities())
    return Office(container, practice, ehr, sandbox, Scripted(), clock)


def seen(conversation: Conversation) -> Target:
    """What a person sees who looks at *conversation* now."""
    return Target(conversation.id, conversation.version, conversation.content_hash)


def patient_of(office: Office, conversation: Conversation) -> str:
    """The EHR's reference of whoever wrote *conversation*."""
    with reading(office.container.engine) as session:
        return Patients(session, office.practice.id).get(conversation.patient_id).ehr_ref


@pytest.fixture
def look() -> Callable[[Conversation], Target]:
    return seen
