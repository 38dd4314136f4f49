"""A limit that is exceeded at one place pauses that place alone, tells everybody why, and ends as it was."""

import threading
from datetime import timedelta

import pytest

from db import writing
from db.audit import AuditTrail
from db.corrections import Correction
from db.guardrails import GuardrailTrips
from db.places import Place
from db.rollout import Rollouts
from db.rollout_events import Happened, RolloutEvents
from db.vocabulary import Stage
from services import rollout, switches
from services.desk import Actor, looking
from services.errors import Invalid, NotAllowed, Stale
from services.rollout import Where, guardrails, scopes
from services.rollout.history import pauses
from services.rollout.listing import listing
from services.rollout.notices import notice
from services.rollout.why import why
from services.switches import Because, Given, Move
from tests.services.conftest import MONDAY
from tests.services.rollout.conftest import EAST, WEST

PAUL = "Practitioner/p.1"
MINUTE = timedelta(minutes=1)
SAID = "Categories corrected: 25% in 20 cases"


@pytest.fixture
def corrected(container, practice, nurse, sorted_as):
    """So many messages of a place are sorted, and of some of them a person corrects the category."""

    def corrected(location, of, wrong, **more):
        ids = [sorted_as(location=location, **more) for _ in range(of)]
        own = {"practice_id": practice.id, "field": "category", "created_at": MONDAY}
        with writing(container.engine) as session:
            session.add_all(
                Correction(conversation_id=id, old="refill", new="other", staff_id=nurse.staff_id,
                           **own) for id in ids[:wrong]
            )  # fmt: skip

    return corrected


@pytest.fixture
def tripped(container, practice, places, clock, corrected):
    """West corrects a quarter, East nearly nothing: West is paused."""
    corrected(WEST, 20, 5)
    corrected(EAST, 40, 1)
    clock.wait(MINUTE)
    assert guardrails.watch(container, practice) == {"checked": 1, "paused": 1}


def state(container, actor):
    with looking(container, actor) as desk:
        return scopes.state_of(desk.open(Rollouts).of("inbox"))


def going_on(container, actor):
    with looking(container, actor) as desk:
        return desk.open(GuardrailTrips).going_on(["inbox"])


def happened(container, actor, clock):
    with looking(container, actor) as desk:
        found = desk.open(RolloutEvents).of(["inbox"], clock() + MINUTE)
    return [(one.kind, one.scope) for one in found]


def test_a_trip_at_west_pauses_west_and_nobody_at_east_notices(
    container, practice, admin, nurse, shows, tripped
):
    assert shows(nurse, EAST)
    assert shows(nurse)
    assert not shows(nurse, WEST)
    with looking(container, nurse) as desk:
        assert rollout.gate(desk, "inbox").stage((WEST,)) is Stage.SHADOW  # measured on
    [trip] = going_on(container, admin)
    assert (trip.scope, trip.measure, trip.count) == (WEST, "correction_rate", 20)
    assert not guardrails.watch(container, practice)["paused"]


def test_good_numbers_at_every_place_pause_nothing(container, practice, admin, places, corrected):
    """The negative control: the same messages, corrected as often as the limit allows."""
    corrected(WEST, 20, 3)
    corrected(EAST, 40, 1)
    assert guardrails.watch(container, practice) == {"checked": 1}
    assert going_on(container, admin) == []


def test_too_few_cases_at_a_place_say_nothing(container, practice, places, corrected):
    corrected(WEST, 19, 19)
    corrected(EAST, 200, 0)
    assert guardrails.watch(container, practice) == {"checked": 1}


def test_what_the_whole_practice_exceeds_pauses_the_whole_practice(
    container, practice, admin, nurse, shows, places, corrected
):
    corrected(WEST, 20, 8)
    corrected(EAST, 20, 5)
    assert guardrails.watch(container, practice)["paused"] == 1
    assert not shows(nurse, EAST)
    assert [trip.scope for trip in going_on(container, admin)] == [""]


def test_a_missed_urgency_at_one_place_stops_all_of_it(
    container, practice, admin, nurse, places, sorted_as, shows
):
    from db.vocabulary import Urgency
    from services.desk import working

    missed = sorted_as(is_now=Urgency.URGENT, location=WEST)
    with working(container, nurse) as desk:
        desk.record("inbox.raise_urgency", f"conversation/{missed}")
    assert guardrails.watch(container, practice)["paused"] == 1
    assert not shows(nurse, EAST)


def test_a_provider_with_a_stage_of_his_own_is_paused_there_and_nowhere_else(
    container, practice, admin, nurse, move, shows, places, clock, corrected
):
    with writing(container.engine) as session:
        session.add(Place(practice_id=practice.id, ehr_ref=PAUL, kind="provider", name="Paul"))
    move(admin, Stage.ON, PAUL, seen=None)
    corrected(WEST, 20, 5)
    corrected(EAST, 40, 1)
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    assert shows(nurse, PAUL, EAST)
    assert not shows(nurse, PAUL, WEST)


def test_where_it_was_off_a_pause_does_not_begin_an_engine(
    container, practice, admin, nurse, move, places, clock, corrected
):
    with writing(container.engine) as session:
        session.add(Place(practice_id=practice.id, ehr_ref=PAUL, kind="provider", name="Paul"))
    move(admin, Stage.ON, PAUL, seen=None)
    move(admin, Stage.OFF, WEST, seen=None)
    corrected(WEST, 20, 5, provider=PAUL)
    corrected(EAST, 40, 1)
    clock.wait(MINUTE)
    assert guardrails.watch(container, practice)["paused"] == 1
    with looking(container, nurse) as desk:
        gate = rollout.gate(desk, "inbox")
        assert gate.stage((PAUL, WEST)) is Stage.SHADOW
        assert gate.stage((WEST,)) is Stage.OFF
        assert gate.stage((PAUL, EAST)) is Stage.ON


def test_what_was_open_there_may_be_finished_and_what_comes_in_may_not(
    container, practice, nurse, clock, tripped
):
    with looking(container, nurse) as desk:
        gate, now = rollout.gate(desk, "inbox"), desk.now
        assert gate.shows_to(nurse.staff_id, Where([WEST], now - MINUTE))
        assert not gate.shows_to(nurse.staff_id, Where([WEST], now + MINUTE))
    clock.wait(timedelta(days=8))
    with looking(container, nurse) as desk:
        assert not rollout.gate(desk, "inbox").shows_to(nurse.staff_id, Where([WEST], now - MINUTE))


def test_everybody_is_told_why(container, practice, admin, nurse, tripped):
    with looking(container, admin) as desk:
        reasons = why(desk, nurse.staff_id, "inbox")
        told = notice(desk, "inbox")
        [pause] = pauses(desk, "inbox")
        [line] = desk.open(AuditTrail).search(verb="rollout.pause")
    assert reasons.is_on
    assert len(reasons.elsewhere) == 1
    assert reasons.elsewhere[0].startswith(
        "Off at Location Sample West: A limit paused it there by itself on 2026-03-02 04:01. "
    )
    assert SAID in reasons.elsewhere[0]
    assert told.startswith("Inbox triage at Sample West is paused since ")
    assert "You may finish what was open until Mon 9 Mar" in told
    assert (pause.where, pause.ended_at, pause.simulated) == ("Sample West", None, False)
    assert (line.actor, line.subject) == ("job/rollout.guardrails", f"rollout/inbox/{WEST}")
    assert line.reason.startswith(SAID)
    found = listing(container, Actor.job(practice.id, "operator"))
    assert [(one["workflow"], one["place"]) for one in found["paused"]] == [
        ("inbox", "Sample West")
    ]


def test_why_names_the_limit_where_the_whole_practice_is_paused(
    container, practice, admin, nurse, places, clock, corrected
):
    corrected(WEST, 20, 5)
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    with looking(container, admin) as desk:
        reasons = why(desk, nurse.staff_id, "inbox")
    assert not reasons.is_on
    assert reasons.chain[-1].startswith("A limit paused it by itself on 2026-03-02 04:01. ")
    assert SAID in reasons.chain[-1]


@pytest.mark.parametrize("own", [None, Stage.PILOT])
def test_the_end_of_a_pause_restores_precisely_what_was_on(
    container,
    practice,
    admin,
    manager,
    nurse,
    front_desk,
    move,
    shows,
    places,
    clock,
    corrected,
    own,
):
    if own:
        move(admin, own, WEST, seen=None, pilots=(nurse.staff_id,))
    before = state(container, admin)
    corrected(WEST, 20, 5)
    corrected(EAST, 40, 1)
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    assert state(container, admin) == before  # nothing was moved
    [trip] = going_on(container, admin)
    with pytest.raises(NotAllowed):
        guardrails.restart(container, manager, trip.id)
    clock.wait(MINUTE)
    guardrails.restart(container, admin, trip.id)
    assert (state(container, admin), going_on(container, admin)) == (before, [])
    assert shows(nurse, WEST)
    assert shows(front_desk, WEST) is (own is None)
    with pytest.raises(Stale):
        guardrails.restart(container, admin, trip.id)
    kinds = happened(container, admin, clock)[-2:]
    assert kinds == [(Happened.LIMIT, WEST), (Happened.RESUMED, WEST)]
    assert not guardrails.watch(container, practice)["paused"]  # the old is not held against it


def test_the_end_of_a_pause_of_the_practice_restores_each_scope(
    container, practice, admin, nurse, move, places, clock, corrected
):
    move(admin, Stage.PILOT, WEST, seen=None, pilots=(nurse.staff_id,))
    move(admin, Stage.OFF, EAST, seen=None)
    before = state(container, admin)
    corrected(WEST, 20, 5)
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    [trip] = going_on(container, admin)
    assert state(container, admin) != before
    guardrails.restart(container, admin, trip.id)
    assert (state(container, admin), going_on(container, admin)) == (before, [])


def test_whoever_switched_it_on_by_hand_has_ended_the_pause(
    container, practice, admin, places, clock, corrected
):
    corrected(WEST, 20, 5)
    clock.wait(MINUTE)
    guardrails.watch(container, practice)
    [trip] = going_on(container, admin)
    on = Move("inbox", "", Stage.ON, seen=Stage.SHADOW)
    switches.set_stage(container, admin, on, Given(Because.CHECKED))
    assert going_on(container, admin) == []
    with pytest.raises(Stale):
        guardrails.restart(container, admin, trip.id)
    kinds = [kind for kind, _ in happened(container, admin, clock)]
    assert kinds == [Happened.LIMIT, Happened.RESUMED]


def test_moving_a_paused_place_says_that_it_stays_paused(container, admin, nurse, shows, tripped):
    wanted = Move("inbox", WEST, Stage.ON)
    with looking(container, admin) as desk:
        told = switches.effect(desk, wanted)
    assert told.gain == ()
    assert any("A limit paused it there." in one for one in told.warnings)
    switches.set_stage(container, admin, wanted)
    assert not shows(nurse, WEST)


def test_two_workers_that_find_it_at_once_pause_it_once(
    container, practice, admin, places, clock, corrected
):
    corrected(WEST, 20, 5)
    corrected(EAST, 40, 1)
    clock.wait(MINUTE)
    actor, counted, ready = Actor.job(practice.id, guardrails.JOB), [], threading.Barrier(2)
    with looking(container, actor) as desk:
        [reading] = [r for r in guardrails.readings(desk, "inbox", WEST) if r.is_broken]

    def work():
        ready.wait()
        try:
            guardrails.pause_for.by_house(container, actor, "inbox", reading)
            counted.append("paused")
        except Stale:
            counted.append("late")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counted) == ["late", "paused"]
    assert len(going_on(container, admin)) == 1


def test_a_place_has_a_limit_of_its_own_and_goes_by_the_practice_again(
    container, practice, admin, places, clock, corrected
):
    corrected(EAST, 40, 1)
    corrected(WEST, 20, 2)
    assert not guardrails.watch(container, practice)["paused"]
    with pytest.raises(Invalid):
        guardrails.set_limit(
            container, admin, "inbox", "correction_rate", 0.05, 168, 20, True, "Location/none"
        )
    own = ("inbox", "correction_rate", 0.05, 168, 20, True, WEST)
    guardrails.set_limit(container, admin, *own)
    guardrails.drop_limit(container, admin, "inbox", "correction_rate", WEST)
    assert not guardrails.watch(container, practice)["paused"]
    with pytest.raises(Stale):
        guardrails.drop_limit(container, admin, "inbox", "correction_rate", WEST)
    guardrails.set_limit(container, admin, *own)
    assert guardrails.watch(container, practice)["paused"] == 1
    [trip] = going_on(container, admin)
    assert (trip.scope, trip.limit) == (WEST, 0.05)
    with looking(container, admin) as desk:
        line = desk.open(AuditTrail).search(verb="rollout.set_guardrail")[0]
    assert line.subject == f"rollout/inbox/{WEST}"
    assert (
        line.reason
        == "correction_rate: 15% over 168 h from 20 cases -> 5% over 168 h from 20 cases"
    )


def test_a_sum_is_the_practices_unless_a_place_has_its_own(
    container, practice, admin, places, clock, sorted_as
):
    sorted_as(location=WEST, microdollars=2_000_000)
    with looking(container, admin) as desk:
        assert "ai_cost" not in {r.measure.key for r in guardrails.readings(desk, "inbox", WEST)}
    guardrails.set_limit(container, admin, "inbox", "ai_cost", 1, 24, 1, True, WEST)
    clock.wait(MINUTE)
    assert guardrails.watch(container, practice)["paused"] == 1
    assert [trip.scope for trip in going_on(container, admin)] == [WEST]
    with pytest.raises(Invalid, match="known of the whole practice only"):
        guardrails.set_limit(container, admin, "notes", "ai_cost", 1, 24, 1, True, WEST)


def test_departments_and_providers_are_watched_where_they_have_a_limit(
    container, practice, admin, nurse, shows, places, clock, corrected
):
    with writing(container.engine) as session:
        session.add(Place(practice_id=practice.id, ehr_ref=PAUL, kind="provider", name="Paul"))
    corrected(EAST, 20, 5, provider=PAUL)
    corrected(EAST, 60, 0)
    clock.wait(MINUTE)
    assert not guardrails.watch(container, practice)["paused"]
    guardrails.set_limit(container, admin, "inbox", "correction_rate", 0.15, 168, 20, True, PAUL)
    assert guardrails.watch(container, practice)["paused"] == 1
    assert not shows(nurse, PAUL, EAST)
    assert shows(nurse, EAST)
