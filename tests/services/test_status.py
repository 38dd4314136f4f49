"""What happens by itself can be seen, as a page and as JSON, and never holds a patient's words."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from db import writing
from db.audit import AuditTrail
from db.connections import Connection
from db.conversations import Conversation
from db.deliveries import Delivery, DeliveryState
from db.job_runs import JobRequests, JobRun, hold
from db.places import Place
from db.rollout import Rollout
from db.vocabulary import Role, Stage, Urgency
from services import job_board
from services.desk import looking
from services.errors import Invalid, NotAllowed
from services.policy import ALLOWED
from services.status import status
from services.workflows import ALL

MINUTE = timedelta(minutes=1)


@pytest.fixture
def polls(container, practice, clock):
    """Five polls, a minute apart, the last of them now."""
    for number in range(5):
        if number:
            clock.wait(MINUTE)
        run = JobRun(
            practice_id=practice.id, job="inbox.poll", slot=clock().isoformat(),
            started_at=clock(), finished_at=clock(), counts={"new": number},
        )  # fmt: skip
        with writing(container.engine) as session:
            session.add(run)


def card(container, actor, job="inbox.poll"):
    with looking(container, actor) as desk:
        return next(card for card in job_board.jobs(desk) if card.job == job)


def test_a_job_shows_its_last_run_its_rhythm_and_its_next(container, polls, manager, clock):
    found = card(container, manager)
    assert (found.state, found.every, found.last.counts) == ("ok", MINUTE, {"new": 4})
    assert found.next_at == clock() + MINUTE


def test_a_job_that_stopped_running_is_late(container, polls, manager, clock):
    clock.wait(5 * MINUTE)
    found = card(container, manager)
    assert (found.state, found.late) == ("late", 4 * MINUTE)


def test_a_job_in_its_rhythm_is_not_called_late(container, polls, manager, clock):
    clock.wait(MINUTE + timedelta(seconds=20))
    assert card(container, manager).state == "ok"


def test_a_run_out_of_turn_does_not_change_the_rhythm(container, polls, practice, manager, clock):
    clock.wait(timedelta(seconds=3))
    asked = JobRun(
        practice_id=practice.id, job="inbox.poll", slot="asked-1", started_at=clock(),
        finished_at=clock(),
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add(asked)
    assert card(container, manager).every == MINUTE


def test_a_queue_that_had_no_work_overnight_is_not_late(container, practice, manager, clock):
    for _ in range(3):
        drained = JobRun(
            practice_id=practice.id, job="deliver", slot=f"{clock():%Y-%m-%dT%H:%MZ}",
            started_at=clock(), finished_at=clock(),
        )  # fmt: skip
        with writing(container.engine) as session:
            session.add(drained)
        clock.wait(MINUTE)
    clock.wait(timedelta(hours=12))
    found = card(container, manager, "deliver")
    assert (found.state, found.every) == ("ok", None)


def test_a_failed_job_says_why_and_when_it_last_went_well(
    container, polls, practice, manager, clock
):
    good = clock()
    clock.wait(MINUTE)
    failed = JobRun(
        practice_id=practice.id, job="inbox.poll", slot="later", started_at=clock(),
        finished_at=clock(), error="healow cannot be reached.",
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add(failed)
    found = card(container, manager)
    assert (found.state, found.last.error, found.last_good) == (
        "failed",
        "healow cannot be reached.",
        good,
    )


def test_retry_asks_the_worker_and_is_on_record(container, polls, practice, manager):
    job_board.retry(container, manager, "inbox.poll")
    with writing(container.engine) as session:
        [request] = JobRequests(session, practice.id).take()
    assert (request.job, request.staff_id) == ("inbox.poll", manager.staff_id)
    with looking(container, manager) as desk:
        assert desk.open(AuditTrail).search(verb="jobs.retry")[0].subject == "job/inbox.poll"


def test_a_job_nobody_knows_cannot_be_retried(container, polls, manager):
    with pytest.raises(Invalid):
        job_board.retry(container, manager, "format.disk")


@pytest.mark.parametrize("role", [role for role in Role if role not in ALLOWED["jobs.retry"]])
def test_only_leads_retry_a_job(container, polls, practice, hire, role):
    with pytest.raises(NotAllowed):
        job_board.retry(container, hire(role), "inbox.poll")
    with writing(container.engine) as session:
        assert not JobRequests(session, practice.id).take()


@pytest.fixture
def busy(container, practice, polls, front_desk, clock):
    """A practice in which something of everything has happened."""
    common = {"practice_id": practice.id, "key_id": uuid4()}
    urgent = Conversation(
        **common, thread_id="t-1", patient_id=uuid4(), first_at=clock(), waiting_since=clock(),
        subject=b"sealed",
    )  # fmt: skip
    urgent.set_urgency(Urgency.URGENT)
    refused = Delivery(
        **common, kind="reply", conversation_id=urgent.id, patient_ref="Patient/p.1",
        approved_by=front_desk.staff_id, not_before=clock(), state=DeliveryState.REFUSED,
    )  # fmt: skip
    road = Connection(practice_id=practice.id, road="healow_replies", able=True, state="ok")
    place = Place(practice_id=practice.id, ehr_ref="Location/l.2", kind="location", name="Sample")
    off = Rollout(practice_id=practice.id, workflow="inbox", scope=place.ehr_ref, stage=Stage.OFF)
    with writing(container.engine) as session:
        session.add_all([urgent, refused, road, place, off])
        hold(session, "timetable", "worker-1", clock(), timedelta(seconds=15))


def test_the_status_counts_everything_an_operator_asks_about(container, busy, clock):
    found = json.loads(json.dumps(status(container)))
    sample = found["practices"]["SAMPLE"]
    assert found["worker"]["alive"] is True
    assert sample["workflows"]["inbox"] == {
        "stages": {"practice": "on", "Location/l.2": "off"},
        "states": {"open": 1},
        "open_by_urgency": {"urgent": 1},
    }
    assert sample["deliveries"] == {"refused": 1}
    assert sample["jobs"]["inbox.poll"]["state"] == "ok"
    assert sample["connections"]["healow_replies"]["state"] == "ok"
    assert sample["stopped"] == []
    assert sample["audit"]["lines"] == 0


def test_the_status_says_when_no_worker_leads(container, busy, clock):
    clock.wait(MINUTE)
    assert status(container)["worker"]["alive"] is False


def test_the_status_names_neither_patients_nor_staff(container, busy):
    told = json.dumps(status(container))
    assert "Patient/" not in told
    assert "Sample front desk" not in told


def test_every_workflow_says_how_much_of_it_there_is(container, practice):
    with writing(container.engine) as session:
        for workflow in ALL:
            if workflow.key != "inbox":  # the practice has that one already
                row = Rollout(practice_id=practice.id, workflow=workflow.key, stage=Stage.ON)
                session.add(row)
    told = status(container)["practices"][practice.code]["workflows"]
    assert set(told) == {workflow.key for workflow in ALL}
