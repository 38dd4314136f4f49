"""A pilot at one location: its people see their own work, wherever it stands in the list of the practice."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest

from db import writing
from db.conversations import Conversation, Conversations
from db.guardrails import GuardrailTrip
from db.patients import Patient
from db.places import Place
from db.queue import PAGE, Queue, QueueFilter
from db.rollout import Rollout, Rollouts
from db.vocabulary import Role, Stage, Urgency
from services import rollout
from services.actions import places_of
from services.desk import looking
from services.errors import NotRolledOut
from services.rollout import draining
from services.workflows.charges.listing import charges
from services.workflows.claims.listing import worklist as claims
from services.workflows.denials.listing import worklist as denials
from services.workflows.inbox.listing import inbox, surroundings
from services.workflows.intake.listing import worklist as intake
from services.workflows.notes.listing import notes
from services.workflows.reminders.listing import reminders
from services.workflows.summaries.listing import summaries
from tests.services.conftest import MONDAY
from tests.services.rollout.conftest import EAST, WEST

PAUL, DEPARTMENT = "Practitioner/p.1", "Organization/d.1"
PLACES = {PAUL: "provider", DEPARTMENT: "department", EAST: "location", WEST: "location"}
LISTS = {
    "intake": intake, "reminders": reminders, "notes": notes, "summaries": summaries,
    "charges": charges, "claims": claims, "denials": denials,
}  # fmt: skip


def at_east(container, practice, stage, workflow="inbox", **fields):
    """The workflow is off in the practice, and says something at East."""
    with writing(container.engine) as session:
        for row in Rollouts(session, practice.id).of(workflow):
            session.delete(row)
        session.flush()
        own = {"practice_id": practice.id, "workflow": workflow}
        session.add(Rollout(**own, stage=Stage.OFF))
        session.add(Rollout(**own, scope=EAST, stage=stage, **fields))


@pytest.fixture
def pilot_at_east(container, practice, places, nurse):
    at_east(container, practice, Stage.PILOT, pilots=[str(nurse.staff_id)])


def test_a_page_full_of_another_locations_messages_hides_none_of_ones_own(
    container, practice, nurse, pilot_at_east, sorted_as
):
    for _ in range(PAGE + 5):
        sorted_as(Urgency.URGENT, location=WEST)  # they come first in the list
    ours = {sorted_as(location=EAST) for _ in range(3)}
    with writing(container.engine) as session:
        own = {"practice_id": practice.id, "key_id": uuid4()}
        for talk in Conversations(session, practice.id).get_many(ours):
            session.add(Patient(**own, id=talk.patient_id, ehr_ref=f"Patient/{talk.id}"))
    seen = inbox(container, nurse, QueueFilter(), {})
    assert {row.id for row in seen.rows} == ours
    assert seen.more is None
    assert seen.counts["all"] == surroundings(container, nurse).counts["all"] == len(ours)


def test_a_colleague_outside_the_pilot_is_told_so(container, front_desk, pilot_at_east, sorted_as):
    sorted_as(location=EAST)
    with pytest.raises(NotRolledOut):
        inbox(container, front_desk, QueueFilter(), {})


@pytest.mark.parametrize("workflow", LISTS)
def test_a_list_of_a_pilot_that_has_nothing_yet_is_empty_and_no_refusal(
    container, practice, places, hire, workflow
):

    who = hire(Role.BILLER if workflow in ("charges", "claims", "denials") else Role.PROVIDER)
    at_east(container, practice, Stage.OFF, workflow)
    with pytest.raises(NotRolledOut):
        LISTS[workflow](container, who)
    at_east(container, practice, Stage.ON, workflow)
    assert LISTS[workflow](container, who).rows == ()


def test_a_hundred_pilots_at_twenty_locations_are_one_short_question(container, practice, nurse):
    providers = [f"Practitioner/p.{n}" for n in range(100)]
    locations = [f"Location/l.{n}" for n in range(20)]
    own = {"practice_id": practice.id, "workflow": "inbox"}
    with writing(container.engine) as session:
        for row in Rollouts(session, practice.id).of("inbox"):
            session.delete(row)
        session.flush()
        for ref in providers + locations:
            kind = "provider" if ref in providers else "location"
            session.add(Place(practice_id=practice.id, ehr_ref=ref, kind=kind, name=ref))
            stage = Stage.ON if ref in providers[::2] + locations[::3] else Stage.OFF
            session.add(Rollout(**own, scope=ref, stage=stage))
    with looking(container, nurse) as desk:
        sight = rollout.sight(desk, "inbox")
        assert len(sight.spots) == 2
        queue = desk.open(Queue).seen(sight)
        assert queue.count(QueueFilter(), 0) == 0  # and both databases take it


def drains(rng, staff_id):
    since = MONDAY + timedelta(hours=rng.randrange(-48, 48))
    row = Rollout(practice_id=uuid4(), workflow="", stage=Stage.PILOT, pilots=[str(staff_id)])
    return draining.begin(row, since)


def rule(rng, scope, staff_id, **own):
    """Anything that a scope may say."""
    stage = rng.choice(list(Stage))
    pilots = [str(staff_id)] if rng.random() < 0.5 else []
    over = stage in (Stage.OFF, Stage.SHADOW) and rng.random() < 0.5
    return Rollout(
        **own, scope=scope, stage=stage, pilots=pilots,
        draining=drains(rng, staff_id) if over else {},
    )  # fmt: skip


@pytest.fixture
def talks(container, practice):
    """Conversations of every kind of place, begun on several days."""
    rng = random.Random(1)
    made = []
    for number in range(120):
        made.append(
            Conversation(
                practice_id=practice.id,
                thread_id=uuid4().hex,
                patient_id=uuid4(),
                key_id=uuid4(),
                first_at=MONDAY,
                waiting_since=MONDAY,
                created_at=MONDAY + timedelta(hours=number - 60),
                provider=rng.choice(["", PAUL, "Practitioner/p.2"]),
                department=rng.choice(["", DEPARTMENT]),
                location=rng.choice(["", EAST, WEST, "Location/l.9"]),
            )
        )
    with writing(container.engine) as session:
        session.add_all(made)


@pytest.mark.parametrize("seed", range(25))
def test_the_database_and_the_gate_agree_whatever_the_rollout_says(
    container, practice, nurse, talks, clock, seed
):
    rng = random.Random(seed)
    own = {"practice_id": practice.id, "workflow": "inbox"}
    said = rng.sample(["", *PLACES], rng.randrange(1, 5))
    with writing(container.engine) as session:
        for row in Rollouts(session, practice.id).of("inbox"):
            session.delete(row)
        session.flush()
        session.add_all(rule(rng, scope, nurse.staff_id, **own) for scope in said)
        known = [ref for ref in PLACES if rng.random() < 0.8]  # eCW need not have named all
        session.add_all(
            Place(practice_id=practice.id, ehr_ref=r, kind=PLACES[r], name=r) for r in known
        )
        if rng.random() < 0.4:
            about = {"measure": "corrections", "value": 1, "count": 1, "limit": 0}
            at = {"at": MONDAY, "since": MONDAY}
            session.add(GuardrailTrip(**own, **about, **at, scope=rng.choice(list(PLACES))))
    with looking(container, nurse) as desk:
        gate, queue = rollout.gate(desk, "inbox"), desk.open(Queue)
        every = queue.all(queue.rows())
        by_gate = {t.id for t in every if gate.shows_to(nurse.staff_id, places_of(t))}
        seen = queue.seen(rollout.sight(desk, "inbox"))
        assert {talk.id for talk in seen.all(seen.rows())} == by_gate
        assert seen.count(QueueFilter(), 0) == len(by_gate)
