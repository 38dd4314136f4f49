"""Hearing what patients answered: a reminder is confirmed, or its visit flagged for a change."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.conversations import Conversation
from db.messages import Message
from db.reminder_answers import ReminderAnswers
from db.reminders import ANSWERABLE, Reminder, ReminderKind, Reminders, ReminderState
from db.vault import Unreadable
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.ports import Author
from services.workflows.reminders.closing import close_if_bare
from services.workflows.reminders.hearing import Heard, hear

ANSWERS_WITHIN = timedelta(hours=72)  # in a new thread; in the reminder's own, at any time


@dataclass(frozen=True)
class Answered:
    """Words not read yet that may answer a reminder: in which conversation, up to which message."""

    reminder_id: UUID
    conversation_id: UUID


def listen(container: Container, actor: Actor) -> Counter[str]:
    """Read new answers to reminders that were sent. Safe to repeat; returns counts."""
    with looking(container, actor) as desk:
        found = _unread(desk, desk.open(Reminders).answerable())
    counts: Counter[str] = Counter()
    for answered in found:
        counts[_hear(container, actor, answered)] += 1
    return counts


def _unread(desk: Desk, reminders: Sequence[Reminder]) -> list[Answered]:
    """Who has written since, found without opening a message."""
    where = _threads(desk, reminders) | _elsewhere(desk, reminders)
    threads = desk.open(ReminderAnswers).current({id for _, id in where})
    rows = {reminder.id: reminder for reminder in reminders}
    return [
        Answered(reminder_id, conversation_id)
        for reminder_id, conversation_id in sorted(where)
        if _new(rows[reminder_id], threads.get(conversation_id, ()))
    ]


def _threads(desk: Desk, reminders: Sequence[Reminder]) -> set[tuple[UUID, UUID]]:
    by_message = {reminder.portal_id: reminder.id for reminder in reminders if reminder.portal_id}
    threads = desk.open(ReminderAnswers).threads(by_message)
    return {(by_message[message], conversation) for message, conversation in threads.items()}


def _elsewhere(desk: Desk, reminders: Sequence[Reminder]) -> set[tuple[UUID, UUID]]:
    """New threads soon after a reminder, of patients of whom only one visit can be meant."""
    newest = _only_visit(reminders)
    moments = [reminder.sent_at for reminder in newest.values() if reminder.sent_at]
    if not moments:
        return set()
    begun = desk.open(ReminderAnswers).begun(newest, min(moments))
    return {
        (reminder.id, conversation.id)
        for conversation in begun
        if _soon_after(reminder := newest[conversation.patient_id], conversation)
    }


def _only_visit(reminders: Iterable[Reminder]) -> dict[UUID, Reminder]:
    """The reminder sent last, of each patient who was reminded of one visit alone."""
    newest: dict[UUID, Reminder] = {}
    visits: dict[UUID, set[UUID]] = {}
    for reminder in reminders:  # in the order they were sent
        newest[reminder.patient_id] = reminder
        visits.setdefault(reminder.patient_id, set()).add(reminder.visit_id)
    return {id: reminder for id, reminder in newest.items() if len(visits[id]) == 1}


def _soon_after(reminder: Reminder, conversation: Conversation) -> bool:
    sent = reminder.sent_at
    return sent is not None and sent <= conversation.first_at <= sent + ANSWERS_WITHIN


def _new(reminder: Reminder, thread: Sequence[Message]) -> list[Message]:
    """The patient's words that were not looked at, in a thread in which only we spoke before."""
    if not _is_about_it(reminder, thread):
        return []
    theirs = [m for m in thread if m.author != Author.PRACTICE and not m.withdrawn]
    return [m for m in theirs if reminder.read_to is None or m.id > reminder.read_to]


def _is_about_it(reminder: Reminder, thread: Sequence[Message]) -> bool:
    """``Yes`` answers whatever the practice asked last, so nothing but the reminder may stand there."""
    ours = [message for message in thread if message.author == Author.PRACTICE]
    return all(message.portal_id == reminder.portal_id for message in ours)


def _hear(container: Container, actor: Actor, answered: Answered) -> str:
    with working(container, actor) as desk:
        reminder = desk.open(Reminders).locked(answered.reminder_id)
        if reminder is None or not reminder.is_open or reminder.state not in ANSWERABLE:
            return "overtaken"
        threads = desk.open(ReminderAnswers).current([answered.conversation_id])
        new = _new(reminder, threads.get(answered.conversation_id, ()))
        if not new:
            return "overtaken"
        heard = {message.id: _said(desk, reminder, message) for message in new}
        reminder.read_to = max(heard)
        _take_to_heart(desk, reminder, answered, new, heard)
        if all(one.bare for one in heard.values()):
            close_if_bare(desk, answered.conversation_id, {m.id for m in new})
        return _counted(heard)


def _said(desk: Desk, reminder: Reminder, message: Message) -> Heard:
    try:
        heard = hear(desk.vault.read(message, "body").text)
    except Unreadable:
        return Heard()
    # "Yes" to "please fill in your form" is a promise about the form.
    about_form = reminder.kind is ReminderKind.FORM and heard.says is ReminderState.CONFIRMED
    return Heard() if about_form else heard


def _take_to_heart(
    desk: Desk, reminder: Reminder, answered: Answered, new: Sequence[Message],
    heard: Mapping[UUID, Heard],
) -> None:  # fmt: skip
    """The last clear word counts; without one nothing changes."""
    for message in reversed(new):
        says = heard[message.id].says
        if says is None:
            continue
        reminder.state, reminder.answered_at = says, message.received_at
        reminder.answered_in, reminder.version = answered.conversation_id, reminder.version + 1
        desk.record(f"reminders.{_word(says)}", reminder.ref, sources=message.ref)
        return


def _word(says: ReminderState) -> str:
    return "confirmed" if says is ReminderState.CONFIRMED else "change_asked"


def _counted(heard: Mapping[UUID, Heard]) -> str:
    clear = [one.says for one in heard.values() if one.says]
    return _word(clear[-1]) if clear else "unclear"
