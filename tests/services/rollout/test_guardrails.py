"""A limit that is exceeded pauses its workflow by itself, says why, and says it once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.conversations import Conversation
from db.corrections import Correction
from db.deliveries import Delivery, DeliveryState
from db.guardrail_counts import GuardrailCounts
from db.guardrails import GuardrailTrips
from db.open_work import OpenWork
from db.rollout import Rollouts
from db.suggestions import Outcome
from db.vocabulary import Stage, Urgency
from services import switches
from services.desk import looking, working
from services.errors import Invalid, Stale
from services.rollout import guardrails, measures
from services.rollout.history import history
from services.switches import Because, Given, Move, Why
from tests.services.conftest import MONDAY

MINUTE = timedelta(minutes=1)


def raised(container, nurse, id):
    """As ``raise_urgency`` leaves it on the trail."""
    with working(container, nurse) as desk:
        desk.record("inbox.raise_urgency", f"conversation/{id}")


def stage(container, actor, workflow="inbox"):
    with looking(container, actor) as desk:
        return {row.scope: row.stage for row in desk.open(Rollouts).of(workflow)}


def trips(container, actor):
    with looking(container, actor) as desk:
        return desk.open(GuardrailTrips).unseen()


def value(container, actor, key, workflow="inbox"):
    with looking(container, actor) as desk:
        found = {r.measure.key: r.measured for r in guardrails.readings(desk, workflow)}
    return found[key].value, found[key].count


def test_one_missed_urgency_pauses_the_inbox_and_tells_it_once(
    container, practice, admin, nurse, manager, clock, shows, sorted_as
):
    assert guardrails.watch(container, practice) == {"checked": 1}
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT))
    assert guardrails.watch(container, practice) == {"checked": 1, "paused": 1}
    assert stage(container, admin) == {"": Stage.SHADOW}
    assert not shows(nurse)
    assert not guardrails.watch(container, practice)["paused"]
    [trip] = trips(container, admin)
    assert guardrails.said(trip) == (
        "Urgent messages missed: 1 since 2026-02-23 09:00 UTC; the limit is 0."
    )
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="rollout.pause")
        newest = history(desk, "inbox")[0]
    assert (line.actor, line.subject) == ("job/rollout.guardrails", "rollout/inbox")
    assert "the limit is 0. practice on -> shadow" in line.reason
    assert (newest.by, newest.because) == ("a limit, by itself", "a limit was exceeded")
    guardrails.acknowledge(container, manager, trip.id)
    assert trips(container, admin) == []
    with pytest.raises(Stale):
        guardrails.acknowledge(container, manager, trip.id)


def test_on_again_the_old_miss_is_not_held_against_it_and_a_new_one_is(
    container, practice, admin, nurse, clock, sorted_as
):
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT))
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    on = Move("inbox", "", Stage.ON, seen=Stage.SHADOW)
    switches.set_stage(container, admin, on, Given(Because.CHECKED))
    assert not guardrails.watch(container, practice)["paused"]
    raised(container, nurse, sorted_as(is_now=Urgency.EMERGENCY))
    assert guardrails.watch(container, practice)["paused"] == 1


def test_raised_to_today_put_back_or_called_urgent_already_is_no_miss(
    container, practice, admin, nurse, sorted_as
):
    """The negative control: not every raised urgency is a missed one."""
    raised(container, nurse, sorted_as(is_now=Urgency.TODAY))
    raised(container, nurse, sorted_as(is_now=Urgency.ROUTINE))
    raised(container, nurse, sorted_as(Urgency.URGENT))
    assert value(container, admin, "urgent_misses") == (0, 0)
    assert not guardrails.watch(container, practice)["paused"]


def test_a_share_counts_only_from_enough_cases_on(container, practice, admin, nurse, sorted_as):
    with writing(container.engine) as session:
        for n in range(19):
            id = sorted_as()
            if n < 5:
                correction = Correction(
                    practice_id=practice.id, conversation_id=id, field="category", created_at=MONDAY,
                    old="refill", new="other", staff_id=nurse.staff_id,
                )  # fmt: skip
                session.add(correction)
    assert value(container, admin, "correction_rate") == (pytest.approx(5 / 19), 19)
    assert not guardrails.watch(container, practice)["paused"]
    sorted_as()
    assert guardrails.watch(container, practice)["paused"] == 1
    assert "25% in 20 cases" in guardrails.said(trips(container, admin)[0])


def test_untouched_sends_turnaround_cost_and_refused_writes_by_hand(
    container, practice, admin, nurse, sorted_as
):
    for outcome in (Outcome.USED, Outcome.USED, Outcome.EDITED, Outcome.DISCARDED):
        sorted_as(outcome=outcome, has_draft=True, decided_at=MONDAY, microdollars=250_000)
    assert value(container, admin, "untouched_sends") == (pytest.approx(2 / 3), 3)
    assert value(container, admin, "ai_cost") == (1.0, 4)
    with writing(container.engine) as session:
        for hours in (1, 3, 50):
            own = {"thread_id": uuid4().hex, "patient_id": uuid4(), "key_id": uuid4()}
            waited = MONDAY - timedelta(hours=hours)
            session.add(
                Conversation(practice_id=practice.id, first_at=waited, waiting_since=waited,
                             answered_at=MONDAY, **own)
            )  # fmt: skip
        for state in (DeliveryState.REFUSED, *[DeliveryState.VERIFIED] * 3, DeliveryState.HELD):
            settled = None if state is DeliveryState.HELD else MONDAY
            session.add(
                Delivery(practice_id=practice.id, kind="reply", key_id=uuid4(), patient_ref="p",
                         state=state, approved_by=nurse.staff_id, not_before=MONDAY,
                         settled_at=settled)
            )  # fmt: skip
    assert value(container, admin, "turnaround") == (3.0, 3)
    assert value(container, admin, "refused_writes") == (0.25, 4)
    assert value(container, admin, "refused_writes", "intake") == (0.0, 0)


def test_a_practice_sets_its_own_limits_and_can_turn_one_off(
    container, practice, admin, nurse, sorted_as
):
    with pytest.raises(Invalid):
        guardrails.set_limit(container, admin, "inbox", "happiness", 1, 24, 1, True)
    with pytest.raises(Invalid):
        guardrails.set_limit(container, admin, "inbox", "ai_cost", -1, 24, 1, True)
    guardrails.set_limit(container, admin, "inbox", "urgent_misses", 0, 168, 1, False)
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT, microdollars=2_000_000))
    assert not guardrails.watch(container, practice)["paused"]
    guardrails.set_limit(container, admin, "inbox", "ai_cost", 1, 24, 1, True)
    assert guardrails.watch(container, practice)["paused"] == 1
    with looking(container, admin) as desk:
        line = desk.open(AuditTrail).search(verb="rollout.set_guardrail")[0]
    assert line.reason == "ai_cost: $50.00 over 24 h from 1 cases -> $1.00 over 24 h from 1 cases"


def test_what_nobody_uses_is_not_paused(container, practice, admin, nurse, sorted_as):
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT))
    switches.stop(container, admin, "inbox", Why.WRONG_DRAFTS)
    assert not guardrails.watch(container, practice).total()
    assert stage(container, admin) == {"": Stage.ON}


def test_a_pause_by_a_limit_needs_no_second_person(
    container, practice, second_approver, nurse, admin, sorted_as
):
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT))
    assert guardrails.watch(container, practice)["paused"] == 1


def test_every_measure_says_what_it_is_and_every_workflow_has_one():
    for workflow in switches.WORKFLOWS:
        found = measures.of(workflow)
        assert len({measure.key for measure in found}) == len(found) > 0
        assert all(measure.definition.endswith(".") for measure in found)


def test_another_practices_rows_are_neither_measured_nor_open_here(
    container, practice, nurse, sorted_as
):
    raised(container, nurse, sorted_as(is_now=Urgency.URGENT, microdollars=1_000_000))
    with reading(container.engine) as session:
        here, there = (
            (GuardrailCounts(session, id), OpenWork(session, id)) for id in (practice.id, uuid4())
        )
        assert (here[0].urgent_misses(MONDAY), here[0].cost(MONDAY)) == (1, (1_000_000, 1))
        assert here[1].at("inbox", "").total == 1
        assert (there[0].urgent_misses(MONDAY), there[0].cost(MONDAY)) == (0, (0, 0))
        assert there[0].corrections(MONDAY) == there[0].untouched_replies(MONDAY) == (0, 0)
        assert there[1].at("inbox", "").total == 0
