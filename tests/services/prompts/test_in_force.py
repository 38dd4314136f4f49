"""What is in force is what engines are told, from the next question on, and it is named afterwards."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from db import writing
from db.audit import AuditTrail
from db.conversations import Conversation
from db.patients import Patient
from db.practices import Practices
from db.suggestions import Suggestions
from services import wiring
from services.desk import looking
from services.prompts import showing, versions
from services.prompts.books import BOOKS
from services.prompts.versions import Because
from services.workflows.inbox import reading
from services.workflows.inbox.propose import sort_batch
from tests.db import rows
from tests.services.prompts.conftest import OURS

SERVICES = Path(versions.__file__).parents[1]


@pytest.fixture
def arrive(container, bench):
    """A message arrives and is sorted; its conversation."""

    def arrive() -> Conversation:
        with writing(container.engine) as session:
            person = Patient(practice_id=bench.practice.id, ehr_ref=uuid4().hex, key_id=uuid4())
            session.add(person)
            session.flush()
            made, _ = rows.sealed_thread(
                session, bench.practice.id, container.keyring, "My key. Number 1.",
                patient_id=person.id, content_hash="aa",
            )  # fmt: skip
            practice = Practices(session).get(bench.practice.id)
        sort_batch(container, practice, wiring.assistant(container, practice))
        return made

    return arrive


@pytest.fixture
def ours(container, admin, manager, bench, written):
    """The practice's own instructions are in force."""
    written()
    versions.approve(container, manager, "inbox", 1)
    versions.go_live(container, admin, "inbox", 1, 0, Because.RULES)


def suggestion(container, actor, conversation):
    with looking(container, actor) as desk:
        return desk.open(Suggestions).latest(conversation.id)


@pytest.mark.usefixtures("ours")
def test_the_next_message_is_sorted_by_what_went_live(container, front_desk, bench, arrive):
    made = arrive()
    prompt = BOOKS["inbox"].prompt.with_own(OURS)
    assert bench.fake.requests[0]["system"][0]["text"] == prompt.text
    assert suggestion(container, front_desk, made).prompt_digest == prompt.digest
    why = reading.open_item(container, front_desk, made.id).why
    assert (why.engine, why.instructions) == ("claude", "v1 of 2 Mar")
    with looking(container, front_desk) as desk:
        for verb in ("inbox.prompted", "inbox.suggested"):
            [line] = desk.open(AuditTrail).search(verb=verb)
            assert line.prompt_digest == prompt.digest


@pytest.mark.usefixtures("ours")
def test_going_back_counts_from_the_next_message_without_a_restart(
    container, admin, front_desk, bench, arrive
):
    arrive()
    versions.revert(container, admin, "inbox", 0, 1)
    made = arrive()
    shipped = BOOKS["inbox"].prompt
    assert bench.fake.requests[-1]["system"][0]["text"] == shipped.text
    why = reading.open_item(container, front_desk, made.id).why
    assert why.instructions == "as Foyer ships them"


@pytest.mark.usefixtures("ours")
def test_the_trail_names_the_version(container, compliance, admin):
    known = showing.names_on_record(container, compliance)
    assert known[BOOKS["inbox"].prompt.with_own(OURS).digest] == "Inbox v1 of 2 Mar"
    assert known[BOOKS["notes"].prompt.digest] == "Notes as Foyer ships them"


def test_an_engine_that_reads_no_instructions_names_none(container, front_desk, bench, arrive):
    bench.decide(claude_consent=False)
    made = arrive()
    why = reading.open_item(container, front_desk, made.id).why
    assert (why.engine, why.instructions) == ("local", "")


def test_no_workflow_asks_with_what_is_shipped_where_a_practice_may_have_its_own():
    shipped = re.compile(r"\.ask\(\s*PROMPT\b")
    asking = [
        path.relative_to(SERVICES).as_posix()
        for path in SERVICES.rglob("*.py")
        if shipped.search(path.read_text())
    ]
    assert asking == ["evaluation/sort.py"], "which measures engines, not a practice"
