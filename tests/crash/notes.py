"""Kills the deliverer in the middle of a note's send, by each road, and asks eCW what lies where.

Every note has words of its own in every section, so that a section in another place or in
another visit is seen. As in ``harness``, clocks run ahead and a request's way is really waited for.
"""

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey
from sqlmodel import Session, col, select

from db import open_database, writing
from db.deliveries import Delivery, DeliveryState
from db.keyring import new_keyring
from db.note_profiles import NoteProfile, NoteProfiles
from db.patients import Patient
from db.practices import Practice
from db.rollout import Rollout
from db.staff import Staff
from db.visit_notes import NoteState, VisitNote, VisitNotes
from db.vocabulary import Role, Stage
from services import chart_sync, roads
from services.actions import Target
from services.container import Container
from services.desk import Actor, working
from services.ehr.connect import connect
from services.ehr.connection import Budget, PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.ehr.note_hl7 import channel
from services.ehr.notebook import NoteWrite, VisitContext
from services.ehr.ports import Ehr, Receipt
from services.ehr.registration import PlannedVisit
from services.notes.lines import Line
from services.notes.sections import TITLES, SectionKey
from services.notes.values import Transcript
from services.sandbox import Running
from services.settings import Settings
from services.wiring import NOTE_WRITES, READ_SCOPES
from services.workflows.notes import gathered, sending
from services.workflows.notes.acting import keep
from services.workflows.notes.standing import NotePart, NoteText
from tests.crash.carrier import Building, later
from tests.crash.harness import CLIENT, CODE, STEP, count, finish, kill_one

ROADS = {  # which call is slowed on its way, and how
    "note_sections": ("openapi.write", "latency"),
    "note_hl7": ("hl7", "late"),
    "note_document": ("fhir.write", "latency"),
    "note_ccda": ("", ""),
}
ON_THE_WAY = 0.06
PATIENTS = [f"Patient/p.{n}" for n in (101, 102, 103, 104, 105, 106, 107, 108, 110, 111, 112, 113)]
PLACE, SIGNS = "Location/l.1", "Practitioner/pr.1"
WRITE_SCOPES = (
    "system/Encounter.create", "system/DocumentReference.create", "system/DocumentReference.read",
    "system/Binary.read",
)  # fmt: skip


@dataclass
class Verdict:
    """What became of the notes of one road."""

    road: str
    kills: int
    while_sending: int
    notes: int
    lost: int
    doubled: int
    misplaced: int
    states: Counter[str]

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or in another place, and every note filed."""
        filed = self.states == {"filed": self.notes}
        return filed and not (self.lost or self.doubled or self.misplaced)

    def __str__(self) -> str:
        return (
            f"{self.road}: {self.kills:,} kills, {self.while_sending:,} during an open send; "
            f"{self.notes:,} notes: {self.lost} lost, {self.doubled} duplicate, "
            f"{self.misplaced} in the wrong place; {dict(self.states)}"
        )


@dataclass(frozen=True)
class AnnouncingNotes:
    """The real notebook, which says one byte on *says* when a note is about to leave."""

    notebook: Any
    says: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.notebook, name)

    def write(self, note: NoteWrite) -> Receipt:
        os.write(self.says, b"s")
        receipt: Receipt = self.notebook.write(note)
        return receipt


def run(
    sandbox: Running, database_url: str, folder: Path, kills: int, *,
    seed: int = 7, on_the_way: float = ON_THE_WAY, patient: bool = True,
    only: tuple[str, ...] = tuple(ROADS),
) -> list[Verdict]:  # fmt: skip
    """Approve notes, kill *kills* times on each road, let it finish; a verdict for each road."""
    draw, building = random.Random(seed), _open(sandbox, database_url, folder)
    visits, ahead, verdicts = _Visits(building, sandbox), 0, []
    for road in only:
        notes = visits.approved(road, kills + 1)
        _slow(sandbox, road, on_the_way)
        while_sending = 0
        for _ in range(kills):
            ahead += 1
            kill_one(building, STEP * ahead, draw, aimed=1.0, within=_within(road, on_the_way))
            while_sending += count(building, DeliveryState.SENDING) > 0
            time.sleep(2.5 * on_the_way if patient else 0)
        time.sleep(0 if patient else 1.25 * on_the_way)
        sandbox.control.mend()
        ahead = finish(building, ahead)
        verdicts.append(_judge(building, sandbox, road, notes, kills, while_sending))
    return verdicts


def open_notebook(building: Building, says: int) -> Ehr:
    """The lines to the EHR, signed in and connected: the kill shall hit the send itself."""
    ehr = _connected(building)
    ehr.notebook.layout(PLACE, "")
    return replace(ehr, notebook=AnnouncingNotes(ehr.notebook, says))


def _connected(building: Building) -> Ehr:
    connection = building.connection
    hl7 = channel(connection.hl7_address, connection.deadline)
    return connect(connection, OwnTokens(), OwnCalls(), later(timedelta()), hl7=hl7)


def _within(road: str, on_the_way: float) -> float:
    """How long after it began a send is still open; a file is written in a moment."""
    return 1.2 * min(on_the_way, ON_THE_WAY) if ROADS[road][0] else 0.004


def _slow(sandbox: Running, road: str, seconds: float) -> None:
    operation, kind = ROADS[road]
    if operation:
        sandbox.control.fault(operation, kind, seconds=seconds)


def _open(sandbox: Running, database_url: str, folder: Path) -> Building:
    key = RSAKey.generate_key(2048, {"kid": "crash-1"})
    sandbox.control.register(CLIENT, {"keys": [key.as_dict(private=False)]}, practice=CODE)
    sandbox.control.configure(rate_limit=10_000_000)
    settings = Settings(
        database_url=database_url, keyring=folder / "keyring.json", anchors=folder / "anchors",
        undo_seconds=5,
    )  # fmt: skip
    (folder / "ccda").mkdir()
    connection = PracticeConnection(
        code=CODE, fhir_base=sandbox.fhir(CODE), client_id=CLIENT, key_id="crash-1",
        private_key_pem=key.as_pem(private=True).decode(), scopes=(*READ_SCOPES, *WRITE_SCOPES),
        contract=frozenset(NOTE_WRITES.values()), deadline=timedelta(seconds=5),
        openapi_base=sandbox.openapi(CODE), ccda_folder=str(folder / "ccda"),
        hl7_address=f"mllp://127.0.0.1:{sandbox.mllp_port}",
        budget=Budget(10_000_000, 4_000_000, 1_000_000),
    )  # fmt: skip
    practice = Practice(code=CODE, name="Crash practice", synthetic=True)
    return Building(settings, new_keyring(), practice, connection, open_notebook)


class _Visits:
    """The practice's visits of the day: opened in eCW, written down here, and approved."""

    def __init__(self, building: Building, sandbox: Running) -> None:
        self.building, self.sandbox = building, sandbox
        self.container = _container(building)
        self.ehr = _connected(building)
        self.person = self._moved_in()
        self.charts: dict[str, VisitContext] = {}

    def approved(self, road: str, wanted: int) -> dict[str, dict[str, str]]:
        """*wanted* notes that leave by *road*: for each visit, its words by section code."""
        self._template(road)
        return dict(self._approve(road, n) for n in range(wanted))

    def _approve(self, road: str, n: int) -> tuple[str, dict[str, str]]:
        who = PATIENTS[n % len(PATIENTS)]
        visit = self.sandbox.control.visit(patient=who, transcript="", provider=SIGNS)
        note = self._note(f"Encounter/{visit['id']}", who, f"{road} {n}")
        sending.send(
            self.container,
            Actor.person(self.person),
            Target(note.id, note.version, note.content_hash),
        )
        return note.encounter_ref, {
            one["code"]: f"{one['text']} of {road} {n}." for one in self.sections
        }

    def _note(self, encounter: str, patient_ref: str, name: str) -> VisitNote:
        chart = self._chart(encounter, patient_ref)
        text = NoteText(
            tuple(
                NotePart(
                    SectionKey(one["key"]),
                    (Line(f"{one['text']} of {name}.", is_own=True),),
                )
                for one in self.sections
            )
        )
        with working(self.container, Actor.job(self.building.practice.id, "crash")) as desk:
            key = desk.vault.new_key()
            desk.session.add(key)
            patient = desk.session.exec(
                select(Patient).where(col(Patient.ehr_ref) == patient_ref)
            ).first() or Patient(practice_id=desk.practice_id, ehr_ref=patient_ref, key_id=key.id)
            note = VisitNote(
                practice_id=desk.practice_id, encounter_ref=encounter, patient_id=patient.id,
                key_id=key.id, visit_at=desk.now, location=PLACE,
                provider=chart.visit.provider_ref, state=NoteState.READY, engine="local",
            )  # fmt: skip
            found = gathered.gather(chart, Transcript(), ())
            desk.vault.seal_into(note, gathered=found.to_json())
            desk.session.add_all([patient, note])
            keep(desk, note, text)
        return note

    def _chart(self, encounter: str, patient_ref: str) -> VisitContext:
        visit = PlannedVisit(
            encounter, patient_ref, datetime.now(UTC), "in-progress", "", SIGNS,
            PLACE,
        )  # fmt: skip
        if patient_ref not in self.charts:
            self.charts[patient_ref] = self.ehr.notebook.context(visit)
        return replace(self.charts[patient_ref], visit=visit)

    def _moved_in(self) -> Staff:
        practice = self.building.practice
        person = Staff(
            practice_id=practice.id, email="crash@practice.invalid", name="Sample person",
            role=Role.PROVIDER,
        )  # fmt: skip
        with writing(self.container.engine) as session:
            session.add_all([practice, person])
            session.add(Rollout(practice_id=practice.id, workflow="notes", stage=Stage.ON))
        actor = Actor.job(practice.id, "crash")
        chart_sync.sync_places(self.container, practice, self.ehr.directory)
        roads.keep_capabilities(self.container, actor, self.ehr.roads.capabilities())
        told = self.ehr.notebook.layout(PLACE, "")
        self.sections = [
            {"key": s.key, "code": s.code, "text": s.title, "system": s.system}
            for s in told
            if s.key in TITLES
        ]
        return person

    def _template(self, road: str) -> None:
        with working(self.container, Actor.job(self.building.practice.id, "crash")) as desk:
            profiles = desk.open(NoteProfiles)
            profiles.add(
                NoteProfile(
                    practice_id=desk.practice_id,
                    name="Crash",
                    location=PLACE,
                    road=road,
                    version=len(profiles.versions(PLACE, "")) + 1,
                    sections=self.sections,
                    edited_at=desk.now,
                )
            )


def _container(building: Building) -> Container:
    engine = open_database(building.settings.database_url)
    return Container(building.settings, engine, building.keyring)


def _judge(
    building: Building, sandbox: Running, road: str, notes: dict[str, dict[str, str]],
    kills: int, while_sending: int,
) -> Verdict:  # fmt: skip
    container = _container(building)
    with Session(container.engine) as session:
        rows = VisitNotes(session, building.practice.id).by_encounters(list(notes))
        deliveries = session.exec(select(Delivery).where(col(Delivery.kind) == road)).all()
    ids = {one.note_id: str(one.id) for one in deliveries}
    times = {ref: _times(building, sandbox, road, ref, ids[row.id]) for ref, row in rows.items()}
    container.engine.dispose()
    return Verdict(
        road, kills, while_sending, len(notes),
        lost=sum(n == 0 for n in times.values()),
        doubled=sum(n - 1 for n in times.values() if n),
        misplaced=sum(_lies_wrong(sandbox, road, ref, said) for ref, said in notes.items()),
        states=Counter(str(row.state) for row in rows.values()),
    )  # fmt: skip


def _times(building: Building, sandbox: Running, road: str, encounter: str, ours: str) -> int:
    """How often eCW took this note: by the visit's id, by ours on a document, or as a file."""
    if road == "note_ccda":
        return len(list(Path(building.connection.ccda_folder).glob(f"{ours}*")))
    names = {encounter, encounter.partition("/")[2]}
    return sum(_is_about(line, names, ours) for line in sandbox.control.ledger())


def _is_about(line: dict[str, Any], names: set[str], ours: str) -> bool:
    # Whole values: one visit's id may be the beginning of another's.
    return ours in str(line) or any(isinstance(v, str) and v in names for v in line.values())


def _lies_wrong(sandbox: Running, road: str, encounter: str, said: dict[str, str]) -> bool:
    """Whether a section is missing, elsewhere or another's; documents were read back word by word."""
    if road not in ("note_sections", "note_hl7"):
        return False
    found = sandbox.control.filed(encounter)["sections"]
    return {code: one["text"] for code, one in found.items()} != said
