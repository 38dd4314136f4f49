"""The rollout page: what is on for whom, a review before a change, and switches that stop."""

import pytest

from db import writing
from db.audit import AuditTrail
from db.places import Place
from db.rollout import Rollouts
from db.vocabulary import Role, Stage
from services import rollout, switches
from services.desk import looking

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
    app.multiselect(key="move/pilots").select(nurse.staff_id).run()
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
