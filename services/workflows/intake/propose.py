"""Read waiting forms and lay them beside the chart: outside any transaction, kept inside one."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from db.intake import CERTAIN, FormState, IntakeForm, IntakeForms, Match
from db.patients import Patients
from db.practices import Practice
from db.vault import Unreadable
from db.vocabulary import DocumentKind
from services import chart, merges, rollout
from services.actions import places_of
from services.ai import Assistant
from services.chart import patients_of
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.documents.pages import Document
from services.documents.reading import read
from services.ehr.ports import PatientRecord, Road
from services.ehr.registration import Registrar, Registration
from services.errors import EhrError, FoyerError, Refused
from services.options import options_of
from services.prompts.live import live_now
from services.roads import on_road
from services.workflows.intake import contents, reviewing
from services.workflows.intake.contents import Content
from services.workflows.intake.contradictions import contradictions
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Difference, Field
from services.workflows.intake.kinds import kind_of
from services.workflows.intake.matching import Match as Whose
from services.workflows.intake.reading_model import PROMPT, complete
from services.workflows.intake.reconcile import reconcile, with_contradictions
from services.workflows.intake.routing import set_route
from services.workflows.intake.whose import keep_whose, whose_is

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
REST = timedelta(seconds=30)  # a used-up minute of calls is no reason to wait for five
BATCH = 5  # each asks the chart some six questions, out of 250 a minute for everything
UNREADABLE = "This form could not be read. Please open it and enter it by hand, or remove it."


@dataclass(frozen=True)
class Waiting:
    """One form as it was claimed. ``may_ask`` says whether an engine may look at it."""

    id: UUID
    version: int
    content: Content | None
    original: bytes | None = field(repr=False)
    match: Match
    patient_ref: str
    visit_day: date | None
    may_ask: bool


@dataclass(frozen=True)
class Reading:
    """What came of it: the rows, the chart they were compared with, and whose form it is."""

    content: Content
    rows: tuple[Difference, ...]
    engine: str
    registration: Registration | None
    kind: DocumentKind
    whose: Whose | None = None


def read_batch(
    container: Container, practice: Practice, registrar: Registrar, assistant: Assistant
) -> Counter[str]:
    """Claim, read and keep one batch, next visit first. Safe with any number of workers.

    Raises ``Unreachable`` or ``NeedsAuthorization`` when the chart cannot be asked; the forms
    wait for the next run.
    """
    actor = Actor.job(practice.id, "intake.triage")
    counts: Counter[str] = Counter()
    batch = _claim(container, actor, practice)
    while batch:
        waiting = batch.pop(0)
        try:
            counts[_read_one(container, actor, practice, registrar, assistant, waiting)] += 1
        except EhrError as error:
            _let_go(container, actor, batch)
            _rest(container, actor, waiting, getattr(error, "retry_after", None) or REST)
            raise
    return counts


def _claim(container: Container, actor: Actor, practice: Practice) -> list[Waiting]:
    zone = options_of(practice).zone
    with working(container, actor) as desk:
        gate = rollout.gate(desk, "intake")
        if not gate.is_anywhere_on():
            return []
        claimed = desk.open(IntakeForms).claim_waiting(desk.now, desk.now + LEASE, BATCH)
        found = (_waiting(desk, form, gate.suggests(places_of(form)), zone) for form in claimed)
        return [waiting for waiting in found if waiting]


def _let_go(container: Container, actor: Actor, batch: Sequence[Waiting]) -> None:
    """One chart that does not answer keeps its own form waiting, and no other."""
    with working(container, actor) as desk:
        for waiting in batch:
            form = desk.open(IntakeForms).locked(waiting.id)
            if form and form.version == waiting.version:
                form.lease_until = None


def _rest(container: Container, actor: Actor, waiting: Waiting, pause: timedelta) -> None:
    """The form whose chart did not answer is tried again after a *pause*, the others before it."""
    with working(container, actor) as desk:
        form = desk.open(IntakeForms).locked(waiting.id)
        if form and form.version == waiting.version:
            form.lease_until = desk.now + min(pause, LEASE)


def _waiting(desk: Desk, form: IntakeForm, may_ask: bool, zone: ZoneInfo) -> Waiting | None:
    try:
        content = desk.vault.read(form, "content").text
        original = desk.vault.read(form, "original").text
    except Unreadable:
        form.state, form.lease_until, form.trouble = FormState.FAILED, None, UNREADABLE
        return None
    patient = desk.open(Patients).find(form.patient_id) if form.patient_id else None
    day = form.visit_at.astimezone(zone).date() if form.visit_at else None
    return Waiting(
        id=form.id, version=form.version, match=form.match,
        content=contents.to_content(content) if content else None,
        original=contents.to_bytes(original) if original and not content else None,
        patient_ref=patient.ehr_ref if patient else "", visit_day=day, may_ask=may_ask,
    )  # fmt: skip


def _read_one(
    container: Container, actor: Actor, practice: Practice, registrar: Registrar,
    assistant: Assistant, waiting: Waiting,
) -> str:  # fmt: skip
    today = container.clock().astimezone(options_of(practice).zone).date()
    try:
        content = waiting.content or read(waiting.original or b"")
        found = _fields(container, actor, assistant, waiting, content, today)
        with on_road(container, actor, Road.FHIR_READ):
            whose = (
                None if waiting.match in CERTAIN else whose_is(container, actor, registrar, found)
            )
            reading = _compare(registrar, waiting, content, found, whose, today)
    except EhrError:
        raise
    except FoyerError as error:
        return _failed(container, actor, waiting, str(error))
    except Exception:
        # One form an engine cannot cope with must not keep all others from being read.
        log.exception("an engine failed on one form")
        return _failed(container, actor, waiting, UNREADABLE)
    return _keep(container, actor, waiting, reading)


def _fields(
    container: Container, actor: Actor, assistant: Assistant, waiting: Waiting,
    content: Content, today: date,
) -> tuple[Field, ...]:  # fmt: skip
    found = extract(content, today)
    if not waiting.may_ask or not _engines_may_work(container, actor):
        return found
    prompt = live_now(container, actor, PROMPT)
    return complete(assistant, content, found, today, prompt)


def _engines_may_work(container: Container, actor: Actor) -> bool:
    # Asked before every single question: a kill switch must hold within seconds.
    with looking(container, actor) as desk:
        return rollout.gate(desk, "intake").suggests_somewhere()


def _compare(
    registrar: Registrar, waiting: Waiting, content: Content, found: tuple[Field, ...],
    whose: Whose | None, today: date,
) -> Reading:  # fmt: skip
    ref = waiting.patient_ref or (whose.patient_ref if whose else "")
    registration = _registration(registrar, ref) if ref else None
    rows = reconcile(found, registration, today)
    against = contradictions(found, registration, waiting.visit_day, today)
    engines = sorted({field.engine for field in found})
    judged = with_contradictions(rows, against)
    kind = kind_of(content, found)
    return Reading(content, judged, ", ".join(engines), registration, kind, whose)


def _registration(registrar: Registrar, ref: str) -> Registration | None:
    """The chart, of the record that survived where two were merged; ``None`` if eCW has none."""
    seen: set[str] = set()
    while ref not in seen:
        seen.add(ref)
        try:
            registration = registrar.registration(ref)
        except Refused:
            return None
        if not registration.patient.replaced_by:
            return registration
        ref = registration.patient.replaced_by
    return None


def _keep(container: Container, actor: Actor, waiting: Waiting, reading: Reading) -> str:
    with working(container, actor) as desk:
        form = desk.open(IntakeForms).locked(waiting.id)
        if form is None or form.state is not FormState.WAITING:
            return "overtaken"
        form.lease_until = None
        if form.version != waiting.version:
            return "overtaken"  # amended, merged, or a person said whose it is meanwhile
        _remember(desk, form, reading)
        if isinstance(reading.content, Document):
            desk.vault.seal_into(form, content=contents.of_document(reading.content))
        set_route(desk, form, reading.kind)
        reviewing.lay_out(desk, form, reading.rows)
        form.state, form.engine = FormState.READY, reading.engine
        form.version += 1
        desk.record("intake.read", form.ref, reason=reading.engine)
        return "read"


def _remember(desk: Desk, form: IntakeForm, reading: Reading) -> None:
    """The chart as it was compared, and whose form this is."""
    registration, whose = reading.registration, reading.whose
    if whose:
        keep_whose(desk, form, whose)
        form.patient_id = None  # until the chart below says whose it seems to be
    if registration is None:
        form.registration = None
        return
    _follow(desk, form, registration.patient)
    desk.vault.seal_into(form, registration=contents.of_registration(registration))
    form.compared_at = desk.now


def _follow(desk: Desk, form: IntakeForm, record: PatientRecord) -> None:
    """The form belongs to the chart it was compared with; a merge since then needs a second look."""
    patient = patients_of(desk, {record.ref})[record.ref]
    chart.keep_identity(desk, patient, record)
    if form.patient_id and form.patient_id != patient.id:
        desk.open(Patients).get(form.patient_id).replaced_by = record.ref
        form.trouble = merges.RECHECK
    form.patient_id = patient.id


def _failed(container: Container, actor: Actor, waiting: Waiting, why: str) -> str:
    with working(container, actor) as desk:
        form = desk.open(IntakeForms).locked(waiting.id)
        if form and form.state is FormState.WAITING and form.version == waiting.version:
            form.state, form.lease_until, form.trouble = FormState.FAILED, None, why
            form.version += 1
            desk.record("intake.failed", form.ref)
    return "failed"
