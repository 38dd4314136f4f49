"""Stages, kill switches and people: moved by the right role, at once, on the record."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from db import writing
from db.audit import AuditTrail, Ending
from db.places import Place
from db.rollout import Rollouts
from db.vocabulary import Role, Stage
from services import accounts, rollout, sessions, staff, switches
from services.accounts import NewAccount
from services.desk import looking
from services.errors import Invalid, NotAllowed, NotRolledOut, Stale
from services.policy import ALLOWED
from services.switches import STOPPABLE, Move, Why

EAST, WEST, DOCTOR = "Location/l.1", "Location/l.2", "Practitioner/pr.1"


@pytest.fixture
def places(container, practice):
    """Two locations and a provider."""
    named = ((EAST, "location"), (WEST, "location"), (DOCTOR, "provider"))
    with writing(container.engine) as session:
        for ref, kind in named:
            session.add(
                Place(practice_id=practice.id, ehr_ref=ref, kind=kind, name=f"Sample {kind}")
            )


def shows(container, actor, *places):
    with looking(container, actor) as desk:
        return rollout.gate(desk, "inbox").shows_to(actor.staff_id, places)


def suggests(container, actor, *places):
    with looking(container, actor) as desk:
        return rollout.gate(desk, "inbox").suggests(places)


def last_line(container, actor, verb):
    with looking(container, actor) as desk:
        return desk.open(AuditTrail).search(verb=verb)[0]


def move(container, actor, stage, scope="", pilots=(), seen=None):
    switches.set_stage(container, actor, Move("inbox", scope, stage, tuple(pilots), seen))


def test_switched_off_at_one_location_it_stays_on_at_the_other(
    container, places, admin, front_desk
):
    move(container, admin, Stage.OFF, scope=WEST)
    assert shows(container, front_desk, EAST)
    assert not shows(container, front_desk, WEST)
    assert suggests(container, front_desk, EAST)
    assert not suggests(container, front_desk, WEST)


def test_a_provider_can_be_ahead_of_the_location(container, places, admin, front_desk):
    move(container, admin, Stage.OFF, seen=Stage.ON)
    move(container, admin, Stage.ON, scope=DOCTOR)
    assert shows(container, front_desk, DOCTOR, EAST)
    assert not shows(container, front_desk, EAST)


def test_a_pilot_is_seen_by_the_people_it_names(container, practice, admin, front_desk, nurse):
    move(container, admin, Stage.PILOT, pilots=[nurse.staff_id], seen=Stage.ON)
    assert shows(container, nurse)
    assert not shows(container, front_desk)


def test_in_shadow_engines_work_and_nobody_sees_it(container, practice, admin, front_desk):
    move(container, admin, Stage.SHADOW, seen=Stage.ON)
    assert suggests(container, front_desk)
    assert not shows(container, front_desk)


def test_a_place_can_follow_the_practice_again(container, places, admin, front_desk):
    move(container, admin, Stage.OFF, scope=WEST)
    move(container, admin, None, scope=WEST, seen=Stage.OFF)
    assert shows(container, front_desk, WEST)


def test_the_trail_says_what_the_stage_was_and_what_it_is(container, practice, admin, nurse):
    move(container, admin, Stage.PILOT, pilots=[nurse.staff_id], seen=Stage.ON)
    line = last_line(container, admin, "rollout.set_stage")
    assert (line.subject, line.reason) == ("rollout/inbox", f"on -> pilot for {nurse.staff_id}")


def test_two_administrators_do_not_overwrite_each_other(container, practice, admin):
    move(container, admin, Stage.OFF, seen=Stage.ON)
    with pytest.raises(Stale):
        move(container, admin, Stage.SHADOW, seen=Stage.ON)


@pytest.mark.parametrize(
    "wrong",
    [
        Move("nothing", "", Stage.ON),
        Move("inbox", "Location/nowhere", Stage.ON),
        Move("inbox", "", None, seen=Stage.ON),
        Move("inbox", "", Stage.PILOT, seen=Stage.ON),
        Move("inbox", "", Stage.PILOT, (uuid4(),), seen=Stage.ON),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(container, practice, admin, wrong):
    with pytest.raises(Invalid):
        switches.set_stage(container, admin, wrong)
    with looking(container, admin) as desk:
        assert [row.stage for row in desk.open(Rollouts).of("inbox")] == [Stage.ON]


def test_before_a_move_everybody_it_touches_is_named(container, practice, admin, front_desk, nurse):
    pilot = Move("inbox", "", Stage.PILOT, (nurse.staff_id,), Stage.ON)
    with looking(container, admin) as desk:
        touched = switches.effect(desk, pilot)
    assert (touched.gain, touched.lose) == ((), ("Sample front desk",))
    assert shows(container, front_desk)


def test_the_kill_switch_beats_every_stage_at_once(container, places, admin, front_desk):
    move(container, admin, Stage.ON, scope=DOCTOR)
    switches.stop(container, admin, "inbox", Why.SECURITY)
    assert not shows(container, front_desk, DOCTOR, EAST)
    assert not suggests(container, front_desk, DOCTOR, EAST)
    switches.resume(container, admin, "inbox")
    assert shows(container, front_desk, DOCTOR, EAST)


def test_stopping_ai_stops_suggestions_and_nothing_else(container, practice, admin, front_desk):
    switches.stop(container, admin, "ai", Why.WRONG_DRAFTS)
    assert not suggests(container, front_desk)
    assert shows(container, front_desk)


def test_a_manager_can_stop_but_only_an_administrator_starts_again(container, practice, manager):
    switches.stop(container, manager, "deliveries", Why.WRONG_SENDS)
    with pytest.raises(NotAllowed):
        switches.resume(container, manager, "deliveries")
    line = last_line(container, manager, "rollout.stop")
    assert (line.subject, line.reason) == (
        "switch/deliveries",
        "running -> stopped: wrong or doubtful sends",
    )
    assert last_line(container, manager, "rollout.resume").ending is Ending.REFUSED


def test_what_is_stopped_is_not_stopped_again(container, practice, admin):
    switches.stop(container, admin, "ai", Why.OTHER)
    with pytest.raises(Stale):
        switches.stop(container, admin, "ai", Why.OTHER)
    with pytest.raises(Invalid):
        switches.stop(container, admin, "everything", Why.OTHER)


def test_with_no_stages_on_record_everything_is_off(container, practice, front_desk):
    with container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("DELETE FROM rollout"))
    assert not shows(container, front_desk)
    assert not suggests(container, front_desk)
    with looking(container, front_desk) as desk, pytest.raises(NotRolledOut):
        rollout.require(desk, "inbox", (), "Send reply")


def test_a_stage_nobody_understands_lets_nothing_through(container, practice, front_desk):
    with container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE rollout SET stage = 'banana'"))
    with pytest.raises((LookupError, ValueError)):
        shows(container, front_desk)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", ["rollout.set_stage", "rollout.stop", "staff.add"])
def test_each_role_manages_what_the_policy_says_and_no_more(container, practice, hire, role, verb):
    actor = hire(role, "Sample lead")
    new = NewAccount("somebody@practice.invalid", "Sample somebody", Role.NURSE)
    attempts = {
        "rollout.set_stage": lambda: move(container, actor, Stage.OFF, seen=Stage.ON),
        "rollout.stop": lambda: switches.stop(container, actor, "ai", Why.OTHER),
        "staff.add": lambda: staff.add(container, actor, new),
    }
    if role in ALLOWED[verb]:
        attempts[verb]()
        expected = Ending.DONE
    else:
        with pytest.raises(NotAllowed):
            attempts[verb]()
        expected = Ending.REFUSED
    assert last_line(container, actor, verb).ending is expected


def test_somebody_new_signs_in_with_the_password_they_were_handed(container, practice, admin):
    password = staff.temporary_password()
    kept = accounts.hashed(password, "new@practice.invalid", "Sample newcomer")
    new = NewAccount("New@practice.invalid", "Sample newcomer", Role.NURSE, password_hash=kept)
    staff.add(container, admin, new)
    assert accounts.sign_in(container, "new@practice.invalid", password).role is Role.NURSE
    assert last_line(container, admin, "staff.add").reason == "added as nurse"


def test_temporary_passwords_are_long_enough_and_never_the_same():
    made = {staff.temporary_password() for _ in range(200)}
    assert len(made) == 200
    assert all(accounts.hashed(p, "a@practice.invalid", "Sample") for p in list(made)[:1])


def test_an_address_is_given_to_one_person_only(container, practice, admin):
    new = NewAccount("same@practice.invalid", "Sample newcomer", Role.NURSE)
    staff.add(container, admin, new)
    with pytest.raises(Invalid):
        staff.add(container, admin, new)


def test_somebody_disabled_is_out_at_once_in_every_browser(container, practice, admin, nurse):
    with looking(container, admin) as desk:
        person = next(p for p in staff.people(desk) if p.id == nurse.staff_id)
    cookies = [sessions.begin(container, person, how="password") for _ in range(2)]
    assert all(sessions.who(container, cookie) for cookie in cookies)
    staff.disable(container, admin, nurse.staff_id)
    assert not any(sessions.who(container, cookie) for cookie in cookies)


def test_a_new_role_counts_from_the_next_click(container, practice, admin, nurse):
    with looking(container, admin) as desk:
        person = next(p for p in staff.people(desk) if p.id == nurse.staff_id)
    cookie = sessions.begin(container, person, how="password")
    staff.change_role(container, admin, nurse.staff_id, Role.BILLER, False, seen=Role.NURSE)
    assert sessions.who(container, cookie).role is Role.BILLER
    assert last_line(container, admin, "staff.change_role").reason == "nurse -> biller"


def test_a_role_somebody_else_changed_meanwhile_is_not_overwritten(container, admin, nurse):
    with pytest.raises(Stale):
        staff.change_role(container, admin, nurse.staff_id, Role.ADMIN, False, seen=Role.BILLER)


def test_an_administrator_cannot_lock_the_practice_out(container, admin):
    with pytest.raises(Invalid):
        staff.disable(container, admin, admin.staff_id)
    with pytest.raises(Invalid):
        staff.change_role(container, admin, admin.staff_id, Role.NURSE, False, seen=Role.ADMIN)


def test_every_switch_can_be_used(container, practice, admin):
    for what in STOPPABLE:
        switches.stop(container, admin, what, Why.MAINTENANCE)
    with looking(container, admin) as desk:
        assert set(switches.stopped(desk)) == set(STOPPABLE)
