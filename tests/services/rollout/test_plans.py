"""Changes with a moment: begun and ended by a job, approved by a second person, void once edited."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from db import writing
from db.audit import AuditTrail
from db.rollout import Rollouts
from db.rollout_changes import PlanState, RolloutPlans
from db.vocabulary import Role, Stage
from jobs.runner import drain
from jobs.timetable import timetable
from services import staff, switches
from services.desk import looking
from services.errors import Invalid, NotAllowed, Stale
from services.lines import Lines
from services.rollout import plans
from services.rollout.history import history
from services.rollout.wanted import Wanted, earlier
from services.switches import Because, Given, Move
from tests.services.conftest import MONDAY

HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")


def pilot(*people, seen=Stage.ON, **fields):
    return Move("inbox", "", Stage.PILOT, tuple(p.staff_id for p in people), seen, **fields)


def the_plan(container, actor, id):
    with looking(container, actor) as desk:
        return desk.open(RolloutPlans).get(id)


def stage(container, actor):
    with looking(container, actor) as desk:
        [row] = desk.open(Rollouts).of("inbox")
        return row.stage


def test_it_begins_and_ends_at_its_moments_and_the_schedule_is_named_as_who_did_it(
    container, practice, admin, nurse, front_desk, clock, shows
):
    wanted = Wanted(pilot(nurse), Given(Because.TRIAL), MONDAY + HOUR, MONDAY + 3 * HOUR)
    id = plans.plan(container, admin, wanted)
    clock.wait(HOUR - timedelta(seconds=1))
    assert not plans.run_due(container, practice)
    assert shows(front_desk)
    clock.wait(timedelta(seconds=1))
    assert plans.run_due(container, practice) == {"begun": 1}
    assert (shows(nurse), shows(front_desk)) == (True, False)
    assert not plans.run_due(container, practice)
    clock.wait(2 * HOUR)
    assert plans.run_due(container, practice) == {"ended": 1}
    assert stage(container, admin) is Stage.ON
    assert the_plan(container, admin, id).state is PlanState.DONE
    with looking(container, admin) as desk:
        assert history(desk, "inbox")[0].by == "the schedule"
        lines = desk.open(AuditTrail).search(subject=f"rollout_plan/{id}")
    assert [line.verb for line in reversed(lines)] == [
        "rollout.plan", "rollout.begin", "rollout.end"
    ]  # fmt: skip


def test_every_worker_looks_every_two_seconds_and_an_idle_look_leaves_no_line(
    container, practice, admin, nurse, settings
):
    [job] = [job for job in timetable(settings) if job.name == plans.JOB]
    lines = Lines(container, practice, None, None)
    assert (job.drains, job.schedule.length) == (True, timedelta(seconds=2))
    assert drain(job, lines, "worker-1") == 0
    plans.plan(container, admin, Wanted(pilot(nurse)))
    assert drain(job, lines, "worker-1") == 1
    assert stage(container, admin) is Stage.PILOT


def test_two_workers_begin_it_once(container, practice, admin, nurse):
    plans.plan(container, admin, Wanted(pilot(nurse)))
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: plans.run_due(container, practice), range(2)))
    assert sum(c["begun"] for c in counts) == 1
    with looking(container, admin) as desk:
        assert len(history(desk, "inbox")) == 2  # as it was found, and the pilot


@pytest.mark.usefixtures("second_approver")
def test_where_two_must_agree_nobody_lets_people_in_alone(
    container, practice, admin, manager, nurse, front_desk, shows
):
    switches.set_stage(container, admin, Move("inbox", "", Stage.OFF, seen=Stage.ON))  # at once
    with pytest.raises(Invalid, match="second person"):
        switches.set_stage(container, admin, pilot(nurse, seen=Stage.OFF))
    with pytest.raises(Invalid, match="second person"):
        switches.revert(container, admin, "inbox", 0, seen=1)
    id = plans.plan(container, admin, Wanted(pilot(nurse, seen=Stage.OFF)))
    assert not plans.run_due(container, practice)
    with pytest.raises(NotAllowed):
        plans.approve(container, admin, id, 1)
    with pytest.raises(NotAllowed):
        plans.approve(container, front_desk, id, 1)
    plans.approve(container, manager, id, 1)
    assert plans.run_due(container, practice) == {"begun": 1}
    assert shows(nurse)


@pytest.mark.usefixtures("second_approver")
def test_editing_after_approval_voids_it(container, practice, admin, manager, nurse, front_desk):
    wanted = Wanted(pilot(nurse), starts_at=MONDAY + HOUR)
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    wanted = Wanted(pilot(nurse, seen=Stage.SHADOW))
    id = plans.plan(container, admin, wanted)
    plans.approve(container, manager, id, 1)
    plans.edit(container, admin, id, 2, Wanted(pilot(nurse, front_desk, seen=Stage.SHADOW)))
    row = the_plan(container, admin, id)
    assert (row.state, row.approved_by) == (PlanState.ASKED, None)
    assert not plans.run_due(container, practice)
    with pytest.raises(Stale):
        plans.approve(container, manager, id, 2)  # what the manager read is another by now
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="rollout.edit_plan")
    assert line.reason.endswith("approval void")


@pytest.mark.usefixtures("second_approver")
def test_whom_a_plan_concerns_is_changed_and_taken_back_and_each_voids_the_approval(
    container, practice, admin, manager, nurse, front_desk, clock, shows
):
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    later = MONDAY + 2 * HOUR
    first = Wanted(pilot(nurse, seen=Stage.SHADOW), Given(Because.TRIAL), later)
    id = plans.plan(container, admin, first)
    plans.approve(container, manager, id, 1)
    both = replace(first, move=pilot(nurse, front_desk, seen=Stage.SHADOW))
    plans.edit(container, admin, id, 2, both)
    plans.approve(container, manager, id, 3)
    plans.go_back(container, admin, id, 4, to=2)
    row = the_plan(container, admin, id)
    assert (row.state, row.approved_by, row.starts_at) == (PlanState.ASKED, None, later)
    assert row.move["pilots"] == [str(nurse.staff_id)]
    told = [(one.version, len(one.wanted.move.pilots), one.by) for one in earlier(row)]
    assert told == [(4, 2, admin.staff_id), (2, 1, admin.staff_id)]
    clock.wait(2 * HOUR)
    assert not plans.run_due(container, practice)
    plans.approve(container, manager, id, 5)
    assert plans.run_due(container, practice) == {"begun": 1}
    assert (shows(nurse), shows(front_desk)) == (True, False)
    with looking(container, admin) as desk:
        lines = desk.open(AuditTrail).search(verb="rollout.edit_plan")
    assert all(line.reason.endswith("approval void") and " -> " in line.reason for line in lines)
    with pytest.raises(Stale):
        plans.go_back(container, admin, id, 6, to=2)  # it has been done


def test_what_is_planned_already_is_no_change_and_an_unknown_version_is_nothing(
    container, practice, admin, nurse
):
    wanted = Wanted(pilot(nurse), Given(Because.TRIAL), MONDAY + HOUR)
    id = plans.plan(container, admin, wanted)
    with pytest.raises(Invalid, match="planned already"):
        plans.edit(container, admin, id, 1, wanted)
    with pytest.raises(Invalid, match="no such version"):
        plans.go_back(container, admin, id, 1, to=7)
    assert the_plan(container, admin, id).version == 1


@pytest.mark.usefixtures("second_approver")
def test_people_are_changed_while_it_waits_for_approval_though_its_moment_has_passed(
    container, practice, admin, manager, nurse, front_desk, clock
):
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    id = plans.plan(container, admin, Wanted(pilot(nurse, seen=Stage.SHADOW)))
    clock.wait(HOUR)
    other = Wanted(pilot(front_desk, seen=Stage.SHADOW), starts_at=MONDAY)
    plans.edit(container, admin, id, 1, other)
    plans.approve(container, manager, id, 2)
    assert plans.run_due(container, practice) == {"begun": 1}


@pytest.mark.usefixtures("second_approver")
def test_whoever_edits_cannot_approve_either(container, practice, admin, hire, nurse, front_desk):
    other = hire(Role.ADMIN, "Sample second admin")
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    id = plans.plan(container, admin, Wanted(pilot(nurse, seen=Stage.SHADOW)))
    plans.edit(container, other, id, 1, Wanted(pilot(front_desk, seen=Stage.SHADOW)))
    with pytest.raises(NotAllowed):
        plans.approve(container, other, id, 2)
    plans.approve(container, admin, id, 2)


@pytest.mark.usefixtures("second_approver")
def test_a_plan_changed_behind_the_approval_is_not_carried_out(
    container, practice, admin, manager, nurse, front_desk
):
    """The negative control of the void: whoever reaches past the service is found out."""
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    id = plans.plan(container, admin, Wanted(pilot(nurse, seen=Stage.SHADOW)))
    plans.approve(container, manager, id, 1)
    with writing(container.engine) as session:
        row = RolloutPlans(session, practice.id).get(id)
        row.move = row.move | {"pilots": [str(front_desk.staff_id)]}
    assert plans.run_due(container, practice) == {"failed": 1}
    assert stage(container, admin) is Stage.SHADOW
    assert "not what was approved" in the_plan(container, admin, id).outcome


def test_a_pilot_person_who_left_meanwhile_stops_the_plan_and_that_is_said_once(
    container, practice, admin, nurse, clock
):
    id = plans.plan(container, admin, Wanted(pilot(nurse), starts_at=MONDAY + HOUR))
    staff.disable(container, admin, nurse.staff_id)
    clock.wait(HOUR)
    assert plans.run_due(container, practice) == {"failed": 1}
    assert not plans.run_due(container, practice)
    assert stage(container, admin) is Stage.ON
    assert the_plan(container, admin, id).outcome == "Somebody in the pilot no longer works here."


def test_somebody_changed_the_stage_since_so_the_plan_is_off(
    container, practice, admin, nurse, clock, move
):
    id = plans.plan(container, admin, Wanted(pilot(nurse), starts_at=MONDAY + HOUR))
    move(admin, Stage.SHADOW, seen=Stage.ON)
    clock.wait(HOUR)
    assert plans.run_due(container, practice) == {"failed": 1}
    assert stage(container, admin) is Stage.SHADOW
    assert "Somebody changed this stage" in the_plan(container, admin, id).outcome


def test_an_end_never_lets_more_people_in_than_there_are(
    container, practice, admin, nurse, clock, move
):
    plans.plan(container, admin, Wanted(pilot(nurse), stops_at=MONDAY + HOUR))
    plans.run_due(container, practice)
    move(admin, Stage.OFF, seen=Stage.PILOT)
    clock.wait(HOUR)
    plans.run_due(container, practice)
    assert stage(container, admin) is Stage.OFF


def test_called_off_it_never_begins(container, practice, admin, manager, nurse, clock):
    id = plans.plan(container, admin, Wanted(pilot(nurse), starts_at=MONDAY + HOUR))
    plans.cancel(container, manager, id, 1)
    clock.wait(HOUR)
    assert not plans.run_due(container, practice)
    with pytest.raises(Stale):
        plans.cancel(container, manager, id, 2)


@pytest.mark.parametrize(
    ("starts", "stops"), [(-HOUR, None), (HOUR, HOUR), (HOUR, timedelta(minutes=5))]
)
def test_moments_that_do_not_fit_are_refused(container, practice, admin, nurse, starts, stops):
    wanted = Wanted(pilot(nurse), starts_at=MONDAY + starts, stops_at=stops and MONDAY + stops)
    with pytest.raises(Invalid):
        plans.plan(container, admin, wanted)


def test_the_practices_clock_is_meant_on_both_sides_of_a_change_of_clocks():
    before = plans.moment(date(2026, 3, 7), time(7), NEW_YORK)
    after = plans.moment(date(2026, 3, 8), time(7), NEW_YORK)
    assert (before.astimezone(UTC).hour, after.astimezone(UTC).hour) == (12, 11)
    with pytest.raises(Invalid, match="02:30 does not come"):
        plans.moment(date(2026, 3, 8), time(2, 30), NEW_YORK)
    twice = plans.moment(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert twice.astimezone(UTC) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_across_the_change_of_clocks_a_plan_begins_once_at_the_wall_time_it_says(
    container, practice, admin, nurse, clock
):
    clock.now = datetime(2026, 3, 7, 20, tzinfo=UTC)
    starts = plans.moment(date(2026, 3, 8), time(7), NEW_YORK)
    plans.plan(container, admin, Wanted(pilot(nurse), starts_at=starts))
    clock.now = datetime(2026, 3, 8, 10, 59, 59, tzinfo=UTC)  # 06:59:59 by the new clock
    assert not plans.run_due(container, practice)
    clock.now = datetime(2026, 3, 8, 11, tzinfo=UTC)
    assert plans.run_due(container, practice) == {"begun": 1}
