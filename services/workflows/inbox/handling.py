"""Actions that move a conversation without answering it."""

from datetime import datetime
from uuid import UUID

from db.conversations import Conversation, State, Turn
from db.notes import Note, Notes
from db.staff import StaffList
from db.vocabulary import Category, Role, Urgency
from services import merges, suggestions
from services.actions import action
from services.desk import Desk
from services.errors import Invalid, Stale
from services.workflows.inbox.sending import recategorise_as
from services.workflows.inbox.standing import due


@action("inbox.take", "Take", undoable=True)
def take(desk: Desk, conversation: Conversation) -> None:
    """Make this conversation yours."""
    conversation.assigned_to = desk.actor.staff_id


@action("inbox.release", "Release", undoable=True)
def release(desk: Desk, conversation: Conversation) -> None:
    """Give this conversation back to its pool."""
    conversation.assigned_to = None


@action("inbox.assign", "Assign", undoable=True)
def assign(desk: Desk, conversation: Conversation, to: UUID) -> None:
    """Give this conversation to a colleague."""
    person = desk.open(StaffList).get(to)
    if not person.is_active:
        raise Invalid(f"{person.name} no longer works here.")
    conversation.assigned_to = to


@action("inbox.route", "Route", undoable=True)
def route(desk: Desk, conversation: Conversation, pool: str) -> None:
    """Pass this conversation to another pool."""
    if pool not in desk.options.pools:
        raise Invalid("There is no such pool.")
    conversation.pool, conversation.assigned_to = pool, None


@action("inbox.escalate", "Escalate to clinician", undoable=True)
def escalate(desk: Desk, conversation: Conversation) -> None:
    """Put this in front of a clinician today, at the top of the nurses' pool."""
    _require_open(conversation)
    conversation.pool = "providers" if desk.actor.role is Role.NURSE else "nurses"
    conversation.assigned_to = None
    conversation.state, conversation.snoozed_until = State.OPEN, None
    raised = Urgency.URGENT if conversation.urgency is Urgency.TODAY else Urgency.TODAY
    conversation.set_urgency(raised.at_least(conversation.urgency))
    conversation.due_at = due(conversation, desk.options)


@action("inbox.snooze", "Snooze", undoable=True)
def snooze(desk: Desk, conversation: Conversation, until: datetime) -> None:
    """Hide this until the time you choose; a thank-you does not wake it, a symptom does."""
    _require_open(conversation)
    if until <= desk.now:
        raise Invalid("Choose a time in the future.")
    if conversation.urgency_rank <= Urgency.URGENT.rank:
        raise Invalid("An urgent conversation cannot be snoozed. Answer, assign or escalate it.")
    conversation.state, conversation.snoozed_until = State.SNOOZED, until


@action("inbox.unsnooze", "Wake", undoable=True)
def unsnooze(desk: Desk, conversation: Conversation) -> None:
    """Bring this back to the queue now."""
    conversation.state, conversation.snoozed_until = State.OPEN, None


@action("inbox.no_reply", "No reply needed", undoable=True)
def no_reply(desk: Desk, conversation: Conversation) -> None:
    """Close this without a reply."""
    _require_open(conversation)
    suggestions.discard(desk, conversation.id)
    conversation.state, conversation.closed_as = State.CLOSED, "no reply needed"
    conversation.closed_at, conversation.turn = desk.now, Turn.NOBODY
    conversation.snoozed_until = None


@action("inbox.reopen", "Reopen")
def reopen(desk: Desk, conversation: Conversation) -> None:
    """Bring a closed conversation back to the queue."""
    if conversation.is_open:
        raise Stale("This conversation is open already.")
    if conversation.state is State.WITHDRAWN:
        raise Invalid("The patient withdrew this message; there is nothing to answer.")
    conversation.state, conversation.closed_at, conversation.closed_as = State.OPEN, None, ""
    conversation.turn = Turn.PRACTICE
    merges.follow(desk, conversation)


@action("inbox.recategorise", "Recategorise", undoable=True)
def recategorise(
    desk: Desk, conversation: Conversation, category: Category, reason: str = ""
) -> None:
    """Correct the category; the correction is kept as an example to learn from."""
    recategorise_as(desk, conversation, category, reason)
    conversation.pool = desk.options.routes.get(category, conversation.pool)


@action("inbox.raise_urgency", "Raise urgency", undoable=True)
def raise_urgency(desk: Desk, conversation: Conversation, urgency: Urgency) -> None:
    """Move this up the queue."""
    conversation.set_urgency(urgency.at_least(conversation.urgency))
    conversation.due_at = due(conversation, desk.options)


@action("inbox.lower_urgency", "Lower urgency", undoable=True)
def lower_urgency(desk: Desk, conversation: Conversation, urgency: Urgency, reason: str) -> None:
    """A clinician has read it and it can wait; the reason is kept."""
    if not reason.strip():
        raise Invalid("Please say why this can wait.")
    conversation.floor, conversation.sorted_by = Urgency.ROUTINE, "staff"
    conversation.set_urgency(urgency)
    conversation.due_at = due(conversation, desk.options)


@action("inbox.note", "Add note")
def note(
    desk: Desk, conversation: Conversation, text: str, mentions: tuple[UUID, ...] = ()
) -> None:
    """Leave a note for colleagues; the patient never sees it.

    Raises ``Invalid`` for an empty note and for a mention of somebody who is not here.
    """
    if not text.strip() or desk.actor.staff_id is None:
        raise Invalid("The note is empty.")
    if not desk.open(StaffList).names().keys() >= set(mentions):
        raise Invalid("Somebody mentioned in the note does not work here.")
    written = Note(
        practice_id=desk.practice_id,
        conversation_id=conversation.id,
        key_id=conversation.key_id,
        staff_id=desk.actor.staff_id,
        mentions=[str(person) for person in mentions],
    )
    desk.vault.seal_into(written, text=text.strip())
    desk.open(Notes).add(written)


def _require_open(conversation: Conversation) -> None:
    if not conversation.is_open:
        raise Stale("This conversation is already closed.")
