"""Undo and a person's verdict: what may be taken back, and what must not come back with it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from db.conversations import State
from db.deliveries import DeliveryState
from db.vocabulary import Urgency
from services.desk import Actor
from services.errors import Invalid, Stale
from services.workflows.inbox.handling import lower_urgency, no_reply, note, snooze
from services.workflows.inbox.sending import send_reply
from services.workflows.inbox.settling import settle
from services.workflows.inbox.undoing import undo
from tests.services.workflows.conftest import Office, seen

REPLY = "We have passed your request on."
MINUTES = timedelta(minutes=11)


def test_undo_does_not_call_off_an_alarm_that_was_raised_meanwhile(
    office: Office, front_desk: Actor
) -> None:
    talk = office.receive("Could I have my inhaler refilled?")
    no_reply(office.container, front_desk, seen(talk))
    office.sandbox.control.receive("I have crushing chest pain now", thread=talk.thread_id)
    office.poll()
    undo(office.container, front_desk, seen(office.conversation(talk.id)))
    now = office.conversation(talk.id)
    assert (now.urgency, now.urgency_rank) == (Urgency.EMERGENCY, 0)


def test_undo_does_not_bring_back_what_the_patient_withdrew(
    office: Office, front_desk: Actor
) -> None:
    arrived = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()
    talk = office.conversation(thread=arrived["thread"]["id"])
    snooze(office.container, front_desk, seen(talk), office.clock() + timedelta(days=1))
    office.sandbox.control.withdraw(arrived["id"])
    office.poll()
    undo(office.container, front_desk, seen(office.conversation(talk.id)))
    assert office.conversation(talk.id).state is State.WITHDRAWN


def test_undoing_a_lowered_urgency_puts_its_floor_back(office: Office, nurse: Actor) -> None:
    talk = office.receive("I have crushing chest pain right now")
    lower_urgency(office.container, nurse, seen(talk), Urgency.ROUTINE, "Called: from last year.")
    assert office.conversation(talk.id).floor is Urgency.ROUTINE
    undo(office.container, nurse, seen(office.conversation(talk.id)))
    now = office.conversation(talk.id)
    assert (now.urgency, now.floor) == (Urgency.EMERGENCY, Urgency.EMERGENCY)


def test_only_the_person_who_did_it_can_take_it_back(
    office: Office, front_desk: Actor, nurse: Actor
) -> None:
    talk = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(talk), REPLY)
    with pytest.raises(Stale):
        undo(office.container, nurse, seen(office.conversation(talk.id)))
    office.deliver()
    assert len(office.sandbox.control.ledger()) == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_a_person_says_what_became_of_a_reply_and_later_ones_leave(
    office: Office, front_desk: Actor, is_there: bool
) -> None:
    talk = office.receive("Could I have my inhaler refilled?")
    _leave_unconfirmed(office, front_desk, talk.id)
    [delivery] = office.deliveries(talk.id)
    later = office.receive("And my pills, please?")
    send_reply(office.container, front_desk, seen(later), "The pills as well.")
    office.deliver()
    assert office.deliveries(later.id)[0].state is DeliveryState.HELD  # behind the open one

    settle(office.container, front_desk, seen(office.conversation(talk.id)), delivery.id, is_there)
    now = office.conversation(talk.id)
    assert now.state is (State.CLOSED if is_there else State.OPEN)
    assert now.trouble == ""
    office.deliver()
    assert office.sandbox.control.ledger()[-1]["text"] == "The pills as well."


def test_a_verdict_is_given_once_and_about_ones_own_conversation_only(
    office: Office, front_desk: Actor
) -> None:
    talk, other = office.receive("First question?"), office.receive("Second question?")
    _leave_unconfirmed(office, front_desk, talk.id)
    [delivery] = office.deliveries(talk.id)
    with pytest.raises(Invalid, match="another conversation"):
        settle(office.container, front_desk, seen(other), delivery.id, True)
    settle(office.container, front_desk, seen(office.conversation(talk.id)), delivery.id, True)
    with pytest.raises(Stale, match="settled"):
        settle(office.container, front_desk, seen(office.conversation(talk.id)), delivery.id, False)


def test_a_note_mentions_colleagues_and_nobody_else(
    office: Office, front_desk: Actor, nurse: Actor
) -> None:
    talk = office.receive("Could I have my inhaler refilled?")
    assert nurse.staff_id is not None
    note(office.container, front_desk, seen(talk), "Please have a look.", (nurse.staff_id,))
    with pytest.raises(Invalid, match="does not work here"):
        note(
            office.container, front_desk, seen(office.conversation(talk.id)), "And you?", (uuid4(),)
        )


def _leave_unconfirmed(office: Office, actor: Actor, id: UUID) -> None:
    send_reply(office.container, actor, seen(office.conversation(id)), REPLY)
    office.deliver()
    hidden = office.sandbox.control.fault(
        "healow.thread", "body", text='{"messages": []}', content_type="application/json"
    )
    for _ in range(9):
        office.deliver(MINUTES)
    office.sandbox.control.mend(hidden)
    assert office.deliveries(id)[0].state is DeliveryState.UNCONFIRMED
