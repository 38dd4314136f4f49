"""Codes from a note: the level with its arithmetic by worked examples, diagnoses, procedures."""

import re
from collections.abc import Mapping, Sequence

import pytest

from services.codes import is_valid_icd10
from services.evaluation.note_visits import aci
from services.notes import Section, SectionKey, Sentence, local
from services.notes.coding import Level, diagnoses, gather, procedures, suggest
from services.notes.coding.diagnoses import tables
from services.notes.coding.evidence import (
    Data,
    Problem,
    Risk,
    Shown,
    weigh_data,
    weigh_problems,
    weigh_risk,
)
from services.notes.coding.gathering import Gathered
from services.notes.coding.levels import by_time
from tests.services.notes.visits import VISIT

K = SectionKey
NOTHING = Gathered((), (), (), ())


def note(sections: Mapping[SectionKey, Sequence[str]]) -> list[Section]:
    """A note of these sentences."""
    return [
        Section(key, tuple(Sentence(text) for text in texts)) for key, texts in sections.items()
    ]


FOLLOW_UP = note({
    K.HPI: ["The patient is here for follow-up of blood pressure and diabetes."],
    K.EXAM: ["Respiratory: lungs are clear."],
    K.RESULTS: ["Hemoglobin A1c is elevated at 8."],
    K.ASSESSMENT: ["Hypertension is stable.", "Diabetes, not at goal."],
    K.PLAN: ["Continue lisinopril 20 mg daily.", "Increase metformin to 1000 mg twice a day."],
    K.ORDERS: ["Order a lipid panel."],
})  # fmt: skip
SPRAIN = note({
    K.CHIEF_COMPLAINT: ["Right knee pain."], K.HPI: ["She twisted the right knee."], K.EXAM: ["Knee: tender."],
    K.ASSESSMENT: ["Right knee pain.", "Sprain of the right knee."], K.PLAN: ["Use a knee brace.", "Take ibuprofen as needed."],
})  # fmt: skip


def test_a_worse_chronic_illness_with_a_prescription_is_moderate() -> None:
    found = suggest(gather(FOLLOW_UP), new=False)
    assert (found.code, found.by, found.level) == ("99214", "decision", Level.MODERATE)
    assert any("worse or not at its goal (diabetes)" in line for line in found.arithmetic)
    assert any("2 tests + 0 outside notes + 0 historian = 2" in line for line in found.arithmetic)
    assert any("prescription drug management (lisinopril)" in line for line in found.arithmetic)
    assert found.arithmetic[-1] == "Two of three reach moderate: 99214."


def test_an_acute_injury_with_a_brace_is_low() -> None:
    assert suggest(gather(SPRAIN), new=False).code == "99213"
    assert suggest(gather(SPRAIN), new=True).code == "99203"


def test_nothing_documented_is_straightforward_and_what_is_missing_is_listed() -> None:
    found = suggest(gather([]), new=False)
    assert found.code == "99212"
    assert {
        "The note holds no history.",
        "The note holds no examination.",
        "The note holds no plan.",
    } <= set(found.missing)
    assert "The time spent on the day of the visit is not stated." in found.missing


def test_a_chronic_illness_without_its_state_is_counted_as_stable_and_told() -> None:
    gathered = gather(note({K.ASSESSMENT: ["Hypertension."]}))
    assert [one.kind for one in gathered.problems] == [Problem.STABLE_CHRONIC]
    assert any("Whether hypertension is stable" in line for line in gathered.missing)
    assert not any(
        "hypertension" in line
        for line in gather(note({K.ASSESSMENT: ["Hypertension is stable."]})).missing
    )


def shown(kind: Problem | Data | Risk, *names: str) -> list[Shown]:
    return [Shown(kind, name) for name in names]


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], Level.STRAIGHTFORWARD),
        (shown(Problem.MINOR, "a"), Level.STRAIGHTFORWARD),
        (shown(Problem.MINOR, "a", "b"), Level.LOW),
        (shown(Problem.MINOR, "a", "a"), Level.STRAIGHTFORWARD),
        (shown(Problem.ACUTE, "a"), Level.LOW),
        (shown(Problem.STABLE_CHRONIC, "a"), Level.LOW),
        (shown(Problem.STABLE_CHRONIC, "a", "b"), Level.MODERATE),
        (shown(Problem.ACUTE, "a", "b"), Level.LOW),
        (shown(Problem.WORSE_CHRONIC, "a"), Level.MODERATE),
        (shown(Problem.UNCERTAIN, "a"), Level.MODERATE),
        (shown(Problem.SYSTEMIC, "a"), Level.MODERATE),
        (shown(Problem.SEVERE, "a"), Level.HIGH),
        (shown(Problem.THREAT, "a"), Level.HIGH),
    ],
)
def test_problems_are_weighed_by_number_and_kind(found: list[Shown], level: Level) -> None:
    assert weigh_problems(found).level is level


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], Level.STRAIGHTFORWARD),
        (shown(Data.ORDERED, "cbc"), Level.STRAIGHTFORWARD),
        (shown(Data.ORDERED, "cbc") + shown(Data.REVIEWED, "cbc"), Level.STRAIGHTFORWARD),
        (shown(Data.ORDERED, "cbc", "a1c"), Level.LOW),
        (shown(Data.HISTORIAN, "mother"), Level.LOW),
        (shown(Data.ORDERED, "cbc", "a1c") + shown(Data.HISTORIAN, "mother"), Level.MODERATE),
        (shown(Data.ORDERED, "cbc", "a1c") + shown(Data.OUTSIDE, "er"), Level.MODERATE),
        (shown(Data.INTERPRETED, "x-ray"), Level.MODERATE),
        (
            shown(Data.INTERPRETED, "x-ray") + shown(Data.REVIEWED, "x-ray", "a", "b"),
            Level.MODERATE,
        ),
        (shown(Data.INTERPRETED, "x-ray") + shown(Data.DISCUSSED, "cardiology"), Level.HIGH),
        (shown(Data.ORDERED, "a", "b", "c") + shown(Data.DISCUSSED, "cardiology"), Level.HIGH),
    ],
)
def test_data_are_weighed_by_category_and_a_test_counts_once(
    found: list[Shown], level: Level
) -> None:
    assert weigh_data(found).level is level


def test_the_highest_risk_counts() -> None:
    assert (
        weigh_risk(
            [*shown(Risk.LOW, "ice"), *shown(Risk.PRESCRIPTION, "x"), *shown(Risk.NONE, "")]
        ).level
        is Level.MODERATE
    )
    assert weigh_risk([]).level is Level.STRAIGHTFORWARD


@pytest.mark.parametrize(
    ("minutes", "new", "old"),
    [(9, None, None), (10, None, "99212"), (15, "99202", "99212"), (29, "99202", "99213"), (30, "99203", "99214"),
     (40, "99203", "99215"), (45, "99204", "99215"), (60, "99205", "99215")],
)  # fmt: skip
def test_time_reaches_a_level_at_its_minute(minutes: int, new: str | None, old: str | None) -> None:
    for is_new, code in ((True, new), (False, old)):
        assert (by_time(minutes, new=is_new) is None) is (code is None)
        if code:
            assert code in "".join(suggest(NOTHING, new=is_new, minutes=minutes).arithmetic)


def test_the_higher_of_decision_and_time_is_suggested() -> None:
    assert (
        suggest(gather(SPRAIN), new=False, minutes=35).code,
        suggest(gather(SPRAIN), new=False, minutes=35).by,
    ) == ("99214", "time")
    assert suggest(gather(FOLLOW_UP), new=False, minutes=12).by == "decision"


@pytest.mark.parametrize(("minutes", "units"), [(54, 0), (55, 1), (69, 1), (70, 2)])
def test_prolonged_time_is_counted_in_full_quarters(minutes: int, units: int) -> None:
    found = suggest(NOTHING, new=False, minutes=minutes)
    assert (found.code, found.prolonged) == ("99215", units)
    assert ("99417" in "".join(found.arithmetic)) is bool(units)


def test_every_diagnosis_has_the_sentence_that_supports_it() -> None:
    found = {one.code: one.sentence for one in diagnoses(FOLLOW_UP)}
    assert found == {"I10": "Hypertension is stable.", "E11.9": "Diabetes, not at goal."}


@pytest.mark.parametrize(
    ("assessment", "codes"),
    [
        (["Right knee pain."], {"M25.561"}),
        (["Left knee pain."], {"M25.562"}),
        (["Knee pain."], {"M25.569"}),
        (["Probable pneumonia."], {"R05.9"}),
        (["Rule out influenza."], {"R05.9"}),
        (["Pneumonia."], {"J18.9"}),
        (["No evidence of pneumonia."], set()),
        (["History of stroke."], set()),
        (["Low back pain."], {"M54.9", "M54.50"}),
        (["Depression, stable."], {"F32.A"}),
    ],
)
def test_only_what_is_certain_is_coded(assessment: list[str], codes: set[str]) -> None:
    found = diagnoses(note({K.CHIEF_COMPLAINT: ["Cough."], K.ASSESSMENT: assessment}))
    assert {one.code for one in found} <= codes
    assert bool(found) is bool(codes)


def test_a_missing_side_is_told() -> None:
    [found] = diagnoses(note({K.ASSESSMENT: ["Shoulder pain."]}))
    assert found.note == "The assessment does not say which side."


def test_the_codes_of_our_tables_are_in_the_list_or_known_to_be_newer() -> None:
    newer = set(tables()["since_2021"].values()) | {"F32.A"}
    codes = {code for row in tables()["sided"].values() for code in row} | set(
        tables()["plain"].values()
    )
    assert {code for code in codes if not is_valid_icd10(code)} <= newer


def test_a_procedure_counts_only_where_it_was_done() -> None:
    done = note({K.RESULTS: ["An EKG was done in the office today and is normal."]})
    planned = note(
        {
            K.PLAN: ["Order an EKG.", "We will do spirometry."],
            K.RESULTS: ["EKG in the emergency department was done."],
        }
    )
    assert [one.code for one in procedures(done)] == ["93000"]
    assert procedures(planned) == ()


def test_a_drug_code_brings_the_words_of_cms() -> None:
    [found] = procedures(note({K.PLAN: ["Given: J1885."]}))
    assert (found.code, "ketorolac" in found.words.lower()) == ("J1885", True)


def test_whole_visits_get_a_level_and_codes_that_exist() -> None:
    sections = local.draft(VISIT).sections
    found = suggest(gather(sections), new=False)
    # The dose went up, but nobody says that the pressure is above its goal: that would be 99214.
    assert found.code == "99213"
    assert any("Whether hypertension is stable" in line for line in found.missing)
    assert "I10" in {one.code for one in diagnoses(sections)}
    for sample in aci("valid"):
        mine = local.draft(sample.material).sections
        found = suggest(gather(mine), new=True)
        assert re.fullmatch(r"9920[2-5]", found.code)
        assert all(one.sentence for one in diagnoses(mine))
