"""A replay begun, stopped and taken up again by a person; the job in ``running.py`` does the asking."""

from collections.abc import Sequence
from uuid import UUID

from db.conversations import Conversation
from db.prompt_replays import (
    PastConversations,
    PastSuggestions,
    PromptReplay,
    PromptReplays,
    ReplayItem,
    ReplayItems,
    ReplayState,
)
from db.prompt_versions import PromptVersions
from db.suggestions import Suggestion
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.prompts.books import NO_DECISIONS, Book, book
from services.prompts.estimating import SIZES, estimated
from services.prompts.live import live
from services.prompts.readiness import BUILT_IN
from services.purse import ENGINE

NO_CONSENT = (
    "The practice has not allowed messages to be sent to a model. An administrator decides that "
    "on the page Practice, under AI."
)


@managed("prompts.replay", "Replay past messages")
def start(desk: Desk, key: str, number: int, size: int) -> Deed[UUID]:
    """Put the last messages that people dealt with to this version; nothing is shown or sent.

    Raises ``Invalid`` where there is nothing to compare with or nobody to ask, and while another
    replay is running.
    """
    shipped = book(key)
    version = desk.open(PromptVersions).numbered(key, number)
    if version is None or size not in SIZES:
        raise Invalid("There is no such version, or no such number of messages.")
    _require_a_model(desk, shipped)
    if desk.open(PromptReplays).running():
        raise Invalid("A replay is running. Please wait for it or stop it first.")
    past = desk.open(PastConversations).decided(size)
    if not past:
        raise Invalid("Nobody has dealt with a message yet that could be replayed.")
    against = live(desk, shipped.prompt).digest
    replay = desk.open(PromptReplays).add(
        PromptReplay(
            practice_id=desk.practice_id, created_at=desk.now, workflow=key, number=number,
            digest=shipped.prompt.with_own(version.text).digest, live_digest=against,
            staff_id=desk.actor.staff_id, estimated=estimated(desk, shipped, size).microdollars,
        )
    )  # fmt: skip
    then = desk.open(PastSuggestions).made_by(against, ENGINE, [one.id for one in past])
    for place, conversation in enumerate(_urgent_first(past)):
        item = _item(desk, replay.id, place, conversation, then.get(conversation.id))
        desk.open(ReplayItems).add(item)
    how = f"version {number} ({replay.digest}) beside {against}: {len(past)} messages"
    return Deed(replay.ref, how, replay.id)


@managed("prompts.stop_replay", "Stop")
def stop(desk: Desk, id: UUID) -> Deed[None]:
    """Ask no further message; what was answered stays. Raises ``Stale`` when it has ended."""
    replay = _taken(desk, id, ReplayState.RUNNING)
    replay.state, replay.ended_at = ReplayState.STOPPED, desk.now
    replay.next_at, replay.why = None, ""
    return Deed(replay.ref, "running -> stopped", None)


@managed("prompts.resume_replay", "Go on")
def resume(desk: Desk, id: UUID) -> Deed[int]:
    """Ask what was not asked yet, and once more what had no answer. Raises ``Stale`` or ``Invalid``."""
    replay = desk.open(PromptReplays).locked(id)
    if replay is None or replay.state is ReplayState.RUNNING or desk.open(PromptReplays).running():
        raise Stale("This or another replay is running already.")
    _require_a_model(desk, book(replay.workflow))
    before, again = replay.state, desk.open(ReplayItems).put_back_failed(id)
    replay.state, replay.ended_at = ReplayState.RUNNING, None
    replay.next_at, replay.why = None, ""
    return Deed(replay.ref, f"{before} -> running, {again} once more", again)


def _taken(desk: Desk, id: UUID, state: ReplayState) -> PromptReplay:
    replay = desk.open(PromptReplays).locked(id)
    if replay is None or replay.state is not state:
        raise Stale("This replay has ended already.")
    return replay


def _require_a_model(desk: Desk, shipped: Book) -> None:
    if not shipped.compares:
        raise Invalid(NO_DECISIONS)
    if desk.container.settings.ai_engine != ENGINE:
        raise Invalid(BUILT_IN)
    if not desk.options.claude_consent:
        raise Invalid(NO_CONSENT)


def _urgent_first(past: Sequence[Conversation]) -> Sequence[Conversation]:
    """Whoever stops early has seen what matters most."""
    return sorted(past, key=lambda one: one.urgency_rank)


def _item(
    desk: Desk, replay_id: UUID, place: int, conversation: Conversation, then: Suggestion | None
) -> ReplayItem:
    return ReplayItem(
        practice_id=desk.practice_id, replay_id=replay_id, conversation_id=conversation.id,
        key_id=conversation.key_id, place=place, decided_category=str(conversation.category),
        decided_urgency=str(conversation.urgency),
        live_category=then.category if then else "", live_urgency=then.urgency if then else "",
        suggestion_id=then.id if then else None,
    )  # fmt: skip
