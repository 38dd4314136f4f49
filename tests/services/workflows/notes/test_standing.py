"""The note as it stands: what waits for a person, and what a person's hand changes."""

import pytest

from services.errors import Invalid
from services.notes import lines
from services.notes.draft import Draft, Section, Sentence
from services.notes.lines import Line
from services.notes.sections import SectionKey
from services.workflows.notes import standing
from services.workflows.notes.standing import NotePart, NoteText

HPI, PLAN = SectionKey.HPI, SectionKey.PLAN
DRAFT = Draft(
    (
        Section(HPI, (Sentence("Patient reports cough.", ("T2",)), Sentence("No fever.", ()))),
        Section(PLAN, (Sentence("Continue lisinopril 20 mg.", ("T9",)),)),
    ),
    "local",
)
DOUBTS = {(PLAN, 0): ("The sources say 10 mg.",)}


def _note() -> NoteText:
    return standing.of_draft(DRAFT, DOUBTS)


def test_what_rests_on_nothing_and_what_the_checker_doubts_wait_for_a_person() -> None:
    waiting = [(part.key, line.text) for part, _, line in lines.unsettled(_note().parts)]
    assert waiting == [(HPI, "No fever."), (PLAN, "Continue lisinopril 20 mg.")]
    assert _note().unsettled == 2


def test_a_tick_settles_that_sentence_alone() -> None:
    note = _note()
    after = note.with_part(lines.ticked(note.part(HPI), 1, "No fever."))
    assert [line.text for _, _, line in lines.unsettled(after.parts)] == [
        "Continue lisinopril 20 mg."
    ]
    assert after.digest == note.digest  # a tick changes no word


def test_a_tick_for_a_sentence_that_moved_is_refused() -> None:
    with pytest.raises(Invalid, match="not there any more"):
        lines.ticked(_note().part(HPI), 0, "No fever.")


def test_a_sentence_taken_out_leaves_the_others_and_an_empty_section_goes() -> None:
    note = _note()
    after = note.with_part(lines.without(note.part(PLAN), 0, "Continue lisinopril 20 mg."))
    assert [part.key for part in after.parts] == [HPI]


def test_what_a_person_writes_is_theirs_and_what_they_leave_keeps_its_sources() -> None:
    written = lines.rewritten(_note().part(HPI), "Patient reports cough.\n\n Since Monday. ")
    assert written.lines == (
        Line("Patient reports cough.", ("T2",)),
        Line("Since Monday.", is_own=True),
    )
    assert not any(line.is_unsettled for line in written.lines)


def test_a_doubt_is_not_written_away_by_saving_the_section_unchanged() -> None:
    part = _note().part(PLAN)
    assert lines.rewritten(part, part.text).lines[0].is_unsettled


def test_sections_stay_in_the_order_of_a_note_wherever_one_is_added() -> None:
    note = NoteText((NotePart(PLAN, (Line("Rest.", ("T1",)),)),))
    added = note.with_part(NotePart(SectionKey.CHIEF_COMPLAINT, (Line("Cough.", ("R1",)),)))
    assert [part.key for part in added.parts] == [SectionKey.CHIEF_COMPLAINT, PLAN]


def test_a_note_is_read_back_as_it_was_kept() -> None:
    assert standing.read(_note().to_json()) == _note()


def test_the_digest_changes_with_any_word() -> None:
    note = _note()
    assert note.with_part(lines.rewritten(note.part(HPI), "Cough.")).digest != note.digest
