"""The reminders page: what is proposed is read, approved, changed or skipped with one click."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import reading, writing
from db.audit import AuditTrail
from db.connections import Connection
from db.deliveries import Deliveries
from db.patients import Patient
from db.reminders import Reminders, ReminderState
from db.rollout import Rollout
from db.visits import Visit
from db.vocabulary import Role, Stage
from services.actions import Target
from services.container import Container
from services.desk import Actor, looking, working
from services.workflows.reminders import approving
from services.workflows.reminders.proposing import propose

PAGE = "front_desk/reminders.py"


@pytest.fixture
def open_roads(container: Container, practice: Any, clock: Any) -> None:
    """Reminders are on, healow takes messages, and the schedule has just been read."""
    roads = (("healow_replies", None), ("check_in_forms", clock().isoformat()))
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="reminders", stage=Stage.ON))
        for road, cursor in roads:
            session.add(Connection(practice_id=practice.id, road=road, able=True, cursor=cursor))


@pytest.fixture
def proposed(container: Container, practice: Any, clock: Any, open_roads: None) -> None:
    """Two synthetic patients with a visit tomorrow."""
    actor = Actor.job(practice.id, "reminders.poll")
    with working(container, actor) as desk:
        for number, name in enumerate(("Sample One", "Sample [Two](x)"), start=1):
            key = desk.vault.new_key()
            desk.session.add(key)
            patient = Patient(practice_id=practice.id, ehr_ref=f"Patient/p.{number}", key_id=key.id)
            desk.vault.seal_into(patient, name=name)
            visit = Visit(
                practice_id=practice.id, ehr_ref=f"Encounter/e.{number}", patient_id=patient.id,
                key_id=key.id, starts_at=clock() + timedelta(hours=23, minutes=number),
                status="planned", seen_at=clock(),
            )  # fmt: skip
            desk.session.add_all([patient, visit])
    assert propose(container, actor, practice)["proposed"] == 2


def words(app: AppTest) -> str:
    shown = (app.text, app.caption, app.markdown, app.error, app.success, app.info, app.warning)
    return "\n".join(element.value for kind in shown for element in kind)


def states(container: Container, practice: Any) -> list[ReminderState]:
    with reading(container.engine) as session:
        reminders = Reminders(session, practice.id)
        return [r.state for r in reminders.all(reminders.rows().order_by("send_at"))]


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label.startswith(label))


def test_what_is_proposed_is_shown_with_its_words_and_one_click_approves_it(
    open_page: Callable[..., AppTest], container: Container, practice: Any, proposed: None,
    front_desk: Actor,
) -> None:  # fmt: skip
    app = open_page(front_desk, PAGE)
    assert not app.exception
    assert "Hello Sample, this is a reminder of your visit on" in words(app)
    next(b for b in app.button if b.key.startswith("approve/")).click().run()
    assert not app.exception
    assert "Approved." in words(app)


def test_one_click_approves_all_that_is_shown(
    open_page: Callable[..., AppTest], container: Container, practice: Any, proposed: None,
    front_desk: Actor,
) -> None:  # fmt: skip
    app = open_page(front_desk, PAGE)
    button(app, "Approve all shown (2)").click().run()
    assert "2 approved." in words(app)
    assert states(container, practice) == [ReminderState.APPROVED] * 2
    with reading(container.engine) as session:
        assert Deliveries(session, practice.id).counts() == {"held": 2}


def test_a_click_approves_what_was_on_the_screen_and_nothing_newer(
    open_page: Callable[..., AppTest], container: Container, practice: Any, proposed: None,
    front_desk: Actor, nurse: Actor,
) -> None:  # fmt: skip
    app = open_page(front_desk, PAGE)
    with reading(container.engine) as session:
        first = Reminders(session, practice.id).listed([ReminderState.PROPOSED], 1)[0]
    target = Target(first.id, first.version, first.content_hash)
    approving.edit(container, nurse, target, "Other words.")
    app.button(key=f"approve/{first.id}").click().run()
    assert "Not done" in words(app)
    assert states(container, practice) == [ReminderState.PROPOSED] * 2


def test_the_wording_is_changed_before_it_is_approved(
    open_page: Callable[..., AppTest], container: Container, proposed: None, front_desk: Actor
) -> None:
    app = open_page(front_desk, PAGE)
    button(app, "Edit wording").click().run()
    app.text_area[0].input("Please come at nine.").run()
    button(app, "Save wording").click().run()
    assert not app.exception
    assert "Please come at nine." in words(app)


def test_approving_all_leaves_out_the_one_that_somebody_is_writing_in(
    open_page: Callable[..., AppTest], container: Container, practice: Any, proposed: None,
    front_desk: Actor,
) -> None:  # fmt: skip
    app = open_page(front_desk, PAGE)
    button(app, "Edit wording").click().run()
    app.text_area[0].input("Half a sen").run()
    button(app, "Approve all shown (1)").click().run()
    assert sorted(states(container, practice)) == [
        ReminderState.APPROVED,
        ReminderState.PROPOSED,
    ]


def test_skipping_asks_for_a_reason(
    open_page: Callable[..., AppTest], container: Container, practice: Any, proposed: None,
    front_desk: Actor,
) -> None:  # fmt: skip
    app = open_page(front_desk, PAGE)
    button(app, "Skip").click().run()
    next(b for b in app.button if b.key.startswith("skip-now")).click().run()
    assert "say why" in words(app)
    app.text_input[0].input("Called already").run()
    next(b for b in app.button if b.key.startswith("skip-now")).click().run()
    assert ReminderState.SKIPPED in states(container, practice)


def test_a_patients_name_is_shown_as_it_is_and_never_as_a_link(
    open_page: Callable[..., AppTest], proposed: None, front_desk: Actor
) -> None:
    app = open_page(front_desk, PAGE)
    assert "Sample [Two](x)" in [element.value for element in app.text]
    assert all("[Two]" not in element.value for element in (*app.markdown, *app.caption))


def test_looking_on_leaves_one_line_for_each_reminder_and_not_one_for_each_look(
    open_page: Callable[..., AppTest], container: Container, proposed: None, front_desk: Actor
) -> None:
    app = open_page(front_desk, PAGE)
    app.run()
    app.run()
    with looking(container, front_desk) as desk:
        assert len(desk.open(AuditTrail).search(verb="reminders.listed")) == 2


def test_an_empty_list_says_when_the_next_ones_come(
    open_page: Callable[..., AppTest], open_roads: None, front_desk: Actor
) -> None:
    app = open_page(front_desk, PAGE, lane="proposed")
    assert not app.exception
    assert "three days before" in words(app)


@pytest.mark.parametrize(
    ("lane", "says"),
    [("sent", "Nobody's answer is awaited."), ("returned", "Everything that was sent arrived.")],
)
def test_each_list_has_an_address(
    open_page: Callable[..., AppTest], open_roads: None, front_desk: Actor, lane: str, says: str
) -> None:
    assert says in words(open_page(front_desk, PAGE, lane=lane))


def test_a_practice_that_cannot_send_is_told_why_before_the_click(
    open_page: Callable[..., AppTest], container: Container, practice: Any, front_desk: Actor
) -> None:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="reminders", stage=Stage.ON))
        closed = "The contract does not include messages."
        session.add(Connection(practice_id=practice.id, road="healow_replies", reason=closed))
    told = words(open_page(front_desk, PAGE))
    assert "The contract does not include messages." in told
    assert "schedule has not been read" in told


def test_where_reminders_are_off_the_page_says_so(
    open_page: Callable[..., AppTest], practice: Any, front_desk: Actor
) -> None:
    app = open_page(front_desk, PAGE)
    assert not app.exception
    assert "not switched on" in words(app)


def test_a_biller_reads_and_has_no_button_to_approve(
    open_page: Callable[..., AppTest], proposed: None, hire: Callable[..., Actor]
) -> None:
    app = open_page(hire(Role.BILLER), PAGE)
    assert "Hello Sample" in words(app)
    assert not [b for b in app.button if b.label.startswith("Approve")]
