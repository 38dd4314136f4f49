"""The inbox, from a patient's message to a reply that healow shows."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from db import writing
from db.conversations import Conversations, State, Triage, Turn
from db.deliveries import DeliveryState
from db.queue import QueueFilter
from db.vocabulary import Category, Role, Urgency
from services import sweep
from services.actions import Target, bulk
from services.ai import Facts
from services.desk import Actor
from services.errors import Invalid, NotAble, NotAllowed, NotRolledOut, Stale
from services.workflows.inbox import local
from services.workflows.inbox.handling import (
    escalate,
    lower_urgency,
    no_reply,
    recategorise,
    snooze,
)
from services.workflows.inbox.listing import inbox
from services.workflows.inbox.reading import open_item, save_draft
from services.workflows.inbox.sending import copy_done, send_and_route, send_reply
from services.workflows.inbox.undoing import undo
from tests.services.workflows.conftest import Office, Scripted, patient_of, seen

REPLY = "We have passed your request on."


def test_a_message_becomes_a_reply_that_healow_shows(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?", subject="Refill")
    send_reply(office.container, front_desk, seen(message), REPLY)
    office.deliver()
    office.deliver(timedelta(seconds=5))

    [written] = office.sandbox.control.ledger()
    assert written["text"] == REPLY
    assert written["thread"] == message.thread_id
    [delivery] = office.deliveries(message.id)
    assert delivery.state is DeliveryState.VERIFIED
    assert office.conversation(message.id).state is State.CLOSED


def test_polling_twice_takes_a_message_in_once(office: Office) -> None:
    message = office.receive("When is my next visit?")
    office.poll()
    assert office.conversation(message.id).version == message.version


def test_chest_pain_comes_first_before_and_without_any_model(office: Office) -> None:
    office.assistant.down = True
    message = office.receive("Please refill my lisinopril. Also I have crushing chest pain now.")
    assert message.urgency is Urgency.EMERGENCY
    assert message.triage is Triage.FAILED


def test_a_model_cannot_call_off_an_alarm(office: Office) -> None:
    office.assistant.urgency = "routine"
    message = office.receive("I have crushing chest pain right now and my left arm hurts")
    assert message.urgency is Urgency.EMERGENCY
    assert message.needs_reply


def test_an_alarm_the_model_missed_gets_the_reply_for_an_alarm(
    office: Office, nurse: Actor
) -> None:
    message = office.receive("Please refill my lisinopril. I have crushing chest pain right now.")
    item = open_item(office.container, nurse, message.id)
    assert "911" in item.draft.text


def test_a_model_may_raise_an_alarm(office: Office) -> None:
    office.assistant.urgency = "urgent"
    assert office.receive("Could I have my inhaler refilled?").urgency is Urgency.URGENT


def test_only_a_clinician_may_say_that_it_can_wait(
    office: Office, front_desk: Actor, nurse: Actor
) -> None:
    message = office.receive("I have crushing chest pain right now")
    with pytest.raises(NotAllowed):
        lower_urgency(office.container, front_desk, seen(message), Urgency.TODAY, "called")
    lower_urgency(office.container, nurse, seen(message), Urgency.TODAY, "Called: old, resolved.")
    assert office.conversation(message.id).urgency is Urgency.TODAY


def test_a_reply_waits_while_healow_is_down_and_goes_out_once(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    office.sandbox.control.fault("healow", "outage")
    office.deliver()
    assert office.sandbox.control.ledger() == []

    office.sandbox.control.mend()
    for _ in range(3):  # read back: it never arrived; sent; verified
        office.deliver(timedelta(minutes=11))
    assert len(office.sandbox.control.ledger()) == 1
    assert office.deliveries(message.id)[0].state is DeliveryState.VERIFIED


def test_a_lost_answer_is_read_back_and_never_sent_again(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    office.sandbox.control.fault("healow.reply", "lost_response", times=1)
    office.deliver()
    [delivery] = office.deliveries(message.id)
    assert delivery.state is DeliveryState.IN_DOUBT

    office.deliver(timedelta(seconds=10))  # sooner than the settle delay: nobody asks yet
    assert office.deliveries(message.id)[0].state is DeliveryState.IN_DOUBT
    office.deliver(timedelta(minutes=1))
    assert office.deliveries(message.id)[0].state is DeliveryState.VERIFIED
    assert len(office.sandbox.control.ledger()) == 1


def test_a_refusal_brings_the_conversation_back_with_the_reason(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    office.sandbox.control.fault(
        "healow.reply", "body", text='{"code": "108", "message": "x"}', code=422,
        content_type="application/json",
    )  # fmt: skip
    office.deliver()
    back = office.conversation(message.id)
    assert back.state is State.OPEN
    assert back.trouble


def test_two_people_cannot_answer_the_same_message(
    office: Office, front_desk: Actor, nurse: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    with pytest.raises(Stale, match="got here first"):
        send_reply(office.container, nurse, seen(message), "Another answer")
    assert len(office.deliveries(message.id)) == 1


def test_an_edit_by_the_patient_blocks_the_reply_until_it_is_read_again(
    office: Office, front_desk: Actor
) -> None:
    arrived = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()
    office.sort()
    before = office.conversation(thread=arrived["thread"]["id"])
    office.sandbox.control.edit(arrived["id"], "Could I have my inhaler and my pills refilled?")
    office.poll()
    now = office.conversation(before.id)
    with pytest.raises(Stale):
        send_reply(office.container, front_desk, seen(before), REPLY)
    forged = Target(now.id, now.version, before.content_hash)
    with pytest.raises(Stale, match="changed"):
        send_reply(office.container, front_desk, forged, REPLY)


def test_a_withdrawn_message_cannot_be_answered(office: Office, front_desk: Actor) -> None:
    arrived = office.sandbox.control.receive("Never mind this one, please.")
    office.poll()
    office.sandbox.control.withdraw(arrived["id"])
    office.poll()
    gone = office.conversation(thread=arrived["thread"]["id"])
    assert gone.state is State.WITHDRAWN
    with pytest.raises(Invalid):
        send_reply(office.container, front_desk, seen(gone), REPLY)


def test_a_reply_can_be_taken_back_until_it_leaves(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    undo(office.container, front_desk, seen(office.conversation(message.id)))
    office.deliver()
    back = office.conversation(message.id)
    assert back.state is State.OPEN
    assert back.turn is Turn.PRACTICE
    assert office.sandbox.control.ledger() == []


def test_undo_comes_too_late_once_it_has_left(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_reply(office.container, front_desk, seen(message), REPLY)
    office.deliver(timedelta(seconds=15))
    with pytest.raises(Stale):
        undo(office.container, front_desk, seen(office.conversation(message.id)))
    assert len(office.sandbox.control.ledger()) == 1


def test_ten_thank_yous_close_at_once_and_the_one_with_chest_pain_does_not(
    office: Office, front_desk: Actor
) -> None:
    office.assistant.category, office.assistant.needs_reply = "thanks", False
    thanks = [office.receive(f"Thank you so much, visit {n}!") for n in range(10)]
    urgent = office.receive("Thanks! But I have crushing chest pain now.")
    assert not any(message.needs_reply for message in thanks)
    assert urgent.needs_reply

    result = bulk(no_reply, office.container, front_desk, [seen(m) for m in thanks])
    assert len(result.done) == 10
    assert office.conversation(urgent.id).state is State.OPEN


def test_a_thank_you_leaves_a_snoozed_conversation_asleep_and_a_symptom_wakes_it(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Can you call the pharmacy next week?")
    until = office.clock() + timedelta(days=3)
    snooze(office.container, front_desk, seen(message), until)

    office.assistant.category, office.assistant.needs_reply = "thanks", False
    office.receive("Thanks!", thread=message.thread_id)
    assert office.conversation(message.id).state is State.SNOOZED
    office.receive("I can't breathe", thread=message.thread_id)
    assert office.conversation(message.id).state is State.OPEN


def test_an_urgent_conversation_cannot_be_snoozed(office: Office, front_desk: Actor) -> None:
    message = office.receive("I have crushing chest pain right now")
    with pytest.raises(Invalid, match="cannot be snoozed"):
        snooze(office.container, front_desk, seen(message), office.clock() + timedelta(hours=1))


def test_a_correction_is_kept_and_an_engine_does_not_overwrite_it(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    recategorise(office.container, front_desk, seen(message), Category.CLINICAL)
    office.receive("Any news?", thread=message.thread_id)
    now = office.conversation(message.id)
    assert now.category is Category.CLINICAL
    assert now.sorted_by == "staff"


def test_what_was_typed_survives_a_closed_tab(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    save_draft(office.container, front_desk, message.id, "Half a sen", message.content_hash)
    item = open_item(office.container, front_desk, message.id)
    assert item.draft.text == "Half a sen"
    assert item.draft.saved_by == front_desk.name


def test_a_practice_without_the_contract_is_told_before_and_refused_after_the_click(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    actor = Actor.job(office.practice.id, "capabilities")
    from services import roads
    from services.ehr.ports import Capability, Road

    closed = Capability(Road.HEALOW_REPLIES, False, "The practice has no contract for this.")
    roads.keep_capabilities(office.container, actor, [closed])
    item = open_item(office.container, front_desk, message.id)
    assert not item.roads["healow_replies"].able
    with pytest.raises(NotAble, match="no contract"):
        send_reply(office.container, front_desk, seen(message), REPLY)


def test_sending_and_routing_keeps_the_item_open_for_sign_off(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    send_and_route(office.container, front_desk, seen(message), REPLY, "providers")
    now = office.conversation(message.id)
    assert (now.state, now.pool) == (State.OPEN, "providers")
    assert len(office.deliveries(message.id)) == 1


def test_escalation_puts_it_before_a_nurse_today(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    escalate(office.container, front_desk, seen(message))
    now = office.conversation(message.id)
    assert now.pool == "nurses"
    assert now.urgency.rank <= Urgency.TODAY.rank


def test_a_colleague_of_another_practice_finds_nothing(
    office: Office, hire: Callable[..., Actor], front_desk: Actor
) -> None:
    from dataclasses import replace
    from uuid import uuid4

    from db.base import NotFound

    message = office.receive("Could I have my inhaler refilled?")
    stranger = replace(front_desk, practice_id=uuid4())
    with pytest.raises((NotFound, NotRolledOut)):
        open_item(office.container, stranger, message.id)


def test_the_reply_of_someone_working_in_ecw_closes_our_item(office: Office) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    office.sandbox.control.receive(
        "Done, see you!", thread=message.thread_id, **{"from": "practice"}
    )
    office.poll()
    assert office.conversation(message.id).closed_as == "answered outside Foyer"


def test_a_biller_sees_no_clinical_chart(office: Office, hire: Callable[..., Actor]) -> None:
    message = office.receive("Question about my bill")
    office.fetch_charts()
    item = open_item(office.container, hire(Role.BILLER), message.id)
    assert item.chart is not None
    assert item.chart.problems == ()


def test_charts_go_when_the_last_conversation_is_purged_and_come_back_when_the_patient_writes(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    office.fetch_charts()
    no_reply(office.container, front_desk, seen(office.conversation(message.id)))
    office.clock.wait(timedelta(days=40))
    assert sweep.purge(office.container, office.practice)["patients"] == 1

    office.fetch_charts()  # nobody writes: nothing is fetched
    again = office.receive("It is me again.", patient=patient_of(office, message))
    assert open_item(office.container, front_desk, again.id).patient_name == ""
    office.fetch_charts()
    assert open_item(office.container, front_desk, again.id).patient_name


def test_a_reply_copied_by_hand_is_looked_for_and_found(office: Office, front_desk: Actor) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    copy_done(office.container, front_desk, seen(message), REPLY)
    office.sandbox.control.receive(REPLY, thread=message.thread_id, **{"from": "practice"})
    office.deliver(timedelta(minutes=2))
    assert office.deliveries(message.id)[0].state is DeliveryState.VERIFIED
    assert office.conversation(message.id).state is State.CLOSED
    assert office.sandbox.control.ledger() == []


def test_a_reply_that_ecw_never_shows_brings_the_item_back(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Could I have my inhaler refilled?")
    copy_done(office.container, front_desk, seen(message), REPLY)
    for _ in range(9):
        office.deliver(timedelta(minutes=15))
    back = office.conversation(message.id)
    assert back.state is State.OPEN
    assert "eCW does not show" in back.trouble
    assert office.sandbox.control.ledger() == []


def test_a_message_that_breaks_the_engine_does_not_keep_others_from_being_sorted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(prompt: object, facts: Facts, into: object) -> object:
        if "stumble" in facts.text:
            raise IndexError(facts.text)
        return Scripted().ask(prompt, facts, into)  # type: ignore[arg-type]

    monkeypatch.setattr(office.assistant, "ask", stumble)
    broken = office.receive("stumble over this")
    fine = office.receive("Could I have my inhaler refilled?")
    assert (broken.triage, fine.triage) == (Triage.FAILED, Triage.DONE)


@pytest.mark.parametrize("text", ["\u0301", "a \u0301 b", "\u2019", "\u200b", "🩺"])
def test_the_embedded_engine_reads_whatever_a_patient_types(text: str) -> None:
    assert local.answer(Facts(text=text)).category


def test_one_damaged_record_does_not_close_the_inbox(office: Office, front_desk: Actor) -> None:
    broken = office.receive("Could I have my inhaler refilled?")
    fine = office.receive("When is my next visit?")
    with writing(office.container.engine) as session:
        row = Conversations(session, office.practice.id).get(broken.id)
        row.snippet = bytes([(row.snippet or b"")[0] ^ 1]) + (row.snippet or b"")[1:]
    rows = {r.id: r for r in inbox(office.container, front_desk, QueueFilter(), {}).rows}
    assert "damaged" in rows[broken.id].snippet
    assert rows[fine.id].snippet == "When is my next visit?"


def test_a_thread_that_the_practice_began_waits_for_nobody(office: Office) -> None:
    began = office.sandbox.control.receive("Your visit is on Monday.", **{"from": "practice"})
    office.poll()
    row = office.conversation(thread=began["thread"]["id"])
    assert (row.state, row.closed_as) == (State.CLOSED, "begun by the practice")
