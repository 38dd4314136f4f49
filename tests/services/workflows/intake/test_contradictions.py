"""What cannot be right is said in one sentence, and what can be is left alone."""

from dataclasses import replace
from datetime import date

import pytest

from services.ehr.ports import Allergy, Medication, PatientRecord
from services.ehr.registration import CoverageRecord, Registration
from services.workflows.intake.contradictions import RULES, contradictions
from services.workflows.intake.fields import Field, Source

TODAY, VISIT = date(2026, 11, 23), date(2026, 12, 1)
EMPTY = Registration(
    PatientRecord("Patient/1", "Sample", "Ana", "1985-03-04", "female", "1", synthetic=True), {}
)


def against(form, chart=EMPTY, visit=VISIT):
    found = [Field(path, value, 0.95, Source(), original=value) for path, value in form.items()]
    return {(one.rule, one.path) for one in contradictions(found, chart, visit, TODAY)}


def known(**more):
    return replace(EMPTY, demographics=more)


STORIES = [
    ("coverage-ended", "coverage[0].end", {"coverage[0].end": "2026-11-30"}, EMPTY),
    ("coverage-not-begun", "coverage[0].start", {"coverage[0].start": "2027-01-01"}, EMPTY),
    (
        "coverage-ended-in-chart", "coverage[0].member_id", {"coverage[0].member_id": "W-1"},
        replace(EMPTY, coverage=(CoverageRecord("Coverage/1", "Aetna", "", "W1", end="2026-06-30"),)),
    ),
    (
        "minor-as-subscriber", "coverage[0].relationship",
        {"coverage[0].relationship": "self", "demographics.dob": "2012-01-01"}, EMPTY,
    ),
    (
        "minor-as-subscriber", "coverage[1].relationship", {"coverage[1].relationship": "self"},
        known(dob="2012-01-01"),
    ),
    ("pregnant-man", "problems[0]", {"problems[0]": "Pregnant"}, known(sex="male")),
    (
        "self-harm", "other_answers[0]",
        {"other_answers[0]": "Thoughts of hurting yourself in some way: Several days"}, EMPTY,
    ),
    (
        "allergic-to-drug", "medications[0].name",
        {"medications[0].name": "Augmentin", "allergies[0].substance": "penicillin"}, EMPTY,
    ),
    (
        "allergic-to-drug", "medications[0].name", {"medications[0].name": "Bactrim"},
        replace(EMPTY, allergies=(Allergy("Allergy/1", "Sulfa drugs"),)),
    ),
    (
        "allergic-to-prescription", "allergies[0].substance", {"allergies[0].substance": "aspirin"},
        replace(EMPTY, medications=(Medication("Med/1", "Ibuprofen 200 MG Oral Tablet"),)),
    ),
    (
        "same-drug-twice", "medications[1].name",
        {"medications[0].name": "Zestril", "medications[1].name": "lisinopril 10 mg"}, EMPTY,
    ),
    (
        "same-drug-twice", "medications[1].name",
        {"medications[0].name": "Percocet", "medications[1].name": "Tylenol"}, EMPTY,
    ),
    ("impossible-birth-date", "demographics.dob", {"demographics.dob": "2027-01-01"}, EMPTY),
    ("impossible-birth-date", "demographics.dob", {"demographics.dob": "1890-01-01"}, EMPTY),
    (
        "another-birth-date", "demographics.dob", {"demographics.dob": "1985-03-05"},
        known(dob="1985-03-04"),
    ),
    (
        "contact-has-own-phone", "demographics.emergency_contact_phone",
        {"demographics.emergency_contact_phone": "2125550123"}, known(phone="2125550123"),
    ),
    (
        "zip-of-another-state", "demographics.zip",
        {"demographics.zip": "10001", "demographics.state": "CA"}, EMPTY,
    ),
    (
        "none-and-some", "allergies.no_known",
        {"allergies.no_known": "true", "allergies[0].substance": "latex"}, EMPTY,
    ),
    ("some-and-none-named", "allergies.no_known", {"allergies.no_known": "false"}, EMPTY),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "form", "chart"), STORIES)
def test_what_cannot_be_right_is_said_at_its_field(rule, path, form, chart):
    assert (rule, path) in against(form, chart)


def test_every_rule_has_a_story():
    assert {rule for rule, *_ in STORIES} == set(RULES)


@pytest.mark.parametrize(
    ("form", "chart"),
    [
        ({"coverage[0].end": "2026-12-01"}, EMPTY),
        ({"coverage[0].relationship": "self"}, known(dob="2008-12-01")),
        (
            {"coverage[0].relationship": "self", "coverage[0].payer": "Illinois Medicaid"},
            known(dob="2012-01-01"),
        ),
        ({"coverage[0].relationship": "child"}, known(dob="2012-01-01")),
        ({"problems[0]": "Pregnant"}, known(sex="female")),
        ({"problems[0]": "wife is pregnant"}, known(sex="male")),
        ({"medications[0].name": "Cipro", "allergies[0].substance": "penicillin"}, EMPTY),
        ({"medications[0].name": "Zestril", "medications[1].name": "Norvasc"}, EMPTY),
        ({"demographics.dob": "1985-03-04"}, known(dob="1985-03-04")),
        ({"demographics.emergency_contact_phone": "2125550124"}, known(phone="2125550123")),
        ({"demographics.zip": "62701", "demographics.state": "IL"}, EMPTY),
        ({"demographics.zip": "88510", "demographics.state": "TX"}, EMPTY),
        ({"allergies.no_known": "true"}, EMPTY),
    ],
)
def test_what_can_be_right_is_left_alone(form, chart):
    assert against(form, chart) == set()


def test_without_a_visit_insurance_is_judged_as_of_today():
    assert against({"coverage[0].end": "2026-11-30"}, visit=None) == set()


def test_a_new_patient_s_form_is_checked_without_a_chart():
    assert against({"demographics.dob": "2027-01-01"}, chart=None)


def test_no_sentence_repeats_what_the_patient_wrote():
    form = {"medications[0].name": "Zestril", "medications[1].name": "lisinopril"}
    found = [Field(path, value, 0.95, Source(), original=value) for path, value in form.items()]
    sentences = [one.sentence for one in contradictions(found, EMPTY, VISIT, TODAY)]
    assert not [s for s in sentences if "Zestril" in s or "lisinopril" in s]
