"""Drafting letters ahead of whoever will read them: the chart and the model outside any transaction."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from db.appeal_letters import AppealLetters
from db.claims import Claim, Claims
from db.denials import Denial, Denials, DenialState
from db.letter_drafts import LetterDraft, LetterDrafts, Undrafted
from db.patients import Patients
from db.practices import Practice
from db.vault import Unreadable
from db.vocabulary import Stage
from services import merges, rollout
from services.actions import places_of
from services.ai import Answer, Assistant
from services.claims.billed import content_of
from services.claims.paths import Path
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Chart, Road, ServiceRecord
from services.errors import EhrError, Refused, Unreachable, Unsure
from services.prompts.live import live
from services.roads import on_road
from services.workflows.denials.letters import chart_facts, keeping
from services.workflows.denials.letters.answer import Proposal
from services.workflows.denials.letters.asking import PROMPT, Question, question
from services.workflows.denials.letters.checking import Checked, check
from services.workflows.denials.letters.drafting import template_for
from services.workflows.denials.letters.facts import facts_of

log = logging.getLogger(__name__)
BATCH = 3  # letters a run: each asks the chart some six questions and a model for half a minute
LEASE = timedelta(minutes=5)
REST = timedelta(hours=1)  # where engines may not draft, or there is none
PAUSES = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(days=1),
)  # after the 1st, 2nd, next tries
MOST_TRIES = 8  # from then on the template stands
CHART_LASTS = timedelta(days=1)  # a day of the past hardly changes
NO_CHART = "The chart could not be read."
UNREADABLE = "The claim cannot be read any more."
NOT_ASKED = "Engines are switched off."
FAILED = "The engine failed on this letter."
NOTHING = "Nothing that Claude wrote stands on the record, so the template does."
SHOWN = (Stage.PILOT, Stage.ON)  # in shadow nobody would read a letter, so none is paid for
LEADS = "claude"
Reply = Answer[Proposal] | str


@dataclass(frozen=True)
class Waiting:
    """One denial as it was claimed. ``patient_ref`` is empty where no chart has to be read."""

    denial_id: UUID
    content_hash: str
    claim_hash: str
    patient_ref: str
    service_on: date


def draft_letters(
    container: Container, practice: Practice, chart: Chart, assistant: Assistant
) -> Counter[str]:
    """Claim, draft and keep a few letters, newest money first. Safe with any number of workers.

    A model that does not answer leaves the template's letter where it is; it is asked again later.
    Nothing a person has touched is ever changed. Raises ``Unreachable`` and kin when a chart
    cannot be read: its letter rests, the others are taken up by the next run.
    """
    actor = Actor.job(practice.id, "denials.triage")
    counts: Counter[str] = Counter()
    batch = _claim(container, actor)
    while batch:
        waiting = batch.pop(0)
        try:
            counts[_draft_one(container, actor, chart, assistant, waiting)] += 1
        except EhrError as error:
            _rest(container, actor, [waiting], PAUSES[0], f"{NO_CHART} {error}")
            _rest(container, actor, batch, timedelta(0))
            raise
    return counts


def _claim(container: Container, actor: Actor) -> list[Waiting]:
    with working(container, actor) as desk:
        gate = rollout.gate(desk, "denials")
        if not gate.suggests_somewhere():
            return []
        claimed: list[Waiting] = []
        for denial in desk.open(Undrafted).claim(Path.APPEAL, desk.now, BATCH):
            row, claim = _row(desk, denial), desk.open(Claims).find(denial.claim_id)
            if row is None or claim is None:
                continue
            places = places_of(denial)
            may = gate.suggests(places) and gate.stage(places) in SHOWN
            row.next_at = desk.now + (LEASE if may else REST)
            claimed += [_waiting(desk, denial, claim, row)] if may else []
        return claimed


def _row(desk: Desk, denial: Denial) -> LetterDraft | None:
    """The work on this letter, locked; ``None`` where another worker was first."""
    row = desk.open(LetterDrafts).locked(denial.id)
    if row and (row.next_at is None or row.next_at > desk.now):
        return None
    claim = desk.open(Claims).find(denial.claim_id)
    if row or claim is None:
        return row
    new = LetterDraft(
        practice_id=desk.practice_id, denial_id=denial.id, claim_id=claim.id, key_id=claim.key_id
    )
    return desk.open(LetterDrafts).add(new)


def _waiting(desk: Desk, denial: Denial, claim: Claim, row: LetterDraft) -> Waiting:
    rests_on_it = template_for(denial.carc).name in chart_facts.TEMPLATES
    is_fresh = row.chart_at is not None and desk.now - row.chart_at < CHART_LASTS
    ref = _patient_ref(desk, claim) if rests_on_it and not is_fresh else ""
    return Waiting(denial.id, denial.content_hash, claim.content_hash, ref, claim.service_on)


def _patient_ref(desk: Desk, claim: Claim) -> str:
    patient = desk.open(Patients).find(claim.patient_id) if claim.patient_id else None
    return merges.survivor(desk, patient).ehr_ref if patient else ""


def _draft_one(
    container: Container, actor: Actor, chart: Chart, assistant: Assistant, waiting: Waiting
) -> str:
    record = _record(container, actor, chart, waiting)
    try:
        asked = _ask_about(container, actor, waiting, record)
    except Unreadable:
        _rest(container, actor, [waiting], None, UNREADABLE)
        return "unreadable"
    if asked is None:
        return "overtaken"
    reply = _reply(assistant, asked) if _may_ask(container, actor) else NOT_ASKED
    return _keep(container, actor, waiting, asked, reply)


def _record(
    container: Container, actor: Actor, chart: Chart, waiting: Waiting
) -> ServiceRecord | None:
    """The chart of the day of service; ``None`` where there is none, or none is needed."""
    if not waiting.patient_ref:
        return None
    with on_road(container, actor, Road.FHIR_READ):
        try:
            return chart.on_day(waiting.patient_ref, waiting.service_on)
        except Refused as refused:
            if refused.code is None:
                raise  # a sign-in that is needed, not a patient who is not there
            return None


def _rest(
    container: Container, actor: Actor, batch: Sequence[Waiting], pause: timedelta | None,
    why: str = "",
) -> None:  # fmt: skip
    """Let these go for a *pause*, or for good."""
    with working(container, actor) as desk:
        for waiting in batch:
            row = desk.open(LetterDrafts).locked(waiting.denial_id)
            if row:
                row.note, row.next_at = why, None if pause is None else desk.now + pause


def _ask_about(
    container: Container, actor: Actor, waiting: Waiting, record: ServiceRecord | None
) -> Question | None:
    """Keep the chart, and say what to ask; ``None`` where it changed or somebody was first."""
    with working(container, actor) as desk:
        found = _still(desk, waiting)
        if found is None:
            return None
        denial, claim, row = found
        if record is not None:
            chart_facts.keep(desk, row, record)
            desk.session.flush()
            desk.record("denials.chart_read", denial.ref, sources=waiting.patient_ref)
        known, billed = facts_of(desk, denial, claim), content_of(desk, claim)
        prompt = live(desk, PROMPT)
        if _has_model(desk):
            desk.record("denials.prompted", denial.ref, prompt_digest=prompt.digest)
        return replace(question(template_for(denial.carc), known, billed), prompt=prompt)


def _still(desk: Desk, waiting: Waiting) -> tuple[Denial, Claim, LetterDraft] | None:
    """The denial, its claim and the work on it, locked, where all is as it was when claimed."""
    denial = desk.open(Denials).locked(waiting.denial_id)
    row = desk.open(LetterDrafts).locked(waiting.denial_id)
    claim = desk.open(Claims).find(denial.claim_id) if denial else None
    if denial is None or claim is None or row is None:
        return None
    same = (denial.content_hash, claim.content_hash) == (waiting.content_hash, waiting.claim_hash)
    touched = desk.open(AppealLetters).of_denial(denial.id) is not None
    if same and not touched and denial.state is DenialState.OPEN and denial.path == Path.APPEAL:
        return denial, claim, row
    row.next_at = desk.now + PAUSES[0]
    return None


def _may_ask(container: Container, actor: Actor) -> bool:
    # Asked before every single question: a kill switch must hold within seconds.
    with looking(container, actor) as desk:
        return rollout.gate(desk, "denials").suggests_somewhere()


def _reply(assistant: Assistant, asked: Question) -> Reply:
    try:
        return assistant.ask(asked.prompt, asked.facts, into=Proposal)
    except (Unsure, Unreachable) as failure:
        return str(failure)
    except Exception:
        # One letter an engine cannot cope with must not keep all others from being drafted.
        log.exception("an engine failed on one letter")
        return FAILED


def _keep(
    container: Container, actor: Actor, waiting: Waiting, asked: Question, reply: Reply
) -> str:
    with working(container, actor) as desk:
        found = _still(desk, waiting)
        if found is None:
            return "overtaken"
        denial, claim, row = found
        gate, places = rollout.gate(desk, "denials"), places_of(denial)
        if not gate.suggests(places) or gate.stage(places) not in SHOWN:
            return _later(desk, row, NOT_ASKED)
        if isinstance(reply, str):
            return _later(desk, row, reply)
        if reply.engine != LEADS:
            return _later(desk, row, reply.note)
        return _keep_answer(desk, denial, claim, row, asked, reply)


def _keep_answer(
    desk: Desk, denial: Denial, claim: Claim, row: LetterDraft, asked: Question,
    answer: Answer[Proposal],
) -> str:  # fmt: skip
    try:
        checked: Checked = check(answer.value, asked.offered, asked.hidden)
    except Unsure as failure:
        return _later(desk, row, str(failure))
    if not checked.sentences and not checked.needed:
        return _later(desk, row, NOTHING)
    letter = keeping.keep_proposed(desk, denial, claim, checked, answer)
    row.next_at, row.note = None, "" if checked.sentences else NOTHING
    desk.record(
        "denials.letter_drafted", denial.ref, sources=letter.ref,
        prompt_digest=answer.prompt_digest, reason=f"{answer.engine} {answer.model}",
    )  # fmt: skip
    return "drafted" if checked.sentences else "template"


def _later(desk: Desk, row: LetterDraft, why: str) -> str:
    """The template stands; *why* is shown with it, and a model is asked again after a pause."""
    row.note = why
    if not _has_model(desk):
        row.next_at = desk.now + REST
        return "template"
    row.tries += 1
    pause = PAUSES[min(row.tries, len(PAUSES)) - 1]
    row.next_at = desk.now + pause if row.tries < MOST_TRIES else None
    return "template"


def _has_model(desk: Desk) -> bool:
    """Whether a model is set up here and the practice lets facts leave for it."""
    return desk.options.claude_consent and desk.container.settings.ai_engine == LEADS
