"""Notes when something dies on the way: each lies in eCW once, in its own visit, or comes back by name."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from db.deliveries import DeliveryState
from db.visit_notes import NoteState, VisitNote
from db.vocabulary import Role
from services.desk import Actor
from services.notes.lines import unsettled
from services.workflows.notes import editing, sending
from tests.services.workflows.notes.conftest import Clinic, seen

LONG = timedelta(minutes=2)  # later than any request can last
TOGETHER = 50
TELLING = 8  # of these told at check-in why they come, and a nurse verified it


@pytest.fixture
def provider(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.PROVIDER)


def _settled(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    """Tick whatever the checker doubts, one after the other."""
    opened = clinic.open(provider, note)
    for part, place, line in list(unsettled(opened.text.parts)):
        target = seen(clinic.open(provider, note))
        editing.tick(clinic.container, provider, target, str(part.key), place, line.text)


def _send(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    _settled(clinic, provider, note)
    sending.send(clinic.container, provider, seen(clinic.open(provider, note)))


def _intake(clinic: Clinic, provider: Actor, note: VisitNote) -> str:
    """What the patient told at check-in, as the note's own sources hold it."""
    sources = clinic.open(provider, note).sources.values()
    return " / ".join(one.text.rpartition(": ")[2] for one in sources if one.cited.startswith("I"))


def _times_written(clinic: Clinic, note: VisitNote) -> int:
    """How often eCW took something for this visit: by its id, or by ours on a document."""
    names = [note.encounter_ref.partition("/")[2], *(str(d.id) for d in clinic.deliveries(note))]
    return sum(any(n in str(line) for n in names) for line in clinic.sandbox.control.ledger())


@pytest.mark.parametrize(
    ("kind", "operation", "fault"),
    [
        ("note_hl7", "hl7", "no_ack"),
        ("note_hl7", "hl7", "foreign_ack"),
        ("note_hl7", "hl7", "cut"),
        ("note_sections", "openapi.write", "lost_response"),
        ("note_document", "fhir.write", "lost_response"),
    ],
)
def test_an_answer_that_never_comes_is_settled_by_reading_back(
    clinic: Clinic, provider: Actor, monkeypatch: pytest.MonkeyPatch,
    kind: str, operation: str, fault: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("services.workflows.notes.profiles.PREFERRED", (kind,))
    note = clinic.drafted()
    _send(clinic, provider, note)
    before = _times_written(clinic, note)
    clinic.sandbox.control.fault(operation, fault, times=1)
    clinic.deliver(times=1)
    (delivery,) = clinic.deliveries(note)
    assert delivery.state is DeliveryState.IN_DOUBT
    clinic.deliver(times=3, after=LONG)
    (delivery,) = clinic.deliveries(note)
    assert delivery.state is DeliveryState.VERIFIED
    assert clinic.note(note.encounter_ref).state is NoteState.FILED
    assert _times_written(clinic, note) == before + 1


def test_a_receiver_that_is_busy_is_asked_again_with_the_same_message(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    _send(clinic, provider, note)
    clinic.sandbox.control.fault("hl7", "outage", times=1)
    clinic.deliver(times=3, after=LONG)
    (delivery,) = clinic.deliveries(note)
    assert (delivery.state, delivery.attempts) == (DeliveryState.VERIFIED, 2)


def test_fifty_visits_at_once_end_each_in_their_own_place(
    clinic: Clinic, provider: Actor, hire: Callable[..., Actor]
) -> None:
    """The encounter simulation: checked in, drafted, sent, read back and signed, while tokens expire."""
    clinic.sandbox.control.configure(token_seconds=2, rate_limit=None)
    patients = [f"Patient/p.{101 + n % 24}" for n in range(TOGETHER + 10) if n % 24 != 8][:TOGETHER]
    visits = {clinic.planned(who): who for who in patients}  # p.109 has died
    told = dict(list(visits.items())[:TELLING])
    clinic.checked_in(hire(Role.NURSE), told, "A cough since week")
    for ref in visits:
        clinic.sandbox.control.at_visit(ref, "open")
    clinic.poll()
    clinic.draft()
    notes = [clinic.note(ref) for ref in visits]
    assert {note.state for note in notes} == {NoteState.READY}
    for number, ref in enumerate(told, start=1):  # what each told stands in their own note alone
        assert _intake(clinic, provider, clinic.note(ref)) == f"A cough since week {number}"
    wanted = {}
    for note in notes:
        _settled(clinic, provider, note)
        opened = clinic.open(provider, note)
        wanted[note.encounter_ref] = {s.code: s.text for s in opened.placed.sections}
        sending.send(clinic.container, provider, seen(opened))
    clinic.deliver(times=12, after=LONG)
    assert {note.encounter_ref: clinic.filed(note) for note in notes} == wanted
    for ref in visits:
        clinic.sandbox.control.at_visit(ref, "sign")
    for _ in range(4):
        clinic.poll()
    assert {clinic.note(ref).state for ref in visits} == {NoteState.SIGNED}
