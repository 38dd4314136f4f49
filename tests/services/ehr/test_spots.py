"""A value stands in one place of a FHIR record: read in its normal form, changed without any loss."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ehr.entry_spots import ALLERGY, CONDITION, COVERAGE, MEDICATION
from services.ehr.patient_spots import PATIENT, demographics_of
from services.ehr.spots import Spots, differing, ten_digits, well_formed, with_values
from services.ehr.states import LETTERS, two_letters
from services.errors import Unreachable

TABLES = {
    "patient": PATIENT,
    "coverage": COVERAGE,
    "allergy": ALLERGY,
    "medication": MEDICATION,
    "condition": CONDITION,
}
ALL = [(table, name) for table in TABLES for name in TABLES[table]]
NUMBERS = {"phone": "5550100199", "emergency_contact_phone": "5550100198", "order": "2"}
PEOPLE: dict[str, Any] = {
    "name": [
        {"use": "nickname", "given": ["Al"]},
        {"use": "official", "family": "Ash", "given": ["Ida", "May", "Lu"], "text": "Ida Ash"},
    ],
    "birthDate": "1980-02-03",
    "gender": "female",
    "address": [
        {"use": "old", "city": "Lynn"},
        {"use": "home", "line": ["12 Elm St", "Apt 4"], "city": "Boston", "state": "ma"},
    ],
    "telecom": [
        {"system": "phone", "use": "old", "value": "555-010-0100"},
        {"system": "phone", "value": "+1 (555) 010-0101"},
    ],
    "communication": [
        {"language": {"coding": [{"code": "en"}]}},
        {"language": {"coding": [{"code": "es"}]}, "preferred": True},
    ],
    "contact": [
        {
            "relationship": [{"coding": [{"code": "GUARD"}]}],
            "name": {"family": "Ash", "given": ["Kim"]},
        }
    ],
}


def value_for(name: str) -> str:
    return NUMBERS.get(name, "sample")


@pytest.mark.parametrize(("table", "name"), ALL)
def test_a_value_put_into_an_empty_record_reads_back(table: str, name: str) -> None:
    base = {"name": [{"given": ["Ida"]}]} if name == "middle" else {}
    spots = TABLES[table]
    changed = with_values(base, spots, [(name, value_for(name))])
    assert spots[name].get(changed).casefold() == value_for(name)


@pytest.mark.parametrize(("table", "name"), ALL)
def test_a_change_leaves_the_record_it_was_made_from_alone(table: str, name: str) -> None:
    before = deepcopy(PEOPLE)
    with_values(PEOPLE, TABLES[table], [(name, value_for(name))])
    assert before == PEOPLE


@pytest.mark.parametrize("name", PATIENT)
def test_a_change_of_one_value_moves_no_other(name: str) -> None:
    changed = with_values(PEOPLE, PATIENT, [(name, value_for(name))])
    others = {k: v for k, v in demographics_of(changed).items() if k != name}
    assert others == {k: v for k, v in demographics_of(PEOPLE).items() if k != name}


@pytest.mark.parametrize("name", sorted(set(PATIENT) - {"first_name"}))
def test_a_value_can_be_taken_away(name: str) -> None:
    filled = with_values(PEOPLE, PATIENT, [(name, value_for(name))])
    assert PATIENT[name].get(with_values(filled, PATIENT, [(name, "")])) == ""


def test_the_chart_reads_in_normal_form() -> None:
    assert demographics_of(PEOPLE) == {
        "last_name": "Ash",
        "first_name": "Ida",
        "middle": "May Lu",
        "dob": "1980-02-03",
        "sex": "female",
        "address": "12 Elm St, Apt 4",
        "city": "Boston",
        "state": "MA",
        "phone": "5550100101",
        "language": "es",
        "guardian": "Kim Ash",
    }


@pytest.mark.parametrize(
    ("written", "letters"),
    [("Massachusetts", "MA"), ("new  york", "NY"), ("dc", "DC"), ("Ontario", "Ontario"), ("", "")],
)
def test_a_state_is_two_letters(written: str, letters: str) -> None:
    assert two_letters(written) == letters


def test_every_state_has_letters_of_its_own() -> None:
    assert len(LETTERS) == len(set(LETTERS.values())) == 59


def test_a_name_in_full_follows_its_parts() -> None:
    changed = with_values(PEOPLE, PATIENT, [("last_name", "Elm")])
    assert changed["name"][1]["text"] == "Ida May Lu Elm"


def test_a_new_subscriber_does_not_keep_the_others_record() -> None:
    held = {"subscriber": {"reference": "Patient/p.9", "display": "Kim Ash"}}
    changed = with_values(held, COVERAGE, [("subscriber", "Robin Ash")])
    assert changed["subscriber"] == {"display": "Robin Ash"}


def test_new_words_do_not_keep_the_codes_of_the_old() -> None:
    known = {"code": {"text": "Gout", "coding": [{"code": "M10.9"}]}}
    assert with_values(known, CONDITION, [("text", "Asthma")])["code"] == {"text": "Asthma"}


@pytest.mark.parametrize(
    ("dose", "shown"),
    [("10 mg", "10 mg"), ("2.5 mg", "2.5 mg"), ("one puff", "one puff"), ("2", "2"), ("", "")],
)
def test_a_dose_reads_as_it_was_said(dose: str, shown: str) -> None:
    changed = with_values({}, MEDICATION, [("dose", dose), ("frequency", "twice daily")])
    assert MEDICATION["dose"].get(changed) == shown
    assert changed["dosage"][0]["text"].endswith("twice daily")


@pytest.mark.parametrize(
    ("spots", "name", "one", "other", "same"),
    [
        (COVERAGE, "member_id", "W123-456", "w123456", True),
        (COVERAGE, "member_id", "W123456", "W123457", False),
        (COVERAGE, "payer", "HARBOR  Health", "Harbor Health", True),
        (PATIENT, "phone", "555-010-0199", "5550100199", True),
        (PATIENT, "city", "St. Louis", "St Louis", True),
        (MEDICATION, "dose", "1.5 mg", "15 mg", False),
        (MEDICATION, "dose", "10 mg", "10  MG", True),
        (ALLERGY, "substance", "Penicillin", "Penicillamine", False),
    ],
)
def test_formatting_does_not_make_a_difference_and_digits_do(
    spots: Spots, name: str, one: str, other: str, same: bool
) -> None:
    shown = with_values({}, spots, [(name, one)])
    assert differing(shown, spots, [(name, other)]) == ([] if same else [name])


def test_another_phone_keeps_what_makes_it_another() -> None:
    assert ten_digits("1-555-010-0199") == "5550100199"
    assert ten_digits("555-010-0199 x12") == "555010019912"


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["use", "coding", "code", "value", "system", "given", "name", "type"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
ELEMENTS = ("name", "telecom", "address", "contact", "communication", "extension", "class",
            "payor", "reaction", "dosage", "code", "period", "subscriber")  # fmt: skip


@given(st.dictionaries(st.sampled_from(ELEMENTS), SHAPES))
def test_a_record_of_any_shape_is_read_without_a_fault(record: dict[str, Any]) -> None:
    for spots in TABLES.values():
        for spot in spots.values():
            assert isinstance(spot.get(record), str)


@given(st.dictionaries(st.sampled_from(ELEMENTS), SHAPES))
def test_a_record_of_any_shape_is_changed_or_refused_whole(record: dict[str, Any]) -> None:
    for spots in TABLES.values():
        for name in spots:
            values = [(name, value_for(name))]
            values += [("first_name", "Ida")] if name == "middle" else []  # no second without one
            try:
                changed = with_values(well_formed(record), spots, values)
            except Unreachable:
                continue
            assert differing(changed, spots, values) == []
