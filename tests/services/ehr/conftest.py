"""A practice connected to the sandbox: real sockets, real signatures, a clock that can be moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection, TelephoneDefaults
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.notebook import NoteWrite
from services.ehr.ports import Ehr, Receipt, Road
from services.ehr.sftp_account import SftpAccount, place_of
from services.sandbox import Running, running

CODE = "FEIGDM"
CLIENT = "foyer-tests"
SCOPES = (
    *(
        f"system/{kind}.read"
        for kind in (
            "Patient",
            "Encounter",
            "Condition",
            "AllergyIntolerance",
            "MedicationRequest",
            "MedicationDispense",
            "Observation",
            "Practitioner",
            "PractitionerRole",
            "Location",
            "Organization",
            "Coverage",
            "Immunization",
            "MedicationStatement",
            "Questionnaire",
            "QuestionnaireResponse",
            "DocumentReference",
            "Binary",
            "ChargeItem",
        )
    ),
    *(
        f"system/{kind}.create"
        for kind in (
            "Patient",
            "Coverage",
            "AllergyIntolerance",
            "MedicationStatement",
            "Condition",
            "QuestionnaireResponse",
            "DocumentReference",
            "ChargeItem",
        )
    ),
    "system/Communication.read",
    "system/Communication.create",
    "system/Encounter.create",
)


class Courier:
    """Stands where an HL7 channel is plugged in; what it carries is of no interest here."""

    def write(self, note: NoteWrite) -> Receipt:
        return Receipt("MSG-1")


@dataclass
class Clock:
    """The time, as far ahead of the real one as a test says."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    __call__ = now


CARRIER = Courier()


@pytest.fixture(scope="session")
def practice_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "tests-1"})


@pytest.fixture(scope="session")
def served(practice_key: RSAKey) -> Iterator[Running]:
    with running() as sandbox:
        keys = {"keys": [practice_key.as_dict(private=False)]}
        sandbox.control.register(CLIENT, keys, practice=CODE)
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    """The other side, as on its first day."""
    served.control.reset()
    return served


@pytest.fixture
def practice(
    sandbox: Running, practice_key: RSAKey, tmp_path_factory: pytest.TempPathFactory
) -> PracticeConnection:
    return PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        clearing_base=sandbox.clearinghouse(),
        openapi_base=sandbox.openapi(CODE),
        ccda_folder=str(tmp_path_factory.mktemp("ccda")),
        hl7_address="mllp://127.0.0.1:2575",
        clearing_key="sandbox-clearinghouse-key",
        sftp=SftpAccount(place_of("sftp://sample@127.0.0.1/out"), frozenset({"SHA256:none"})),
        client_id=CLIENT,
        key_id="tests-1",
        private_key_pem=practice_key.as_pem(private=True).decode(),
        scopes=SCOPES,
        contract=frozenset(Road),
        telephone=TelephoneDefaults("Practitioner/pr.1", "Location/l.1", "Organization/o.1"),
        deadline=timedelta(seconds=30),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens() -> OwnTokens:
    return OwnTokens()


@pytest.fixture
def calls() -> OwnCalls:
    return OwnCalls()


@pytest.fixture
def connected(
    practice: PracticeConnection, tokens: OwnTokens, calls: OwnCalls, clock: Clock
) -> Callable[..., Ehr]:
    """Connects the practice, with settings changed as named."""
    from dataclasses import replace

    def connect_it(
        *, patience: timedelta = timedelta(0), hl7: Any = CARRIER, **changes: Any
    ) -> Ehr:
        changed = replace(practice, **changes)
        return connect(changed, tokens, calls, clock.now, patience=patience, hl7=hl7)

    return connect_it


@pytest.fixture
def ehr(connected: Callable[..., Ehr]) -> Ehr:
    return connected()
