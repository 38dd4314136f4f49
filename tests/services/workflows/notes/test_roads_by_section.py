"""A note that leaves by several ways: filed when all of it is read back, and told by section when not."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from db import writing
from db.connections import Connection
from db.conversations import Conversation
from db.deliveries import DeliveryState
from db.visit_notes import NoteState, VisitNote
from db.vocabulary import Role
from services import chart_sync
from services.desk import Actor, working
from services.errors import Invalid
from services.notes.lines import unsettled
from services.workflows.notes import editing, sending, templates
from services.workflows.notes.profiles import named
from tests.services.workflows.notes.conftest import Clinic, seen

Hire = Callable[..., Actor]
LONG = timedelta(minutes=2)
BY_DOCUMENT = ("chief_complaint", "hpi")


@pytest.fixture
def provider(hire: Hire) -> Actor:
    return hire(Role.PROVIDER)


@pytest.fixture
def note(clinic: Clinic, provider: Actor, hire: Hire) -> VisitNote:
    """A settled note whose history goes as a document, and all else into the sections."""
    note = clinic.drafted()
    _template(clinic, hire(Role.ADMIN), note, BY_DOCUMENT, "note_document")
    _settle(clinic, provider, note)
    return note


def _template(
    clinic: Clinic, admin: Actor, note: VisitNote, keys: tuple[str, ...], road: str
) -> None:
    rows = templates.templates(clinic.container, admin)
    row = next(row for row in rows if row.location == note.location)
    text = re.sub(r"road = .*\n", "", row.toml)
    text = text.replace("\n\n[[section]]", '\nroad = "note_sections"\n\n[[section]]', 1)
    for key in keys:
        text = text.replace(f'key = "{key}"\n', f'key = "{key}"\nroad = "{road}"\n')
    templates.save(clinic.container, admin, text, row.version)


def _settle(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    for part, place, line in list(unsettled(clinic.open(provider, note).text.parts)):
        target = seen(clinic.open(provider, note))
        editing.tick(clinic.container, provider, target, str(part.key), place, line.text)


def _send(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    opened = clinic.open(provider, note)
    sending.send(clinic.container, provider, seen(opened), named(opened.ways))


def _states(clinic: Clinic, note: VisitNote) -> list[tuple[str, DeliveryState]]:
    return [(one.kind, one.state) for one in clinic.deliveries(note)]


def _written(clinic: Clinic, note: VisitNote) -> int:
    ids = [str(one.id) for one in clinic.deliveries(note)]
    return sum(any(id in str(line) for id in ids) for line in clinic.sandbox.control.ledger())


def test_a_note_leaves_by_two_ways_and_is_filed_when_both_are_read_back(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    ways = clinic.open(provider, note).ways
    assert {way.road for way in ways} == {"note_document", "note_sections"}
    _send(clinic, provider, note)
    assert len(clinic.deliveries(note)) == 2
    clinic.deliver(times=1)
    assert clinic.note(note.encounter_ref).state is NoteState.SENDING
    clinic.deliver(times=4)
    assert {state for _, state in _states(clinic, note)} == {DeliveryState.VERIFIED}
    assert clinic.note(note.encounter_ref).state is NoteState.FILED
    [by_sections] = [way for way in ways if way.road == "note_sections"]
    assert clinic.filed(note) == {s.code: s.text for s in by_sections.sections}


def test_one_way_refused_brings_the_note_back_by_section_and_only_that_one_is_sent_again(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    _send(clinic, provider, note)
    clinic.sandbox.control.fault("openapi.write", "status", code=422, times=1)
    clinic.deliver(times=5)
    assert sorted(state for _, state in _states(clinic, note)) == ["refused", "verified"]
    back = clinic.note(note.encounter_ref)
    assert back.state is NoteState.READY
    assert "Plan" in back.trouble.partition(":")[0]
    assert "In eCW already, and not sent again unchanged: Chief Complaint" in back.trouble
    before = _written(clinic, note)
    _send(clinic, provider, note)
    clinic.deliver(times=4)
    assert [kind for kind, _ in _states(clinic, note)].count("note_document") == 1
    assert _written(clinic, note) == before + 1
    assert clinic.note(note.encounter_ref).state is NoteState.FILED


def test_what_was_changed_after_it_arrived_is_sent_anew(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    _send(clinic, provider, note)
    clinic.sandbox.control.fault("openapi.write", "status", code=422, times=1)
    clinic.deliver(times=5)
    target = seen(clinic.open(provider, note))
    editing.edit(clinic.container, provider, target, "hpi", "Another history.")
    _send(clinic, provider, note)
    clinic.deliver(times=5)
    assert [kind for kind, _ in _states(clinic, note)].count("note_document") == 2
    assert clinic.note(note.encounter_ref).state is NoteState.FILED


def test_a_way_in_doubt_holds_the_note_until_reading_back_settles_it(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    _send(clinic, provider, note)
    clinic.sandbox.control.fault("fhir.write", "lost_response", times=1)
    clinic.deliver(times=1)
    assert ("note_document", DeliveryState.IN_DOUBT) in _states(clinic, note)
    assert clinic.note(note.encounter_ref).state is NoteState.SENDING
    clinic.deliver(times=5, after=LONG)
    assert clinic.note(note.encounter_ref).state is NoteState.FILED
    assert len(clinic.deliveries(note)) == 2


def test_taking_back_stops_what_has_not_left_and_says_what_had(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    _send(clinic, provider, note)
    clinic.deliver(times=1)
    sending.take_back(clinic.container, provider, seen(clinic.open(provider, note)))
    clinic.deliver(times=3)
    back = clinic.note(note.encounter_ref)
    assert back.state is NoteState.READY
    assert "Taken back:" in back.trouble
    assert "In eCW already" in back.trouble
    assert sorted(state for _, state in _states(clinic, note)) == ["cancelled", "verified"]


def test_what_arrived_is_not_taken_for_the_note_that_a_later_edit_made_of_it(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    """When all that is left lies in eCW already, the note is filed without another word."""
    _send(clinic, provider, note)
    clinic.sandbox.control.fault("openapi.write", "status", code=422, times=1)
    clinic.deliver(times=5)
    for part in clinic.open(provider, note).text.parts:
        if str(part.key) not in BY_DOCUMENT:
            target = seen(clinic.open(provider, note))
            editing.edit(clinic.container, provider, target, str(part.key), "")
    kept = {s.title for way in clinic.open(provider, note).ways for s in way.sections}
    _send(clinic, provider, note)
    clinic.deliver()
    assert clinic.note(note.encounter_ref).state is NoteState.FILED
    assert "Plan" not in kept


def test_ways_that_changed_since_they_were_shown_send_nothing(
    clinic: Clinic, provider: Actor, note: VisitNote, hire: Hire
) -> None:
    opened = clinic.open(provider, note)
    _template(clinic, hire(Role.ADMIN, "Second admin"), note, ("plan",), "note_document")
    with pytest.raises(Invalid, match="another than the one you saw"):
        sending.send(clinic.container, provider, seen(opened), named(opened.ways))
    assert clinic.deliveries(note) == []


def test_a_section_whose_own_way_is_closed_keeps_the_note_here(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    with writing(clinic.container.engine) as session:
        session.connection().execute(
            Connection.__table__.update()  # type: ignore[attr-defined]
            .where(Connection.__table__.c.road == "note_document")  # type: ignore[attr-defined]
            .values(able=False, reason="The contract ended.")
        )
    opened = clinic.open(provider, note)
    assert any("closed. The contract ended." in fault for fault in opened.layout.faults)
    with pytest.raises(Invalid, match="nothing is sent"):
        sending.send(clinic.container, provider, seen(opened), named(opened.ways))


def test_a_patient_merged_meanwhile_calls_every_way_back_and_the_note_is_drafted_anew(
    clinic: Clinic, provider: Actor, note: VisitNote
) -> None:
    _send(clinic, provider, note)
    clinic.sandbox.control.merge("Patient/p.103", "Patient/p.105")
    with working(clinic.container, Actor.job(clinic.practice.id, "tests")) as desk:
        wrote = Conversation(  # their chart is read again because they wrote a message
            practice_id=desk.practice_id, thread_id="t.1", patient_id=note.patient_id,
            key_id=note.key_id, first_at=desk.now, waiting_since=desk.now,
        )  # fmt: skip
        desk.session.add(wrote)
    chart_sync.fetch_charts(clinic.container, clinic.practice, clinic.ehr.chart)
    assert {state for _, state in _states(clinic, note)} == {DeliveryState.CANCELLED}
    assert clinic.note(note.encounter_ref).state is NoteState.WAITING
