"""The patient's summary: from a signed note only, in plain words, and nothing that is not in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.errors import Invalid
from services.notes import Section, SectionKey, Sentence, local
from services.notes.check import check
from services.notes.summary import SignedNote, material_of, readability, summarise
from services.notes.summary.reading_level import syllables
from services.notes.summary.writing import tables
from tests.services.notes.visits import VISIT

SIGNED = SignedNote(local.draft(VISIT).sections, datetime(2026, 3, 2, 17, tzinfo=UTC))


def test_nobody_gets_a_summary_of_what_nobody_signed() -> None:
    with pytest.raises(Invalid, match="signed"):
        summarise(replace(SIGNED, signed_at=None))


def test_each_part_has_the_sentences_of_the_note() -> None:
    found = {part.name: [s.text for s in part.sentences] for part in summarise(SIGNED).parts}
    assert found["reason"] == ["Right knee pain."]
    assert "Prescribe meloxicam 15 mg once a day." in found["plan"]
    assert "Come back in two weeks." in found["instructions"]
    assert any("call me" in text for text in found["call"])
    assert not any("the patient" in text.lower() for texts in found.values() for text in texts)


def test_hard_words_are_explained_once() -> None:
    said = (Sentence("Hypertension."), Sentence("The patient has hypertension and edema."))
    summary = summarise(replace(SIGNED, sections=(Section(SectionKey.ASSESSMENT, said),)))
    [part] = summary.parts
    assert [s.text for s in part.sentences] == [
        "Hypertension (high blood pressure).",
        "You have hypertension and edema (swelling from fluid).",
    ]


def test_the_checker_agrees_and_would_not_agree_with_more() -> None:
    summary = summarise(SIGNED)
    draft, material = summary.as_draft(), material_of(SIGNED)
    assert check(draft, material).findings == ()
    faulty = [
        replace(s, sentences=(*s.sentences, Sentence("Take warfarin 5 mg.", ("T1",))))
        for s in draft.sections
    ]
    assert check(replace(draft, sections=tuple(faulty)), material).findings


def test_the_glossary_and_the_fixed_phrases_are_in_both_languages() -> None:
    words = tables()
    assert words["titles"]["en"].keys() == words["titles"]["es"].keys()
    assert words["phrases"]["en"].keys() == words["phrases"]["es"].keys()
    assert words["glossary"]["es"].keys() <= words["glossary"]["en"].keys()
    spanish = summarise(SIGNED, "es").text
    assert "Por qué vino" in spanish
    assert "están en inglés" in spanish


@pytest.mark.parametrize(
    ("word", "count"),
    [("knee", 1), ("pressure", 2), ("medicine", 3), ("a", 1), ("walked", 1), ("wanted", 2), ("table", 2), ("hypertension", 4)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_follows_the_formula_and_hard_text_is_told() -> None:
    found = readability("The cat sat on the mat. The dog ran.")
    assert (found.words, found.sentences, found.syllables) == (9, 2, 9)
    assert found.grade == max(0.0, round(0.39 * 4.5 + 11.8 - 15.59, 1))
    hard = "Radiological examination demonstrates degenerative intervertebral abnormalities necessitating orthopedic consultation."
    assert readability(hard).grade > 20
    assert readability("").grade == 0
    section = Section(SectionKey.PLAN, (Sentence(hard),))
    assert summarise(replace(SIGNED, sections=(section,))).is_harder
    assert not summarise(SIGNED).is_harder
