"""Drugs, diagnoses and allergens are found by the names people use, and not found otherwise."""

import pytest

from services.codes import (
    allergen,
    clash,
    find_diagnosis,
    find_drug,
    ingredients_in,
    is_valid_icd10,
)
from services.codes.lists import rows, table


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("Lisinopril 10 mg daily", "lisinopril"),
        ("ZESTRIL", "lisinopril"),
        ("Tylenol", "acetaminophen"),
        ("Tylenol PM", "acetaminophen / diphenhydramine"),
        ("losartan potassium 50 mg", "losartan"),
        ("Albuterol inhaler, 2 puffs as needed", "albuterol"),
        ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", "metoprolol"),
        ("lisinopril-hydrochlorothiazide", "hydrochlorothiazide / lisinopril"),
        ("Bactrim DS", "sulfamethoxazole / trimethoprim"),
    ],
)
def test_a_drug_is_found_by_the_name_on_the_form(text, ingredient):
    assert find_drug(text).ingredient == ingredient


@pytest.mark.parametrize(
    "text", ["my pressure pill", "calcium channel blocker", "clonadine", "aspirin, ibuprofen", "", "10 mg"]
)  # fmt: skip
def test_what_could_mean_another_drug_is_no_drug(text):
    assert find_drug(text) is None


def test_one_misspelling_is_put_right_and_says_so():
    found = find_drug("lisinoprl 10 mg")
    assert (found.ingredient, found.respelled) == ("lisinopril", True)


def test_a_code_is_given_only_where_strength_and_form_fit_one_entry():
    assert find_drug("Lisinopril 10 mg").rxnorm == "314076"
    assert find_drug("Lisinopril 10 mg capsule").rxnorm == ""
    assert find_drug("Lisinopril 11 mg").rxnorm == ""


def test_a_plain_tablet_never_gets_the_code_of_an_extended_release_one():
    assert find_drug("metformin 500 mg").rxnorm == ""


def test_a_national_drug_code_finds_its_drug_with_and_without_dashes():
    ndc = next(code for code, _ in rows("ndc"))
    dashed = f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}"
    assert find_drug(ndc).rxnorm == find_drug(dashed).rxnorm != ""


def test_an_unknown_national_drug_code_is_no_drug():
    assert find_drug("99999-9999-99") is None


def test_safety_checks_see_every_ingredient_mentioned():
    assert ingredients_in("stopped aspirin, now on Advil") == {"aspirin", "ibuprofen"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("high blood pressure", "I10"),
        ("Type II Diabetes", "E11.9"),
        ("E119", "E11.9"),
        ("hypertention", "I10"),
        ("Essential (primary) hypertension", "I10"),
        ("Chronic sinusitis (disorder)", "J32.9"),
        ("Viral sinusitis (disorder)", "444814009"),
    ],
)
def test_a_diagnosis_is_found_by_code_title_or_everyday_name(text, code):
    assert find_diagnosis(text).code == code


@pytest.mark.parametrize("text", ["diabetes", "purple toes", "Z99.999", "", "E"])
def test_what_names_no_one_diagnosis_has_no_code(text):
    assert find_diagnosis(text) is None


def test_a_category_may_not_be_billed_and_its_codes_may():
    assert is_valid_icd10("E11.9")
    assert not is_valid_icd10("E11")
    assert not is_valid_icd10("E11.99999")


def test_every_everyday_name_leads_to_a_code_that_may_be_billed():
    assert [code for code in table("conditions")["codes"] if not is_valid_icd10(code)] == []


def test_every_member_of_a_class_is_a_drug_we_know():
    groups = table("allergens")["class"].values()
    unknown = {m for g in groups for m in g["members"] if not ingredients_in(m)}
    assert unknown <= {"nafcillin", "oxacillin"}  # given in hospitals only


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("sulfa drugs", "sulfonamides", "class"),
        ("PCN", "penicillins", "class"),
        ("Allergy to peanuts", "peanut", "substance"),
        ("Amoxicillin", "amoxicillin", "drug"),
        ("Latex", "latex", "substance"),
    ],
)
def test_an_allergen_is_found_by_the_name_people_give_it(text, name, kind):
    found = allergen(text)
    assert (found.name, found.kind) == (name, kind)


def test_an_unknown_allergen_stays_unknown():
    assert allergen("moonlight") is None


@pytest.mark.parametrize(
    ("allergy", "drug"),
    [
        ("Penicillin", "Amoxicillin 500 mg"),
        ("sulfa", "Bactrim"),
        ("Aspirin", "ibuprofen 200 mg"),
        ("Keflex", "cefdinir"),
        ("Amoxicillin", "Augmentin 875"),
    ],
)
def test_a_drug_clashes_with_an_allergy_to_it_or_its_class(allergy, drug):
    assert clash(allergy, drug)


@pytest.mark.parametrize(
    ("allergy", "drug"), [("Penicillin", "Cipro"), ("Latex", "lisinopril"), ("sulfa", "Lasix")]
)
def test_other_drugs_do_not_clash(allergy, drug):
    assert clash(allergy, drug) is None


def test_codes_for_special_purposes_are_codes_too():
    assert is_valid_icd10("U07.1")
    assert find_diagnosis("U07.1").name == "COVID-19"
    assert not is_valid_icd10("U07")
