"""From an opened visit to a signed note: drafted beside its sources, sent once, read back in its place."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from db.deliveries import DeliveryState
from db.rollout import Rollouts
from db.visit_notes import NoteState, VisitNote, VisitNotes
from db.vocabulary import Role, Stage
from services.desk import Actor, working
from services.ehr.ports import Road
from services.errors import Invalid, NotAllowed, NotRolledOut, Stale
from services.notes.lines import Line, unsettled
from services.notes.sections import SectionKey
from services.workflows.notes import editing, sending, standing, templates
from services.workflows.notes.acting import keep
from services.workflows.notes.standing import NotePart
from tests.services.workflows.notes.conftest import Clinic, seen

Hire = Callable[..., Actor]
ROADS = {
    "note_hl7": Road.NOTE_HL7,
    "note_sections": Road.NOTE_SECTIONS,
    "note_document": Road.NOTE_DOCUMENT,
    "note_ccda": Road.NOTE_CCDA,
}


@pytest.fixture
def provider(hire: Hire) -> Actor:
    return hire(Role.PROVIDER)


def _settle(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    """Tick whatever the checker doubts, one after the other."""
    while found := next(unsettled(clinic.open(provider, note).text.parts), None):
        part, place, line = found
        target = seen(clinic.open(provider, note))
        editing.tick(clinic.container, provider, target, str(part.key), place, line.text)


def _send(clinic: Clinic, provider: Actor, note: VisitNote) -> None:
    _settle(clinic, provider, note)
    sending.send(clinic.container, provider, seen(clinic.open(provider, note)))


def test_an_opened_visit_becomes_a_draft_beside_its_sources(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    assert (note.state, note.has_transcript, note.engine) == (NoteState.READY, True, "local")
    opened = clinic.open(provider, note)
    cited = [s for part in opened.text.parts for line in part.lines for s in line.sources]
    assert cited
    assert set(cited) <= set(opened.sources)
    assert opened.layout.faults == ()
    assert opened.layout.name.endswith("(from eCW)")


def test_a_visit_that_has_not_begun_waits_for_nobody(clinic: Clinic) -> None:
    ref = clinic.visit(status="planned")
    clinic.poll()
    with pytest.raises(KeyError):
        clinic.note(ref)


@pytest.mark.parametrize("kind", ROADS)
def test_a_note_lands_by_each_road_and_is_read_back(
    clinic: Clinic, provider: Actor, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workflows.notes.profiles.PREFERRED", (kind,))
    note = clinic.drafted()
    _send(clinic, provider, note)
    clinic.deliver()
    (delivery,) = clinic.deliveries(note)
    assert (delivery.kind, delivery.state) == (kind, DeliveryState.VERIFIED)
    assert clinic.note(note.encounter_ref).state is NoteState.FILED


@pytest.mark.parametrize("kind", ["note_hl7", "note_sections"])
def test_every_section_lies_where_the_template_says(
    clinic: Clinic, provider: Actor, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workflows.notes.profiles.PREFERRED", (kind,))
    note = clinic.drafted()
    _settle(clinic, provider, note)
    opened = clinic.open(provider, note)
    sending.send(clinic.container, provider, seen(opened))
    clinic.deliver()
    assert clinic.filed(note) == {s.code: s.text for s in opened.placed.sections}


def test_what_the_provider_signs_in_ecw_closes_the_note(clinic: Clinic, provider: Actor) -> None:
    note = clinic.drafted()
    _send(clinic, provider, note)
    clinic.deliver()
    clinic.poll()
    assert clinic.note(note.encounter_ref).state is NoteState.FILED  # nobody signed yet
    clinic.sandbox.control.at_visit(note.encounter_ref, "sign")
    clinic.poll()
    signed = clinic.note(note.encounter_ref)
    assert (signed.state, signed.signed_at is not None) == (NoteState.SIGNED, True)


@pytest.mark.parametrize("scopes", [("system/Encounter.create",)])
def test_where_documents_may_not_be_read_the_rest_of_the_round_goes_on(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    _send(clinic, provider, note)
    clinic.deliver()
    assert clinic.note(note.encounter_ref).state is NoteState.FILED
    clinic.poll()  # nobody has signed yet, and the documents are not ours to ask
    clinic.sandbox.control.at_visit(note.encounter_ref, "sign")
    clinic.poll()
    assert clinic.note(note.encounter_ref).state is NoteState.SIGNED


def test_a_section_dropped_in_silence_brings_the_note_back_by_name(
    clinic: Clinic, provider: Actor
) -> None:
    """The practice changed its template in eCW, and eCW answers AA all the same."""
    note = clinic.drafted()
    _settle(clinic, provider, note)
    opened = clinic.open(provider, note)
    lost = opened.placed.sections[0]
    kept = [s.code for s in opened.placed.sections[1:]]
    clinic.sandbox.control.note_template(note.location, kept)
    sending.send(clinic.container, provider, seen(opened))
    clinic.deliver()
    back = clinic.note(note.encounter_ref)
    assert back.state is NoteState.READY
    assert f"{lost.title} is missing" in back.trouble


def test_a_sentence_that_rests_on_nothing_keeps_the_note_here(
    clinic: Clinic, provider: Actor
) -> None:
    note, words = clinic.drafted(), "The patient has never smoked."
    _settle(clinic, provider, note)
    _write_unsupported(clinic, provider, note, words)
    with pytest.raises(Invalid, match="must be ticked, changed or taken out"):
        sending.send(clinic.container, provider, seen(clinic.open(provider, note)))
    target = seen(clinic.open(provider, note))
    editing.remove(clinic.container, provider, target, "social_history", 0, words)
    sending.send(clinic.container, provider, seen(clinic.open(provider, note)))
    clinic.deliver()
    assert words not in " ".join(clinic.filed(note).values())


def _write_unsupported(clinic: Clinic, actor: Actor, note: VisitNote, words: str) -> None:
    """A sentence that rests on nothing, as a model might have written it."""
    with working(clinic.container, actor) as desk:
        row = desk.open(VisitNotes).get(note.id)
        text = standing.read(desk.vault.read(row, "text").text)
        part = NotePart(SectionKey.SOCIAL_HISTORY, (Line(words),))
        keep(desk, row, text.with_part(part))
        row.version += 1


def test_two_people_cannot_send_the_same_note(clinic: Clinic, provider: Actor, hire: Hire) -> None:
    note = clinic.drafted()
    _settle(clinic, provider, note)
    shown = seen(clinic.open(provider, note))
    sending.send(clinic.container, provider, shown)
    with pytest.raises(Stale):
        sending.send(clinic.container, hire(Role.PROVIDER, "Second provider"), shown)
    assert len(clinic.deliveries(note)) == 1


def test_what_was_sent_can_be_taken_back_until_it_leaves(clinic: Clinic, provider: Actor) -> None:
    note = clinic.drafted()
    _send(clinic, provider, note)
    sending.take_back(clinic.container, provider, seen(clinic.open(provider, note)))
    clinic.deliver()
    assert clinic.filed(note) == {}
    assert clinic.note(note.encounter_ref).state is NoteState.READY


def test_words_changed_by_somebody_else_are_not_sent_unread(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    _settle(clinic, provider, note)
    before = seen(clinic.open(provider, note))
    editing.edit(clinic.container, provider, before, "plan", "Rest.")
    with pytest.raises(Stale):
        sending.send(clinic.container, provider, before)


def test_the_first_draft_and_every_wording_are_kept(clinic: Clinic, provider: Actor) -> None:
    note = clinic.drafted()
    first = clinic.open(provider, note)
    editing.edit(clinic.container, provider, seen(first), "plan", "Rest.")
    after = clinic.open(provider, note)
    assert after.first == first.first
    assert [wording.by for wording in after.wordings] == ["", provider.name]
    assert after.wordings[0].text == first.text


def test_a_transcript_that_a_person_brings_is_what_the_note_rests_on(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted(transcript="")
    assert not note.has_transcript
    said = "Doctor: What brings you in?\nPatient: I have had a cough for three days."
    target = seen(clinic.open(provider, note))
    editing.add_transcript(clinic.container, provider, target, said)
    clinic.draft()
    opened = clinic.open(provider, clinic.note(note.encounter_ref))
    assert opened.sources["T2"].text == "I have had a cough for three days."
    assert "cough" in opened.text.part(SectionKey.HPI).text


def test_a_transcript_that_comes_later_is_drafted_from_unless_somebody_has_begun(
    clinic: Clinic, provider: Actor
) -> None:
    clinic.sandbox.control.configure(transcripts=False)  # the recogniser is still at work
    untouched, begun = clinic.drafted(), clinic.drafted(patient="Patient/p.105")
    assert [note.has_transcript for note in (untouched, begun)] == [False, False]
    target = seen(clinic.open(provider, begun))
    editing.edit(clinic.container, provider, target, "plan", "Rest.")
    clinic.sandbox.control.configure(transcripts=True)
    clinic.poll()
    clinic.draft()
    assert clinic.note(untouched.encounter_ref).has_transcript
    kept = clinic.open(provider, clinic.note(begun.encounter_ref))
    assert kept.text.part(SectionKey.PLAN).text == "Rest."


def test_a_transcript_in_which_nobody_speaks_is_refused_and_changes_nothing(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    with pytest.raises(Invalid, match="names nobody"):
        editing.add_transcript(
            clinic.container, provider, seen(clinic.open(provider, note)), "A cough, three days."
        )
    assert clinic.note(note.encounter_ref).state is NoteState.READY


def test_a_nurse_reads_notes_and_a_front_desk_does_not(clinic: Clinic, hire: Hire) -> None:
    note = clinic.drafted()
    nurse = hire(Role.NURSE)
    shown = clinic.open(nurse, note)
    with pytest.raises(NotAllowed):
        sending.send(clinic.container, nurse, seen(shown))
    with pytest.raises(NotAllowed):
        clinic.open(hire(Role.FRONT_DESK), note)


def test_switched_off_nobody_reads_and_nothing_is_drafted(clinic: Clinic, provider: Actor) -> None:
    note = clinic.drafted()
    with working(clinic.container, Actor.job(clinic.practice.id, "tests")) as desk:
        for row in desk.open(Rollouts).of("notes"):
            row.stage = Stage.OFF
    with pytest.raises(NotRolledOut):
        clinic.open(provider, note)
    ref = clinic.visit(patient="Patient/p.105")
    clinic.poll()
    clinic.draft()
    assert clinic.note(ref).state is NoteState.WAITING


@pytest.mark.parametrize("contract", [frozenset[Road]()])
def test_without_any_road_the_words_are_there_to_copy(clinic: Clinic, provider: Actor) -> None:
    note = clinic.drafted()
    opened = clinic.open(provider, note)
    assert opened.layout.road == ""
    assert opened.placed.sections
    with pytest.raises(Invalid, match="Copy the note"):
        _send(clinic, provider, note)


def test_a_template_that_ecw_contradicts_sends_nothing(
    clinic: Clinic, provider: Actor, hire: Hire
) -> None:
    note = clinic.drafted()
    admin = hire(Role.ADMIN)
    (row,) = [
        r for r in templates.templates(clinic.container, admin) if r.location == note.location
    ]
    wrong = row.toml.replace('code = "CC"', 'code = "C0"').replace('code = "S10"', 'code = "C0"')
    templates.save(clinic.container, admin, wrong, row.version)
    _settle(clinic, provider, note)
    with pytest.raises(Invalid, match="differ, so nothing is sent"):
        sending.send(clinic.container, provider, seen(clinic.open(provider, note)))
    assert clinic.deliveries(note) == []


def test_a_note_as_a_file_lies_in_the_folder_once(
    clinic: Clinic, provider: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workflows.notes.profiles.PREFERRED", ("note_ccda",))
    note = clinic.drafted()
    _send(clinic, provider, note)
    clinic.deliver()
    assert len(list(tmp_path.glob("*.xml"))) == 1


def test_a_note_that_was_written_and_signed_in_ecw_is_closed_here(
    clinic: Clinic, provider: Actor
) -> None:
    note = clinic.drafted()
    clinic.sandbox.control.at_visit(note.encounter_ref, "close")
    clinic.poll()
    assert clinic.note(note.encounter_ref).state is NoteState.READY  # over, and nobody signed
    clinic.sandbox.control.at_visit(note.encounter_ref, "sign", changes={"PLAN": "Rest."})
    clinic.clock.wait(timedelta(minutes=15))
    clinic.poll()
    signed = clinic.note(note.encounter_ref)
    assert (signed.state, signed.closed_at is not None) == (NoteState.SIGNED, True)
    with pytest.raises(Invalid):
        _send(clinic, provider, signed)
    assert clinic.deliveries(note) == []
