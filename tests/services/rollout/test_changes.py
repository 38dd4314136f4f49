"""Every change is a version with a diff; one click goes back; two administrators never overwrite."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from db.audit import AuditTrail
from db.rollout import Rollouts
from db.vocabulary import Role, Stage
from services import staff, switches
from services.desk import looking
from services.errors import FoyerError, Invalid, Stale
from services.rollout import phases
from services.rollout.history import history, latest_number
from services.switches import Because, Given, Move
from tests.services.rollout.conftest import EAST, WEST


def changes(container, actor, workflow="inbox"):
    with looking(container, actor) as desk:
        return history(desk, workflow)


def stages(container, actor):
    with looking(container, actor) as desk:
        return {row.scope: row.stage for row in desk.open(Rollouts).of("inbox")}


def test_each_change_says_who_why_and_what_differs(container, places, admin, nurse, move):
    given = Given(Because.TRIAL, owner=nurse.staff_id)
    move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.ON, given=given)
    move(admin, Stage.OFF, WEST)
    newest, pilot, found = changes(container, admin)
    assert [(d.where, d.before, d.after) for d in newest.lines] == [
        ("Sample West", "no stage of its own", "off")
    ]
    assert (pilot.by, pilot.because, pilot.owner) == ("Sample admin", "trial", "Sample nurse")
    assert [(d.before, d.after) for d in pilot.lines] == [("on", "pilot for Sample nurse")]
    assert (found.number, found.by) == (0, "as it was found")


def test_one_click_goes_back_to_any_version_and_that_is_a_change_too(
    container, places, admin, front_desk, shows, move
):
    move(admin, Stage.OFF, seen=Stage.ON)
    move(admin, Stage.ON, EAST)
    switches.revert(container, admin, "inbox", 0, seen=2)
    assert stages(container, admin) == {"": Stage.ON}
    assert shows(front_desk)
    newest = changes(container, admin)[0]
    assert (newest.number, newest.because) == (3, "back to an earlier version")
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="rollout.revert")
    assert "version 0: practice off -> on; " in line.reason
    with pytest.raises(Stale):
        switches.revert(container, admin, "inbox", 0, seen=3)  # it is so already
    with pytest.raises(Stale):
        switches.revert(container, admin, "inbox", 1, seen=2)  # somebody was faster


def test_a_version_with_somebody_who_left_is_not_gone_back_to(
    container, practice, admin, nurse, move
):
    move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.ON)
    move(admin, Stage.OFF, seen=Stage.PILOT)
    staff.disable(container, admin, nurse.staff_id)
    with pytest.raises(Invalid, match="no longer works here"):
        switches.revert(container, admin, "inbox", 1, seen=2)
    assert stages(container, admin) == {"": Stage.OFF}


def test_of_two_administrators_at_once_one_is_told_to_look_again(
    container, practice, admin, hire, nurse, front_desk
):
    other = hire(Role.ADMIN, "Sample second admin")
    wanted = {
        admin: Move("inbox", "", Stage.PILOT, (nurse.staff_id,), Stage.ON, version=0),
        other: Move("inbox", "", Stage.PILOT, (front_desk.staff_id,), Stage.ON, version=0),
    }

    def attempt(who):
        try:
            switches.set_stage(container, who, wanted[who])
        except FoyerError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(attempt, wanted))
    assert sorted(endings, key=str) == [Stale, None]
    with looking(container, admin) as desk:
        assert latest_number(desk, "inbox") == 1


def test_two_first_changes_of_a_place_at_once_make_one(container, places, admin, hire):
    other = hire(Role.ADMIN, "Sample second admin")

    def attempt(who):
        try:
            switches.set_stage(container, who, Move("inbox", WEST, Stage.OFF))
        except FoyerError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(attempt, (admin, other)))
    assert sorted(endings, key=str) == [Stale, None]


def test_the_same_stage_with_other_people_is_not_overwritten_unseen(
    container, practice, admin, nurse, front_desk, move
):
    move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.ON, version=0)
    with pytest.raises(Stale):
        move(admin, Stage.PILOT, pilots=(front_desk.staff_id,), seen=Stage.PILOT, version=0)


def test_a_pause_takes_it_from_everybody_and_goes_on_measuring(
    container, places, manager, admin, front_desk, shows, move
):
    move(admin, Stage.OFF, WEST)
    switches.pause(container, manager, "inbox", Given(Because.TROUBLE))
    assert stages(container, admin) == {"": Stage.SHADOW, WEST: Stage.OFF}
    assert not shows(front_desk)
    with pytest.raises(Stale):
        switches.pause(container, manager, "inbox", Given(Because.TROUBLE))


def test_the_plan_has_four_phases_and_says_which_is_next(container, practice, admin, move):
    def following():
        with looking(container, admin) as desk:
            return next(step for step in phases.plan(desk) if step.is_next)

    first = following()
    assert (int(first.phase), first.stages["inbox"]) == (1, Stage.ON)
    for workflow in first.stages:
        if workflow != "inbox":
            move(admin, Stage.ON, workflow=workflow)
    assert int(following().phase) == 2
