"""The checker finds each kind of fault, and none where the sentence says what its sources say."""

import time

import pytest

from services.evaluation.note_visits import aci
from services.notes import Draft, EncounterFacts, Fact, Kind, Section, SectionKey, Sentence, local
from services.notes.check import Rule, check
from services.notes.check.claims import ASKS
from tests.services.notes.visits import FACTS, VISIT, one, talk

P, I, A = SectionKey.PLAN, SectionKey.INSTRUCTIONS, SectionKey.ASSESSMENT  # noqa: E741

TALK = talk(
    "D: any fever or cough ?",  # T1
    "P: no , none of that .",  # T2
    "P: i take lisinopril 20 mg and metformin 500 mg since march 2019 .",  # T3
    "P: my left knee hurts , and i had a headache yesterday .",  # T4
    "D: i'm going to increase the lisinopril to 40 mg and order an mri of the left knee .",  # T5
    "D: call me if it gets worse . come back in two weeks .",  # T6
    "P: my sister says i should start taking turmeric .",  # T7
    "D: any chest pain ?",  # T8
    "D: your blood pressure is one forty eight over ninety two .",  # T9
)

# What is said, its sources and section; what a faulty draft says instead; which rule finds it.
PAIRS = {
    "another medicine": (("Takes metformin.", "Takes glipizide."), ("T3",), SectionKey.HPI, Rule.DRUG),
    "an unknown medicine": (("Takes metformin.", "Takes zibotinib."), ("T3",), SectionKey.HPI, Rule.DRUG),
    "another's dose": (("Takes lisinopril 20 mg.", "Takes lisinopril 500 mg."), ("T3",), SectionKey.HPI, Rule.DOSE),
    "a dose never said": (("Takes lisinopril 20 mg.", "Takes lisinopril 25 mg."), ("T3",), SectionKey.HPI, Rule.DOSE),
    "another unit": (("Takes lisinopril 20 mg.", "Takes lisinopril 20 mcg."), ("T3",), SectionKey.HPI, Rule.UNIT),
    "another number": (("Blood pressure is 148/92.", "Blood pressure is 148/82."), ("T9",), SectionKey.VITALS, Rule.NUMBER),
    "another interval": (("Come back in 2 weeks.", "Come back in 4 weeks."), ("T6",), I, Rule.NUMBER),
    "weeks for days": (("Come back in 14 days.", "Come back in 2 days."), ("T6",), I, Rule.UNIT),
    "another date": (("Since March 2019.", "Since May 2019."), ("T3",), SectionKey.HPI, Rule.DATE),
    "another day": (("A headache yesterday.", "A headache on Monday."), ("T4",), SectionKey.HPI, Rule.DATE),
    "the other side": (("Left knee pain.", "Right knee pain."), ("T4",), SectionKey.HPI, Rule.SIDE),
    "both sides": (("MRI of the left knee.", "MRI of the bilateral knees."), ("T5",), SectionKey.HPI, Rule.SIDE),
    "a denial lost": (("Denies fever.", "Reports fever."), ("T1", "T2"), SectionKey.ROS, Rule.NEGATION),
    "a complaint denied": (("Reports headache.", "Denies headache."), ("T4",), SectionKey.ROS, Rule.NEGATION),
    "an illness nobody named": (("Reports headache.", "Reports migraine and asthma."), ("T4",), SectionKey.HPI, Rule.FINDING),
    "a test nobody named": (("Order an MRI.", "Order a CT scan."), ("T5",), P, Rule.FINDING),
    "less for more": (("Increase the lisinopril.", "Decrease the lisinopril."), ("T5",), P, Rule.ADVICE),
    "advice of one's own": (("Call if it gets worse.", "Avoid strenuous exercise and rest."), ("T6",), I, Rule.ADVICE),
    "a referral of one's own": (("Come back in 2 weeks.", "Referral to cardiology."), ("T6",), P, Rule.ADVICE),
    "what only the patient said": (("Increase the lisinopril.", "Increase the turmeric."), ("T5",), P, Rule.ADVICE),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_each_fault_is_found_and_the_true_sentence_is_not(pair) -> None:  # type: ignore[no-untyped-def]
    (right, wrong), sources, section, rule = pair
    assert check(one(right, *sources, section=section), TALK).findings == ()
    found = check(one(wrong, *sources, section=section), TALK).findings
    assert rule in {finding.rule for finding in found}
    assert all(finding.why.endswith(".") for finding in found)


def test_every_rule_is_shown_to_work() -> None:
    assert {rule for _, _, _, rule in PAIRS.values()} | {Rule.SOURCE} == set(Rule) == set(ASKS)


def test_a_sentence_without_a_source_is_told_once() -> None:
    [finding] = check(one("Takes glipizide 5 mg for the left knee."), TALK).findings
    assert (finding.rule, finding.place) == (Rule.SOURCE, 0)
    assert check(one("Takes glipizide 5 mg."), TALK).facts == (2, 2)


def test_a_source_that_does_not_exist_is_told() -> None:
    assert [f.rule for f in check(one("Reports headache.", "T99"), TALK).findings] == [Rule.SOURCE]


def test_a_question_without_its_answer_holds_nothing() -> None:
    [finding] = check(one("Reports chest pain.", "T8"), TALK).findings
    assert (finding.rule, "no answer is cited" in finding.why) == (Rule.NEGATION, True)


def test_what_one_turn_affirms_here_and_denies_there_is_told_apart() -> None:
    material = talk(
        "D: there is some tenderness of the humerus . there is no tenderness at the clavicle ."
    )
    here, there = "tenderness of the humerus.", "tenderness at the clavicle."
    for right, wrong in ((f"There is {here}", f"No {here}"), (f"No {there}", f"There is {there}")):
        assert check(one(right, "T1", section=SectionKey.EXAM), material).findings == ()
        assert check(one(wrong, "T1", section=SectionKey.EXAM), material).findings


def test_where_a_turn_says_left_and_right_the_like_sentence_decides() -> None:
    material = talk(
        "D: there is swelling of the right knee . the left knee looks fine , no swelling of it ."
    )
    assert check(one("Swelling of the right knee.", "T1"), material).findings == ()
    assert Rule.SIDE in {
        f.rule for f in check(one("There is swelling of the left knee.", "T1"), material).findings
    }


def test_an_echo_between_question_and_answer_does_not_part_them() -> None:
    material = talk(
        "D: have you had any chest pain , you know , when you-",
        "P: mm-hmm .",
        "D: . when you walk ?",
        "P: no .",
    )
    assert check(one("Denies chest pain.", "T1", "T3", "T4"), material).findings == ()
    assert check(one("Reports chest pain.", "T1", "T3", "T4"), material).findings


def test_an_answer_is_understood_with_the_question_before_it() -> None:
    assert check(one("Denies cough.", "T2"), TALK).findings == ()
    assert check(one("Reports cough.", "T2"), TALK).findings


def test_the_patients_own_wish_is_no_plan_of_the_clinicians() -> None:
    [*_, finding] = check(one("Start turmeric.", "T7", section=P), TALK).findings
    assert "only the patient" in finding.why


def test_a_true_source_elsewhere_does_not_help() -> None:
    assert check(one("Takes metformin.", "T4"), TALK).findings


def test_the_chart_is_a_source_like_any_other() -> None:
    facts = EncounterFacts("E", facts=(Fact(Kind.ALLERGY, "A/1", "No known drug allergies"),
                                       Fact(Kind.RESULT, "O/1", "Hemoglobin A1c 7.4 %", "2026-02-11")))  # fmt: skip
    material = talk("D: hello", facts=facts)
    assert check(one("Hemoglobin A1c 7.4% on 02/11/2026.", "L1"), material).findings == ()
    assert check(one("Hemoglobin A1c 7.9% on 02/12/2026.", "L1"), material).unheld[Rule.NUMBER] == 1
    assert check(one("Hemoglobin A1c 7.4% on 02/12/2026.", "L1"), material).unheld[Rule.DATE] == 1


def test_it_does_not_matter_who_drafted() -> None:
    ours = local.draft(VISIT)
    theirs = Draft(ours.sections, "claude", "a model", "abc")
    assert check(ours, VISIT).findings == check(theirs, VISIT).findings == ()


def test_a_finding_prints_no_word_of_the_patient() -> None:
    [finding] = check(one("Reports a secret rash.", "T4"), TALK).findings
    assert "secret" not in repr(finding)
    assert "rash" not in repr(finding)


def test_hostile_text_is_text() -> None:
    hostile = "‮{{7*7}} \x00 <script> " + "no " * 2_000 + "fever 999999999999999999999 mg 13/45/2020"
    check(one(hostile, "T1", "T2"), talk(f"D: {hostile}", f"P: {hostile}"))


MUTATIONS = (
    ("20 mg", "200 mg"), ("15 mg", "50 mg"), ("Right", "Left"), ("right", "left"), ("denies", "reports"), ("Denies", "Reports"),
    ("no fracture", "a fracture"), ("two weeks", "six weeks"), ("meloxicam", "warfarin"), ("Increase", "Decrease"),
)  # fmt: skip


@pytest.mark.parametrize(("was", "now"), MUTATIONS)
def test_a_fault_put_into_a_whole_note_is_found_in_every_sentence_it_touches(
    was: str, now: str
) -> None:
    draft = local.draft(VISIT)
    touched = [(k, p) for k, p, s in draft.sentences() if was in s.text]
    assert touched
    faulty = Draft(tuple(Section(s.key, tuple(Sentence(x.text.replace(was, now), x.sources) for x in s.sentences))
                         for s in draft.sections), "somebody")  # fmt: skip
    assert {(f.section, f.place) for f in check(faulty, VISIT).findings} == set(touched)


def test_a_note_is_checked_in_a_moment() -> None:
    sample = aci("valid")[0]
    draft = local.draft(sample.material)
    check(draft, sample.material)  # the lists are read once
    began = time.process_time()
    check(draft, sample.material)
    assert time.process_time() - began < 0.25  # 40 ms at rest; the rest is for a busy machine


def test_the_material_has_no_source_twice() -> None:
    assert set(VISIT.sources()) >= {"T1", "R1", "P1", "M1", "A1", "V1", "L1", "E1", "I1"}
    assert FACTS.of(Kind.MEDICATION)[0][0] == "M1"
