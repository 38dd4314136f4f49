"""What patients answer: yes is heard, a change is flagged, and the inbox keeps what is more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.conversations import Conversation, State
from db.reminders import ReminderState
from services.desk import Actor
from services.errors import Invalid
from services.workflows.inbox.sending import send_reply
from services.workflows.reminders import approving, skipping
from services.workflows.reminders.hearing import hear
from tests.services.workflows.conftest import seen
from tests.services.workflows.reminders.conftest import PATIENT, Reminding, shown


@pytest.fixture
def thread(reminding: Reminding, front_desk: Actor) -> str:
    """The thread of a reminder that a patient has."""
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.send()
    [line] = reminding.office.sandbox.control.ledger()
    return str(line["thread"])


def answer(reminding: Reminding, body: str, **fields: Any) -> Conversation:
    """The patient writes after all that was written, the inbox polls, and then the job runs."""
    sent = datetime.now(UTC) + timedelta(seconds=10)
    message = reminding.office.sandbox.control.receive(body, sent=sent.isoformat(), **fields)
    reminding.office.poll()
    reminding.poll()
    return reminding.office.conversation(thread=message["thread"]["id"])


@pytest.mark.parametrize("words", ["YES", "c", "Yes, thank you!", "Sí", "Sí, gracias.", "Confirmo"])
def test_a_bare_yes_confirms_the_visit_and_closes_its_conversation(
    reminding: Reminding, thread: str, words: str
) -> None:
    conversation = answer(reminding, words, thread=thread)
    assert reminding.only().state is ReminderState.CONFIRMED
    assert (conversation.state, conversation.closed_as) == (State.CLOSED, "visit confirmed")


def test_a_yes_with_a_question_confirms_and_stays_in_the_inbox(
    reminding: Reminding, thread: str
) -> None:
    conversation = answer(reminding, "Yes. Could I have my inhaler refilled?", thread=thread)
    assert reminding.only().state is ReminderState.CONFIRMED
    assert conversation.state is State.OPEN


@pytest.mark.parametrize("words", ["Cancel", "I can't make it", "No puedo ir", "CANCELAR"])
def test_a_patient_who_cannot_come_is_flagged_and_stays_in_the_inbox(
    reminding: Reminding, thread: str, words: str
) -> None:
    conversation = answer(reminding, words, thread=thread)
    assert reminding.only().state is ReminderState.CHANGE
    assert conversation.state is State.OPEN


@pytest.mark.parametrize(
    "words", ["Who is this?", "Yes but later please", "Maybe", "Ok, how much?"]
)
def test_what_is_unclear_changes_nothing(reminding: Reminding, thread: str, words: str) -> None:
    conversation = answer(reminding, words, thread=thread)
    assert reminding.only().state is ReminderState.SENT
    assert conversation.state is State.OPEN


def test_the_last_clear_word_counts(reminding: Reminding, thread: str) -> None:
    answer(reminding, "Yes", thread=thread)
    conversation = answer(reminding, "Sorry, I can't make it after all", thread=thread)
    assert reminding.only().state is ReminderState.CHANGE
    assert conversation.state is State.OPEN


def test_an_answer_is_read_once(reminding: Reminding, thread: str, front_desk: Actor) -> None:
    answer(reminding, "Cancel", thread=thread)
    skipping.confirm(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.poll()
    assert reminding.only().state is ReminderState.CONFIRMED


def test_a_yes_with_chest_pain_closes_nothing(reminding: Reminding, thread: str) -> None:
    conversation = answer(reminding, "Yes. I have crushing chest pain.", thread=thread)
    assert conversation.state is State.OPEN


def test_a_yes_with_a_file_stays_in_the_inbox(reminding: Reminding, thread: str) -> None:
    photo = {"id": "a-1", "name": "card.jpg", "type": "image/jpeg", "size": 20}
    conversation = answer(reminding, "Yes", thread=thread, attachments=[photo])
    assert reminding.only().state is ReminderState.CONFIRMED
    assert conversation.state is State.OPEN


def test_a_yes_to_another_question_of_ours_confirms_nothing(
    reminding: Reminding, thread: str, front_desk: Actor
) -> None:
    question = answer(reminding, "Do you also have the flu shot?", thread=thread)
    send_reply(reminding.office.container, front_desk, seen(question), "We do. Do you want one?")
    reminding.send()
    conversation = answer(reminding, "Yes", thread=thread)
    assert reminding.only().state is ReminderState.SENT
    assert conversation.state is State.OPEN


def test_who_asked_for_a_change_is_not_told_to_come_tomorrow(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit(timedelta(days=3) - timedelta(hours=1))
    reminding.poll()
    first, second = sorted(reminding.all(), key=lambda r: r.send_at)
    approving.approve(reminding.office.container, front_desk, shown(first))
    reminding.send()
    [line] = reminding.office.sandbox.control.ledger()
    answer(reminding, "I need to reschedule", thread=line["thread"])
    with pytest.raises(Invalid, match="asked to change"):
        approving.approve(reminding.office.container, front_desk, shown(second))
    skipping.confirm(reminding.office.container, front_desk, shown(reminding.again(first)))
    approving.approve(reminding.office.container, front_desk, shown(second))


def soon_after(reminding: Reminding, hours: float = 1) -> dict[str, Any]:
    """A message that arrived so long after the reminder, by the channel's own word."""
    sent = reminding.only().sent_at
    assert sent is not None
    return {"received": (sent + timedelta(hours=hours)).isoformat()}


def test_a_yes_in_a_new_thread_soon_after_confirms(reminding: Reminding, thread: str) -> None:
    answer(reminding, "Yes", patient=PATIENT, override=soon_after(reminding))
    assert reminding.only().state is ReminderState.CONFIRMED


def test_a_yes_of_before_the_reminder_confirms_nothing(reminding: Reminding, thread: str) -> None:
    answer(reminding, "Yes", patient=PATIENT, override=soon_after(reminding, hours=-2))
    assert reminding.only().state is ReminderState.SENT


def test_a_yes_of_somebody_else_confirms_nothing(reminding: Reminding, thread: str) -> None:
    answer(reminding, "Yes", patient="Patient/p.102", override=soon_after(reminding))
    assert reminding.only().state is ReminderState.SENT


def test_with_two_visits_ahead_a_yes_in_a_new_thread_is_for_a_person(
    reminding: Reminding, thread: str, front_desk: Actor
) -> None:
    first = reminding.only()
    reminding.visit()
    reminding.poll()
    second = reminding.only(ReminderState.PROPOSED)
    approving.approve(reminding.office.container, front_desk, shown(second))
    reminding.send()
    received = {"received": (reminding.now).isoformat()}
    answer(reminding, "Yes", patient=PATIENT, override=received)
    assert reminding.again(first).state is ReminderState.SENT
    assert reminding.again(second).state is ReminderState.SENT


CONFIRMED, CHANGE = ReminderState.CONFIRMED, ReminderState.CHANGE


@pytest.mark.parametrize(
    ("words", "says", "bare"),
    [
        ("yes", CONFIRMED, True),
        ("Yes please", CONFIRMED, True),
        ("I\u2019ll be there, thanks!", CONFIRMED, True),
        ("SI", CONFIRMED, True),
        ("Sí, confirmo mi cita. Gracias", CONFIRMED, True),
        ("Yes, and I have a new insurance card", CONFIRMED, False),
        ("Yes, cancel it please", None, False),
        ("Yes, but at 3 pm", None, False),
        ("Please don't cancel my appointment", None, False),
        ("No quiero cancelar la cita", None, False),
        ("No, I will be there", None, False),
        ("I need to reschedule", CHANGE, False),
        ("no", CHANGE, False),
        ("Tengo que cancelar, lo siento", CHANGE, False),
        ("What if I can't make it?", None, False),
        ("👍", None, False),
        ("", None, False),
        ("yes " * 300, None, False),
        ("thank you", None, False),
        ("Si no puedo ir les aviso", None, False),
    ],
)
def test_the_rules_hear_what_a_person_would(
    words: str, says: ReminderState | None, bare: bool
) -> None:
    heard = hear(words)
    assert (heard.says, heard.bare) == (says, bare)
