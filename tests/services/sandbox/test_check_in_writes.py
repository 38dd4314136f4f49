"""Writing what check-in fills in: what eCW takes, what it refuses with which code, and reading it back."""

from typing import Any

import pytest

from tests.services.sandbox.caller import CLIENT, Caller
from tests.services.sandbox.test_writes import code_of, transaction

Json = dict[str, Any]
KINDS = ("Patient", "Coverage", "AllergyIntolerance", "MedicationStatement", "Condition")
READS = " ".join(f"system/{kind}.read" for kind in (*KINDS, "QuestionnaireResponse"))
WRITES = " ".join(f"system/{kind}.create" for kind in (*KINDS, "QuestionnaireResponse"))
RXNORM, NDC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/ndc"
NDC_IBUPROFEN = "00009031101"  # ibuprofen 200 mg, as RxNorm 310965
DELIVERY = {"system": "urn:foyer:delivery", "value": "delivery-9"}
PATIENT = {"reference": "Patient/p.103"}


def active(system: str) -> Json:
    return {
        "coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": "active"}]
    }


def coverage(**changes: Any) -> Json:
    good = {
        "resourceType": "Coverage",
        "identifier": [DELIVERY],
        "status": "active",
        "beneficiary": PATIENT,
        "subscriberId": "W123456789",
        "payor": [{"display": "Harbor Health"}],
    }
    return good | changes


def allergy(**changes: Any) -> Json:
    good = {
        "resourceType": "AllergyIntolerance",
        "identifier": [DELIVERY],
        "clinicalStatus": active("allergyintolerance-clinical"),
        "patient": PATIENT,
        "code": {"text": "Penicillin"},
        "reaction": [{"manifestation": [{"text": "hives"}]}],
    }
    return good | changes


def medication(*codings: tuple[str, str], **changes: Any) -> Json:
    coded = [{"system": system, "code": code} for system, code in codings]
    good = {
        "resourceType": "MedicationStatement",
        "identifier": [DELIVERY],
        "status": "active",
        "subject": PATIENT,
        "medicationCodeableConcept": {"coding": coded, "text": "Lisinopril 10 mg"},
        "dosage": [{"text": "once daily"}],
    }
    return good | changes


def problem(**changes: Any) -> Json:
    good = {
        "resourceType": "Condition",
        "identifier": [DELIVERY],
        "clinicalStatus": active("condition-clinical"),
        "subject": PATIENT,
        "code": {"text": "Essential hypertension"},
    }
    return good | changes


def person(**changes: Any) -> Json:
    good = {
        "resourceType": "Patient",
        "identifier": [DELIVERY],
        "name": [{"family": "Sampleton", "given": ["Ida"]}],
        "birthDate": "1990-01-02",
    }
    return good | changes


def answers(**changes: Any) -> Json:
    good = {
        "resourceType": "QuestionnaireResponse",
        "identifier": DELIVERY,
        "questionnaire": "Questionnaire/q.1",
        "status": "completed",
        "subject": PATIENT,
        "item": [told("visit", told("visit.reason", valueString="Cough"))],
    }
    return good | changes


def told(link: str, *items: Json, **value: Any) -> Json:
    return {"linkId": link} | ({"item": list(items)} if items else {"answer": [value]})


@pytest.fixture
def clerk(app: Caller) -> Caller:
    """The app, signed in to read and write the chart."""
    return app.sign_in(f"{READS} {WRITES}")


@pytest.mark.parametrize(
    ("resource", "asked"),
    [
        (coverage(), {"patient": "Patient/p.103"}),
        (allergy(), {"patient": "Patient/p.103"}),
        (medication((RXNORM, "314076")), {"patient": "Patient/p.103"}),
        (problem(), {"patient": "Patient/p.103"}),
        (person(), {"family": "Sampleton"}),
        (answers(), {"patient": "Patient/p.103"}),
    ],
    ids=lambda value: value.get("resourceType", "") if isinstance(value, dict) else "",
)
def test_what_is_written_is_found_by_a_search_and_in_the_ledger(
    clerk: Caller, resource: Json, asked: dict[str, str]
) -> None:
    assert code_of(clerk, transaction(resource)) == "1"
    entries = clerk.get(resource["resourceType"], **asked).json()["entry"]
    [found] = [e["resource"] for e in entries if DELIVERY in _identifiers(e["resource"])]
    assert {k: v for k, v in resource.items() if k != "identifier"}.items() <= found.items()
    [line] = clerk.sandbox.control.ledger()
    assert (line["kind"], line["client_ref"]) == (resource["resourceType"], "delivery-9")
    assert line["values"] == resource


@pytest.mark.parametrize(
    ("code", "resource"),
    [
        ("100", coverage(beneficiary={"reference": "Patient/p.999"})),
        ("205", coverage(payor=[{"display": "No Such Payer"}])),
        ("205", coverage(payor=[])),
        ("206", coverage(subscriberId=" ")),
        ("110", coverage(status="draft")),
        ("109", coverage(subscriberId="9" * 31)),
        ("1", coverage(subscriberId="9" * 30)),
        ("108", coverage(subscriberId="W12\x07")),
        ("100", allergy(patient={"reference": "Practitioner/pr.1"})),
        ("110", allergy(clinicalStatus={})),
        ("2", allergy(code="Penicillin")),
        ("2", coverage(payor={"display": "Harbor Health"})),
        ("2", person(name=["Ida Sampleton"])),
        ("2", allergy(code={})),
        ("108", allergy(code={"text": "Bees \U0001f41d"})),
        ("109", allergy(reaction=[{"manifestation": [{"text": "x" * 256}]}])),
        ("2024", medication((RXNORM, "1"))),
        ("2024", medication(medicationCodeableConcept={"text": "the little white pill"})),
        ("1", medication()),
        ("110", medication(status="unknown")),
        ("110", problem(clinicalStatus={})),
        ("2", person(name=[])),
        ("202", person(name=[{"family": "CONROY", "given": ["B."]}], birthDate="1982-04-17")),
        ("109", person(telecom=[{"system": "phone", "value": "5" * 21}])),
        ("301", answers(item=[told("visit", told("visit.unknown", valueString="x"))])),
        ("302", answers(questionnaire="Questionnaire/q.9")),
        ("303", answers(item=[told("about", told("about.first", valueString="Ida"))])),
        ("304", answers(item=[told("visit", told("visit.reason", valueBoolean=True))])),
        ("305", answers(item=[told("history", told("history.tobacco", valueString="often"))])),
        ("306", answers(item=[told("visit", told("history.surgeries", valueString="x"))])),
        ("307", answers(item=[])),
    ],
)
def test_what_ecw_thinks_of_an_entry(clerk: Caller, code: str, resource: Json) -> None:
    assert code_of(clerk, transaction(resource)) == code
    assert len(clerk.sandbox.control.ledger()) == (code == "1")


def test_rxnorm_and_ndc_must_be_of_one_drug_family(clerk: Caller) -> None:
    assert code_of(clerk, transaction(medication((RXNORM, "310965"), (NDC, NDC_IBUPROFEN)))) == "1"
    mixed = medication((RXNORM, "314076"), (NDC, NDC_IBUPROFEN))
    assert code_of(clerk, transaction(mixed)) == "2027"


def test_several_people_of_one_name_and_birth_date_are_201(clerk: Caller) -> None:
    for number in (1, 2):
        twin = person(id=f"p.twin.{number}")
        clerk.sandbox.control.call("POST", "resources", {"resource": twin})
    assert code_of(clerk, transaction(person())) == "201"


def test_a_patient_is_changed_and_ecw_keeps_what_is_its_own(clerk: Caller) -> None:
    before = clerk.get("Patient", _id="p.103").json()["entry"][0]["resource"]
    phone = [{"system": "phone", "value": "555-300-4000"}]
    sent = {k: v for k, v in before.items() if k not in ("generalPractitioner", "identifier")}
    assert code_of(clerk, transaction(sent | {"telecom": phone}, "Patient/p.103", "PUT")) == "1"

    after = clerk.get("Patient", _id="p.103").json()["entry"][0]["resource"]
    assert after["telecom"] == phone
    assert after["generalPractitioner"] == before["generalPractitioner"]
    assert after["identifier"] == before["identifier"]
    assert int(after["meta"]["versionId"]) == int(before["meta"]["versionId"]) + 1


def test_an_entry_of_another_patient_cannot_be_replaced(clerk: Caller) -> None:
    foreign = coverage(beneficiary={"reference": "Patient/p.104"})
    assert code_of(clerk, transaction(foreign, "Coverage/cov.103", "PUT")) == "100"
    assert code_of(clerk, transaction(coverage(), "Coverage/cov.103", "PUT")) == "1"
    assert code_of(clerk, transaction(coverage(), "Coverage/cov.none", "PUT")) == "2"


def test_nothing_is_written_for_a_retired_patient(clerk: Caller) -> None:
    clerk.sandbox.control.merge("Patient/p.103", into="Patient/p.104")
    assert code_of(clerk, transaction(allergy())) == "100"


def test_a_write_that_is_dropped_in_silence_looks_like_a_success(clerk: Caller) -> None:
    clerk.sandbox.control.fault("fhir.write", "silent_drop", times=1)
    assert code_of(clerk, transaction(allergy())) == "1"
    assert clerk.sandbox.control.ledger() == []
    entries = clerk.get("AllergyIntolerance", patient="Patient/p.103").json()["entry"]
    assert not [e for e in entries if DELIVERY in e["resource"].get("identifier", [])]

    assert code_of(clerk, transaction(allergy())) == "1"
    assert len(clerk.sandbox.control.ledger()) == 1


def test_a_change_that_is_dropped_leaves_the_old_entry(clerk: Caller) -> None:
    before = clerk.get("Coverage/cov.103").json()
    clerk.sandbox.control.fault("fhir.write", "silent_drop", times=1)
    assert code_of(clerk, transaction(coverage(), "Coverage/cov.103", "PUT")) == "1"
    assert clerk.get("Coverage/cov.103").json() == before


def test_a_type_can_be_taken_out_of_the_contract(clerk: Caller) -> None:
    clerk.sandbox.control.configure(intake_writes=["Patient"])
    assert clerk.post(transaction(allergy())).status_code == 403
    assert clerk.ask("system/AllergyIntolerance.create").json()["error"] == "invalid_grant"
    scopes = clerk.get(".well-known/smart-configuration").json()["scopes_supported"]
    assert "system/Patient.create" in scopes
    assert "system/MedicationStatement.read" not in scopes


def test_a_type_that_check_in_never_writes_is_not_a_switch(clerk: Caller) -> None:
    with pytest.raises(RuntimeError, match="does not write"):
        clerk.sandbox.control.configure(intake_writes=["Claim"])


def test_the_second_practice_grants_answers_alone(neighbour: Caller) -> None:
    assert neighbour.client_id == f"{CLIENT}-2"
    assert neighbour.ask("system/Patient.create").json()["error"] == "invalid_grant"
    assert neighbour.ask("system/QuestionnaireResponse.create").status_code == 200


def _identifiers(resource: Json) -> list[Json]:
    given = resource.get("identifier", [])
    return [given] if isinstance(given, dict) else given
