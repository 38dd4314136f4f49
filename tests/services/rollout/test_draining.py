"""Drain, do not cut: open work may be finished, nothing new is begun, and a kill switch cuts."""

from datetime import timedelta

import pytest

from db.rollout import Rollouts
from db.vocabulary import Stage
from services import rollout, switches
from services.desk import looking
from services.rollout import Where, draining
from services.switches import Given, Move, Why

DAY = timedelta(days=1)


@pytest.fixture
def ask(container, clock):
    """Whether somebody may see and do an item that came so long *ago*."""

    def ask(actor, ago):
        where = Where((), clock() - ago)
        with looking(container, actor) as desk:
            return rollout.gate(desk, "inbox").shows_to(actor.staff_id, where)

    return ask


def switch_off(container, admin, seen=Stage.ON, drains=True):
    move = Move("inbox", "", Stage.OFF, seen=seen)
    switches.set_stage(container, admin, move, Given(drains=drains))


def test_what_was_there_can_be_finished_and_what_comes_is_not_shown(
    container, practice, admin, front_desk, clock, ask
):
    switch_off(container, admin)
    clock.wait(DAY)
    assert ask(front_desk, 2 * DAY)
    assert not ask(front_desk, timedelta(hours=1))
    with looking(container, admin) as desk:
        assert not rollout.gate(desk, "inbox").suggests()


def test_a_week_later_it_is_over(container, practice, admin, front_desk, clock, ask):
    switch_off(container, admin)
    clock.wait(draining.DRAIN_FOR)
    assert not ask(front_desk, 30 * DAY)


def test_cut_means_cut(container, practice, admin, front_desk, clock, ask):
    """The negative control."""
    switch_off(container, admin, drains=False)
    assert not ask(front_desk, 2 * DAY)


def test_only_whoever_had_it_may_finish(
    container, practice, admin, front_desk, nurse, clock, ask, move
):
    move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.ON)
    switch_off(container, admin, seen=Stage.PILOT)
    assert ask(nurse, DAY)
    assert not ask(front_desk, DAY)
    with looking(container, admin) as desk:
        [row] = desk.open(Rollouts).of("inbox")
        assert row.pilots == []


def test_the_kill_switch_cuts_what_drains(container, practice, admin, front_desk, ask):
    switch_off(container, admin)
    switches.stop(container, admin, "inbox", Why.WRONG_SENDS)
    assert not ask(front_desk, DAY)


def test_a_pause_and_then_off_goes_on_draining_and_on_again_ends_it(
    container, practice, admin, front_desk, clock, ask, move
):
    switches.pause(container, admin, "inbox", Given(drains=True))
    clock.wait(DAY)
    switch_off(container, admin, seen=Stage.SHADOW)
    assert ask(front_desk, 2 * DAY)
    assert not ask(front_desk, timedelta(hours=1))
    move(admin, Stage.ON, seen=Stage.OFF)
    assert ask(front_desk, timedelta(0))
