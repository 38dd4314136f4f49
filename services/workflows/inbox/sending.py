"""Actions that answer the patient: send, send and route, macro, and answering in eCW by hand."""

from datetime import timedelta

from db.conversations import Conversation, State, Turn
from db.corrections import Correction, Corrections
from db.drafts import Drafts
from db.patients import Patients
from db.replies import Macro
from db.vocabulary import Category
from services import outbox, suggestions
from services.actions import action
from services.desk import Desk
from services.errors import Invalid
from services.workflows.inbox.claims import drafted_text, require_confirmed


@action("inbox.send_reply", "Send", undoable=True, needs_shown=True)
def send_reply(
    desk: Desk, conversation: Conversation, text: str, confirmed: frozenset[str] = frozenset()
) -> None:
    """Send this reply through healow and close the conversation; you can undo it for 15 seconds.

    *confirmed* are the statements in the reply that the chart does not support and that the
    person ticked. Raises ``Invalid`` for an unticked one, or a contact that is not the practice's.
    """
    _answer(desk, conversation, text, confirmed)


@action("inbox.send_and_route", "Send and route", undoable=True, needs_shown=True)
def send_and_route(
    desk: Desk, conversation: Conversation, text: str, pool: str,
    confirmed: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Send this reply and pass the conversation on for sign-off, in one step."""
    _answer(desk, conversation, text, confirmed)
    conversation.state, conversation.closed_at, conversation.closed_as = State.OPEN, None, ""
    conversation.turn, conversation.needs_reply = Turn.PRACTICE, False
    conversation.pool, conversation.assigned_to = pool, None


@action("inbox.apply_macro", "Apply macro", undoable=True, needs_shown=True)
def apply_macro(
    desk: Desk, conversation: Conversation, macro: Macro, text: str,
    confirmed: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Do everything the macro says: reply, recategorise, route, close or snooze."""
    if macro.template_key:
        _answer(desk, conversation, text, confirmed)
    if macro.category:
        recategorise_as(desk, conversation, Category(macro.category), f"macro {macro.label}")
    if macro.pool:
        conversation.pool, conversation.assigned_to = macro.pool, None
    if macro.snooze_hours:
        conversation.state = State.SNOOZED
        conversation.snoozed_until = desk.now + timedelta(hours=macro.snooze_hours)
    elif not macro.close:
        conversation.state, conversation.closed_at = State.OPEN, None


@action("inbox.copy_done", "Done in eCW", undoable=True, needs_shown=True)
def copy_done(desk: Desk, conversation: Conversation, text: str) -> None:
    """You answered in eCW by hand: close it here; the next sync checks that eCW shows it."""
    drafted = drafted_text(desk, conversation)
    suggestions.settle(desk, conversation.id, drafted, text)
    patient = desk.open(Patients).get(conversation.patient_id)
    outbox.expect_copy(desk, conversation, patient, text)
    desk.open(Drafts).drop(conversation.id)
    conversation.answered_at = desk.now
    _close(desk, conversation, "answered in eCW by hand")


def _answer(desk: Desk, conversation: Conversation, text: str, confirmed: frozenset[str]) -> None:
    if not conversation.is_open:
        raise Invalid("This conversation is closed. Reopen it to write again.")
    require_confirmed(desk, conversation, text, confirmed)
    patient = desk.open(Patients).get(conversation.patient_id)
    drafted = drafted_text(desk, conversation)
    suggestion = suggestions.settle(desk, conversation.id, drafted, text)
    outbox.promise_reply(
        desk, conversation, patient, text, suggestion_id=suggestion.id if suggestion else None
    )
    desk.open(Drafts).drop(conversation.id)
    conversation.answered_at = desk.now
    _close(desk, conversation, "answered")


def _close(desk: Desk, conversation: Conversation, how: str) -> None:
    conversation.state, conversation.closed_as = State.CLOSED, how
    conversation.closed_at, conversation.turn = desk.now, Turn.PATIENT
    conversation.snoozed_until, conversation.trouble = None, ""


def recategorise_as(
    desk: Desk, conversation: Conversation, category: Category, reason: str
) -> None:
    """Change the category and keep the correction as a labelled example."""
    staff_id = desk.actor.staff_id
    if staff_id is None or conversation.category is category:
        return
    desk.open(Corrections).add(
        Correction(
            practice_id=desk.practice_id,
            conversation_id=conversation.id,
            field="category",
            old=str(conversation.category or ""),
            new=str(category),
            reason=reason,
            confidence=conversation.confidence,
            staff_id=staff_id,
        )
    )
    conversation.category, conversation.sorted_by = category, "staff"
