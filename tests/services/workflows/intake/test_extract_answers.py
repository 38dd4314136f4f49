"""Check-in forms answered in healow: whose answer it is comes from linkId, LOINC and the question."""

import json
from datetime import UTC, datetime
from pathlib import Path

from services.ehr.questionnaires import incoming_form
from services.ehr.registration import FormAnswer, IncomingForm
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Field, group_of
from tests.services.workflows.intake.paper import TODAY

CARDIOLOGY = Path(__file__).with_name("samples") / "cardiology.json"


def form(*answers: FormAnswer) -> IncomingForm:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return IncomingForm(
        "QuestionnaireResponse/1", "", "", "Patient/1", "completed", moment, "d", answers
    )


def fields(*answers: FormAnswer) -> dict[str, Field]:
    return {field.path: field for field in extract(form(*answers), TODAY)}


def says(link_id: str, value: str, label: str = "", *trail: str, row: int = 0) -> FormAnswer:
    return FormAnswer(link_id, label, value, trail=trail, row=row)


def loinc(code: str, value: str, row: int = 0) -> FormAnswer:
    return FormAnswer(f"item-{row}", "", value, codes=(f"http://loinc.org|{code}",), row=row)


def test_a_referral_form_of_hl7() -> None:
    response = json.loads(CARDIOLOGY.read_text(encoding="utf-8"))
    whole = {"id": "m", "subject": {"reference": "Patient/1"}, "status": "completed"}
    read = incoming_form({**response, **whole, "authored": "2026-03-01T00:00:00Z"}, None)
    found = {f.path: f.value for f in extract(read, TODAY)}
    assert found["demographics.last_name"] == "Santos"
    assert found["demographics.address"] == "85 King St S Unit 302"
    assert found["demographics.phone"] == "5195550362"
    assert found["allergies.no_known"] == "true"
    assert found["medications[2].name"] == "Metformin"
    assert found["medications[2].frequency"] == "twice daily"
    kept = [value for path, value in found.items() if not path.startswith("other_answers[")]
    assert "Amplify" not in str(kept)
    assert "Referrer's Information: Site Name: Amplify Primary Care" in found.values()


def test_link_ids_read_as_words() -> None:
    found = fields(
        says("givenName", "Rosa"), says("familyName", "Synthetic"),
        says("patient_phone_mobile", "617 555 0188"), says("secondary-insurance-member-id", "P-9"),
        says("primaryInsurance.payer", "Harbor Health"),
    )  # fmt: skip
    assert found["demographics.first_name"].value == "Rosa"
    assert found["demographics.phone"].value == "6175550188"
    assert found["coverage[0].payer"].value == "Harbor Health"
    assert found["coverage[1].member_id"].value == "P-9"


def test_another_persons_answers_are_left_alone() -> None:
    found = fields(
        says("attorney-first-name", "Avery"), says("referrer_city", "Salem"),
        says("q7", "617-555-0100", "Phone", "employer-page"),
        says("mystery-first-name", "Casey", "First name"),
    )  # fmt: skip
    assert {group_of(path) for path in found} == {"other_answers"}
    assert len(found) == 4  # carried as they are, and nobody's name or phone


def test_the_question_itself_is_the_last_resort() -> None:
    found = fields(says("q12", "04/09/1971", "Date of birth"))
    assert found["demographics.dob"].value == "1971-04-09"
    assert found["demographics.dob"].confidence < 1


def test_family_history_by_loinc() -> None:
    found = fields(
        loinc("54136-7", "Mother"), loinc("54116-9", "Diabetes"), loinc("54116-9", "Asthma", row=1),
        loinc("54136-7", "Father", row=1), loinc("54116-9", "Stroke", row=2),
    )  # fmt: skip
    pairs = [
        (
            found[f"family_history[{n}].relation"].value,
            found[f"family_history[{n}].condition"].value,
        )
        for n in range(3)
    ]
    assert pairs == [("Mother", "Diabetes"), ("Mother", "Asthma"), ("Father", "Stroke")]


def test_rows_keep_together_what_belongs_together() -> None:
    trail = ("allergies", "allergy")
    found = fields(
        says("allergy.substance", "Penicillin", "", *trail), says("allergy.substance", "Latex", "", *trail, row=1),
        says("allergy.reaction", "rash", "", *trail, row=1),
    )  # fmt: skip
    assert "allergies[0].reaction" not in found
    assert found["allergies[1].reaction"].value == "rash"


def test_a_field_says_where_it_comes_from() -> None:
    field = fields(says("about.born", "1971-04-09", "Date of birth", "about"))["demographics.dob"]
    assert (field.source.link_id, field.source.label) == ("about.born", "Date of birth")
    assert field.original == "1971-04-09"
    assert field.engine.startswith("local ")


def test_a_drug_gets_its_code_and_an_unknown_one_a_warning() -> None:
    known = fields(says("medications", "Lisinopril 10 mg tablet daily"))["medications[0].name"]
    unknown = fields(says("medications", "Zzyzxonol 10 mg daily"))["medications[0].name"]
    assert unknown.warnings
    assert not known.warnings


def test_script_and_formulas_stay_text() -> None:
    found = fields(
        says("reach.street", "<script>alert(1)</script> 1 Elm St", "", "reach"),
        says("visit.reason", "=HYPERLINK(1)", "", "visit"),
    )
    assert found["hpi"].value == "=HYPERLINK(1)"
    assert found["hpi"].original == "=HYPERLINK(1)"


def test_what_is_read_never_shows_in_a_repr() -> None:
    field = fields(says("about.first", "Rosa", "", "about"))["demographics.first_name"]
    assert "Rosa" not in repr(field)
