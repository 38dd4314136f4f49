"""Whoever reads or takes away the trail leaves a line in it, and gets names without patients."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import writing
from db.audit import AuditTrail, Ending
from db.conversations import Conversation
from db.deliveries import Delivery
from db.messages import Message
from db.staff import StaffList
from db.vocabulary import Role
from services import audit
from services.audit import Form, Wanted
from services.audit.exports import safe_cell
from services.desk import Actor, looking, working
from services.errors import Invalid, NotAllowed
from services.policy import may

READERS = [role for role in Role if may(role, "audit.read")]


@pytest.fixture
def answered(container, practice, front_desk, clock):
    """A conversation that was received, taken, answered and delivered."""
    key = uuid4()
    common = {"practice_id": practice.id, "key_id": key}
    conversation = Conversation(
        **common, thread_id="t-1", patient_id=uuid4(), first_at=clock(), waiting_since=clock()
    )
    times = {"sent_at": clock(), "received_at": clock()}
    message = Message(
        **common, conversation_id=conversation.id, portal_id="m-1", author="patient", **times
    )
    delivery = Delivery(
        **common, kind="reply", conversation_id=conversation.id, patient_ref="Patient/p.1",
        approved_by=front_desk.staff_id, not_before=clock(),
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add_all([conversation, message, delivery])
    with working(container, Actor.job(practice.id, "inbox.poll")) as desk:
        desk.record("inbox.received", message.ref)
    with working(container, front_desk) as desk:
        desk.record("inbox.take", conversation.ref)
        desk.record("delivery.approved", delivery.ref, sources=conversation.ref)
        desk.record("inbox.take", "conversation/another")
    return conversation


def lines_of(container, actor, verb):
    with looking(container, actor) as desk:
        return desk.open(AuditTrail).search(verb=verb)


def test_a_story_gathers_what_happened_to_an_item_and_all_that_belongs_to_it(
    container, answered, compliance
):
    told = audit.story(container, compliance, answered.ref)
    assert [(line.who, line.verb) for line in told.lines] == [
        ("Foyer (inbox.poll)", "inbox.received"),
        ("Sample front desk", "inbox.take"),
        ("Sample front desk", "delivery.approved"),
    ]


def test_a_story_can_be_asked_for_by_its_delivery(container, answered, compliance):
    [delivery] = audit.story(container, compliance, answered.ref).deliveries
    assert audit.story(container, compliance, delivery.ref).subject == answered.ref


def test_who_read_a_story_becomes_part_of_the_story(container, answered, compliance):
    audit.story(container, compliance, answered.ref)
    told = audit.story(container, compliance, answered.ref)
    assert (told.lines[-1].who, told.lines[-1].verb) == ("Sample compliance", "audit.read")


def test_a_story_of_another_practice_is_not_here(container, answered, compliance):
    with pytest.raises(LookupError):
        audit.story(container, compliance, f"conversation/{uuid4()}")
    assert lines_of(container, compliance, "audit.read")[0].ending is Ending.REFUSED


@pytest.mark.parametrize("typed", ["Jane Sample", "conversation/chest pain", "patient", "a/b"])
def test_a_name_typed_into_the_story_box_reaches_no_line(container, practice, compliance, typed):
    with pytest.raises(Invalid):
        audit.story(container, compliance, typed)
    [line] = lines_of(container, compliance, "audit.read")
    assert (line.subject, line.reason) == ("audit", "Invalid")


@pytest.mark.parametrize("field", ["verb", "actor", "subject"])
def test_a_filter_that_could_be_a_patients_words_is_refused(field):
    with pytest.raises(Invalid) as refusal:
        Wanted(**{field: "Jane Sample, chest pain"})
    assert "Jane" not in str(refusal.value)


def test_a_search_finds_by_verb_person_record_and_time(container, answered, compliance, clock):
    def found(**wanted):
        return len(audit.search(container, compliance, Wanted(**wanted)))

    [front] = [line.actor for line in audit.search(container, compliance, Wanted(verb="inbox.take", subject=answered.ref))]  # fmt: skip
    later = clock() + timedelta(hours=1)
    assert (found(verb="inbox.take"), found(actor=front), found(subject=answered.ref)) == (2, 3, 1)
    assert found(verb="inbox.take", since=later) == 0
    assert found(verb="inbox.take", until=later) == 2


def test_a_search_leaves_a_line_that_says_what_was_searched(container, answered, compliance):
    audit.search(container, compliance, Wanted(verb="inbox.take"))
    [line] = lines_of(container, compliance, "audit.read")
    assert line.reason == "search: verb=inbox.take; 2 lines"


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_the_trail_or_is_refused_on_record(container, answered, hire, role):
    actor = hire(role, "Sample reader")
    if role in READERS:
        assert audit.search(container, actor, Wanted())
        ending = Ending.DONE
    else:
        with pytest.raises(NotAllowed):
            audit.search(container, actor, Wanted())
        ending = Ending.REFUSED
    assert lines_of(container, actor, "audit.read")[0].ending is ending


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("role", Role)
def test_each_role_exports_the_trail_or_gets_nothing_at_all(container, answered, hire, role, form):
    actor, out = hire(role, "Sample exporter"), io.StringIO()
    if may(role, "audit.export"):
        assert audit.export(container, actor, form, Wanted(verb="inbox.take"), out) == 2
    else:
        with pytest.raises(NotAllowed):
            audit.export(container, actor, form, Wanted(verb="inbox.take"), out)
        assert out.getvalue() == ""
    [line] = lines_of(container, actor, "audit.export")
    if role is Role.COMPLIANCE:
        assert line.reason == f"{form}: verb=inbox.take; 2 lines"
    else:
        assert line.ending is Ending.REFUSED


def test_the_command_on_the_server_exports_on_record(container, answered, practice):
    out, operator = io.StringIO(), Actor.job(practice.id, "cli")
    assert audit.export(container, operator, Form.CSV, Wanted(), out) == 4
    assert lines_of(container, operator, "audit.export")[0].actor == "job/cli"


def test_a_job_does_not_export_the_trail(container, answered, practice):
    with pytest.raises(NotAllowed):
        audit.export(
            container, Actor.job(practice.id, "deliver"), Form.CSV, Wanted(), io.StringIO()
        )


def test_nothing_is_exported_when_the_export_cannot_be_put_on_record(
    container, answered, compliance
):
    out = io.StringIO()
    rename(container, "audit_head", "audit_head_gone")
    try:
        with pytest.raises(DBAPIError):
            audit.export(container, compliance, Form.CSV, Wanted(), out)
    finally:
        rename(container, "audit_head_gone", "audit_head")
    assert out.getvalue() == ""


def rename(container, old, new):
    with container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_a_csv_export_opens_as_a_table_oldest_line_first(container, answered, compliance):
    out = io.StringIO(newline="")
    audit.export(container, compliance, Form.CSV, Wanted(), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert [row["seq"] for row in rows] == ["1", "2", "3", "4"]
    assert (rows[1]["who"], rows[1]["ending"]) == ("Sample front desk", "done")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_no_cell_is_taken_for_a_formula(start):
    assert safe_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert safe_cell(f"a{start}b") == f"a{start}b"


def test_a_colleague_whose_name_is_a_formula_is_only_text_in_the_csv(
    container, practice, hire, compliance
):
    trickster = hire(Role.NURSE, "=cmd|'/c calc'!A1")
    with working(container, trickster) as desk:
        desk.record("inbox.take", "conversation/1")
    out = io.StringIO(newline="")
    audit.export(container, compliance, Form.CSV, Wanted(), out)
    [row] = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert row["who"].startswith("'=cmd")


def test_a_fhir_export_is_one_audit_event_a_line(container, answered, compliance):
    out = io.StringIO()
    audit.export(container, compliance, Form.FHIR, Wanted(), out)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["resourceType"] for event in events] == ["AuditEvent"] * 4
    by_job, by_person = events[0], events[1]
    assert by_job["agent"][0]["requestor"] is False
    assert by_person["agent"][0]["name"] == "Sample front desk"
    assert by_person["entity"][0]["what"]["identifier"]["value"] == answered.ref


def test_an_audit_event_has_what_fhir_r4_requires_in_the_codes_it_allows(
    container, answered, compliance
):
    out = io.StringIO()
    audit.search(container, compliance, Wanted())
    audit.export(container, compliance, Form.FHIR, Wanted(), out)
    for event in map(json.loads, out.getvalue().splitlines()):
        assert {"type", "recorded", "agent", "source"} <= event.keys()  # cardinality 1..
        assert event["action"] in set("CRUDE")
        assert event["outcome"] in {"0", "4", "8", "12"}
        assert event["recorded"].endswith("+00:00")
        assert event["source"]["observer"]
        assert all(isinstance(agent["requestor"], bool) for agent in event["agent"])
        assert not _empty_values(event)


def _empty_values(node):
    if isinstance(node, dict):
        return any(_empty_values(child) for child in node.values())
    if isinstance(node, list):
        return not node or any(_empty_values(child) for child in node)
    return node in ("", None)


def test_a_person_who_left_keeps_their_name_on_the_trail(container, answered, compliance, clock):
    with writing(container.engine) as session:
        for person in StaffList(session, answered.practice_id).active():
            person.disabled_at = clock()
    told = audit.story(container, compliance, answered.ref)
    assert told.lines[1].who == "Sample front desk"
