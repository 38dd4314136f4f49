"""Find visits, see which notes were signed, suggest their codes, and see what was amended since."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from db.base import new_id
from db.charges import ChargeCapture, ChargeCaptures, ChargeState
from db.patients import Patients
from db.places import Places
from db.practices import Practice
from services import chart
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.notebook import SignedNote
from services.ehr.ports import Ehr, PatientRecord, Road
from services.ehr.registration import PlannedVisit
from services.errors import NeedsAuthorization, Refused
from services.options import options_of
from services.roads import on_road
from services.workflows.charges import amending
from services.workflows.charges.coding import Coding
from services.workflows.charges.keeping import keep_suggestions
from services.workflows.charges.signed_words import digest_of, read_signed
from services.workflows.charges.suggesting import suggestions

log = logging.getLogger(__name__)
# Statuses of a visit that a provider has begun; a note may be signed before eCW closes the visit.
BEGUN = ("in-progress", "onleave", "finished")
DAYS_BACK = timedelta(days=3)  # visits are found within a weekend
READ_EVERY = timedelta(minutes=3)
LOOK_EVERY = timedelta(minutes=5)
# An amendment matters most while codes can still be called back.
LOOK_AGAIN, LOOK_BACK = timedelta(hours=1), timedelta(hours=12)
SIGNED_WITHIN, AMENDED_WITHIN = timedelta(days=60), timedelta(days=14)
ASKED_A_RUN, AGAIN_A_RUN = (
    8,
    4,
)  # notes, of one to three calls; eCW takes 250 a minute for everything
NEVER_SIGNED = "Nobody signed the note in eCW within 60 days."
FAILED = "No code could be suggested for this note. Please add them yourself."
# When this process last read a practice's visits: whoever forgets it reads them once more.
_read_at: dict[UUID, datetime] = {}
HERE, GONE = (ChargeState.READY, ChargeState.SENDING), (ChargeState.DONE, ChargeState.AMENDED)


@dataclass(frozen=True)
class Asked:
    """One visit whose note is looked for in eCW."""

    id: UUID
    encounter_ref: str
    patient_ref: str
    day: date
    is_named: bool
    note_digest: str


@dataclass(frozen=True)
class Found:
    """A signed note, what it supports, and who the patient is where nobody had asked before."""

    note: SignedNote
    coding: Coding
    trouble: str
    patient: PatientRecord | None


def poll(container: Container, practice: Practice, ehr: Ehr) -> Counter[str]:
    """One round: visits that began, notes that were signed, notes that were amended. Returns counts.

    Safe to repeat. Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "charges.poll")
    counts: Counter[str] = Counter()
    with on_road(container, actor, Road.FHIR_READ):
        counts["new"] = _visits(container, actor, practice, ehr)
        counts["signed"] = _signed(container, actor, ehr)
        counts["amended"] = _amended(container, actor, ehr)
        counts["given_up"] = _give_up(container, actor)
    return +counts


def _visits(container: Container, actor: Actor, practice: Practice, ehr: Ehr) -> int:
    now = container.clock()
    if now - _read_at.get(practice.id, now - READ_EVERY) < READ_EVERY:
        return 0
    with looking(container, actor) as desk:
        providers = [place.ehr_ref for place in desk.open(Places).of_kind("provider")]
    today = now.astimezone(options_of(practice).zone).date()
    count = 0
    for provider in providers:
        seen = ehr.forms.visits(provider, today - DAYS_BACK, today)
        with working(container, actor) as desk:
            count += _keep(desk, [visit for visit in seen if visit.status in BEGUN])
    if providers:  # a practice that has only just been connected knows none yet
        _read_at[practice.id] = now
    return count


def _keep(desk: Desk, visits: Sequence[PlannedVisit]) -> int:
    captures = desk.open(ChargeCaptures)
    known = captures.known([visit.ref for visit in visits])
    new = [visit for visit in visits if visit.ref not in known]
    patients = chart.patients_of(desk, {visit.patient_ref for visit in new})
    for visit in new:
        key = desk.vault.new_key()
        desk.session.add(key)
        capture = ChargeCapture(
            id=new_id(), practice_id=desk.practice_id, encounter_ref=visit.ref,
            patient_id=patients[visit.patient_ref].id, key_id=key.id, visit_at=visit.start,
            location=visit.location_ref, provider=visit.provider_ref,
        )  # fmt: skip
        captures.add(capture)
    return len(new)


def _signed(container: Container, actor: Actor, ehr: Ehr) -> int:
    asked = _waiting(container, actor, (ChargeState.UNSIGNED,), LOOK_EVERY, ASKED_A_RUN)
    return sum(_look(container, actor, ehr, one) for one in asked)


def _amended(container: Container, actor: Actor, ehr: Ehr) -> int:
    asked = [
        *_waiting(container, actor, HERE, LOOK_AGAIN, AGAIN_A_RUN),
        *_waiting(container, actor, GONE, LOOK_BACK, AGAIN_A_RUN),
    ]
    return sum(_look(container, actor, ehr, one) for one in asked)


def _waiting(
    container: Container, actor: Actor, states: Sequence[ChargeState], every: timedelta, most: int
) -> list[Asked]:
    within = SIGNED_WITHIN if states == (ChargeState.UNSIGNED,) else AMENDED_WITHIN
    with looking(container, actor) as desk:
        found = desk.open(ChargeCaptures).to_look_at(
            states, desk.now - within, desk.now - every, most
        )
        patients = {p.id: p for p in desk.open(Patients).get_many([c.patient_id for c in found])}
        zone = desk.options.zone
        return [
            Asked(
                c.id, c.encounter_ref, patients[c.patient_id].ehr_ref,
                c.visit_at.astimezone(zone).date(), patients[c.patient_id].name is not None,
                c.note_digest,
            )
            for c in found
        ]  # fmt: skip


def _look(container: Container, actor: Actor, ehr: Ehr, asked: Asked) -> bool:
    """Ask eCW for the signed note of one visit; returns whether there was news."""
    try:
        found = _found(ehr, asked)
    except NeedsAuthorization:
        raise
    except Refused:
        found = None  # one visit that eCW does not show must not hide all others
    with working(container, actor) as desk:
        capture = desk.open(ChargeCaptures).locked(asked.id)
        if capture is None or capture.note_digest != asked.note_digest:
            return False  # another worker was here
        capture.looked_at = desk.now
        if found is None:
            return False
        _name(desk, capture, found.patient)
        return _take_in(desk, capture, found)


def _found(ehr: Ehr, asked: Asked) -> Found | None:
    """The signed note with its codes; ``None`` while nobody signed, or where its words are the same."""
    note = ehr.notebook.signed(asked.encounter_ref)
    if note is None or digest_of(note) == asked.note_digest:
        return None
    last_seen = ehr.charges.seen_before(asked.patient_ref, asked.day)
    patient = None if asked.is_named else ehr.chart.patient(asked.patient_ref)
    try:
        return Found(note, suggestions(read_signed(note), last_seen), "", patient)
    except Exception:
        # A note that the rules cannot cope with still has to be charged, by a person.
        log.exception("no codes could be suggested for one note")
        return Found(note, Coding(), FAILED, patient)


def _name(desk: Desk, capture: ChargeCapture, record: PatientRecord | None) -> None:
    patient = desk.open(Patients).get(capture.patient_id)
    if record and patient.name is None and record.ref == patient.ehr_ref:
        chart.keep_identity(desk, patient, record)


def _take_in(desk: Desk, capture: ChargeCapture, found: Found) -> bool:
    if capture.state is not ChargeState.UNSIGNED:
        amending.amend(desk, capture, found.note, found.coding)
        return True
    capture.state, capture.trouble = ChargeState.READY, found.trouble
    keep_suggestions(desk, capture, found.note, found.coding)
    desk.record("charges.suggested", capture.ref, sources=capture.note_digest)
    return True


def _give_up(container: Container, actor: Actor) -> int:
    """Visits whose notes stay unsigned are set aside, so that they are not asked after for ever."""
    with working(container, actor) as desk:
        late = desk.open(ChargeCaptures).never_signed(desk.now - SIGNED_WITHIN, ASKED_A_RUN)
        for capture in late:
            capture.state, capture.closed_at = ChargeState.SET_ASIDE, desk.now
            capture.trouble, capture.version = NEVER_SIGNED, capture.version + 1
            desk.record("charges.never_signed", capture.ref)
        return len(late)
