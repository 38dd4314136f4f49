"""The denial desk behind a real clearinghouse: denials arrive, are decided, and what was decided leaves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from db.claim_events import ClaimEvent, ClaimEvents
from db.deliveries import Deliveries, Delivery
from db.denials import Denial, Denials
from db.practices import Practice
from db.vocabulary import Role
from services import deliverer, roads
from services.actions import Target
from services.claims import deadlines
from services.container import Container
from services.desk import Actor, working
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.sandbox import Running
from services.settings import PracticeSettings, Settings
from services.wiring import READ_SCOPES
from services.workflows.denials.reading import OpenDenial, open_denial
from tests.services.claims.conftest import CODE, KEY, Billing, billing, clearinghouse
from tests.services.workflows.conftest import MovingClock

__all__ = ["billing", "clearinghouse"]
OUT = frozenset({Road.SUBMIT_CLAIMS, Road.CLAIM_ENQUIRIES, Road.APPEALS, Road.CLAIM_FILES})


@pytest.fixture
def settings(settings: Settings, practice_settings: PracticeSettings) -> Settings:
    return settings.model_copy(update={"practice": (practice_settings,)})


@pytest.fixture
def practice_settings(tmp_path: Any) -> PracticeSettings:
    return PracticeSettings(
        code="SAMPLE", name="Sample practice", fhir_base="https://fhir.invalid/r4/SAMPLE",
        client_id="tests", private_key_file=tmp_path / "none.pem", key_id="tests-1",
        claim_sender="SAMPLE", claim_receiver="SANDBOXCLEAR", claim_phone="5550100000",
        claim_writes=("claims", "enquiries", "appeals"), synthetic=True,
    )  # fmt: skip


@dataclass
class Desk:
    """The practice at work: everything a story about denials needs, one verb each."""

    billing: Billing
    ehr: Ehr
    clock: Any

    @property
    def container(self) -> Container:
        return self.billing.container

    @property
    def practice(self) -> Practice:
        return self.billing.practice

    @property
    def sandbox(self) -> Running:
        return self.billing.sandbox

    def denied(self, carc: str, **more: Any) -> list[Denial]:
        """Claims are denied for this reason; their denials, most urgent first."""
        outcome = {"carc": carc} | {
            name: more.pop(name) for name in ("group", "remark", "remarks") if name in more
        }
        made = self.billing.script(outcome=outcome, **more)
        self.receive()
        ids = {self.billing.claim(number).id for number in made["claims"]}
        mine = [d for d in self.billing.all(Denials) if d.claim_id in ids]
        return sorted(mine, key=lambda d: (d.urgency, d.id))

    def receive(self) -> None:
        """What the clearinghouse has for us is fetched and posted."""
        self.billing.fetch()
        self.billing.post()

    def answered(self) -> None:
        """The clearinghouse and the payers do what they owe us, and we hear of it."""
        self.sandbox.control.advance_claims()
        self.receive()

    def deliver(self, times: int = 2, after: timedelta = timedelta(seconds=20)) -> None:
        """Let the undo window pass, then let the deliverer work until it has read back."""
        for _ in range(times):
            self.clock.wait(after)
            deliverer.deliver(self.carrier(self.ehr))

    def carrier(self, ehr: Ehr) -> deliverer.Carrier:
        return deliverer.carrier(self.container, self.practice, ehr)

    def open(self, who: Actor, denial: Denial) -> OpenDenial:
        return open_denial(self.container, who, denial.id)

    def now(self, denial: Denial) -> Denial:
        return next(d for d in self.billing.all(Denials) if d.id == denial.id)

    def target(self, denial: Denial) -> Target:
        """What a person sees who looks at it now."""
        now = self.now(denial)
        return Target(now.id, now.version, now.content_hash)

    def deliveries(self, denial: Denial) -> list[Delivery]:
        return [d for d in self.billing.all(Deliveries) if d.denial_id == denial.id]

    def steps(self, denial: Denial) -> list[ClaimEvent]:
        mine = [e for e in self.billing.all(ClaimEvents) if e.claim_id == denial.claim_id]
        return sorted(mine, key=lambda e: (e.at, e.id))

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.sandbox.control.ledger() if line["kind"] == kind]


@pytest.fixture(scope="session")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "tests-1"})


@pytest.fixture
def desk(billing: Billing, signing_key: RSAKey, clock: Any) -> Desk:
    """The desk, with an empty list: what the past year brought is another test's."""
    public = {"keys": [signing_key.as_dict(private=False)]}
    billing.sandbox.control.register("tests", public, practice=CODE)
    connection = PracticeConnection(
        code=CODE, fhir_base=billing.sandbox.fhir(CODE), client_id="tests", key_id="tests-1",
        private_key_pem=signing_key.as_pem(private=True).decode(), contract=OUT,
        scopes=READ_SCOPES,
        clearing_base=billing.sandbox.clearinghouse(CODE), clearing_key=KEY,
        deadline=timedelta(seconds=30),
    )  # fmt: skip
    # eCW keeps the real time, whatever the story lets pass.
    lines = connect(connection, OwnTokens(), OwnCalls(), MovingClock())
    ehr = replace(lines, clearing=billing.clearing)
    roads.keep_capabilities(billing.container, billing.actor, ehr.roads.capabilities())
    with working(billing.container, billing.actor) as open_desk:
        deadlines.seed(open_desk)
    billing.skip_the_past()
    return Desk(billing, ehr, clock)


@pytest.fixture
def biller(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.BILLER)
