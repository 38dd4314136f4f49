"""What a form says is written the way the chart writes it, or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workflows.intake.normal import addresses, doses, names, of, words
from services.workflows.intake.normal.alike import alike
from services.workflows.intake.normal.schedules import often

TODAY = date(2026, 11, 23)
PATHS = [
    "demographics.last_name", "demographics.middle", "demographics.dob", "demographics.sex",
    "demographics.address", "demographics.city", "demographics.state", "demographics.zip",
    "demographics.phone", "demographics.email", "demographics.language", "demographics.guardian",
    "demographics.pharmacy", "coverage[0].member_id", "coverage[0].relationship",
    "coverage[0].end", "allergies[0].criticality", "allergies.no_known", "medications[0].dose",
    "medications[0].frequency", "consents[0].answer", "problems[0]", "hpi",
]  # fmt: skip


def value(path, text):
    return of(path, text, TODAY).value


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("07/22/1992", "1992-07-22"),
        ("7-4-85", "1985-07-04"),
        ("March 4, 1985", "1985-03-04"),
        ("4 Mar 85", "1985-03-04"),
        ("Sept. 3rd, 1970", "1970-09-03"),
        ("1985-03-04", "1985-03-04"),
        ("1985-03-04T10:00:00Z", "1985-03-04"),
        ("13/04/1985", "1985-04-13"),
        ("03041985", "1985-03-04"),
        ("19850304", "1985-03-04"),
    ],
)
def test_a_birth_date_is_read_however_it_is_written(text, iso):
    assert value("demographics.dob", text) == iso


@pytest.mark.parametrize(
    "text", ["02/30/1990", "12/01/2030", "March 1985", "yesterday", "1/1/1800"]
)
def test_a_date_that_cannot_be_is_left_empty_with_a_reason(text):
    found = of("demographics.dob", text, TODAY)
    assert found.value is None
    assert found.reason


def test_a_date_with_two_readings_offers_both():
    assert of("demographics.dob", "03.04.1985", TODAY).choices == ("1985-03-04", "1985-04-03")


def test_a_year_of_two_digits_offers_both_centuries_where_both_can_be():
    assert of("demographics.dob", "3/4/25", TODAY).choices == ("2025-03-04", "1925-03-04")


def test_an_insurance_may_end_in_the_future():
    assert value("coverage[0].end", "12/31/30") == "2030-12-31"


@pytest.mark.parametrize(
    "text", ["(212) 555-0123", "+1 212 555 0123", "212.555.0123", "2125550123", "212-555-0123 x4"]
)
def test_a_telephone_number_has_ten_digits(text):
    assert value("demographics.phone", text) == "2125550123"


@pytest.mark.parametrize("text", ["555-0123", "+44 20 7946 0958", "call me"])
def test_what_is_no_american_number_stays_empty(text):
    assert value("demographics.phone", text) is None


def test_two_numbers_are_a_choice():
    found = of("demographics.phone", "212-555-0123 or 646-555-0199", TODAY)
    assert (found.value, found.choices) == (None, ("2125550123", "6465550199"))


@pytest.mark.parametrize(
    "text", ["Sample, Ana Maria Jr.", "Ana Maria Sample Jr.", "SAMPLE, ANA MARIA JR."]
)
def test_a_whole_name_is_taken_apart_in_either_order(text):
    name = names.split(text)
    assert (name.first, name.middle, name.last) == ("Ana", "Maria", "Sample")


def test_a_name_on_one_line_keeps_what_belongs_to_the_family():
    assert names.split("Dr. Maria de la Cruz").last == "de la Cruz"


def test_an_address_on_one_line_becomes_four_parts():
    found = addresses.split("123 Main St, Apt 4B, Springfield, Illinois 62701-1234")
    parts = (found.address, found.city, found.state, found.zip)
    assert parts == ("123 Main St, Apt 4B", "Springfield", "IL", "62701-1234")


def test_a_town_alone_is_no_address():
    assert addresses.split("Springfield") is None


@pytest.mark.parametrize(
    ("path", "text", "normal"),
    [
        ("demographics.state", "new york", "NY"),
        ("demographics.email", "Ana.Sample@Example.ORG", "ana.sample@example.org"),
        ("demographics.language", "Español", "es"),
        ("demographics.sex", "F", "female"),
        ("demographics.sex", "prefer not to say", "unknown"),
        ("coverage[0].relationship", "Husband", "spouse"),
        ("coverage[0].member_id", "Member ID: w123-456", "W123-456"),
        ("consents[0].answer", "I agree", "true"),
        ("allergies.no_known", "NKDA", "true"),
        ("medications[0].dose", "500mg", "500 mg"),
        ("medications[0].dose", "2 tabs 500 mg", "2 tablets of 500 mg"),
        ("medications[0].frequency", "BID", "twice daily"),
        ("medications[0].frequency", "q6h prn", "every 6 hours as needed"),
    ],
)
def test_a_value_takes_the_chart_s_form(path, text, normal):
    assert value(path, text) == normal


@pytest.mark.parametrize("text", ["", " - ", "N/A", "???", "same as above", "illegible"])
@pytest.mark.parametrize("path", [p for p in PATHS if p != "demographics.sex"])
def test_no_answer_stays_empty(path, text):
    assert value(path, text) is None


@pytest.mark.parametrize(
    ("text", "name", "dose", "frequency"),
    [
        ("Lisinopril 10 mg daily", "Lisinopril", "10 mg", "once daily"),
        ("1 tab PO BID", "", "1 tablet", "twice daily"),
        ("Metformin 1,000 mg PO BID with meals", "Metformin", "1000 mg", "twice daily with meals"),
        ("Multivitamin once daily", "Multivitamin", "", "once daily"),
        ("Norco 5/325 q6h prn", "Norco 5/325", "", "every 6 hours as needed"),
        ("Fish oil", "Fish oil", "", ""),
    ],
)
def test_a_medication_line_is_taken_apart(text, name, dose, frequency):
    line = doses.medication_line(text)
    assert (line.name, line.dose, line.frequency) == (name, dose, frequency)


def test_two_rhythms_that_contradict_each_other_are_none():
    assert often("twice daily three times daily") == ""


@pytest.mark.parametrize(
    "text", ["none", "NKDA", "No known drug allergies", "denies any allergies"]
)
def test_saying_that_there_is_nothing_to_list(text):
    assert words.nothing(text)


@pytest.mark.parametrize("text", ["penicillin", "no penicillin please", "nonenal"])
def test_naming_something_is_not_saying_nothing(text):
    assert not words.nothing(text)


SAME = [
    ("coverage[0].member_id", "W123-456", "w123456"),
    ("demographics.phone", "2125550123", "(212) 555-0123"),
    ("demographics.address", "12 Main St., Apt. #4", "12 MAIN STREET UNIT 4"),
    ("demographics.address", "P.O. Box 12", "PO Box 12"),
    ("demographics.last_name", "O'Brien", "OBRIEN"),
    ("demographics.last_name", "Núñez-Díaz", "Nunez Diaz"),
    ("demographics.city", "St. Louis", "Saint Louis"),
    ("demographics.zip", "62701", "62701-1234"),
    ("demographics.language", "es", "es-US"),
    ("demographics.guardian", "Sample, Ana", "Ana Sample"),
    ("medications[0].dose", "0.5 g", "500 mg"),
    ("medications[0].frequency", "BID", "twice a day"),
    ("allergies[0].substance", "PCN", "Penicillin V"),
]
OTHER = [
    ("coverage[0].member_id", "W123-457", "W123456"),
    ("demographics.phone", "2125550124", "2125550123"),
    ("demographics.address", "13 Main St", "12 Main Street"),
    ("demographics.address", "12 Main St Apt 4", "12 Main St Apt 5"),
    ("demographics.address", "12 North St", "12 South St"),
    ("demographics.zip", "62701-1234", "62701-1235"),
    ("demographics.zip", "62702", "62701"),
    ("demographics.dob", "1985-03-04", "1985-03-05"),
    ("demographics.language", "es", "en"),
    ("medications[0].dose", "5 mg", "50 mg"),
    ("medications[0].dose", "1.5 mg", "15 mg"),
    ("medications[0].dose", "5 mg", "5 mcg"),
    ("medications[0].frequency", "once daily", "twice daily"),
    ("allergies[0].substance", "penicillin", "cephalosporins"),
    ("coverage[0].plan", "Gold 1.5", "Gold 15"),
]


@pytest.mark.parametrize(("path", "one", "other"), SAME)
def test_formatting_makes_no_difference(path, one, other):
    assert alike(path, one, other)
    assert alike(path, other, one)


@pytest.mark.parametrize(("path", "one", "other"), OTHER)
def test_another_value_is_never_the_same(path, one, other):
    assert not alike(path, one, other)
    assert not alike(path, other, one)


@given(st.sampled_from(PATHS), st.text(max_size=60))
def test_any_text_has_a_normal_form_or_a_reason(path, text):
    found = of(path, text, TODAY)
    assert found.value is not None or found.reason


@given(st.sampled_from(PATHS), st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(path, text):
    once = value(path, text)
    assert once is None or value(path, once) == once


@given(st.dates(date(1910, 1, 1), TODAY))
def test_every_date_is_read_back_from_the_american_way_of_writing_it(day):
    assert value("demographics.dob", f"{day.month}/{day.day}/{day.year}") == day.isoformat()


@given(
    st.text("0123456789ABCXYZ", min_size=3, max_size=14).filter(lambda t: any(map(str.isdigit, t))),
    st.data(),
)
def test_a_changed_character_of_a_member_number_is_never_the_same(number, data):
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda c: c != number[place]))
    changed = number[:place] + other + number[place + 1 :]
    assert not alike("coverage[0].member_id", number, changed)


AMOUNTS = st.sampled_from(["5 mg", "0.5 mg", "20 mg", "100 mcg", "2.5 mL", "10 units"])
RHYTHMS = st.sampled_from(
    ["once daily", "twice daily", "every 6 hours as needed", "at bedtime", "once weekly",
     "every 4-6 hours", "every other day", "three times daily with meals", "every morning"]
)  # fmt: skip


@given(AMOUNTS, RHYTHMS)
def test_a_dose_and_a_rhythm_keep_their_wording_when_read_again(amount, rhythm):
    line = doses.medication_line(f"Samplin {amount} {rhythm}")
    assert (line.name, line.dose, line.frequency) == ("Samplin", amount, rhythm)
