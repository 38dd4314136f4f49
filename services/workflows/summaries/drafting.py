"""Write the summaries that wait: read the signed note and ask outside any transaction, keep inside one."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from db.patients import Patients
from db.practices import Practice
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services import chart, merges, rollout
from services.actions import places_of
from services.ai import Assistant
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Ehr, PatientRecord, Road
from services.errors import EhrError, FoyerError, Invalid, Refused, Unsure
from services.notes.summary import SignedNote
from services.notes.summary.asking import PROMPT, Written, written
from services.notes.summary.writing import Language
from services.prompts.live import live_now
from services.roads import on_road
from services.workflows.summaries import signed, standing
from services.workflows.summaries.acting import keep, put_by
from services.workflows.summaries.poll import ELSEWHERE, UNSIGNED

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)
REST = timedelta(seconds=30)
BATCH = 10  # summaries a run; each takes two or three calls of the 250 a minute
SWITCHED_OFF = "Engines are switched off. Write the summary yourself, or draft again later."
FAILED = "No summary could be made of this note. Please write it yourself."
NOTHING = "The signed note has no assessment, plan or instructions to tell. Write it yourself."


@dataclass(frozen=True)
class Waiting:
    """One summary to write, as it was when it was claimed."""

    id: UUID
    version: int
    encounter_ref: str
    patient_ref: str
    may_ask: bool


@dataclass(frozen=True)
class Found:
    """Whom it is for, and what was signed; ``note`` is ``None`` while nothing is."""

    patient: PatientRecord
    note: SignedNote | None = field(repr=False)

    @property
    def digest(self) -> str:
        """Which signed words these are; empty while nothing is signed."""
        return signed.digest(self.note) if self.note else ""


def draft_batch(
    container: Container, practice: Practice, ehr: Ehr, assistant: Assistant
) -> Counter[str]:
    """Claim, write and keep one batch, earliest visit first. Safe with any number of workers.

    Raises ``Unreachable`` or ``NeedsAuthorization`` when eCW cannot be asked; the summaries wait
    for the next run.
    """
    actor = Actor.job(practice.id, "summaries.triage")
    counts: Counter[str] = Counter()
    batch = _claim(container, actor)
    while batch:
        waiting = batch.pop(0)
        try:
            counts[_write_one(container, actor, ehr, assistant, waiting)] += 1
        except EhrError as error:
            _let_go(container, actor, batch, waiting, getattr(error, "retry_after", None) or REST)
            raise
    return counts


def _claim(container: Container, actor: Actor) -> list[Waiting]:
    with working(container, actor) as desk:
        gate = rollout.gate(desk, "summaries")
        if not gate.is_anywhere_on():
            return []
        claimed = desk.open(VisitSummaries).claim_waiting(desk.now, desk.now + LEASE, BATCH)
        patients = {p.id: p for p in desk.open(Patients).get_many([s.patient_id for s in claimed])}
        return [
            Waiting(
                row.id, row.version, row.encounter_ref, patients[row.patient_id].ehr_ref,
                gate.suggests(places_of(row)),
            )
            for row in claimed
        ]  # fmt: skip


def _write_one(
    container: Container, actor: Actor, ehr: Ehr, assistant: Assistant, waiting: Waiting
) -> str:
    try:
        with on_road(container, actor, Road.FHIR_READ):
            found = _found(ehr, waiting)
    except Refused as refusal:
        if type(refusal) is not Refused:
            raise  # an authorisation that is missing is missing for all of them
        return _failed(container, actor, waiting, None, str(refusal))
    if found.patient.replaced_by:
        return _follow(container, actor, waiting, found.patient.replaced_by)
    if found.note is None:
        return _failed(container, actor, waiting, found, UNSIGNED)
    try:
        said = _said(container, actor, assistant, waiting, found.patient, found.note)
    except FoyerError as error:
        return _failed(container, actor, waiting, found, str(error))
    except Exception:
        # One note an engine cannot cope with must not keep all others from being told.
        log.exception("an engine failed on one summary")
        return _failed(container, actor, waiting, found, FAILED)
    return _keep(container, actor, waiting, found, said)


def _found(ehr: Ehr, waiting: Waiting) -> Found:
    """The patient and the signed note. Raises ``Refused`` where they do not belong together."""
    patient = ehr.chart.patient(waiting.patient_ref)
    note = ehr.notebook.signed(waiting.encounter_ref)
    if note and not patient.replaced_by and not _is_of(ehr, note.patient_ref, patient.ref):
        raise Refused(ELSEWHERE, code="differs")
    return Found(patient, signed.usable(note) if note else None)


def _is_of(ehr: Ehr, visited: str, ours: str) -> bool:
    """Whether the visit is our patient's: under this record, or one that was merged into it."""
    if visited == ours:
        return True
    lives_on = ehr.chart.patient(visited).replaced_by if visited else None
    return lives_on == ours


def _said(
    container: Container, actor: Actor, assistant: Assistant, waiting: Waiting,
    patient: PatientRecord, note: SignedNote,
) -> Written:  # fmt: skip
    if not note.sections:
        raise Invalid(NOTHING)
    if not (waiting.may_ask and _engines_may_work(container, actor)):
        raise Unsure(SWITCHED_OFF)
    language, grade = _how(container, actor, waiting, patient)
    prompt = live_now(container, actor, PROMPT)
    return written(assistant, note, language, grade, _identifiers(patient), prompt)


def _how(
    container: Container, actor: Actor, waiting: Waiting, patient: PatientRecord
) -> tuple[Language, int]:
    """Language and grade, as a person chose them, else as chart and practice have them."""
    with looking(container, actor) as desk:
        row = desk.open(VisitSummaries).get(waiting.id)
        chosen = row.language or patient.language
        return standing.language_of(chosen), standing.grade_of(row, desk.options)


def _engines_may_work(container: Container, actor: Actor) -> bool:
    # Asked before every single question: a kill switch must hold within seconds.
    with looking(container, actor) as desk:
        return rollout.gate(desk, "summaries").suggests_somewhere()


def _identifiers(patient: PatientRecord) -> tuple[str, ...]:
    found = (patient.family, patient.given, patient.mrn, patient.birth_date)
    return tuple(one for one in found if one)


def _keep(container: Container, actor: Actor, waiting: Waiting, found: Found, said: Written) -> str:
    with working(container, actor) as desk:
        row = _as_claimed(desk, waiting)
        if row is None or found.note is None:
            return "overtaken"
        _remember(desk, row, found)
        row.engine, row.model, row.prompt_digest = said.engine, said.model, said.prompt_digest
        put_by(desk, row)
        desk.vault.seal_into(row, signed=signed.to_json(found.note), draft=said.to_json())
        row.state, row.lease_until, row.version = SummaryState.READY, None, row.version + 1
        keep(desk, row, standing.of_written(standing.frame(desk, row), said))
        desk.record(
            "summaries.suggested", row.ref, sources=row.source_digest,
            prompt_digest=said.prompt_digest, reason=f"{said.engine} {said.model}",
        )  # fmt: skip
        return "drafted"


def _remember(desk: Desk, row: VisitSummary, found: Found) -> None:
    """What was read of the patient and the note, whatever came of it."""
    patient = desk.open(Patients).get(row.patient_id)
    if patient.name is None:  # nobody has asked for this chart before
        chart.keep_identity(desk, patient, found.patient)
    patient.language = row.spoken = found.patient.language
    row.source_digest = row.newest_digest = found.digest
    row.looked_at = desk.now
    if found.note and found.note.signed_at:
        row.signed_at = found.note.signed_at


def _failed(
    container: Container, actor: Actor, waiting: Waiting, found: Found | None, why: str
) -> str:
    with working(container, actor) as desk:
        if row := _as_claimed(desk, waiting):
            row.state, row.lease_until, row.trouble = SummaryState.FAILED, None, why
            row.looked_at, row.version = desk.now, row.version + 1
            put_by(desk, row)
            row.text, row.content_hash, row.unsettled, row.is_harder = None, "", 0, False
            row.source_digest = row.newest_digest = ""
            if found:
                _remember(desk, row, found)
            if found and found.note:
                desk.vault.seal_into(row, signed=signed.to_json(found.note))
            desk.record("summaries.failed", row.ref)
    return "failed"


def _follow(container: Container, actor: Actor, waiting: Waiting, survivor_ref: str) -> str:
    """The patient was merged in eCW: the summary is for the record that survived."""
    with working(container, actor) as desk:
        if row := _as_claimed(desk, waiting):
            patient = desk.open(Patients).get(row.patient_id)
            patient.replaced_by = survivor_ref
            row.patient_id = merges.survivor(desk, patient).id
            row.trouble, row.lease_until, row.version = merges.RECHECK, None, row.version + 1
            desk.record("patient.merged", row.ref)
    return "merged"


def _as_claimed(desk: Desk, waiting: Waiting) -> VisitSummary | None:
    """The row, unless somebody has decided about it meanwhile."""
    row = desk.open(VisitSummaries).locked(waiting.id)
    same = row and row.version == waiting.version and row.state is SummaryState.WAITING
    return row if same else None


def _let_go(
    container: Container, actor: Actor, batch: Sequence[Waiting], waiting: Waiting,
    pause: timedelta,
) -> None:  # fmt: skip
    """What eCW does not answer for keeps its own summary waiting, and no other."""
    with working(container, actor) as desk:
        for one in (waiting, *batch):
            if row := _as_claimed(desk, one):
                row.lease_until = desk.now + min(pause, LEASE) if one is waiting else None
