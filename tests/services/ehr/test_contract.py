"""What a practice may write decides which permissions are asked for: one too many fails them all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.ehr.connection import PracticeConnection
from services.ehr.ports import Ehr, Road
from services.errors import NeedsAuthorization
from services.sandbox import Running
from services.settings import PracticeSettings, Settings
from services.wiring import INTAKE_WRITES, READ_SCOPES, connection_of

KINDS = tuple(INTAKE_WRITES)


@pytest.fixture
def connection(practice: PracticeConnection, tmp_path: Path) -> Callable[..., PracticeConnection]:
    """The practice's connection as it follows from settings with these kinds of writes."""
    key = tmp_path / "key.pem"
    key.write_text(practice.private_key_pem)

    def with_writes(*kinds: str) -> PracticeConnection:
        settings = PracticeSettings(
            code=practice.code,
            name="Sample Practice",
            fhir_base=practice.fhir_base,
            client_id=practice.client_id,
            private_key_file=key,
            key_id=practice.key_id,
            intake_writes=kinds,
        )
        return connection_of(settings, Settings(deadline_seconds=30))

    return with_writes


Connection = Callable[..., PracticeConnection]


def test_a_practice_that_writes_nothing_asks_only_to_read(connection: Connection) -> None:
    assert connection().scopes == READ_SCOPES
    assert connection().contract == frozenset()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_write_opens_its_road_and_asks_its_permission(
    connection: Connection, kind: str
) -> None:
    road, resource = INTAKE_WRITES[kind]
    made = connection(kind)
    assert made.contract == {road}
    assert f"system/{resource}.create" in made.scopes
    assert sum(scope.endswith(".create") for scope in made.scopes) == 1


def test_only_who_writes_medications_asks_to_read_statements(connection: Connection) -> None:
    asking = "system/MedicationStatement.read"
    assert asking in connection("medication").scopes
    assert asking not in connection(*(set(KINDS) - {"medication"})).scopes


def test_a_kind_that_there_is_not_is_refused(connection: Connection) -> None:
    with pytest.raises(ValidationError):
        connection("prescription")


@pytest.mark.parametrize("kinds", [(), ("coverage",), KINDS])
def test_the_sandbox_grants_what_follows_from_the_settings(
    sandbox: Running, connection: Connection, connected: Callable[..., Ehr], kinds: tuple[str]
) -> None:
    resources = [INTAKE_WRITES[kind][1] for kind in kinds]
    sandbox.control.configure(intake_writes=resources)
    made = connection(*kinds)
    ehr = connected(scopes=made.scopes, contract=made.contract)
    able = {c.road for c in ehr.roads.capabilities() if c.able}
    assert able >= {INTAKE_WRITES[kind][0] for kind in kinds} | {Road.CHECK_IN_FORMS}


def test_one_permission_too_many_fails_the_sign_in(
    sandbox: Running, connection: Connection, connected: Callable[..., Ehr]
) -> None:
    """The negative control: the sandbox is as strict as eCW."""
    sandbox.control.configure(intake_writes=["Coverage"])
    made = connection(*KINDS)
    ehr = connected(scopes=made.scopes, contract=made.contract)
    with pytest.raises(NeedsAuthorization):
        ehr.chart.patient("Patient/p.103")
