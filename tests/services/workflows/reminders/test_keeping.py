"""What is kept of reminders and for how long, who may stop them, and what the trail says."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.reminders import Reminder, Reminders, ReminderState, shred_reminders
from db.rollout import Switch
from db.vault import Unreadable
from services.desk import Actor, looking
from services.workflows.reminders import approving
from services.workflows.reminders.listing import reminders
from tests.services.workflows.reminders.conftest import Reminding, shown


def shred(reminding: Reminding, kept: timedelta) -> int:
    practice_id, now = reminding.office.practice.id, reminding.now
    with writing(reminding.office.container.engine) as session:
        return len(shred_reminders(session, practice_id, now - kept, now))


def approved(reminding: Reminding, front_desk: Actor) -> Reminder:
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    return reminding.only()


def test_the_words_are_destroyed_when_their_time_is_over(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminder = approved(reminding, front_desk)
    reminding.send()
    reminding.office.clock.wait(timedelta(days=2))
    reminding.poll()
    assert shred(reminding, kept=timedelta(days=30)) == 0
    assert reminding.text(reminder)
    reminding.office.clock.wait(timedelta(days=31))
    assert shred(reminding, kept=timedelta(days=30)) == 1
    with pytest.raises(Unreadable):
        reminding.text(reminder)


def test_what_still_waits_to_leave_is_not_destroyed(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminder = approved(reminding, front_desk)
    with writing(reminding.office.container.engine) as session:
        row = session.get(Reminder, reminder.id)
        assert row is not None
        row.closed_at = reminding.now - timedelta(days=90)
    assert shred(reminding, kept=timedelta(days=30)) == 0


def test_the_kill_switch_of_reminders_holds_what_was_approved(
    reminding: Reminding, front_desk: Actor
) -> None:
    approved(reminding, front_desk)
    switch = Switch(practice_id=reminding.office.practice.id, what="reminders", stopped=True)
    with writing(reminding.office.container.engine) as session:
        session.add(switch)
    reminding.send()
    assert reminding.sent() == []
    with writing(reminding.office.container.engine) as session:
        session.merge(switch).stopped = False
    reminding.send()
    assert len(reminding.sent()) == 1


def test_every_step_is_on_the_trail_without_a_patients_words(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminder = approved(reminding, front_desk)
    reminding.send()
    with looking(reminding.office.container, front_desk) as desk:
        lines = [line for line in desk.open(AuditTrail).search() if "reminder" in line.subject]
    assert {line.verb for line in lines} == {
        "reminders.proposed",
        "reminders.approve",
        "reminders.sent",
    }
    told = " ".join(f"{line.subject} {line.reason} {line.sources}" for line in lines)
    name = reminding.text(reminder).split()[1].rstrip(",")
    assert name not in told
    assert "Dr. Sample" not in told


def test_a_damaged_record_does_not_close_the_page(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.visit(patient="Patient/p.102")
    reminding.poll()
    broken, fine = reminding.all()
    with writing(reminding.office.container.engine) as session:
        row = session.get(Reminder, broken.id)
        assert row is not None
        row.text = b"\x00" * 40
    listed = reminders(reminding.office.container, front_desk)
    told = {row.id: row.text for row in listed.rows}
    assert "damaged" in told[broken.id]
    assert told[fine.id] == reminding.text(fine)


def test_another_practice_sees_none_of_it(reminding: Reminding) -> None:
    reminding.visit()
    reminding.poll()
    with reading(reminding.office.container.engine) as session:
        assert Reminders(session, uuid4()).listed(list(ReminderState), 50) == []
