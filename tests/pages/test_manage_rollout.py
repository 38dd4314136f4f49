"""The rollout page: what is on for whom and why, a review before a change, and what stops it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from db import writing
from db.audit import AuditTrail
from db.places import Place
from db.practices import Practices
from db.rollout import Rollouts
from db.rollout_changes import PlanState, RolloutPlans
from db.vocabulary import Role, Stage
from services import rollout, switches
from services.desk import looking
from services.rollout import guardrails, plans
from services.rollout.wanted import Wanted
from tests.db import rows

PAGE = "manage/rollout.py"
WEST = "Location/l.2"


@pytest.fixture
def west(container, practice):
    """A second location."""
    with writing(container.engine) as session:
        session.add(
            Place(practice_id=practice.id, ehr_ref=WEST, kind="location", name="Sample West")
        )


def words(app):
    shown = (app.text, app.caption, app.markdown, app.error, app.info)
    return "\n".join(element.value for kind in shown for element in kind)


def chips(app, label):
    return next(pills for pills in app.pills if pills.label == label)


def stages(container, actor):
    with looking(container, actor) as desk:
        return {row.scope: row.stage for row in desk.open(Rollouts).of("inbox")}


def test_an_administrator_reviews_who_is_touched_and_then_confirms(
    open_page, container, west, admin, front_desk, nurse
):
    app = open_page(admin, PAGE)
    assert not app.exception
    app.selectbox(key="move/scope").select(WEST).run()
    app.radio[0].set_value(Stage.OFF).run()
    assert "Lose it (2): Sample front desk, Sample nurse" in words(app)
    assert stages(container, admin) == {"": Stage.ON}
    app.button(key="move/yes").click().run()
    assert stages(container, admin) == {"": Stage.ON, WEST: Stage.OFF}


def test_a_pilot_is_made_of_people_by_name(open_page, container, practice, admin, nurse):
    app = open_page(admin, PAGE)
    app.radio[0].set_value(Stage.PILOT).run()
    chips(app, "People in the pilot").select(nurse.staff_id).run()
    app.button(key="move/yes").click().run()
    assert "Sample nurse" in words(app.run())
    with looking(container, nurse) as desk:
        assert rollout.gate(desk, "inbox").shows_to(nurse.staff_id)


def test_what_would_change_nothing_cannot_be_reviewed(open_page, practice, admin):
    app = open_page(admin, PAGE)
    assert not app.exception
    [review] = [block for block in app.get("popover") if block.proto.popover.label == "Review"]
    assert review.proto.popover.disabled


def test_a_pilot_without_people_is_refused_in_words(open_page, container, practice, admin):
    app = open_page(admin, PAGE)
    app.radio[0].set_value(Stage.PILOT).run()
    app.button(key="move/yes").click().run()
    assert "A pilot needs at least one person." in words(app)
    assert stages(container, admin) == {"": Stage.ON}


def test_stopping_ai_says_what_it_does_and_takes_a_second_click(
    open_page, container, practice, manager
):
    app = open_page(manager, PAGE)
    assert "No engine is asked any more." in words(app)
    with looking(container, manager) as desk:
        assert not switches.stopped(desk)
    app.button(key="stop/ai").click().run()
    with looking(container, manager) as desk:
        assert set(switches.stopped(desk)) == {"ai"}
        assert desk.open(AuditTrail).search(verb="rollout.stop")


def test_what_is_stopped_says_by_whom_and_why(open_page, container, practice, manager):
    switches.stop(container, manager, "deliveries", switches.Why.VENDOR)
    app = open_page(manager, PAGE)
    assert "by Sample manager: trouble at eCW or healow" in words(app)
    assert "resume/deliveries" not in {button.key for button in app.button}


def test_only_an_administrator_starts_it_again(open_page, container, practice, manager, admin):
    switches.stop(container, manager, "deliveries", switches.Why.VENDOR)
    app = open_page(admin, PAGE)
    app.button(key="resume/deliveries").click().run()
    with looking(container, admin) as desk:
        assert not switches.stopped(desk)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.MANAGER])
def test_whoever_may_only_look_has_no_form(open_page, practice, hire, role):
    app = open_page(hire(role), PAGE)
    assert not app.exception
    assert "move/yes" not in {button.key for button in app.button}


def test_the_front_desk_sees_nothing_of_it(open_page, practice, front_desk):
    app = open_page(front_desk, PAGE)
    assert (len(app.title), len(app.button)) == (0, 0)


def test_a_role_is_put_in_a_pilot_with_four_clicks(
    open_page, container, practice, admin, nurse, front_desk
):
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.OFF, seen=Stage.ON))
    app = open_page(admin, PAGE)
    app.button(key="change/inbox").click().run()  # one
    assert app.radio[0].value is Stage.PILOT
    chips(app, "Roles in the pilot").select(Role.NURSE).run()  # two
    assert "Can use it from now on (1): Sample nurse" in words(app)  # three opens the review
    app.button(key="move/yes").click().run()  # four
    assert not app.exception
    with looking(container, nurse) as desk:
        assert rollout.gate(desk, "inbox").shows_to(nurse.staff_id)
    with looking(container, front_desk) as desk:
        assert not rollout.gate(desk, "inbox").shows_to(front_desk.staff_id)


def test_the_review_says_what_is_open_who_holds_it_and_what_becomes_of_it(
    open_page, container, practice, admin, nurse
):
    with writing(container.engine) as session:
        session.add(rows.conversation(practice.id, assigned_to=nurse.staff_id))
        session.add(rows.conversation(practice.id))
    app = open_page(admin, PAGE)
    app.radio[0].set_value(Stage.OFF).run()
    assert "Open there: 2 (2 open)" in words(app)
    assert "Held by: Sample nurse 1" in words(app)
    assert "may finish what is open for 7 days" in words(app)
    app.toggle(key="move/drains").set_value(False).run()
    assert "closed to them at once" in words(app)
    assert stages(container, admin) == {"": Stage.ON}


def test_what_is_planned_is_approved_by_somebody_else(
    open_page, container, practice, admin, manager, nurse
):
    with writing(container.engine) as session:
        Practices(session).get(practice.id).options = {"second_approver": True}
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.OFF, seen=Stage.ON))
    app = open_page(admin, PAGE)
    app.button(key="change/inbox").click().run()
    chips(app, "Roles in the pilot").select(Role.NURSE).run()
    assert app.button(key="move/yes").label == "Ask for approval"
    app.button(key="move/yes").click().run()
    assert "Somebody else has to approve this." in words(app)
    assert not [b for b in app.button if (b.key or "").startswith("approve/")]

    app = open_page(manager, PAGE)
    [approve] = [b for b in app.button if (b.key or "").startswith("approve/")]
    approve.click().run()
    assert not app.exception
    plans.run_due(container, practice)
    assert stages(container, admin) == {"": Stage.PILOT}


def test_a_plan_whose_moment_is_changed_needs_its_approval_again(
    open_page, container, practice, admin, manager, nurse, clock
):
    with writing(container.engine) as session:
        Practices(session).get(practice.id).options = {"second_approver": True}
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.OFF, seen=Stage.ON))
    move = switches.Move("inbox", "", Stage.PILOT, (nurse.staff_id,), Stage.OFF)
    wanted = Wanted(move, starts_at=rows.later(days=1))
    id = plans.plan(container, admin, wanted)
    plans.approve(container, manager, id, 1)
    app = open_page(admin, PAGE)
    app.date_input(key=f"edit/Begins/{id}/2/day").set_value(date(2026, 3, 5)).run()
    app.button(key=f"edit/{id}").click().run()
    assert not app.exception
    with looking(container, admin) as desk:
        plan = desk.open(RolloutPlans).get(id)
    assert (plan.state, plan.approved_by) == (PlanState.ASKED, None)
    assert plan.starts_at == datetime(2026, 3, 5, 9, tzinfo=UTC)


def test_whom_a_plan_concerns_is_changed_before_it_begins_and_taken_back(
    open_page, container, practice, admin, nurse, front_desk, clock
):
    move = switches.Move("inbox", "", Stage.PILOT, (nurse.staff_id,), Stage.ON)
    id = plans.plan(container, admin, Wanted(move, starts_at=rows.later(days=1)))
    app = open_page(admin, PAGE)
    app.pills(key=f"edit/{id}/1/pilots").select(front_desk.staff_id).run()
    both = "pilot for Sample front desk, Sample nurse"
    assert f"pilot for Sample nurse → {both}" in words(app)
    app.button(key=f"edit/{id}").click().run()
    assert not app.exception
    assert f"on → {both}" in words(app)
    assert "by Sample admin: pilot for Sample nurse, from Tue 3 Mar, 04:00" in words(app)
    app.button(key=f"back/{id}/2/1").click().run()
    assert not app.error
    with looking(container, admin) as desk:
        assert desk.open(RolloutPlans).get(id).move["pilots"] == [str(nurse.staff_id)]


def test_a_change_is_taken_back_from_its_diff(open_page, container, practice, admin):
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.OFF, seen=Stage.ON))
    app = open_page(admin, PAGE)
    assert "Whole practice: on → off" in words(app)
    app.button(key="revert/inbox/0/1").click().run()
    assert stages(container, admin) == {"": Stage.ON}


def test_a_limit_that_paused_something_is_told_until_it_is_seen(
    open_page, container, practice, manager, admin
):
    guardrails.set_limit(container, admin, "inbox", "turnaround", 1, 24, 1, True)
    with writing(container.engine) as session:
        session.add(rows.conversation(practice.id, answered_at=rows.later(hours=5),
                                      waiting_since=rows.later(hours=-5)))  # fmt: skip
    assert guardrails.watch(container, practice)["paused"] == 1
    app = open_page(manager, PAGE)
    [told] = [error.value for error in app.error]
    assert "Inbox triage was paused by itself" in told
    assert "Hours to an answer: 10.0 h in 1 cases" in told
    [seen] = [b for b in app.button if (b.key or "").startswith("seen/")]
    seen.click().run()
    assert not app.error


def test_why_it_is_off_for_somebody_and_leaving_them_out(
    open_page, container, practice, admin, nurse
):
    app = open_page(admin, PAGE)
    app.selectbox(key="why/person").select(nurse.staff_id).run()
    assert "Whole practice: on, so everybody whose role allows it sees it." in words(app)
    app.button(key=f"out/inbox/{nurse.staff_id}").click().run()
    assert "Sample admin left Sample nurse out of it (absence)" in words(app)
    with looking(container, nurse) as desk:
        assert not rollout.gate(desk, "inbox").shows_to(nurse.staff_id)


def test_the_plan_is_four_phases_and_the_limits_have_their_figures(open_page, practice, admin):
    app = open_page(admin, PAGE)
    assert not app.exception
    assert all(f"Phase {n}" in words(app) for n in range(1, 5))
    assert "limit 15% over 7 days, from 20 cases on" in words(app)


def test_a_place_that_a_limit_paused_is_shown_and_started_again_in_two_clicks(
    open_page, container, practice, west, admin, nurse, clock
):
    guardrails.set_limit(container, admin, "inbox", "turnaround", 1, 24, 1, True, WEST)
    with writing(container.engine) as session:
        for place, hours in ((WEST, 10), ("Location/l.1", 0)):
            session.add(rows.conversation(practice.id, answered_at=rows.later(hours=5),
                                          waiting_since=rows.later(hours=5 - hours),
                                          location=place))  # fmt: skip
    assert guardrails.watch(container, practice)["paused"] == 1
    app = open_page(admin, PAGE)
    assert not app.exception
    [told] = [error.value for error in app.error]
    assert "Inbox triage was paused by itself at Sample West" in told
    assert "not started again yet" in words(app)  # in the history
    app.selectbox(key="limits/where/inbox").select(WEST).run()
    assert "limit 1.0 h over 24 h" in words(app)
    assert "limit 15% over 7 days, from 20 cases on, as in the practice" in words(app)
    [start] = [b for b in app.button if (b.key or "").startswith("restart/place/")]
    start.click().run()
    assert not app.exception
    with looking(container, nurse) as desk:
        assert rollout.gate(desk, "inbox").shows_to(nurse.staff_id, (WEST,))


def test_below_the_bar_of_the_shadow_a_pilot_needs_a_reason(
    open_page, container, practice, admin, nurse
):
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    app = open_page(admin, PAGE)
    assert "agreement of no case, 30 are needed, the bar is 85 %" in words(app).lower()
    app.button(key="change/inbox").click().run()
    chips(app, "Roles in the pilot").select(Role.NURSE).run()
    assert [w.value for w in app.warning if "Too few cases yet" in w.value]
    assert app.button(key="move/yes").disabled
    app.selectbox(key="move/all_the_same").select(switches.Because.CHECKED).run()
    assert not app.button(key="move/yes").disabled
    app.button(key="move/yes").click().run()
    assert stages(container, admin) == {"": Stage.PILOT}
    with looking(container, admin) as desk:
        [_, line] = reversed(desk.open(AuditTrail).search(verb="rollout.set_stage"))
    assert line.reason.endswith("because: all the same: people check every case")


def test_how_a_pilot_goes_is_told_by_name_to_whoever_may_read_metrics(
    open_page, container, practice, admin, manager, compliance, nurse, clock
):
    move = switches.Move("inbox", "", Stage.PILOT, (nurse.staff_id,), Stage.ON)
    switches.set_stage(container, admin, move)
    clock.wait(timedelta(days=41))
    app = open_page(manager, PAGE)
    assert not app.exception
    assert "Since Mon 2 Mar, 04:00: Sample nurse" in words(app)
    assert "Answered in time: 0 of 30 cases" in words(app)
    assert "In pilot for 41 days: decide" in words(app)
    app = open_page(compliance, PAGE)
    assert "Managers and administrators see how a pilot goes." in words(app)
    assert "Answered in time" not in words(app)


def test_the_changes_are_saved_as_a_file(open_page, container, practice, compliance, admin):
    switches.set_stage(container, admin, switches.Move("inbox", "", Stage.OFF, seen=Stage.ON))
    app = open_page(compliance, PAGE)
    app.button(key="past/export").click().run()
    assert not app.exception
    [save] = app.get("download_button")
    assert save.proto.label == "Save 1 lines"
