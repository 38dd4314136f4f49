"""The jobs page says what runs, what is stuck and what to do about it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db import writing
from db.audit import AuditTrail, Ending
from db.connections import Connection
from db.deliveries import Delivery, DeliveryState
from db.job_runs import JobRequests, JobRun, hold
from services.desk import looking
from services.ehr.ports import Road

PAGE = "manage/jobs.py"


@pytest.fixture
def poll(container, practice, clock):
    """One poll that failed a minute after it had gone well."""
    for slot, error in (("1", ""), ("2", "healow cannot be reached.")):
        run = JobRun(
            practice_id=practice.id, job="inbox.poll", slot=slot, started_at=clock(),
            finished_at=clock(), error=error,
        )  # fmt: skip
        with writing(container.engine) as session:
            session.add(run)
        clock.wait(timedelta(minutes=1))


def words(app):
    shown = (app.text, app.caption, app.markdown, app.error, app.success, app.info)
    return "\n".join(element.value for kind in shown for element in kind)


def test_a_manager_sees_what_failed_and_why_and_runs_it_again(
    open_page, container, practice, poll, manager
):
    app = open_page(manager, PAGE)
    assert not app.exception
    assert "Fetch portal messages" in words(app)
    assert "healow cannot be reached." in words(app)
    app.button(key="retry/inbox.poll").click().run()
    with writing(container.engine) as session:
        assert [r.job for r in JobRequests(session, practice.id).take()] == ["inbox.poll"]


def test_compliance_looks_at_jobs_but_has_no_button(open_page, poll, compliance):
    app = open_page(compliance, PAGE)
    assert not app.exception
    assert not app.button


def test_without_a_worker_the_page_says_what_that_means(open_page, practice, manager):
    assert "No worker is running" in words(open_page(manager, PAGE))


def test_with_a_worker_it_does_not(open_page, container, practice, manager, clock):
    with writing(container.engine) as session:
        hold(session, "timetable", "worker-1", clock(), timedelta(seconds=15))
    app = open_page(manager, PAGE)
    assert "No worker is running" not in words(app)
    assert "No job has run yet" in words(app)


def test_a_refused_delivery_waits_on_the_page_for_a_person(
    open_page, container, practice, manager, clock
):
    refused = Delivery(
        practice_id=practice.id, key_id=uuid4(), conversation_id=uuid4(), kind="reply",
        patient_ref="Patient/p.1", approved_by=manager.staff_id, not_before=clock(),
        state=DeliveryState.REFUSED, error="eCW does not know this patient.",
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add(refused)
    told = words(open_page(manager, PAGE))
    assert "eCW does not know this patient." in told
    assert "correct it where it was approved" in told
    assert "Patient/p.1" not in told


def test_a_road_that_is_down_says_since_when_the_data_is(
    open_page, container, practice, manager, clock
):
    road = Connection(
        practice_id=practice.id, road="healow_messages", able=True, state="down",
        last_ok=clock(), last_error="healow cannot be reached.",
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add(road)
    clock.wait(timedelta(minutes=9))
    told = words(open_page(manager, PAGE))
    assert "Messages from healow" in told
    assert "9 min ago" in told


def test_the_front_desk_is_turned_away_from_the_page_on_record(
    open_page, container, poll, front_desk
):
    app = open_page(front_desk, PAGE)
    assert not app.title
    assert "Your role may not see the jobs." in words(app)
    with looking(container, front_desk) as desk:
        [line] = desk.open(AuditTrail).search(verb="jobs.read")
    assert line.ending is Ending.REFUSED


def test_every_road_has_a_name_for_staff(open_page, container, practice, manager):
    with writing(container.engine) as session:
        for road in Road:
            session.add(Connection(practice_id=practice.id, road=road, able=True, state="ok"))
    shown = words(open_page(manager, PAGE))
    assert "Files by SFTP" in shown
    assert [road for road in Road if f"**{road}**" in shown] == []
