"""Draft the notes that wait: gather and ask outside any transaction, check, keep inside one."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from db.patients import Patients
from db.practices import Practice
from db.vault import Unreadable
from db.visit_notes import NoteState, VisitNote, VisitNotes
from services import chart, rollout
from services.actions import places_of
from services.ai import Assistant
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.notebook import Notebook
from services.ehr.ports import Road
from services.ehr.registration import PlannedVisit
from services.errors import EhrError, FoyerError, NeedsAuthorization, Refused, Unsure
from services.notes import asking
from services.notes.check import check
from services.notes.draft import Draft
from services.notes.sections import SectionKey
from services.notes.style import Style, styled
from services.notes.transcripts import read_transcript
from services.notes.values import Transcript
from services.prompts.live import live_now
from services.roads import on_road
from services.workflows.notes import gathered, preferences, standing
from services.workflows.notes.acting import keep
from services.workflows.notes.gathered import Gathered

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)
REST = timedelta(seconds=30)
BATCH = 10  # notes a run; a chart takes about six calls of the 250 a minute
SWITCHED_OFF = "Engines are switched off. Write the note yourself, or draft again later."
FAILED = "No draft could be made of this visit. Please write the note yourself."


@dataclass(frozen=True)
class Waiting:
    """One note to draft, as it was when it was claimed. ``told`` is what intake verified,
    ``supplied`` the transcript that a person brought, if any; ``style`` is the provider's.
    """

    id: UUID
    version: int
    visit: PlannedVisit
    told: tuple[tuple[str, str], ...] = field(repr=False)
    supplied: str = field(repr=False)
    may_ask: bool
    style: Style = field(repr=False)


@dataclass(frozen=True)
class Drafted:
    """What came of it: what was gathered, the draft, and the checker's doubts by sentence."""

    found: Gathered = field(repr=False)
    draft: Draft = field(repr=False)
    doubts: dict[tuple[SectionKey, int], tuple[str, ...]] = field(repr=False)


def draft_batch(
    container: Container, practice: Practice, notebook: Notebook, assistant: Assistant
) -> Counter[str]:
    """Claim, draft and keep one batch, earliest visit first. Safe with any number of workers.

    Raises ``Unreachable`` or ``NeedsAuthorization`` when the chart cannot be asked; the notes
    wait for the next run.
    """
    actor = Actor.job(practice.id, "notes.triage")
    counts: Counter[str] = Counter()
    batch = _claim(container, actor)
    while batch:
        waiting = batch.pop(0)
        try:
            counts[_draft_one(container, actor, notebook, assistant, waiting)] += 1
        except EhrError as error:
            _let_go(container, actor, batch, waiting, getattr(error, "retry_after", None) or REST)
            raise
    return counts


def _claim(container: Container, actor: Actor) -> list[Waiting]:
    with working(container, actor) as desk:
        gate = rollout.gate(desk, "notes")
        if not gate.is_anywhere_on():
            return []
        claimed = desk.open(VisitNotes).claim_waiting(desk.now, desk.now + LEASE, BATCH)
        found = (_waiting(desk, note, gate.suggests(places_of(note))) for note in claimed)
        return [waiting for waiting in found if waiting]


def _waiting(desk: Desk, note: VisitNote, may_ask: bool) -> Waiting | None:
    """What to gather; nothing about a damaged record, which is left to people and stops no other."""
    try:
        visit = PlannedVisit(
            note.encounter_ref, desk.open(Patients).get(note.patient_id).ehr_ref, note.visit_at,
            note.visit_status, desk.vault.read(note, "reason").text, note.provider, note.location,
        )  # fmt: skip
        told, supplied = gathered.told_before(desk, note), desk.vault.read(note, "transcript").text
        style = preferences.style_for(desk, note)
        return Waiting(note.id, note.version, visit, told, supplied, may_ask, style)
    except Unreadable:
        note.state, note.lease_until, note.trouble = NoteState.FAILED, None, FAILED
        return None


def _draft_one(
    container: Container, actor: Actor, notebook: Notebook, assistant: Assistant, waiting: Waiting
) -> str:
    try:
        with on_road(container, actor, Road.FHIR_READ):
            context = notebook.context(waiting.visit)
        found = gathered.gather(context, _transcript(notebook, waiting), waiting.told)
        drafted = _drafted(container, actor, assistant, waiting, found)
    except Refused as refusal:
        return _failed(container, actor, waiting, str(refusal))
    except EhrError:
        raise
    except FoyerError as error:
        return _failed(container, actor, waiting, str(error))
    except Exception:
        # One visit an engine cannot cope with must not keep all others from being drafted.
        log.exception("an engine failed on one note")
        return _failed(container, actor, waiting, FAILED)
    return _keep(container, actor, waiting, drafted)


def _transcript(notebook: Notebook, waiting: Waiting) -> Transcript:
    """What a person brought, else what the practice's recogniser heard; empty without either."""
    if waiting.supplied:
        return read_transcript(waiting.supplied)
    try:
        return gathered.heard(notebook.transcript(waiting.visit.ref))
    except NeedsAuthorization:
        return Transcript()


def _drafted(
    container: Container, actor: Actor, assistant: Assistant, waiting: Waiting, found: Gathered
) -> Drafted:
    if not (waiting.may_ask and _engines_may_work(container, actor)):
        raise Unsure(SWITCHED_OFF)
    prompt = live_now(container, actor, asking.PROMPT)
    draft = asking.drafted(assistant, found.material, wishes=waiting.style.wishes, prompt=prompt)
    doubts: dict[tuple[SectionKey, int], tuple[str, ...]] = {}
    for finding in check(draft, found.material).findings:
        spot = (finding.section, finding.place)
        doubts[spot] = (*doubts.get(spot, ()), finding.why)
    return Drafted(found, styled(draft, waiting.style), doubts)


def _engines_may_work(container: Container, actor: Actor) -> bool:
    # Asked before every single question: a kill switch must hold within seconds.
    with looking(container, actor) as desk:
        return rollout.gate(desk, "notes").suggests_somewhere()


def _keep(container: Container, actor: Actor, waiting: Waiting, drafted: Drafted) -> str:
    with working(container, actor) as desk:
        note = desk.open(VisitNotes).locked(waiting.id)
        if note is None or note.version != waiting.version or note.state is not NoteState.WAITING:
            return "overtaken"
        draft, found = drafted.draft, drafted.found
        patient = desk.open(Patients).get(note.patient_id)
        if patient.name is None:  # nobody has asked for this chart before
            chart.keep_identity(desk, patient, found.patient)
        desk.vault.seal_into(note, gathered=found.to_json(), draft=draft.to_json())
        note.engine, note.model = draft.engine, draft.model
        note.prompt_digest, note.source_digest = draft.prompt_digest, found.digest
        note.has_transcript = bool(found.material.transcript.turns)
        note.state, note.lease_until, note.trouble = NoteState.READY, None, ""
        note.version += 1
        keep(desk, note, standing.of_draft(draft, drafted.doubts))
        desk.record(
            "notes.suggested", note.ref, sources=note.source_digest,
            prompt_digest=draft.prompt_digest, reason=f"{draft.engine} {draft.model}",
        )  # fmt: skip
        return "drafted"


def _failed(container: Container, actor: Actor, waiting: Waiting, why: str) -> str:
    with working(container, actor) as desk:
        note = desk.open(VisitNotes).locked(waiting.id)
        if note and note.version == waiting.version:
            note.state, note.lease_until, note.trouble = NoteState.FAILED, None, why
            note.version += 1
            desk.record("notes.failed", note.ref)
    return "failed"


def _let_go(
    container: Container, actor: Actor, batch: Sequence[Waiting], waiting: Waiting,
    pause: timedelta,
) -> None:  # fmt: skip
    """One chart that does not answer keeps its own note waiting, and no other."""
    with working(container, actor) as desk:
        for one in (waiting, *batch):
            note = desk.open(VisitNotes).locked(one.id)
            if note and note.version == one.version:
                note.lease_until = desk.now + min(pause, LEASE) if one is waiting else None
