"""Whose form it is: exact only when nothing else can be, probable with reasons, else none."""

from dataclasses import replace

import pytest

from services.ehr.ports import PatientRecord
from services.workflows.intake.fields import Field, Source
from services.workflows.intake.matching import match

ROBERT = PatientRecord(
    "Patient/1", "O'Sample", "Robert James", "1985-03-04", "male", "1", synthetic=True
)


def form(last="O'Sample", first="Robert", born="1985-03-04", middle=None):
    said = {"last_name": last, "first_name": first, "dob": born, "middle": middle}
    return [Field(f"demographics.{name}", text, 0.95, Source()) for name, text in said.items()]


@pytest.mark.parametrize(
    "filled_in",
    [
        form(),
        form(last="OSAMPLE", first="robert"),
        form(middle="J"),
        form(first="Robert James"),
    ],
)
def test_name_and_birth_date_of_one_chart_are_exact(filled_in):
    found = match(filled_in, [ROBERT])
    assert (found.kind, found.patient_ref) == ("exact", "Patient/1")


@pytest.mark.parametrize(
    ("filled_in", "reason"),
    [
        (form(first="Bob"), "The first name may be a short form."),
        (form(born="1985-04-03"), "Day and month of the birth date are transposed."),
        (form(born="1985-03-05"), "The date of birth differs by one digit."),
        (form(born="1970-12-31"), "The date of birth differs."),
        (form(last="O'Samples"), "The last name differs by one letter."),
        (form(last="Married"), "The last name differs."),
        (form(first="Rupert"), "The first name differs; this may be a twin or another member of the family."),
        (form(middle="Quentin"), "The middle name differs."),
        (form(born=None), "The form gives no date of birth."),
    ],
)  # fmt: skip
def test_what_nearly_fits_is_probable_and_says_why(filled_in, reason):
    found = match(filled_in, [ROBERT])
    assert (found.kind, found.patient_ref, found.reasons) == ("probable", "Patient/1", (reason,))


def test_a_twin_is_never_exact():
    twin = replace(ROBERT, ref="Patient/2", given="Rupert")
    assert match(form(first="Rudolf"), [ROBERT, twin]).kind == "probable"


def test_the_form_of_one_twin_finds_that_twin():
    twin = replace(ROBERT, ref="Patient/2", given="Rupert")
    assert match(form(first="Rupert"), [ROBERT, twin]).patient_ref == "Patient/2"


def test_two_charts_of_one_name_and_birth_date_name_neither():
    found = match(form(), [ROBERT, replace(ROBERT, ref="Patient/2", given="Robert")])
    assert (found.kind, found.patient_ref) == ("probable", "")
    assert len(found.candidates) == 2


def test_a_merged_chart_beside_its_survivor_is_passed_over():
    old = replace(ROBERT, ref="Patient/2", active=False, replaced_by="Patient/1")
    assert match(form(), [old, ROBERT]).patient_ref == "Patient/1"


def test_a_retired_chart_alone_is_only_probable():
    assert match(form(), [replace(ROBERT, active=False)]).kind == "probable"


@pytest.mark.parametrize("candidates", [[], [replace(ROBERT, family="Else", given="Someone")]])
def test_without_a_chart_there_is_no_match(candidates):
    assert match(form(), candidates).kind == "none"


def test_a_form_without_a_name_matches_nobody():
    found = match(form(last=None, first=None), [ROBERT])
    assert (found.kind, found.patient_ref) == ("none", "")


def test_reasons_never_repeat_what_the_patient_wrote():
    found = match(form(first="Bob"), [ROBERT])
    assert not [r for r in found.reasons if "Bob" in r or "Robert" in r]


def test_several_likely_charts_are_ranked_each_with_what_agrees_and_what_does_not():
    twin = replace(ROBERT, ref="Patient/2", given="Rupert")
    married = replace(ROBERT, ref="Patient/3", family="Elsewhere", given="Bob")
    found = match(form(born="1985-03-05"), [married, twin, ROBERT])
    assert [one.record.ref for one in found.candidates] == ["Patient/1"]
    found = match(form(first="Bob"), [married, twin, ROBERT])
    told = [(one.record.ref, one.reasons) for one in found.candidates]
    assert told == [
        (
            "Patient/1",
            (
                "Last name and date of birth agree.",
                "The first name may be a short form.",
            ),
        ),
        (
            "Patient/3",
            ("First name and date of birth agree.", "The last name differs."),
        ),
        (
            "Patient/2",
            (
                "Last name and date of birth agree.",
                "The first name differs; this may be a twin or another member of the family.",
            ),
        ),
    ]


def test_two_charts_of_one_person_are_both_offered_the_one_in_use_first():
    retired = replace(ROBERT, ref="Patient/0", active=False)
    twice = replace(ROBERT, ref="Patient/2")
    found = match(form(), [retired, twice, ROBERT])
    assert (found.kind, found.patient_ref) == ("probable", "")
    told = "Last name, first name and date of birth agree."
    assert [one.reasons for one in found.candidates] == [(told,), (told,)]
