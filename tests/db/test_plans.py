"""What is asked all day long is answered from an index, in a young database and in an old one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from db import open_database, reading
from db.conversations import Conversations, State, Turn
from db.deliveries import Deliveries
from db.facts import MetricDays, MetricFacts
from db.intake import BY_VISIT, FormFilter, FormState, IntakeForms
from db.intake_fields import IntakeFields
from db.letter_drafts import Undrafted
from db.messages import Messages
from db.patients import Patients
from db.queue import After, Queue, QueueFilter
from db.suggestions import Suggestions
from db.vault import ItemKeys
from db.visit_summaries import VisitSummaries
from db.visits import Visits
from db.vocabulary import Category, Urgency
from tests.db import rows

HERE = UUID(int=1)
IDS = [uuid4() for _ in range(50)]
QUEUES = {
    "all": QueueFilter(),
    "mine or nobody's": QueueFilter(owner=IDS[0]),
    "mine": QueueFilter(owner=IDS[0], only_mine=True),
    "a category in a pool": QueueFilter(pool="billing", category=Category.OTHER),
    "urgent": QueueFilter(urgency=Urgency.URGENT),
    "urgent or above": QueueFilter(at_least=Urgency.URGENT),
    "waiting for the patient": QueueFilter(turn=Turn.PATIENT, needs_reply=True),
    "unsorted": QueueFilter(unsorted=True),
    "a provider's": QueueFilter(location="Location/1", provider="Practitioner/1"),
    "snoozed": QueueFilter(state=State.SNOOZED),
}
FORMS = {
    "all": FormFilter(),
    "mine or nobody's": FormFilter(owner=IDS[0]),
    "of a team": FormFilter(owner=IDS[0], pools=("nurses",)),
    "of clinicians": FormFilter(owner=IDS[0], pools=("nurses",), clinical=True),
    "unassigned": FormFilter(unassigned=True),
    "whose is it": FormFilter((FormState.READY,), unsure=True),
}
ASKED: dict[str, Callable[[Session], Any]] = {
    "threads of a poll": lambda s: Conversations(s, HERE).by_threads(map(str, IDS)),
    "conversations of a page": lambda s: Conversations(s, HERE).get_many(IDS),
    "snoozed that are due": lambda s: Conversations(s, HERE).due_again(rows.MONDAY, 50),
    "versions of a poll": lambda s: Messages(s, HERE).newest_versions(map(str, IDS)),
    "one thread": lambda s: Messages(s, HERE).of(IDS[0]),
    "threads of a page": lambda s: Messages(s, HERE).of_many(IDS),
    "deliveries of a page": lambda s: Deliveries(s, HERE).latest_of(IDS),
    "what may leave": lambda s: Deliveries(s, HERE).claim_due(rows.MONDAY, rows.MONDAY, "me", 9),
    "patients of a page": lambda s: Patients(s, HERE).by_refs(map(str, IDS)),
    "what was promised of a summary": lambda s: Deliveries(s, HERE).of_summary(IDS[0]),
    "summaries of visits": lambda s: VisitSummaries(s, HERE).by_encounters(map(str, IDS)),
    "summaries to write": lambda s: VisitSummaries(s, HERE).claim_waiting(
        rows.MONDAY, rows.MONDAY, 9
    ),
    "search": lambda s: Patients(s, HERE).matching([b"1", b"2"]),
    "suggestion": lambda s: Suggestions(s, HERE).latest(IDS[0]),
    "forms of a poll": lambda s: IntakeForms(s, HERE).by_sources(map(str, IDS)),
    "open forms of a patient": lambda s: IntakeForms(s, HERE).open_of(IDS[0]),
    "forms to read": lambda s: IntakeForms(s, HERE).claim_waiting(rows.MONDAY, rows.MONDAY, 5),
    "fields of a form": lambda s: IntakeFields(s, HERE).of(IDS[0]),
    "fields of a delivery": lambda s: IntakeFields(s, HERE).of_delivery(IDS[0]),
    "visits of a schedule": lambda s: Visits(s, HERE).by_refs(map(str, IDS)),
    "visits to ask about": lambda s: Visits(s, HERE).to_ask(
        rows.MONDAY, rows.MONDAY, rows.MONDAY, 20
    ),
    "facts of items": lambda s: MetricFacts(s, HERE).about(map(str, IDS)),
    "facts of a day": lambda s: MetricFacts(s, HERE).of_day("notes.time", rows.MONDAY.date()),
    "facts behind a number": lambda s: MetricFacts(s, HERE).behind(
        ["notes.time"], rows.MONDAY.date(), rows.MONDAY.date(), {}, 500
    ),
    "packed days of the metrics page": lambda s: MetricDays(s, HERE).between(
        ["notes.time", "inbox.time"], rows.MONDAY.date(), rows.MONDAY.date()
    ),
    "next visit": lambda s: Visits(s, HERE).next_of(IDS[0], rows.MONDAY),
    "letters to draft": lambda s: Undrafted(s, HERE).claim("appeal", rows.MONDAY, 3),
    "keys of a page": lambda s: ItemKeys(s, HERE).all(
        ItemKeys(s, HERE).rows().where(ItemKeys.model.id.in_(IDS))
    ),
}


@pytest.fixture
def young(sqlite_url: str) -> Iterator[Engine]:
    """An empty SQLite database, as on the first day."""
    engine = open_database(sqlite_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("question", ASKED)
def test_no_question_reads_a_whole_practice(young: Engine, question: str) -> None:
    with reading(young) as session, _plans(young) as plans:
        ASKED[question](session)
    assert plans
    assert [step for step in plans if _reads_everything(step)] == []


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_filtered_and_counted_in_its_index(young: Engine, queue: str) -> None:
    wanted = QUEUES[queue]
    after = After(2, rows.MONDAY - timedelta(days=1), IDS[0])
    with reading(young) as session, _plans(young) as plans:
        Queue(session, HERE).page(wanted, 0.5)
        Queue(session, HERE).page(wanted, 0.5, after)
        Queue(session, HERE).count(wanted, 0.5)
    steps = [step for step in plans if "ix_conversation_queue" in step]
    assert len(steps) >= 3
    assert all("COVERING" in step and "state=?" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in plans)


@pytest.mark.parametrize("wanted", FORMS.values(), ids=FORMS)
def test_the_worklist_of_forms_is_filtered_and_counted_in_its_index(
    young: Engine, wanted: FormFilter
) -> None:
    with reading(young) as session, _plans(young) as plans:
        IntakeForms(session, HERE).worklist(wanted, 51)
        IntakeForms(session, HERE).count_up_to(1_000, wanted)
    steps = [step for step in plans if "ix_intake_form_queue" in step]
    assert len(steps) == len(wanted.states) + 1
    assert all("COVERING" in step and "state=?" in step for step in steps)


def test_forms_of_several_states_at_once_would_be_sorted_whole(young: Engine) -> None:
    """The control: an index is in order within one state only."""
    forms = FormFilter().states
    with reading(young) as session, _plans(young) as plans:
        asked = IntakeForms(session, HERE)
        asked.all(asked.rows().where(IntakeForms.model.state.in_(forms)).order_by(*BY_VISIT))
    assert any("TEMP B-TREE" in step for step in plans)


def test_the_forms_of_one_state_are_read_in_the_order_of_their_visits(young: Engine) -> None:
    with reading(young) as session, _plans(young) as plans:
        IntakeForms(session, HERE).claim_waiting(rows.MONDAY, rows.MONDAY, 5)
    assert any("ix_intake_form_queue" in step for step in plans)
    assert not any("TEMP B-TREE" in step for step in plans)


def test_the_page_hears_of_changes_from_the_index_alone(young: Engine) -> None:
    with reading(young) as session, _plans(young) as plans:
        IntakeForms(session, HERE).pulse()
    assert plans
    assert all("COVERING INDEX" in step and not _reads_everything(step) for step in plans)


def test_the_queue_of_found_patients_starts_from_the_patients(young: Engine) -> None:
    with reading(young) as session, _plans(young) as plans:
        Queue(session, HERE).page(QueueFilter(patients=tuple(IDS)), 0.5)
    assert any("ix_conversation_patient" in step for step in plans)
    assert not any("ix_conversation_queue" in step for step in plans)


def test_without_estimates_sqlite_would_read_everything(young: Engine) -> None:
    """The control: SQLite's own guess of ten rows for a practice."""
    with young.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    young.dispose()
    with reading(young) as session, _plans(young) as plans:
        for ask in ASKED.values():
            ask(session)
    assert [step for step in plans if _reads_everything(step)] != []


def _reads_everything(step: str) -> bool:
    return step.startswith("SCAN") or step.endswith("(practice_id=?)")


@contextmanager
def _plans(engine: Engine) -> Iterator[list[str]]:
    """The steps of the plan of every question asked in the block."""
    steps: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(row[3] for row in plan)

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", explain)
