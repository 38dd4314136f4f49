"""Taking back the last action within its seconds, as long as nothing has left the building."""

from datetime import datetime
from typing import Any
from uuid import UUID

from db.conversations import Conversation, State, Turn
from db.deliveries import Deliveries
from db.undo import Undo, Undos
from db.vocabulary import Category, Urgency
from services import suggestions
from services.actions import MOMENTS, action
from services.desk import Desk
from services.errors import Stale

CLOSING = ("state", "turn", "closed_at", "closed_as")
WORDS = {"state": State, "turn": Turn, "category": Category, "urgency": Urgency}


@action("inbox.undo", "Undo")
def undo(desk: Desk, conversation: Conversation) -> None:
    """Take your last action back; a reply can be taken back until it leaves."""
    kept = desk.open(Undos).of(conversation.id)
    if kept is None or kept.staff_id != desk.actor.staff_id or kept.until < desk.now:
        raise Stale("It is too late to undo this.")
    if conversation.last_verb != kept.verb:
        raise Stale("Something else has happened since; it cannot be undone.")
    _call_back(desk, conversation)
    _restore(conversation, kept)
    desk.session.delete(kept)


def _call_back(desk: Desk, conversation: Conversation) -> None:
    if conversation.last_verb not in (
        "inbox.send_reply",
        "inbox.send_and_route",
        "inbox.apply_macro",
        "inbox.copy_done",
    ):
        suggestions.reopen(desk, conversation.id)
        return
    deliveries = desk.open(Deliveries)
    for delivery in deliveries.of(conversation.id):
        if delivery.created_at != conversation.answered_at:
            continue
        if not deliveries.cancel(delivery.id, desk.now):
            raise Stale("The reply has already left; it cannot be taken back.")
        desk.record("delivery.cancelled", delivery.ref, sources=conversation.ref)
    suggestions.reopen(desk, conversation.id)


def _restore(conversation: Conversation, kept: Undo) -> None:
    # What the patient did meanwhile stands: a message taken back, words that raise an alarm.
    withdrawn = conversation.state is State.WITHDRAWN
    for name, value in kept.before.items():
        if not (withdrawn and name in CLOSING):
            setattr(conversation, name, _typed(name, value))
    if kept.verb == "inbox.lower_urgency":
        levels = [Urgency(flag["level"]) for flag in conversation.flags]
        conversation.floor = min(levels, key=lambda level: level.rank, default=Urgency.ROUTINE)
    conversation.set_urgency(conversation.urgency)


def _typed(name: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    if name in WORDS:
        return WORDS[name](value)
    if name in MOMENTS:
        return datetime.fromisoformat(value)
    return UUID(value) if name == "assigned_to" else value
