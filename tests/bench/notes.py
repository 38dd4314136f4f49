"""Notes a minute, end to end: from a transcript to a draft, approved, filed and read back in eCW."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import RSAKey
from sqlmodel import Session, col, select

from db import writing
from db.deliveries import Delivery, DeliveryState
from db.rollout import Rollout
from db.staff import Staff
from db.visit_notes import NoteState, VisitNote
from db.vocabulary import Role, Stage
from services import chart_sync, deliverer, roads
from services.ai.local import LocalAssistant
from services.container import system_clock
from services.desk import Actor, working
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.ports import Ehr, Road
from services.ehr.tokens import Token
from services.notes.answer import NoteAnswer
from services.notes.asking import draft_locally
from services.notes.lines import unsettled
from services.sandbox import Running, running
from services.wiring import READ_SCOPES
from services.workflows.notes import editing, sending
from services.workflows.notes.drafting import draft_batch
from services.workflows.notes.poll import poll
from services.workflows.notes.reading import open_note
from tests import databases
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale

CODE, CLIENT = "FEIGDM", "foyer-bench"
SCOPES = ("system/Encounter.create", "system/DocumentReference.read", "system/Binary.read")
A_MINUTE = "/min"
LEAVES = "sent and read back"
VISITS = 8  # a round
ALIVE = [n for n in range(101, 125) if n != 109]
Took = dict[str, float]


@dataclass
class Ahead:
    """The system's clock, ahead by as much as was to be waited: undo and settling cost no time."""

    by: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return system_clock() + self.by


@dataclass(frozen=True)
class Clinic:
    """A practice whose notes go into the sections of eCW, and the other side."""

    building: Building
    ehr: Ehr
    sandbox: Running
    clock: Ahead
    tokens: OwnTokens
    provider: Actor


def measure(scale: Scale) -> Iterator[Figure]:
    """By the clock, on each database that is there; the sandbox serves from another thread."""
    for name, opened in _databases(scale.folder):
        with running() as sandbox, opened as building:
            clinic = _clinic(building, sandbox)
            _way(clinic, 1)  # engines are loaded and lines are open
            took = _way(clinic, VISITS * scale.rounds)
            bare = _bare(clinic, VISITS * scale.rounds)
        yield from _figures(name, took, bare, VISITS * scale.rounds)


def _figures(name: str, took: Took, bare: float, visits: int) -> Iterator[Figure]:
    whole = sum(took.values())
    yield Figure(
        f"notes, {name}: transcript to filed and read back", visits / whole * 60, A_MINUTE,
        "bare HTTP posts of the same sections", visits / bare * 60,
    )  # fmt: skip
    for what, seconds in took.items():
        alone = bare / visits * 1e3 if what == LEAVES else None
        yield Figure(
            f"notes, {name}: {what}, a note", seconds / visits * 1e3, MILLISECONDS,
            "the post alone" if alone else "", alone,
        )  # fmt: skip


def _databases(folder: Path) -> Iterator[tuple[str, AbstractContextManager[Building]]]:
    yield "SQLite", sqlite_building(folder / "sqlite")
    if databases.postgres_is_running():
        yield "PostgreSQL", postgres_building(folder / "postgres")


def _way(clinic: Clinic, visits: int) -> Took:
    """Seconds of each part of the way of so many visits, all opened before it begins."""
    for n in range(visits):
        clinic.sandbox.control.visit(patient=f"Patient/p.{ALIVE[n % len(ALIVE)]}")
    return {
        "found": _seconds(lambda: poll(_container(clinic), _practice(clinic), _book(clinic))),
        "chart read and drafted": _seconds(lambda: _draft(clinic)),
        "checked and approved": _seconds(lambda: _approve(clinic)),
        LEAVES: _seconds(lambda: _deliver(clinic)),
    }


def _draft(clinic: Clinic) -> None:
    engine = LocalAssistant({NoteAnswer: draft_locally}, "bench")
    while draft_batch(_container(clinic), _practice(clinic), _book(clinic), engine):
        pass


def _approve(clinic: Clinic) -> None:
    """As a person does it: opened, each doubted sentence ticked, sent."""
    container, actor = _container(clinic), clinic.provider
    for id in _ids(clinic, NoteState.READY):
        shown = open_note(container, actor, id)
        for part, place, line in unsettled(shown.text.parts):
            target = open_note(container, actor, id).row.target
            editing.tick(container, actor, target, str(part.key), place, line.text)
        sending.send(container, actor, open_note(container, actor, id).row.target)


def _deliver(clinic: Clinic) -> None:
    while _ids(clinic, NoteState.SENDING):
        clinic.clock.by += timedelta(seconds=20)
        deliverer.deliver(deliverer.carrier(_container(clinic), _practice(clinic), clinic.ehr))


def _bare(clinic: Clinic, visits: int) -> float:
    """The floor: the same sections posted to the same visits, one after the other, and no more."""
    documents = list(_sent(clinic))[-visits:]
    token = clinic.tokens.read()
    assert isinstance(token, Token)
    headers = {"Authorization": f"Bearer {token.value}"}
    base = clinic.sandbox.openapi(CODE)
    with httpx.Client(headers=headers, trust_env=False) as client:

        def post_all() -> None:
            for note in documents:
                where = f"{base}/encounters/{note['encounter_ref'].partition('/')[2]}/sections"
                client.post(where, json=_as_sections(note)).raise_for_status()

        return _seconds(post_all)


def _as_sections(note: Mapping[str, Any]) -> dict[str, Any]:
    said = [{"code": one["code"], "text": one["text"]} for one in note["sections"]]
    return {
        "patient": note["patient_ref"], "provider": note["provider_ref"],
        "delivery": note["delivery_id"], "sections": said,
    }  # fmt: skip


def _sent(clinic: Clinic) -> Iterator[Mapping[str, Any]]:
    with working(_container(clinic), clinic.building.job) as desk:
        verified = col(Delivery.state) == DeliveryState.VERIFIED
        for one in desk.session.exec(select(Delivery).where(verified)).all():
            yield json.loads(desk.vault.read(one, "payload").text)


def _ids(clinic: Clinic, state: NoteState) -> list[Any]:
    with Session(_container(clinic).engine) as session:
        mine = select(VisitNote.id).where(col(VisitNote.state) == state)
        return list(session.exec(mine).all())


def _clinic(building: Building, sandbox: Running) -> Clinic:
    sandbox.control.configure(CODE, rate_limit=None)
    clock, tokens = Ahead(), OwnTokens()
    building = replace(building, container=replace(building.container, clock=clock))
    ehr = _connected(sandbox, tokens)
    with writing(building.container.engine) as session:
        person = Staff(
            practice_id=building.practice.id, email="provider@practice.invalid",
            name="Sample provider", role=Role.PROVIDER,
        )  # fmt: skip
        session.add(person)
        session.add(Rollout(practice_id=building.practice.id, workflow="notes", stage=Stage.ON))
    roads.keep_capabilities(building.container, building.job, ehr.roads.capabilities())
    chart_sync.sync_places(building.container, building.practice, ehr.directory)
    return Clinic(building, ehr, sandbox, clock, tokens, Actor.person(person))


def _connected(sandbox: Running, tokens: OwnTokens) -> Ehr:
    key = RSAKey.generate_key(2048, {"kid": "bench-1"})
    sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
    connection = PracticeConnection(
        code=CODE, fhir_base=sandbox.fhir(CODE), client_id=CLIENT, key_id="bench-1",
        private_key_pem=key.as_pem(private=True).decode(),
        scopes=(*READ_SCOPES, *SCOPES),
        contract=frozenset({Road.NOTE_SECTIONS, Road.VISIT_TRANSCRIPTS}),
        openapi_base=sandbox.openapi(CODE), budget=Budget(100_000, 80_000, 10_000),
        deadline=timedelta(seconds=10),
    )  # fmt: skip
    return connect(connection, tokens, OwnCalls(), system_clock)


def _container(clinic: Clinic) -> Any:
    return clinic.building.container


def _practice(clinic: Clinic) -> Any:
    return clinic.building.practice


def _book(clinic: Clinic) -> Any:
    return clinic.ehr.notebook


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
