"""A form beside the chart: what is equal asks nothing, everything else is named for what it is."""

from dataclasses import replace
from datetime import date

import pytest

from services.ehr.ports import Allergy, Medication, PatientRecord, Problem
from services.ehr.registration import CoverageRecord, Registration
from services.workflows.intake.contradictions import Contradiction
from services.workflows.intake.fields import Field, Source, Step, Verdict
from services.workflows.intake.reconcile import reconcile, with_contradictions

TODAY = date(2026, 11, 23)
CHART = Registration(
    PatientRecord("Patient/1", "Sample", "Ana", "1985-03-04", "female", "1", synthetic=True),
    {
        "last_name": "Sample", "first_name": "Ana", "dob": "1985-03-04", "phone": "2125550123",
        "address": "12 Main Street Apt 4", "zip": "62701",
    },
    (
        CoverageRecord("Coverage/1", "Aetna", "PPO", "W123456", "99", "Ana Sample", "self"),
        CoverageRecord("Coverage/2", "Cigna", "", "C-77", order=2),
        CoverageRecord("Coverage/3", "Humana", "", "H-1", active=False),
    ),
    (Allergy("Allergy/1", "Penicillin V", "rash"), Allergy("Allergy/2", "Latex")),
    (
        Medication("Med/1", "lisinopril 10 MG Oral Tablet", "1 tablet daily"),
        Medication("Med/2", "Metformin hydrochloride 500 MG Oral Tablet"),
    ),
    (Problem("Condition/1", "Hypertension", "38341003"),),
)  # fmt: skip


def said(path, value, **more):
    return Field(path, value, 0.95, Source(), original=value or "", **more)


def rows(*fields, chart=CHART):
    return {row.path: row for row in reconcile(fields, chart, TODAY)}


def row(path, value, chart=CHART, **more):
    return rows(said(path, value, **more), chart=chart)[path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("demographics.last_name", "SAMPLE"),
        ("demographics.phone", "2125550123"),
        ("demographics.address", "12 Main St., #4"),
        ("coverage[0].member_id", "W123-456"),
        ("problems[0]", "high blood pressure"),
    ],
)
def test_what_the_chart_has_already_asks_nothing(path, value):
    assert row(path, value).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("demographics.phone", "2125550124"),
        ("demographics.address", "13 Main St., #4"),
        ("demographics.dob", "1985-04-03"),
    ],
)
def test_one_other_digit_is_a_change(path, value):
    found = row(path, value)
    assert found.verdict is Verdict.CHANGED
    assert found.chart_ref == "Patient/1"


def test_what_the_chart_lacks_is_new():
    assert row("demographics.email", "ana@example.org").verdict is Verdict.NEW


def test_for_a_new_patient_everything_is_new():
    fields = [said("demographics.dob", "1985-03-04"), said("medications[0].name", "Zestril")]
    assert {r.verdict for r in reconcile(fields, None, TODAY)} == {Verdict.NEW}


def test_a_blank_field_is_missing_and_asks_nothing():
    assert row("demographics.zip", None).verdict is Verdict.MISSING


def test_an_unreadable_field_is_unclear_with_its_reason():
    field = replace(said("demographics.zip", None, reason="Too faint."), original="6??0")
    found = rows(field)["demographics.zip"]
    assert (found.verdict, found.why) == (Verdict.UNCLEAR, "Too faint.")


def test_two_readings_say_when_one_of_them_is_the_chart_s():
    field = said("demographics.dob", None, choices=("1985-04-03", "1985-03-04"), reason="Two ways.")
    found = rows(replace(field, original="03.04.1985"))["demographics.dob"]
    assert found.verdict is Verdict.UNCLEAR
    assert found.why == "Two ways. One of the possible readings is what the chart has."


def test_an_insurance_is_found_by_its_member_number_whatever_its_place_on_the_form():
    found = rows(said("coverage[0].member_id", "c77"), said("coverage[0].payer", "Cigna Health"))
    assert found["coverage[0].member_id"].chart_ref == "Coverage/2"


def test_a_new_member_number_with_the_same_payer_is_a_change_of_that_insurance():
    found = rows(said("coverage[0].payer", "AETNA"), said("coverage[0].member_id", "W123457"))
    number = found["coverage[0].member_id"]
    assert (number.verdict, number.chart_ref) == (Verdict.CHANGED, "Coverage/1")


def test_another_payer_is_a_new_insurance_and_never_written_over_the_old_one():
    found = rows(said("coverage[0].payer", "Kaiser"), said("coverage[0].member_id", "K1"))
    assert {(r.verdict, r.chart_ref) for p, r in found.items() if p.startswith("coverage[0]")} == {
        (Verdict.NEW, "")
    }


def test_an_insurance_the_form_leaves_out_is_shown_and_asks_nothing():
    found = rows(said("coverage[0].member_id", "W123456"))
    left = found["coverage[1].payer"]
    assert (left.verdict, left.chart_value, left.step) == (Verdict.MISSING, "Cigna", None)


def test_a_drug_under_another_name_continues():
    found = row("medications[0].name", "Zestril")
    assert (found.verdict, found.step, found.chart_ref) == (Verdict.SAME, Step.CONTINUE, "Med/1")


def test_another_dose_changes_the_drug():
    found = rows(said("medications[0].name", "Lisinopril"), said("medications[0].dose", "20 mg"))
    dose = found["medications[0].dose"]
    assert (dose.verdict, dose.step, dose.chart_value) == (Verdict.CHANGED, Step.CHANGE, "10 mg")


def test_the_same_dose_in_the_drug_s_name_is_the_same():
    found = rows(said("medications[0].name", "Lisinopril"), said("medications[0].dose", "10 mg"))
    assert found["medications[0].dose"].verdict is Verdict.SAME


def test_a_drug_the_chart_lacks_is_added():
    found = row("medications[0].name", "Amlodipine")
    assert (found.verdict, found.step) == (Verdict.NEW, Step.ADD)


def test_a_drug_the_form_leaves_out_may_have_stopped():
    left = rows(said("medications[0].name", "Lisinopril"))["medications[1].name"]
    assert (left.verdict, left.step, left.chart_ref) == (Verdict.MISSING, Step.STOP, "Med/2")


def test_a_drug_the_chart_has_twice_has_not_stopped_when_the_form_names_it_once():
    again = Medication("Med/3", "lisinopril 10 MG Oral Tablet")
    chart = replace(CHART, medications=(*CHART.medications, again))
    found = rows(said("medications[0].name", "Lisinopril"), chart=chart)
    assert {row.chart_ref for row in found.values() if row.step is Step.STOP} == {"Med/2"}


def test_nothing_is_said_to_have_stopped_when_a_line_could_not_be_read():
    unread = replace(said("medications[1].name", None), original="~~~m 5 mg")
    found = rows(said("medications[0].name", "Lisinopril"), unread)
    assert found["medications[2].name"].step is None


def test_a_form_that_does_not_ask_for_medications_stops_none():
    assert not [path for path in rows(said("hpi", "Cough")) if path.startswith("medications")]


def test_taking_nothing_stops_every_drug():
    found = rows(said("medications.none", "true"))
    assert found["medications.none"].verdict is Verdict.CHANGED
    assert [found[f"medications[{i}].name"].step for i in (0, 1)] == [Step.STOP, Step.STOP]


def test_no_known_allergies_conflicts_with_a_chart_that_has_some():
    assert row("allergies.no_known", "true").verdict is Verdict.CONFLICTING


def test_no_known_allergies_stops_none_of_them():
    assert rows(said("allergies.no_known", "true"))["allergies[0].substance"].step is None


@pytest.mark.parametrize("listed", [(), (Allergy("Allergy/9", "No known allergies"),)])
def test_no_known_allergies_is_the_same_as_a_chart_without_any(listed):
    chart = replace(CHART, allergies=listed)
    assert row("allergies.no_known", "true", chart=chart).verdict is Verdict.SAME


def test_an_allergy_under_another_name_continues_and_its_new_reaction_is_a_change():
    found = rows(said("allergies[0].substance", "PCN"), said("allergies[0].reaction", "hives"))
    assert found["allergies[0].substance"].verdict is Verdict.SAME
    assert found["allergies[0].reaction"].step is Step.CHANGE


def test_an_allergy_to_another_class_is_added():
    assert row("allergies[0].substance", "sulfa").step is Step.ADD


def test_a_problem_the_form_leaves_out_is_not_said_to_have_ended():
    left = rows(said("problems[0]", "asthma"))["problems[1]"]
    assert (left.verdict, left.step) == (Verdict.MISSING, None)


@pytest.mark.parametrize(
    "path", ["hpi", "ros[0]", "family_history[0].relation", "consents[0].answer"]
)
def test_what_the_chart_does_not_keep_is_new(path):
    assert row(path, "something").verdict is Verdict.NEW


def test_no_two_rows_have_one_path():
    fields = [said("medications[3].name", "Amlodipine"), said("allergies[0].substance", "sulfa")]
    found = reconcile(fields, CHART, TODAY)
    assert len({r.path for r in found}) == len(found)


def test_a_contradiction_makes_a_matching_row_conflicting():
    same = reconcile([said("demographics.phone", "2125550123")], CHART, TODAY)
    against = [Contradiction("demographics.phone", "It is the pharmacy's.", "test", "test")]
    found = with_contradictions(same, against)[0]
    assert (found.verdict, found.why) == (Verdict.CONFLICTING, "It is the pharmacy's.")


def test_other_rows_keep_their_verdict():
    same = reconcile([said("demographics.phone", "2125550123")], CHART, TODAY)
    against = [Contradiction("demographics.zip", "It is elsewhere.", "test", "test")]
    assert with_contradictions(same, against) == same
