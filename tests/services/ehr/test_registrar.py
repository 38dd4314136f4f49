"""What staff accept from a form is in the chart as accepted, nothing else changed, or they know why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.ehr.ports import Ehr, Road
from services.ehr.registration import ChartWrite
from services.ehr.writeback import transaction
from services.errors import InDoubt, NeedsAuthorization, Refused, Unreachable
from services.sandbox import Running
from services.sandbox.formulary import family_of, formulary

PATIENT = "Patient/p.103"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"


def put(sandbox: Running, **resource: Any) -> None:
    sandbox.control.call("POST", "resources", {"resource": resource})


def written(sandbox: Running) -> dict[str, Any]:
    [one] = sandbox.control.ledger()
    return dict(one["values"])


def change(**values: str) -> ChartWrite:
    return ChartWrite("patient", PATIENT, tuple(values.items()), "d-1", target=PATIENT)


def entry(kind: str, target: str = "", codes: tuple[str, ...] = (), **values: str) -> ChartWrite:
    return ChartWrite(kind, PATIENT, tuple(values.items()), "d-1", target, codes)


@pytest.fixture
def insured(sandbox: Running, ehr: Ehr) -> str:
    """The patient's first insurance."""
    return ehr.registrar.registration(PATIENT).coverage[0].ref


ENTRIES = {
    "patient": change(
        last_name="Sample",
        first_name="Alva",
        middle="Bea",
        dob="1980-02-03",
        sex="female",
        address="12 Elm Street, Apt 4",
        city="Boston",
        state="MA",
        zip="02139",
        phone="5550100199",
        email="alva@example.org",
        language="es",
        emergency_contact_name="Robin Sample",
        emergency_contact_phone="5550100198",
        guardian="Kim Sample",
        pharmacy="Harbor Drugs",
    ),
    "coverage": entry(
        "coverage",
        payer="Harbor Health",
        plan="Gold 80",
        member_id="W123456",
        group="G77",
        subscriber="Robin Sample",
        relationship="spouse",
        start="2026-01-01",
        end="2026-12-31",
    ),
    "allergy": entry("allergy", substance="Penicillin", reaction="Hives", criticality="high"),
    "medication": entry("medication", name="Lisinopril", dose="10 mg", frequency="once daily"),
    "condition": entry("condition", text="Asthma"),
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_what_was_accepted_is_written_once_and_read_back(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    receipt = ehr.registrar.write(ENTRIES[kind])
    assert ehr.registrar.find(ENTRIES[kind]) == receipt
    assert len(sandbox.control.ledger()) == 1


def test_demographics_read_back_field_by_field_as_they_were_accepted(ehr: Ehr) -> None:
    ehr.registrar.write(ENTRIES["patient"])
    shown = ehr.registrar.registration(PATIENT)
    assert shown.demographics == dict(ENTRIES["patient"].values)


def test_an_insurance_reads_back_as_it_was_accepted(ehr: Ehr) -> None:
    receipt = ehr.registrar.write(ENTRIES["coverage"])
    shown = ehr.registrar.registration(PATIENT).coverage
    [ours] = [one for one in shown if one.ref == receipt.remote_id]
    values = dict(ENTRIES["coverage"].values)
    assert {name: getattr(ours, name) for name in values} == values


def test_new_clinical_entries_stand_in_the_registration(ehr: Ehr) -> None:
    for kind in ("allergy", "medication", "condition"):
        ehr.registrar.write(ENTRIES[kind])
    shown = ehr.registrar.registration(PATIENT)
    assert ("Penicillin", "Hives", "high") in [
        (one.text, one.reaction, one.criticality) for one in shown.allergies
    ]
    assert ("Lisinopril", "10 mg, once daily") in [(m.text, m.dose) for m in shown.medications]
    assert "Asthma" in [one.text for one in shown.problems]


def test_a_change_of_one_field_sends_all_others_back_as_they_were(
    sandbox: Running, ehr: Ehr
) -> None:
    unknown = {"url": "urn:practice:own", "valueString": "kept"}
    stored = {
        "resourceType": "Patient",
        "id": "p.103",
        "active": True,
        "extension": [unknown],
        "maritalStatus": {"text": "married"},
        "identifier": [{"system": "urn:mrn", "value": "7"}],
        "name": [{"use": "official", "family": "Ash", "given": ["Ida", "May"], "suffix": ["MD"]}],
        "birthDate": "1980-02-03",
        "telecom": [
            {"system": "email", "value": "ida@example.org"},
            {"system": "phone", "use": "home", "value": "555-010-0101", "rank": 1},
            {"system": "phone", "use": "work", "value": "555-010-0102"},
        ],
    }
    put(sandbox, **stored)
    ehr.registrar.write(change(phone="5550100199"))
    sent = written(sandbox)
    assert sent["telecom"][1].pop("value") == "555-010-0199"
    stored["telecom"][1].pop("value")  # type: ignore[index]
    stored["identifier"] = [*stored["identifier"], sent["identifier"][-1]]  # type: ignore[misc]
    assert sent | {"meta": None} == stored | {"meta": None}


def test_a_change_goes_only_onto_the_version_that_was_read() -> None:
    [entry] = transaction({"resourceType": "Patient"}, "Patient/p.1", "3")["entry"]
    assert entry["request"] == {"method": "PUT", "url": "Patient/p.1", "ifMatch": 'W/"3"'}


def test_a_change_of_an_insurance_keeps_its_other_details(
    sandbox: Running, ehr: Ehr, insured: str
) -> None:
    [before] = [c for c in ehr.registrar.registration(PATIENT).coverage if c.ref == insured]
    ehr.registrar.write(entry("coverage", target=insured, member_id="W9"))
    [after] = [c for c in ehr.registrar.registration(PATIENT).coverage if c.ref == insured]
    assert after == replace(before, member_id="W9")


def test_the_second_of_two_changes_carries_only_its_own_delivery(
    sandbox: Running, ehr: Ehr
) -> None:
    first = change(phone="5550100199")
    second = replace(change(email="ida@example.org"), delivery_id="d-2")
    ehr.registrar.write(first)
    ehr.registrar.write(second)
    ours = [i["value"] for i in sandbox.control.ledger()[-1]["values"]["identifier"][-2:]]
    assert "d-1" not in ours
    assert ehr.registrar.find(first)
    assert ehr.registrar.find(second)


def test_a_new_patient_is_registered_and_found(sandbox: Running, ehr: Ehr) -> None:
    values = (("last_name", "Newcomer"), ("first_name", "Nia"), ("dob", "1990-01-02"))
    new = ChartWrite("patient", "", values, "d-9")
    receipt = ehr.registrar.write(new)
    assert ehr.registrar.find(new) == receipt
    [person] = ehr.registrar.find_people("Newcomer", "1990-01-02")
    assert person.ref == receipt.remote_id


def test_a_reported_medication_stands_beside_the_prescription_it_is_about(
    sandbox: Running, ehr: Ehr
) -> None:
    prescription = ehr.registrar.registration(PATIENT).medications[0].ref
    stopped = entry("medication", prescription, name="Lisinopril", status="stopped")
    ehr.registrar.write(stopped)
    assert written(sandbox)["basedOn"] == [{"reference": prescription}]
    assert ehr.registrar.find(stopped)


def test_only_the_codes_of_the_thing_itself_are_sent(sandbox: Running, ehr: Ehr) -> None:
    (_, code), name = next(one for one in formulary().names.items() if one[0][0] == RXNORM)
    codes = ("http://loinc.org|52418-1", f"{RXNORM}|{code}")
    ehr.registrar.write(entry("medication", codes=codes, name=name))
    assert written(sandbox)["medicationCodeableConcept"] == {
        "text": name,
        "coding": [{"system": RXNORM, "code": code}],
    }


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "code", "field"),
    [
        (replace(ENTRIES["coverage"], values=(("member_id", "W1"),)), "205", "payer"),
        (replace(ENTRIES["coverage"], values=(("payer", "Harbor Health"),)), "206", "member ID"),
        (entry("allergy", substance="Penicillin", status="odd"), "110", "status"),
        (entry("allergy", reaction="Hives"), "2", "substance"),
        (entry("medication", name="Sample Nostrum"), "2024", "name and dose"),
        (change(last_name="x" * 61), "109", "last name"),
        (change(city="x" * 300), "109", "The city"),
        (change(city="Bost\U0001f48an"), "108", "The city"),
        (change(nickname="Al"), None, "nickname"),
        (ChartWrite("patient", PATIENT, (), "d-1"), None, "this"),
    ],
)
def test_a_refusal_names_the_code_and_the_field_to_fix(
    sandbox: Running, ehr: Ehr, write: ChartWrite, code: str | None, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        ehr.registrar.write(write)
    assert refused.value.code == code
    assert field in str(refused.value)
    assert sandbox.control.ledger() == []


def test_two_codes_of_different_drug_families_are_refused_in_words(
    sandbox: Running, ehr: Ehr
) -> None:
    names = formulary().names
    (_, drug), family = next((key, family_of(n)) for key, n in names.items() if key[0] == RXNORM)
    other = next(c for (s, c), n in names.items() if s == NDC and family_of(n) != family)
    mixed = entry("medication", codes=(f"{RXNORM}|{drug}", f"{NDC}|{other}"), name="Mixed")
    with pytest.raises(Refused, match="not for the same drug family") as refused:
        ehr.registrar.write(mixed)
    assert refused.value.code == "2027"
    assert "check the name" in str(refused.value)


def test_a_refusal_never_repeats_a_value(ehr: Ehr) -> None:
    with pytest.raises(Refused) as refused:
        ehr.registrar.write(change(last_name="Secretname" * 9))
    assert "Secretname" not in str(refused.value)


def test_a_patient_who_was_merged_meanwhile_is_not_written_to(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.call("POST", "merge", {"patient": PATIENT, "into": "Patient/p.102"})
    with pytest.raises(Refused, match="merged"):
        ehr.registrar.write(change(phone="5550100199"))
    with pytest.raises(Refused) as refused:
        ehr.registrar.write(ENTRIES["allergy"])
    assert refused.value.code == "100"
    assert sandbox.control.ledger() == []


def test_another_patients_insurance_is_not_changed(sandbox: Running, ehr: Ehr) -> None:
    other = ehr.registrar.registration("Patient/p.104").coverage[0].ref
    with pytest.raises(Refused, match="another patient"):
        ehr.registrar.write(entry("coverage", target=other, member_id="W9"))
    assert sandbox.control.ledger() == []


def test_an_entry_that_is_gone_is_not_made_anew(sandbox: Running, ehr: Ehr) -> None:
    with pytest.raises(Refused, match="any more"):
        ehr.registrar.write(entry("coverage", target="Coverage/cov.none", member_id="W9"))
    assert sandbox.control.ledger() == []


def test_what_the_contract_lacks_waits_for_an_administrator(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    sandbox.control.configure(granted=["system/Patient.read", "system/Coverage.create"])
    with pytest.raises(NeedsAuthorization, match=r"system/AllergyIntolerance\.create"):
        connected().registrar.write(ENTRIES["allergy"])


# --- doubt and reading back -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_lost_answer_is_in_doubt_and_reading_back_settles_it(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    sandbox.control.fault("fhir.write", "lost_response", times=1)
    with pytest.raises(InDoubt):
        ehr.registrar.write(ENTRIES[kind])
    assert ehr.registrar.find(ENTRIES[kind])
    assert len(sandbox.control.ledger()) == 1


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_write_that_never_arrived_is_not_found(sandbox: Running, ehr: Ehr, kind: str) -> None:
    sandbox.control.fault("fhir.write", "reset", times=1)
    with pytest.raises(InDoubt):
        ehr.registrar.write(ENTRIES[kind])
    assert ehr.registrar.find(ENTRIES[kind]) is None


@pytest.mark.parametrize("kind", ENTRIES)
def test_what_ecw_took_and_dropped_is_not_found(sandbox: Running, ehr: Ehr, kind: str) -> None:
    sandbox.control.fault("fhir.write", "silent_drop", times=1)
    assert ehr.registrar.write(ENTRIES[kind])
    assert ehr.registrar.find(ENTRIES[kind]) is None


def test_an_outage_before_the_write_is_no_doubt(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir.search", "outage", times=1)
    with pytest.raises(Unreachable):
        ehr.registrar.write(change(phone="5550100199"))
    assert sandbox.control.calls("fhir.write") == []


def test_what_the_chart_shows_otherwise_is_named_and_not_quoted(ehr: Ehr) -> None:
    ehr.registrar.write(ENTRIES["coverage"])
    others = tuple(
        (name, "Other" if name in ("plan", "member_id") else value)
        for name, value in ENTRIES["coverage"].values
    )
    with pytest.raises(Refused) as refused:
        ehr.registrar.find(replace(ENTRIES["coverage"], values=others))
    assert str(refused.value) == (
        "The chart shows something else than was written: plan and member ID."
    )
    assert refused.value.code == "differs"


def test_an_entry_that_was_taken_back_does_not_count(sandbox: Running, ehr: Ehr) -> None:
    receipt = ehr.registrar.write(ENTRIES["allergy"])
    sent = written(sandbox)
    wrong = {"coding": [{"code": "entered-in-error"}]}
    put(sandbox, **sent | {"id": receipt.remote_id.partition("/")[2], "verificationStatus": wrong})
    assert ehr.registrar.find(ENTRIES["allergy"]) is None


def test_what_a_person_typed_into_ecw_is_found_by_its_values(sandbox: Running, ehr: Ehr) -> None:
    typed = replace(ENTRIES["coverage"], values=(("payer", "Harbor Health"), ("member_id", "W12")))
    copied = replace(typed, copied=True)
    assert ehr.registrar.find(copied) is None
    put(
        sandbox,
        resourceType="Coverage",
        id="typed.1",
        status="active",
        beneficiary={"reference": PATIENT},
        payor=[{"display": "HARBOR  Health"}],
        subscriberId="W-12",
    )
    found = ehr.registrar.find(copied)
    assert found
    assert found.remote_id == "Coverage/typed.1"


def test_a_medication_typed_into_ecw_is_found_among_the_prescriptions(
    sandbox: Running, ehr: Ehr
) -> None:
    copied = replace(entry("medication", name="Benazepril", dose="10 mg"), copied=True)
    order = {
        "resourceType": "MedicationRequest",
        "id": "rx.typed",
        "status": "active",
        "subject": {"reference": PATIENT},
        "medicationCodeableConcept": {"text": "benazepril 100 MG Oral Tablet"},
    }
    put(sandbox, **order)
    assert ehr.registrar.find(copied) is None
    put(sandbox, **order | {"medicationCodeableConcept": {"text": "benazepril 10 MG Oral Tablet"}})
    assert ehr.registrar.find(copied)


# --- the registration -------------------------------------------------------------------------


def test_the_registration_says_what_a_form_is_compared_with(ehr: Ehr) -> None:
    shown = ehr.registrar.registration(PATIENT)
    assert shown.patient.ref == PATIENT
    assert shown.patient.synthetic
    assert shown.demographics["last_name"] == shown.patient.family
    assert len(shown.demographics["phone"]) == 10
    assert shown.coverage[0].payer
    assert shown.version == "1"


def test_small_pages_show_the_same_registration(sandbox: Running, ehr: Ehr) -> None:
    whole = ehr.registrar.registration(PATIENT)
    sandbox.control.configure(page_size=2)
    assert ehr.registrar.registration(PATIENT) == whole


def test_entries_that_come_twice_count_once(sandbox: Running, ehr: Ehr) -> None:
    whole = ehr.registrar.registration(PATIENT)
    sandbox.control.fault("fhir.search", "duplicate")
    assert ehr.registrar.registration(PATIENT) == whole


@pytest.mark.parametrize("skip", range(7))
def test_a_registration_that_lacks_a_part_is_not_shown(
    sandbox: Running, ehr: Ehr, skip: int
) -> None:
    """The negative control is any other test: each of the seven questions counts."""
    sandbox.control.fault("fhir.search", "cut", skip=skip, times=1)
    with pytest.raises(Unreachable):
        ehr.registrar.registration(PATIENT)


def test_a_practice_without_the_contract_never_asks_for_statements(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    contract = frozenset(Road) - {Road.WRITE_MEDICATION}
    connected(contract=contract).registrar.registration(PATIENT)
    asked = [call["path"] for call in sandbox.control.calls("fhir.search")]
    assert not any("MedicationStatement" in path for path in asked)
    assert any("MedicationRequest" in path for path in asked)


def test_an_unknown_patient_has_no_registration(ehr: Ehr) -> None:
    with pytest.raises(Refused, match="does not have this patient"):
        ehr.registrar.registration("Patient/p.nobody")


def test_a_registration_keeps_patient_data_out_of_its_repr(ehr: Ehr) -> None:
    shown = ehr.registrar.registration(PATIENT)
    assert shown.demographics["email"] not in repr(shown)
    assert shown.coverage[0].member_id not in repr(shown)


def test_people_are_found_by_name_and_birth_date(ehr: Ehr) -> None:
    known = ehr.chart.patient(PATIENT)
    assert PATIENT in [p.ref for p in ehr.registrar.find_people(known.family, known.birth_date)]
    assert ehr.registrar.find_people(known.family, "1901-01-01") == []
