"""Reminders, from a visit on the schedule to words that healow shows, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.deliveries import DeliveryState
from db.reminders import Reminder, ReminderKind, Reminders, ReminderState
from db.vocabulary import Role
from services.actions import bulk
from services.desk import Actor, working
from services.errors import Invalid, NotAllowed, Stale
from services.workflows.inbox.sending import send_reply
from services.workflows.reminders import approving, skipping
from services.workflows.reminders.poll import poll
from tests.services.workflows.conftest import seen
from tests.services.workflows.reminders.conftest import Reminding, shown


def test_a_visit_becomes_a_reminder_that_healow_shows_once(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    proposed = reminding.only(ReminderState.PROPOSED)
    words = reminding.text(proposed)
    approving.approve(reminding.office.container, front_desk, shown(proposed))
    reminding.send()
    reminding.send()
    assert reminding.sent() == [words]
    assert reminding.again(proposed).state is ReminderState.SENT
    assert reminding.delivery(proposed).state is DeliveryState.VERIFIED


def test_nobody_is_written_to_before_a_person_approves(reminding: Reminding) -> None:
    reminding.visit()
    for _ in range(3):
        reminding.poll()
        reminding.send()
    assert reminding.sent() == []


def test_a_reminder_names_the_day_the_place_and_the_person_and_nothing_else(
    reminding: Reminding,
) -> None:
    reminding.visit(reason=b"never read")
    reminding.poll()
    first, *rest = reminding.text(reminding.only()).splitlines()
    assert first.startswith("Hello ")
    assert rest == [
        "You will see Dr. Sample.",
        "Location: Sample Street 1.",
        "Please answer YES to confirm. If you cannot come, answer CANCEL or tell us here.",
        "You can also call us at 555-0100.",
        "Sample practice",
    ]


def test_what_is_not_known_is_left_out(reminding: Reminding) -> None:
    reminding.options(phone="")
    reminding.visit(provider="", location="")
    reminding.poll()
    assert "You will see" not in reminding.text(reminding.only())
    assert "call us" not in reminding.text(reminding.only())


def test_a_patient_who_speaks_spanish_is_written_to_in_spanish(reminding: Reminding) -> None:
    reminding.visit()
    reminding.poll()
    skipped = reminding.visit(timedelta(hours=22))
    reminding.speaks("es-US")
    reminding.poll()
    [spanish] = [r for r in reminding.all() if r.visit_id == skipped]
    assert reminding.text(spanish).startswith("Hola ")


def test_the_job_proposes_one_for_each_visit_and_lead_time_however_often_it_runs(
    reminding: Reminding,
) -> None:
    reminding.visit(timedelta(days=3, hours=2))
    for _ in range(3):
        reminding.poll()
    leads = [(r.kind, r.lead_days) for r in reminding.all()]
    assert sorted(leads) == [(ReminderKind.VISIT, 1), (ReminderKind.VISIT, 3)]


def test_two_people_who_approve_at_once_send_once(
    reminding: Reminding, front_desk: Actor, nurse: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    target = shown(reminding.only())
    approving.approve(reminding.office.container, front_desk, target)
    with pytest.raises(Stale, match="got here first"):
        approving.approve(reminding.office.container, nurse, target)
    reminding.send()
    assert len(reminding.sent()) == 1


def test_all_that_is_shown_is_approved_at_once_each_by_the_same_rules(
    reminding: Reminding, front_desk: Actor
) -> None:
    patients = ("Patient/p.101", "Patient/p.102", "Patient/p.103")
    for patient in patients:
        reminding.visit(patient=patient)
    reminding.poll()
    targets = [shown(reminder) for reminder in reminding.all()]
    approving.approve(reminding.office.container, front_desk, targets[0])
    result = bulk(approving.approve, reminding.office.container, front_desk, targets)
    assert (len(result.done), sum(result.skipped.values())) == (2, 1)
    reminding.send()
    assert len(reminding.sent()) == 3


def test_approval_is_for_the_words_on_the_screen(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    before = reminding.only()
    approving.edit(reminding.office.container, front_desk, shown(before), "Come at nine.")
    now = reminding.again(before)
    forged = shown(now).__class__(now.id, now.version, before.content_hash)
    with pytest.raises(Stale):
        approving.approve(reminding.office.container, front_desk, forged)
    approving.approve(reminding.office.container, front_desk, shown(now))
    reminding.send()
    assert reminding.sent() == ["Come at nine."]


def test_an_approval_can_be_taken_back_until_it_leaves(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    approving.take_back(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.send()
    assert reminding.sent() == []
    assert reminding.only().state is ReminderState.PROPOSED


def test_a_reminder_that_left_cannot_be_taken_back(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.office.deliver()
    with pytest.raises(Stale, match="left already"):
        approving.take_back(reminding.office.container, front_desk, shown(reminding.only()))


def test_a_skipped_reminder_is_not_proposed_again_by_the_job(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    with pytest.raises(Invalid, match="say why"):
        skipping.skip(reminding.office.container, front_desk, shown(reminding.only()), " ")
    skipping.skip(reminding.office.container, front_desk, shown(reminding.only()), "Called already")
    reminding.poll()
    assert reminding.only().state is ReminderState.SKIPPED
    skipping.restore(reminding.office.container, front_desk, shown(reminding.only()))
    assert reminding.only().state is ReminderState.PROPOSED


def test_a_biller_may_not_approve(reminding: Reminding, hire: Callable[..., Actor]) -> None:
    reminding.visit()
    reminding.poll()
    with pytest.raises(NotAllowed):
        approving.approve(reminding.office.container, hire(Role.BILLER), shown(reminding.only()))


def test_a_reminder_for_next_week_holds_up_no_reply_to_its_patient(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit(timedelta(days=4, hours=2))
    reminding.poll()
    waiting = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(waiting))
    message = reminding.office.receive("Could I have my inhaler refilled?", patient="Patient/p.101")
    send_reply(reminding.office.container, front_desk, seen(message), "Yes.")
    reminding.send()
    assert reminding.sent() == ["Yes."]
    assert reminding.delivery(waiting).state is DeliveryState.HELD


def test_a_refusal_comes_back_with_its_reason_and_can_be_corrected(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    reminder = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(reminder))
    reminding.office.sandbox.control.fault(
        "healow.message", "body", text='{"code": "108", "message": "x"}', code=422,
        content_type="application/json", times=1,
    )  # fmt: skip
    reminding.send()
    back = reminding.again(reminder)
    assert back.state is ReminderState.RETURNED
    assert back.trouble
    approving.edit(reminding.office.container, front_desk, shown(back), "See you tomorrow.")
    approving.approve(reminding.office.container, front_desk, shown(reminding.again(back)))
    reminding.send()
    assert reminding.sent() == ["See you tomorrow."]


def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.office.sandbox.control.fault("healow.message", "lost_response", times=1)
    reminding.office.deliver()
    reminding.office.deliver(timedelta(minutes=2))
    assert reminding.only().state is ReminderState.SENT
    assert len(reminding.sent()) == 1


def test_what_reading_back_cannot_settle_a_person_settles(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    reminder = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(reminder))
    reminding.office.sandbox.control.configure(settle_seconds=90_000)  # never shown while we look
    for _ in range(10):
        reminding.office.deliver(timedelta(minutes=11))
    back = reminding.again(reminder)
    assert (back.state, reminding.delivery(back).state) == (
        ReminderState.RETURNED,
        DeliveryState.UNCONFIRMED,
    )
    with pytest.raises(Invalid, match="look in healow"):
        approving.approve(reminding.office.container, front_desk, shown(back))
    settled = reminding.delivery(back).id
    approving.settle(reminding.office.container, front_desk, shown(back), settled, is_there=True)
    assert reminding.again(reminder).state is ReminderState.SENT
    assert len(reminding.sent()) == 1


def test_the_database_itself_refuses_a_second_proposal_of_the_same(reminding: Reminding) -> None:
    reminding.visit()
    office = reminding.office
    poll(office.container, office.practice, office.ehr.chart)  # names are known from here on
    [first] = reminding.all()
    with working(office.container, Actor.job(office.practice.id, "x")) as desk:
        twin = Reminder(**first.model_dump(exclude={"id"}))
        desk.open(Reminders).add(twin)
        with pytest.raises(IntegrityError):
            desk.session.flush()
        desk.session.rollback()
    assert len(reminding.all()) == 1
