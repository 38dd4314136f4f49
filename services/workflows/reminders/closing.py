"""Closing the inbox conversation of a bare yes, and of nothing else."""

import json
from collections.abc import Collection
from uuid import UUID

from db.conversations import Conversation, Conversations, State, Triage, Turn
from db.messages import Message
from db.reminder_answers import ReminderAnswers
from db.vocabulary import Urgency
from services import suggestions
from services.desk import Desk
from services.ehr.ports import Author

CLOSED_AS = "visit confirmed"


def close_if_bare(desk: Desk, conversation_id: UUID, bare: Collection[UUID]) -> None:
    """Close it if the patient's messages in it are those of *bare*, without files or alarm words.

    Somebody who holds it, or a red flag, keeps it open.
    """
    conversation = desk.open(Conversations).locked(conversation_id)
    thread = desk.open(ReminderAnswers).current([conversation_id]).get(conversation_id, [])
    theirs = [m for m in thread if m.author != Author.PRACTICE and not m.withdrawn]
    if conversation is None or not _is_untouched(conversation):
        return
    if any(m.id not in bare or _has_files(desk, m) for m in theirs):
        return
    conversation.state, conversation.closed_at = State.CLOSED, desk.now
    conversation.closed_as, conversation.turn = CLOSED_AS, Turn.NOBODY
    conversation.triage, conversation.triage_lease = Triage.DONE, None
    conversation.snoozed_until = None
    conversation.version += 1
    suggestions.discard(desk, conversation.id)
    desk.record("inbox.visit_confirmed", conversation.ref)


def _is_untouched(conversation: Conversation) -> bool:
    calm = conversation.floor is Urgency.ROUTINE and not conversation.suspicious
    return conversation.is_open and conversation.assigned_to is None and calm


def _has_files(desk: Desk, message: Message) -> bool:
    return bool(json.loads(desk.vault.read(message, "attachments").text or "[]"))
