"""A practice at check-in before a sandbox that takes as many calls as we like."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from db import writing
from db.staff import Staff
from db.vocabulary import Role
from services import chart_sync, roads
from services.container import system_clock
from services.desk import Actor
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr
from services.sandbox import Running, SandboxConfig, create_app, running
from services.sandbox.check_ins import coming_visits
from services.sandbox.filling import as_charted, tell_more
from services.sandbox.news import new_member, new_phone
from services.sandbox.shapes import moment
from services.sandbox.slips import Person
from services.sandbox.tenants import Tenant
from services.wiring import INTAKE_WRITES, READ_SCOPES
from tests.bench.building import Building, sqlite_building
from tests.bench.intake_filling import switch_on

CODE, CLIENT = "FEIGDM", "foyer-bench"
FIELDS = 30
PLENTY = Budget(total=100_000, sync=80_000, interactive=10_000)


@dataclass(frozen=True)
class CheckIn:
    """The practice, its lines, and the other side."""

    building: Building
    ehr: Ehr
    sandbox: Running
    nurse: Actor

    def calls(self) -> int:
        """How many calls the other side has served."""
        return len(self.sandbox.control.calls())


@contextmanager
def check_in(folder: Path) -> Iterator[CheckIn]:
    """Intake switched on, places known, every road open and no form there yet."""
    with running() as sandbox, sqlite_building(folder) as building:
        sandbox.control.configure(CODE, rate_limit=None)
        ehr = connected(sandbox)
        switch_on(building)
        found = ehr.roads.capabilities()
        roads.keep_capabilities(building.container, building.job, found)
        chart_sync.sync_places(building.container, building.practice, ehr.directory)
        yield CheckIn(building, ehr, sandbox, _nurse(building))


def connected(sandbox: Running) -> Ehr:
    """The practice's lines, with a contract for everything that check-in writes."""
    key = RSAKey.generate_key(2048, {"kid": "bench-1"})
    sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
    creates = (f"system/{resource}.create" for _, resource in INTAKE_WRITES.values())
    connection = PracticeConnection(
        code=CODE,
        fhir_base=sandbox.fhir(CODE),
        healow_base=sandbox.healow(CODE),
        client_id=CLIENT,
        key_id="bench-1",
        private_key_pem=key.as_pem(private=True).decode(),
        scopes=(*READ_SCOPES, *creates, "system/MedicationStatement.read"),
        contract=frozenset(road for road, _ in INTAKE_WRITES.values()),
        budget=PLENTY,
        deadline=timedelta(seconds=10),
    )
    return connect(connection, OwnTokens(), OwnCalls(), system_clock)


def seeded() -> Tenant:
    """The same practice as the sandbox serves, to look into."""
    world = create_app(SandboxConfig()).state.world
    tenant: Tenant = world.tenants[CODE]
    return tenant


def answers(tenant: Tenant) -> Mapping[str, dict[str, Any]]:
    """What each patient with a visit to come says: thirty fields, two of them not as charted.

    Patients whose chart has too little for so many are left out.
    """
    told = {ref: _said(tenant, ref) for ref in sorted(_expected(tenant))}
    return {ref: said for ref, said in told.items() if said}


def _expected(tenant: Tenant) -> set[str]:
    # An hour from now at the least and well within the poll's reach, at any time of the day.
    first, last = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) + timedelta(days=9)
    return {
        visit["subject"]["reference"]
        for visit in coming_visits(tenant, datetime.now(UTC))
        if first < moment(visit["period"]["start"]) < last
    }


def _said(tenant: Tenant, patient: str) -> dict[str, Any]:
    known, draws = tenant.chart.at(patient) or {}, random.Random(patient)
    sheet = as_charted(tenant.chart, known)
    tell_more(sheet, known, draws)
    for link in reversed(list(sheet.answers)):
        if len(sheet.places) > FIELDS:
            sheet.forget(link)
    for changes in (new_phone, new_member):
        changes(sheet, Person(known, datetime.now(UTC).date()), draws)
    return sheet.answers if len(sheet.places) >= FIELDS - 1 else {}


def _nurse(building: Building) -> Actor:
    """Who may decide on clinical fields too, and commit."""
    nurse = Staff(
        practice_id=building.practice.id, email="nurse@practice.invalid", name="Sample nurse",
        role=Role.NURSE, licensed=True,
    )  # fmt: skip
    with writing(building.container.engine) as session:
        session.add(nurse)
    return Actor.person(nurse)
