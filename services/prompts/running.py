"""The job behind a replay: one message at a time, asked outside any transaction and never twice."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.conversations import Conversations
from db.messages import Messages
from db.patients import Patients
from db.practices import Practice
from db.prompt_replays import ItemState, PromptReplay, PromptReplays, ReplayItem, ReplayItems
from db.prompt_replays import ReplayState as State
from db.prompt_versions import PromptVersions
from db.vault import Unreadable
from services import rollout
from services.ai import Answer, Assistant, Facts, Prompt
from services.ai.minimum import KeptInside
from services.ai.port import Withheld
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Unreachable, Unsure
from services.options import options_of
from services.prompts.books import book
from services.prompts.comparing import verdict
from services.workflows.inbox.answer import Triage
from services.workflows.inbox.facts import gather
from services.workflows.inbox.propose import LONGEST_FOR_A_MODEL, under_the_floor
from services.workflows.inbox.standing import answered_last

JOB = "prompts.replay"
LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)
TRIES = 3  # while Claude is busy or away; each is a minute apart
AT_A_TIME = timedelta(seconds=5)  # then the job says on its board what it did
LOST = "The worker stopped while this was asked, and the answer is lost."
GONE = "Its text was destroyed meanwhile, or cannot be opened."
STOPPED = "AI suggestions are stopped, or the inbox is off."
OTHER_TEXT = "An update changed the fixed part of these instructions. Please replay them anew."


@dataclass(frozen=True)
class Asked:
    """One question of a replay on its way."""

    replay_id: UUID
    item_id: UUID
    prompt: Prompt
    facts: Facts


def run(container: Container, practice: Practice, model: Assistant | None) -> Counter[str]:
    """Ask a few messages of the replay that is under way; whatever kills this loses none twice."""
    actor = Actor.job(practice.id, JOB)
    counts: Counter[str] = Counter()
    until = time.monotonic() + AT_A_TIME.total_seconds()
    while time.monotonic() < until:
        asked = _next(container, actor, practice, model)
        if asked is None or model is None:
            break
        counts[_keep(container, actor, asked, _ask(model, asked))] += 1
    return counts


def _next(
    container: Container, actor: Actor, practice: Practice, model: Assistant | None
) -> Asked | None:
    """The next question, marked as asked before it leaves; ``None`` while there is none."""
    with working(container, actor) as desk:
        running = desk.open(PromptReplays).running()
        replay = desk.open(PromptReplays).locked(running.id) if running else None
        if replay is None or replay.state is not State.RUNNING or _rests(desk, replay):
            return None
        if why := _why_not(desk, model):
            _pause(desk, replay, why)
            return None
        prompt = _prompt(desk, replay)
        if prompt is None:
            replay.state, replay.ended_at, replay.why = State.STOPPED, desk.now, OTHER_TEXT
            return None
        desk.open(ReplayItems).give_up_asked(replay.id, desk.now, LOST)
        return _claimed(desk, practice, replay, prompt)


def _claimed(desk: Desk, practice: Practice, replay: PromptReplay, prompt: Prompt) -> Asked | None:
    items = desk.open(ReplayItems)
    while item := items.claim(replay.id, desk.now + LEASE):
        try:
            facts = _facts(desk, practice, item)
        except Unreadable:
            item.state, item.lease, item.why = ItemState.FAILED, None, GONE
            desk.session.flush()
            continue
        desk.record(
            "prompts.replayed", f"conversation/{item.conversation_id}", sources=replay.ref,
            prompt_digest=prompt.digest,
        )  # fmt: skip
        return Asked(replay.id, item.id, prompt, facts)
    _finish(desk, replay)
    return None


def _facts(desk: Desk, practice: Practice, item: ReplayItem) -> Facts:
    conversation = desk.open(Conversations).get(item.conversation_id)
    patient = desk.open(Patients).get(conversation.patient_id)
    thread = desk.open(Messages).of_many([conversation.id])
    said = "\n\n".join(desk.vault.read(one, "body").text for one in answered_last(thread))
    subject = desk.vault.read(conversation, "subject").text
    text = said[:LONGEST_FOR_A_MODEL]
    return gather(desk, practice, options_of(practice), conversation, patient, text, subject)


def _ask(model: Assistant, asked: Asked) -> Answer[Triage] | Unsure | Unreachable:
    try:
        return model.ask(asked.prompt, asked.facts, into=Triage)
    except (Unsure, Unreachable) as failure:
        return failure


def _keep(
    container: Container, actor: Actor, asked: Asked, reply: Answer[Triage] | Unsure | Unreachable
) -> str:
    with working(container, actor) as desk:
        replay = desk.open(PromptReplays).locked(asked.replay_id)
        item = desk.open(ReplayItems).locked(asked.item_id)
        if replay is None or item is None or item.state is not ItemState.ASKED:
            return "overtaken"
        item.lease = None
        if isinstance(reply, Answer):
            return _answered(desk, asked, item, reply)
        if isinstance(reply, Unreachable):
            return _away(desk, replay, item, reply)
        inside = isinstance(reply, KeptInside)
        item.state, item.why = ItemState.INSIDE if inside else ItemState.FAILED, str(reply)
        return str(item.state)


def _answered(desk: Desk, asked: Asked, item: ReplayItem, answer: Answer[Triage]) -> str:
    value = under_the_floor(asked.facts, answer.value, desk.options)
    item.state, item.why = ItemState.DONE, ""
    item.category, item.urgency = str(value.category), str(value.urgency)
    item.has_draft = value.draft is not None
    item.microdollars = answer.usage.microdollars
    item.took_ms = int(answer.took.total_seconds() * 1000)
    try:
        desk.vault.seal_into(item, answer=value.model_dump_json())
    except Unreadable:  # its key was destroyed while the answer was on its way
        item.answer = None
    return "answered"


def _away(desk: Desk, replay: PromptReplay, item: ReplayItem, trouble: Unreachable) -> str:
    """Nobody answered: wait, and ask again a few times; what was never asked has lost no try."""
    _pause(desk, replay, str(trouble), trouble.retry_after or PAUSE)
    if isinstance(trouble, Withheld):
        item.tries -= 1
    gave_up = item.tries >= TRIES
    item.state = ItemState.FAILED if gave_up else ItemState.WAITING
    item.why = str(trouble) if gave_up else ""
    return "failed" if gave_up else "put back"


def _pause(desk: Desk, replay: PromptReplay, why: str, length: timedelta = PAUSE) -> None:
    if replay.state is State.RUNNING:
        replay.why, replay.next_at = why, desk.now + length


def _rests(desk: Desk, replay: PromptReplay) -> bool:
    if replay.next_at is not None and replay.next_at > desk.now:
        return True
    replay.next_at, replay.why = None, ""
    return False


def _why_not(desk: Desk, model: Assistant | None) -> str:
    if model is None:
        return "No model is set up here any more."
    return "" if rollout.gate(desk, "inbox").suggests_somewhere() else STOPPED


def _prompt(desk: Desk, replay: PromptReplay) -> Prompt | None:
    version = desk.open(PromptVersions).numbered(replay.workflow, replay.number)
    prompt = book(replay.workflow).prompt.with_own(version.text) if version else None
    return prompt if prompt and prompt.digest == replay.digest else None


def _finish(desk: Desk, replay: PromptReplay) -> None:
    items = desk.open(ReplayItems)
    if items.counts(replay.id).get(ItemState.ASKED):
        return  # another worker's question is on its way
    replay.state, replay.ended_at = State.FINISHED, desk.now
    found = verdict(items.of(replay.id))
    how = f"{found.answered} of {found.total} answered, {found.extra} extra urgent misses"
    desk.record("prompts.replay_finished", replay.ref, reason=how)
