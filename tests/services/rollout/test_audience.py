"""Whom a workflow reaches: by role, by share, by name, and who is left out; kill switches beat all."""

import pytest

from db.audit import AuditTrail
from db.vocabulary import Role, Stage
from services import rollout, staff, switches
from services.desk import looking
from services.errors import Invalid, NotAllowed, Stale
from services.rollout.audience import bucket
from services.rollout.why import why
from services.switches import Because, Why
from tests.services.rollout.conftest import WEST


def reasons(container, asker, person, workflow="inbox"):
    with looking(container, asker) as desk:
        return why(desk, person.staff_id, workflow)


def test_a_pilot_of_one_role_reaches_all_of_it_and_nobody_else(
    shows, move, admin, front_desk, nurse
):
    move(admin, Stage.PILOT, roles=(Role.NURSE,), percent=100, seen=Stage.ON)
    assert shows(nurse)
    assert not shows(front_desk)


def test_whoever_is_in_at_twenty_percent_stays_in_as_it_grows(
    container, practice, admin, hire, shows, move
):
    people = [hire(Role.NURSE, f"Sample nurse {n}") for n in range(12)]
    seen, before = Stage.ON, set()
    for percent in (20, 50, 80, 100):
        move(admin, Stage.PILOT, percent=percent, seen=seen)
        now = {person.name for person in people if shows(person)}
        assert before <= now, "somebody lost it while the share grew"
        seen, before = Stage.PILOT, now
    assert len(before) == 12


def test_a_share_is_about_as_many_people_as_it_says_and_each_workflow_draws_anew(practice, hire):
    ids = [hire(Role.NURSE, "Sample").staff_id]
    ids += [type(ids[0])(int=n) for n in range(1_000)]
    inbox = {id for id in ids if bucket(practice.id, "inbox", id) < 30}
    notes = {id for id in ids if bucket(practice.id, "notes", id) < 30}
    assert 250 < len(inbox) < 350
    assert len(inbox & notes) < 150


def test_somebody_left_out_loses_it_and_the_kill_switch_beats_every_name(
    container, practice, admin, nurse, front_desk, shows, move
):
    move(admin, Stage.PILOT, pilots=(nurse.staff_id, front_desk.staff_id), seen=Stage.ON)
    switches.leave_out(container, admin, "inbox", nurse.staff_id, Because.TRAINING)
    assert (shows(nurse), shows(front_desk)) == (False, True)
    with pytest.raises(Stale):
        switches.leave_out(container, admin, "inbox", nurse.staff_id, Because.TRAINING)
    switches.let_in(container, admin, "inbox", nurse.staff_id)
    assert shows(nurse)
    switches.stop(container, admin, "inbox", Why.SECURITY)
    assert not (shows(nurse))
    assert not (shows(front_desk))


def test_a_pilot_person_who_left_loses_it_and_the_others_keep_it(
    container, practice, admin, nurse, front_desk, shows, move
):
    move(admin, Stage.PILOT, pilots=(nurse.staff_id, front_desk.staff_id), seen=Stage.ON)
    staff.disable(container, admin, nurse.staff_id)
    assert shows(front_desk)
    found = reasons(container, admin, nurse)
    assert (found.is_on, found.chain) == (
        False, ("Sample nurse is disabled and cannot sign in.",),
    )  # fmt: skip
    with pytest.raises(Invalid, match="no longer works here"):
        move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.PILOT)


def test_why_names_what_decided_from_the_top(
    container, places, admin, manager, nurse, front_desk, hire, move
):
    move(admin, Stage.PILOT, roles=(Role.NURSE,), percent=100, seen=Stage.ON)
    found = reasons(container, admin, front_desk)
    assert not found.is_on
    assert found.chain == (
        "Whole practice: pilot for every nurse.",
        "Sample front desk is not in it by name, and a front desk is not in it by role.",
    )
    assert reasons(container, admin, nurse).is_on

    move(admin, Stage.ON, WEST)
    [west] = reasons(container, admin, front_desk).elsewhere
    assert west == ("On at Location Sample West: on, so everybody whose role allows it sees it.")
    biller = hire(Role.COMPLIANCE)
    assert "does not open" in reasons(container, admin, biller).chain[0]

    switches.leave_out(container, admin, "inbox", nurse.staff_id, Because.TRAINING)
    assert reasons(container, admin, nurse).chain == (
        "Sample admin left Sample nurse out of it (training), whatever the stages say.",
    )
    switches.stop(container, manager, "inbox", Why.WRONG_SENDS)
    assert reasons(container, admin, nurse).chain == (
        "Sample manager stopped it for everybody: wrong or doubtful sends. That beats every stage.",
    )


def test_why_says_a_persons_number_where_a_share_decides(container, practice, admin, nurse, move):
    place = bucket(practice.id, "inbox", nurse.staff_id) + 1
    move(admin, Stage.PILOT, percent=place, seen=Stage.ON)
    found = reasons(container, admin, nurse)
    assert found.is_on
    assert f"is number {place} of 100 and so among the first {place}" in found.chain[-1]
    if place > 1:
        move(admin, Stage.PILOT, percent=place - 1, seen=Stage.PILOT)
        assert not reasons(container, admin, nurse).is_on


@pytest.mark.parametrize("person", ["nurse", "front_desk", "manager", "admin"])
def test_what_why_says_is_what_the_gate_does(
    container, places, admin, shows, move, person, request
):
    somebody = request.getfixturevalue(person)
    move(admin, Stage.PILOT, roles=(Role.NURSE,), percent=100, seen=Stage.ON)
    has_role = person != "admin"  # an administrator's role does not open the inbox at all
    assert reasons(container, admin, somebody).is_on == (has_role and shows(somebody))


def test_denials_cannot_be_switched_on_without_claims_and_go_off_with_them(
    container, practice, admin, hire, shows, move
):
    biller = hire(Role.BILLER)
    with pytest.raises(Invalid, match="Denials needs Claims"):
        move(admin, Stage.ON, workflow="denials")
    move(admin, Stage.ON, workflow="claims")
    move(admin, Stage.ON, workflow="denials")
    assert shows(biller, workflow="denials")
    with looking(container, admin) as desk:
        claims_off = switches.Move("claims", "", Stage.OFF, seen=Stage.ON)
        assert "Denials needs Claims" in switches.effect(desk, claims_off).warnings[0]
    move(admin, Stage.OFF, workflow="claims", seen=Stage.ON)
    assert not shows(biller, workflow="denials")
    assert reasons(container, admin, biller, "denials").chain == (
        "It needs Claims, which is off there.",
    )


def test_only_the_house_may_act_without_a_role(container, practice, admin, nurse):
    move = switches.Move("inbox", "", Stage.OFF, seen=Stage.ON)
    with pytest.raises(NotAllowed):
        switches.set_stage.by_house(container, nurse, move)
    job = type(admin).job(practice.id, "rollout.guardrails")
    with pytest.raises(NotAllowed):
        switches.set_stage(container, job, move)
    switches.set_stage.by_house(container, job, move)
    with looking(container, admin) as desk:
        lines = desk.open(AuditTrail).search(verb="rollout.set_stage")
        assert [(line.actor, str(line.ending)) for line in lines] == [
            ("job/rollout.guardrails", "done"),
            ("job/rollout.guardrails", "refused"),
            (nurse.ref, "refused"),
        ]
        assert not rollout.gate(desk, "inbox").is_anywhere_on()
