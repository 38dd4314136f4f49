"""Sort waiting conversations and draft replies: ask outside any transaction, keep inside one."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from db.conversations import Conversation, Conversations, State, Triage
from db.messages import Message, Messages
from db.patients import Patient, Patients
from db.practices import Practice
from db.suggestions import Suggestion, Suggestions
from db.vault import Unreadable
from db.vocabulary import Category, Stage, Urgency
from services import rollout
from services.actions import places_of
from services.ai import Answer, Assistant, Facts, Prompt
from services.ai.injection import possible_injection
from services.ai.redflags import assess_for
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import Unreachable, Unsure
from services.options import PracticeOptions, options_of
from services.prompts.live import live
from services.rollout import Gate
from services.workflows.inbox.answer import Triage as TriageAnswer
from services.workflows.inbox.answer import floored
from services.workflows.inbox.facts import gather
from services.workflows.inbox.replies import draft
from services.workflows.inbox.standing import due, unanswered

log = logging.getLogger(__name__)
PROMPT = Prompt.beside(__file__)
LEASE = timedelta(minutes=2)
TOGETHER = timedelta(seconds=1)  # answers that come this close together are kept in one go
TRY_AGAIN = timedelta(minutes=5)
NOT_ASKED = Unreachable("Engines are switched off.")
LONGEST_FOR_A_MODEL = 8_000  # characters of the patient's words; staff always see all of them


@dataclass(frozen=True)
class Question:
    """What to ask about one conversation, as it was when it was claimed."""

    conversation_id: UUID
    version: int
    content_hash: str
    facts: Facts
    prompt: Prompt = PROMPT


Reply = Answer[TriageAnswer] | Unsure | Unreachable


@dataclass(frozen=True)
class Sorted:
    """What a batch came to, in numbers."""

    sorted: int = 0
    failed: int = 0
    overtaken: int = 0


def sort_batch(
    container: Container, practice: Practice, assistant: Assistant, size: int = 50
) -> Sorted:
    """Claim, ask and keep one batch, most urgent first. Safe with any number of workers."""
    actor = Actor.job(practice.id, "inbox.triage")
    options = options_of(practice)
    questions = deque(_claim(container, actor, practice, options, size))
    counts = {"sorted": 0, "failed": 0, "overtaken": 0}
    while questions:
        answered = _answered(container, actor, assistant, questions)
        with working(container, actor) as desk:
            for ending in _keep_all(desk, answered, options):
                counts[ending] += 1
    return Sorted(**counts)


def _answered(
    container: Container, actor: Actor, assistant: Assistant, questions: deque[Question]
) -> list[tuple[Question, Reply]]:
    """Ask as many as can be answered within ``TOGETHER``, at least one."""
    answered: list[tuple[Question, Reply]] = []
    until = time.monotonic() + TOGETHER.total_seconds()
    while questions and (not answered or time.monotonic() < until):
        question = questions.popleft()
        reply = _ask(assistant, question) if _may_ask(container, actor) else NOT_ASKED
        answered.append((question, reply))
    return answered


def _claim(
    container: Container, actor: Actor, practice: Practice, options: PracticeOptions, size: int
) -> list[Question]:
    with working(container, actor) as desk:
        gate = rollout.gate(desk, "inbox")
        claimed = desk.open(Conversations).claim_untriaged(desk.now, desk.now + LEASE, size)
        asked = [c for c in claimed if gate.suggests(places_of(c))]
        threads, patients = _around(desk, asked)
        prompt = live(desk, PROMPT) if asked else PROMPT
        questions = [
            _question(desk, practice, options, prompt, c, threads[c.id], patients[c.patient_id])
            for c in asked
        ]
        return [question for question in questions if question]


def _around(
    desk: Desk, asked: Sequence[Conversation]
) -> tuple[dict[UUID, list[Message]], dict[UUID, Patient]]:
    """The messages and patients of many conversations, with their keys, in few questions."""
    found = desk.open(Patients).get_many(list({c.patient_id for c in asked}))
    with suppress(Unreadable):  # it is met again, one by one, where it concerns one question only
        desk.vault.preload([*(c.key_id for c in asked), *(p.key_id for p in found)])
    threads: dict[UUID, list[Message]] = {c.id: [] for c in asked}
    for message in desk.open(Messages).of_many(list(threads)):
        threads[message.conversation_id].append(message)
    return threads, {patient.id: patient for patient in found}


def _question(
    desk: Desk, practice: Practice, options: PracticeOptions, prompt: Prompt,
    conversation: Conversation, thread: Sequence[Message], patient: Patient,
) -> Question | None:  # fmt: skip
    """What to ask; nothing about a damaged record, which is left to people and stops no other."""
    try:
        text = _words(desk, thread)[:LONGEST_FOR_A_MODEL]
        subject = desk.vault.read(conversation, "subject").text
        facts = gather(desk, practice, options, conversation, patient, text, subject)
    except Unreadable:
        conversation.triage, conversation.triage_lease = Triage.FAILED, None
        return None
    desk.record("inbox.prompted", conversation.ref, prompt_digest=prompt.digest)
    shown = conversation.content_hash
    return Question(conversation.id, conversation.version, shown, facts, prompt)


def waiting_text(desk: Desk, conversation: Conversation) -> str:
    """The patient's unanswered words, oldest first."""
    return _words(desk, desk.open(Messages).of_many([conversation.id]))


def _words(desk: Desk, thread: Sequence[Message]) -> str:
    return "\n\n".join(desk.vault.read(m, "body").text for m in unanswered(thread))


def _may_ask(container: Container, actor: Actor) -> bool:
    # Asked before every single question: a kill switch must hold within seconds.
    with looking(container, actor) as desk:
        return rollout.gate(desk, "inbox").suggests_somewhere()


def _ask(assistant: Assistant, question: Question) -> Reply:
    # Both failures are shown on the item as "not categorised"; the red-flag floor stands.
    try:
        return assistant.ask(question.prompt, question.facts, into=TriageAnswer)
    except (Unsure, Unreachable) as failure:
        return failure
    except Exception:
        # One message an engine cannot cope with must not keep all others from being sorted.
        log.exception("an engine failed on one message")
        return Unsure("The engine failed on this message.")


def _keep_all(
    desk: Desk, answered: Sequence[tuple[Question, Reply]], options: PracticeOptions
) -> list[str]:
    """Keep what still holds. Returns how each ended."""
    gate = rollout.gate(desk, "inbox")
    rows = desk.open(Conversations).locked_many([q.conversation_id for q, _ in answered])
    with suppress(Unreadable):
        desk.vault.preload([row.key_id for row in rows.values()])
    kept = [
        _keep(desk, gate, rows.get(question.conversation_id), question, reply, options)
        for question, reply in answered
    ]
    new = [suggestion for _, suggestion in kept if suggestion]
    suggestions = desk.open(Suggestions)
    suggestions.supersede_many([suggestion["conversation_id"] for suggestion in new])
    suggestions.insert_many(new)
    return [ending for ending, _ in kept]


def _keep(
    desk: Desk, gate: Gate, conversation: Conversation | None, question: Question,
    answer: Reply, options: PracticeOptions,
) -> tuple[str, dict[str, Any] | None]:  # fmt: skip
    """How it ended, and the suggestion to keep if there is one."""
    if conversation is None:
        return "overtaken", None
    overtaken = conversation.content_hash != question.content_hash or not conversation.is_open
    if overtaken or not gate.suggests(places_of(conversation)):
        conversation.triage_lease = None
        return "overtaken", None
    if not isinstance(answer, Answer):
        # An engine that declined would decline again; one that was not there may come back.
        away = isinstance(answer, Unreachable)
        conversation.triage_lease = desk.now + TRY_AGAIN if away else None
        conversation.triage = Triage.FAILED
        return "failed", None
    answer = replace(answer, value=under_the_floor(question.facts, answer.value, options))
    shadow = gate.stage(places_of(conversation)) is Stage.SHADOW
    _apply(desk, conversation, question, answer.value, options, shadow)
    return "sorted", _suggestion(desk, conversation, question, answer, shadow)


def under_the_floor(facts: Facts, value: TriageAnswer, options: PracticeOptions) -> TriageAnswer:
    """The answer under the red-flag floor; an alarm the engine missed gets the reply for one."""
    raised = floored(value, assess_for(options.red_flags, facts.text, facts.subject))
    if raised.urgency is value.urgency or raised.urgency.rank > Urgency.URGENT.rank:
        return raised
    reply = draft(raised.category, raised.urgency, raised.language, facts)
    words = {"draft": reply.text, "used_facts": list(reply.used)} if reply else {"draft": None}
    return raised.model_copy(update=words)


def _suggestion(
    desk: Desk, conversation: Conversation, question: Question,
    answer: Answer[TriageAnswer], shadow: bool,
) -> dict[str, Any]:  # fmt: skip
    value = answer.value
    new = Suggestion.values(
        practice_id=desk.practice_id,
        conversation_id=conversation.id,
        key_id=conversation.key_id,
        engine=answer.engine,
        model=answer.model,
        prompt_digest=answer.prompt_digest,
        source_hash=question.content_hash,
        source_refs=conversation.ref,
        category=value.category,
        urgency=value.urgency,
        confidence=value.confidence,
        has_draft=value.draft is not None,
        shadow=shadow,
        tokens_in=answer.usage.tokens_in,
        tokens_out=answer.usage.tokens_out,
        tokens_cached=answer.usage.cached_in,
        microdollars=answer.usage.microdollars,
        took_ms=int(answer.took.total_seconds() * 1000),
    )
    new["answer"] = desk.vault.seal(
        "suggestion", "answer", new["id"], new["key_id"], value.model_dump_json()
    )
    desk.record(
        "inbox.suggested",
        conversation.ref,
        sources=f"suggestion/{new['id']}",
        prompt_digest=answer.prompt_digest,
        reason=f"{answer.engine} {answer.model}",
    )
    return new


def _apply(
    desk: Desk, conversation: Conversation, question: Question, value: TriageAnswer,
    options: PracticeOptions, shadow: bool,
) -> None:  # fmt: skip
    conversation.triage, conversation.triage_lease = Triage.DONE, None
    if shadow:
        return
    conversation.suspicious = possible_injection(question.facts.text)
    # A person's decision made in the meantime stands; an engine may only raise urgency.
    if conversation.sorted_by != "staff":
        _sort(conversation, value, options)
    else:
        conversation.set_urgency(value.urgency.at_least(conversation.urgency))
    _wake(conversation)
    conversation.due_at = due(conversation, options)


def _sort(conversation: Conversation, value: TriageAnswer, options: PracticeOptions) -> None:
    conversation.category, conversation.confidence = value.category, value.confidence
    conversation.needs_reply = value.needs_reply or conversation.floor.rank < Urgency.ROUTINE.rank
    conversation.sorted_by = "engine"
    conversation.set_urgency(value.urgency)
    if conversation.assigned_to is None and value.confidence >= options.low_confidence:
        conversation.pool = options.routes.get(Category(value.category), "front_desk")


def _wake(conversation: Conversation) -> None:
    # A "thank you" leaves a snoozed conversation asleep; anything that needs an answer wakes it.
    asleep = conversation.state is State.SNOOZED
    if asleep and conversation.needs_reply:
        conversation.state, conversation.snoozed_until = State.OPEN, None
