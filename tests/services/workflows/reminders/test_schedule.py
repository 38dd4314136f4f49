"""Reminders follow the schedule: what moves or is cancelled takes them with it."""

from datetime import timedelta

import pytest

from db import writing
from db.deliveries import DeliveryState
from db.intake import FormState, IntakeForm
from db.patients import Patients
from db.reminders import ReminderKind, ReminderState
from db.rollout import Rollouts
from db.vocabulary import Stage
from services.desk import Actor, working
from services.errors import Invalid, Stale
from services.workflows.reminders import approving
from tests.services.workflows.reminders.conftest import PATIENT, Reminding, shown


def test_a_moved_visit_is_proposed_anew_and_the_old_words_do_not_leave(
    reminding: Reminding, front_desk: Actor
) -> None:
    visit = reminding.visit()
    reminding.poll()
    old = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(old))
    reminding.change(visit, starts_at=reminding.now + timedelta(hours=20))
    reminding.poll()
    new = reminding.only()
    assert reminding.again(old).state is ReminderState.WITHDRAWN
    approving.approve(reminding.office.container, front_desk, shown(new))
    reminding.send()
    assert reminding.sent() == [reminding.text(new)]
    assert reminding.text(new) != reminding.text(old)


def test_a_visit_that_moves_and_moves_back_is_proposed_once_more(reminding: Reminding) -> None:
    visit = reminding.visit()
    reminding.poll()
    first = reminding.only()
    for at in (first.visit_at - timedelta(hours=2), first.visit_at):
        reminding.change(visit, starts_at=at)
        reminding.poll()
    assert reminding.only().visit_at == first.visit_at
    assert [r.attempt for r in reminding.all()] == [1, 2, 3]


def test_a_visit_that_moves_after_its_reminder_left_gets_a_new_one(
    reminding: Reminding, front_desk: Actor
) -> None:
    visit = reminding.visit()
    reminding.poll()
    told = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(told))
    reminding.send()
    reminding.change(visit, starts_at=reminding.now + timedelta(hours=20))
    reminding.poll()
    assert reminding.again(told).state is ReminderState.SENT
    assert reminding.only().state is ReminderState.PROPOSED


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_a_cancelled_visit_takes_its_reminder_with_it(
    reminding: Reminding, front_desk: Actor, status: str
) -> None:
    visit = reminding.visit()
    reminding.poll()
    reminder = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(reminder))
    reminding.change(visit, status=status)
    reminding.poll()
    reminding.send()
    assert reminding.sent() == []
    assert reminding.again(reminder).trouble == "The visit was cancelled."


def test_a_visit_that_the_schedule_does_not_show_any_more_is_gone(reminding: Reminding) -> None:
    visit = reminding.visit()
    reminding.poll()
    reminding.office.clock.wait(timedelta(minutes=15))
    reminding.read_schedule(visit)
    reminding.poll()
    [gone] = reminding.all()
    assert gone.state is ReminderState.WITHDRAWN


def test_what_is_leaving_when_the_visit_moves_is_seen_to_its_end(
    reminding: Reminding, front_desk: Actor
) -> None:
    visit = reminding.visit()
    reminding.poll()
    leaving = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(leaving))
    reminding.office.sandbox.control.fault("healow.message", "lost_response", times=1)
    reminding.office.deliver()
    reminding.change(visit, starts_at=reminding.now + timedelta(hours=20))
    assert reminding.poll() == {"leaving": 1}
    reminding.office.deliver(timedelta(minutes=2))
    reminding.poll()
    assert reminding.again(leaving).state is ReminderState.SENT
    assert not reminding.again(leaving).is_open
    assert reminding.only().state is ReminderState.PROPOSED


def test_while_nobody_knows_the_schedule_nothing_is_proposed(reminding: Reminding) -> None:
    reminding.visit(timedelta(days=1, hours=12))
    reminding.office.clock.wait(timedelta(hours=7))
    assert reminding.poll() == {"schedule_is_old": 1}
    reminding.read_schedule()
    reminding.poll()
    assert reminding.only()


def test_a_visit_that_moved_since_the_last_check_cannot_be_approved(
    reminding: Reminding, front_desk: Actor
) -> None:
    visit = reminding.visit()
    reminding.poll()
    reminding.change(visit, starts_at=reminding.now + timedelta(hours=20))
    with pytest.raises(Stale, match="moved"):
        approving.approve(reminding.office.container, front_desk, shown(reminding.only()))


def test_whoever_sees_somebody_else_now_is_told_so(reminding: Reminding) -> None:
    visit = reminding.visit()
    reminding.poll()
    reminding.change(visit, provider="")
    reminding.poll()
    assert "Dr. Sample" not in reminding.text(reminding.only())


def test_a_later_reminder_replaces_one_that_nobody_approved(reminding: Reminding) -> None:
    reminding.visit(timedelta(days=3))
    reminding.poll()
    reminding.office.clock.wait(timedelta(days=2, minutes=1))
    reminding.read_schedule()
    reminding.poll()
    assert reminding.only().lead_days == 1


def test_what_is_too_late_cannot_be_approved(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    reminding.office.clock.wait(timedelta(hours=22))
    with pytest.raises(Invalid, match="too late"):
        approving.approve(reminding.office.container, front_desk, shown(reminding.only()))


def test_a_visit_booked_for_today_is_not_reminded_of_days_before(reminding: Reminding) -> None:
    reminding.visit(timedelta(hours=6))
    reminding.poll()
    assert reminding.all() == []


def test_who_has_arrived_needs_no_reminder(reminding: Reminding) -> None:
    reminding.visit(status="arrived")
    reminding.poll()
    assert reminding.all() == []


def form_for(reminding: Reminding, visit_ref: str) -> None:
    with working(reminding.office.container, Actor.job(reminding.office.practice.id, "x")) as desk:
        key = desk.vault.new_key()
        desk.session.add(key)
        form = IntakeForm(
            practice_id=desk.practice_id, source="check_in", source_ref=f"form/{visit_ref}",
            key_id=key.id, visit_ref=visit_ref, authored_at=desk.now, state=FormState.READY,
        )  # fmt: skip
        desk.session.add(form)


def test_a_form_that_has_not_come_is_asked_for_until_it_comes(reminding: Reminding) -> None:
    reminding.options(form_days=7)
    visit = reminding.visit(timedelta(days=6, hours=20))
    reminding.poll()
    asked = reminding.only()
    assert asked.kind is ReminderKind.FORM
    assert "check-in form" in reminding.text(asked)
    form_for(reminding, reminding.visits[visit].ehr_ref)
    reminding.poll()
    assert reminding.again(asked).trouble == "The form has arrived."


def test_a_form_is_not_asked_for_before_anybody_looked_whether_it_came(
    reminding: Reminding,
) -> None:
    reminding.options(form_days=7)
    visit = reminding.visit(timedelta(days=6, hours=20), forms_at=None)
    reminding.poll()
    assert reminding.all() == []
    reminding.change(visit, forms_at=reminding.now)
    reminding.poll()
    assert reminding.only().kind is ReminderKind.FORM


def test_a_merged_patient_is_written_to_under_the_record_that_survived(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    before = reminding.only()
    merged_into(reminding, "Patient/p.102")
    reminding.poll()
    assert reminding.again(before).state is ReminderState.WITHDRAWN
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.send()
    [line] = reminding.office.sandbox.control.ledger()
    assert line["patient"] == "Patient/p.102"
    reminding.poll()
    assert reminding.only().state is ReminderState.SENT


def merged_into(reminding: Reminding, survivor: str) -> None:
    with writing(reminding.office.container.engine) as session:
        patients = Patients(session, reminding.office.practice.id)
        patients.by_refs([PATIENT])[PATIENT].replaced_by = survivor


def test_where_reminders_are_off_none_is_proposed(reminding: Reminding) -> None:
    with writing(reminding.office.container.engine) as session:
        [row] = Rollouts(session, reminding.office.practice.id).of("reminders")
        row.stage = Stage.OFF
    reminding.visit()
    reminding.poll()
    assert reminding.all() == []


def test_a_reminder_is_over_when_the_visit_begins(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    reminder = reminding.only()
    approving.approve(reminding.office.container, front_desk, shown(reminder))
    reminding.send()
    reminding.office.clock.wait(timedelta(days=1))
    reminding.poll()
    assert not reminding.again(reminder).is_open
    assert reminding.delivery(reminder).state is DeliveryState.VERIFIED
