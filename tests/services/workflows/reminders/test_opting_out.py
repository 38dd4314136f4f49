"""Patients who want no reminders get none, until they want them again."""

from datetime import timedelta

import pytest

from db.reminders import ReminderState
from services.desk import Actor
from services.errors import Invalid, Stale
from services.workflows.reminders import approving, skipping
from tests.services.workflows.reminders.conftest import Reminding, shown

SKIPPED, PROPOSED = ReminderState.SKIPPED, ReminderState.PROPOSED


def test_who_wants_none_is_not_written_to_for_any_visit(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.visit(timedelta(hours=22))
    reminding.poll()
    first, second = reminding.all()
    approving.approve(reminding.office.container, front_desk, shown(second))
    skipping.opt_out(reminding.office.container, front_desk, shown(first))
    reminding.visit(timedelta(hours=21))
    reminding.poll()
    reminding.send()
    assert reminding.sent() == []
    assert {r.state for r in reminding.all()} == {SKIPPED}


def test_the_opt_out_is_checked_again_at_the_click(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    skipping.opt_out(reminding.office.container, front_desk, shown(reminding.only()))
    with pytest.raises(Invalid, match="wants no reminders"):
        skipping.restore(reminding.office.container, front_desk, shown(reminding.only()))


def test_one_patients_wish_is_nobody_elses(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.visit(patient="Patient/p.102")
    reminding.poll()
    first, second = reminding.all()
    skipping.opt_out(reminding.office.container, front_desk, shown(first))
    assert reminding.again(second).state is PROPOSED


def test_a_patient_can_have_them_again(reminding: Reminding, front_desk: Actor) -> None:
    reminding.visit()
    reminding.poll()
    skipping.opt_out(reminding.office.container, front_desk, shown(reminding.only()))
    skipping.opt_in(reminding.office.container, front_desk, shown(reminding.only()))
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.send()
    assert len(reminding.sent()) == 1


def test_a_colleague_who_looked_before_the_opt_out_cannot_approve_after_it(
    reminding: Reminding, front_desk: Actor, nurse: Actor
) -> None:
    reminding.visit()
    reminding.visit(timedelta(hours=22))
    reminding.poll()
    first, second = reminding.all()
    skipping.opt_out(reminding.office.container, front_desk, shown(first))
    with pytest.raises(Stale):
        approving.approve(reminding.office.container, nurse, shown(second))
