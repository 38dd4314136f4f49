"""Facts follow the trail, once, on both databases; nothing of a patient is in them, and they stay."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from db import reading, writing
from db.base import Row
from db.conversations import Conversation, Conversations, State
from db.facts import MetricDay, MetricFact, MetricFacts, MetricGroup
from db.patients import Patient
from db.shred import shred_closed
from services.desk import Actor, looking, working
from services.errors import NotAllowed
from services.metrics.loading import Narrow
from services.metrics.report import Span, report, rows, series, split
from tests.services.metrics.conftest import WORDS

DAY = date(2026, 3, 2)
SPAN = Span(DAY, DAY + timedelta(days=9))


def everything(container, practice):
    with reading(container.engine) as session:
        return session.exec(select(MetricFact).where(MetricFact.practice_id == practice.id)).all()


def values(container, manager, narrow=None):
    found = report(container, manager, SPAN, narrow or Narrow())
    return {r.metric.id: (r.now.value, r.now.count) for r in found.readings}


def test_what_was_answered_becomes_numbers_and_twice_changes_nothing(
    container, practice, manager, answer, gathered
):
    for minutes in (10, 20, 60):  # the practice opens at 13:00 UTC: 9:00 to 10:30 is before
        answer(timedelta(minutes=minutes))
    assert gathered() > 0
    assert gathered() == 0
    found = values(container, manager)
    assert found["inbox.response_wall"] == (20 * 60, 3)
    assert found["inbox.response_rate"] == (1.0, 3)
    assert found["inbox.response_median"] == (0, 3)
    assert found["inbox.after_hours"] == (1.0, 3)
    assert found["notes.time"] == (None, 0)


def test_the_number_is_the_databases_own(container, practice, manager, answer, gathered):
    for minutes in (7, 3, 5, 9, 1, 2, 8, 4, 6, 10, 11):
        answer(timedelta(minutes=minutes))
    gathered()
    with looking(container, manager) as desk:
        facts = desk.open(MetricFacts)
        inside = [facts.percentile("inbox.response", DAY, n) for n in (500, 900)]
    assert inside == [6 * 60, 10 * 60]
    found = values(container, manager)
    assert found["inbox.response_wall"][0] == inside[0]


def test_what_is_taken_back_is_no_fact_any_more(
    container, practice, front_desk, manager, answer, gathered
):
    row = answer()
    gathered()
    with working(container, front_desk) as desk:
        conversation = desk.session.get(Conversation, row.id)
        conversation.state, conversation.answered_at, conversation.closed_at = (
            State.OPEN,
            None,
            None,
        )
        desk.record("inbox.undo", conversation.ref)
    assert gathered() > 0
    found = values(container, manager)
    assert (found["inbox.response_rate"], found["inbox.response_wall"]) == ((0.0, 1), (None, 0))


def test_numbers_by_place_and_narrowed_are_of_that_place(container, manager, answer, gathered):
    answer(timedelta(minutes=10), location="Location/1", provider="Practitioner/1")
    answer(timedelta(minutes=30), location="Location/2")
    gathered()
    here = values(container, manager, narrow=Narrow(location="Location/2"))
    assert here["inbox.response_wall"] == (1800, 1)
    by = split(container, manager, SPAN, "location")
    assert {place: m["inbox.response_wall"].value for place, (_, m) in by.items()} == {
        "Location/1": 600, "Location/2": 1800,
    }  # fmt: skip
    assert values(container, manager, narrow=Narrow(payer="P"))["inbox.response_rate"] == (None, 0)


def test_facts_outlive_the_words_and_say_the_same(container, practice, manager, answer, gathered):
    answer()
    gathered()
    before = values(container, manager)
    with writing(container.engine) as session:
        later = container.clock() + timedelta(days=60)
        assert shred_closed(session, practice.id, later, later)
    with working(container, Actor.job(practice.id, "sweep.retention")) as desk:
        [row] = desk.open(Conversations).all(desk.open(Conversations).rows())
        desk.record("inbox.purged", row.ref)
    assert gathered() == 0
    assert values(container, manager) == before


def test_nothing_of_a_patient_is_in_facts(container, practice, answer, gathered):
    thread = answer()
    with writing(container.engine) as session:
        session.add(Patient(id=thread.patient_id, practice_id=practice.id, ehr_ref="Patient/p.1",
                            key_id=thread.key_id))  # fmt: skip
    gathered()
    secrets = [WORDS, WORDS.split()[1], str(thread.patient_id), thread.patient_id.hex,
               "Patient/p.1", thread.thread_id]  # fmt: skip
    kept = [MetricFact, MetricDay, MetricGroup]
    assert found_in(container, kept, secrets) == []
    assert found_in(container, [Conversation], secrets), "the control: it is found where it is"


def found_in(container, kinds: list[type[Row]], secrets: list[str]) -> list[str]:
    with reading(container.engine) as session:
        told = [repr(row.model_dump()) for kind in kinds for row in session.exec(select(kind))]
    assert told
    return [secret for secret in secrets if any(secret in line for line in told)]


def test_a_series_shows_on_beside_off_and_marks_what_was_rolled_out(
    container, practice, manager, answer, gathered, pilot
):
    answer(timedelta(minutes=10))
    gathered()
    found = series(container, manager, "inbox.response_wall", SPAN, Narrow())
    assert [(p.day, p.measured.value) for p in found.points] == [(DAY, 600)]
    assert (len(found.on), len(found.off)) == (1, 0)
    told = "Inbox triage at East started: off → pilot (trial) (by Sample admin)"
    assert [(e.day, e.told) for e in found.events] == [(DAY, told)]
    elsewhere = Narrow(location="Location/2")
    assert series(container, manager, "inbox.response_wall", SPAN, elsewhere).events == []
    notes = series(container, manager, "notes.time", SPAN, Narrow())
    assert [e.told for e in notes.events] == ["Notes started: off → on (by Sample admin)"]


def test_the_rows_behind_a_number_are_as_many_as_it_counts(container, manager, answer, gathered):
    thread = answer()
    gathered()
    [row] = rows(container, manager, "inbox.response_wall", SPAN, Narrow(), 10)
    assert (row.subject, row.value, row.label) == (thread.ref, 1800, "refill")


def test_a_sum_of_noughts_has_no_rows(container, manager, answer, gathered):
    answer()
    gathered()
    assert rows(container, manager, "ai.missed", SPAN, Narrow(), 10) == []
    assert len(rows(container, manager, "ai.corrected", SPAN, Narrow(), 10)) == 1


def test_metrics_are_for_managers_and_administrators(container, front_desk, nurse):
    for actor in (front_desk, nurse):
        with pytest.raises(NotAllowed):
            report(container, actor, SPAN, Narrow())
