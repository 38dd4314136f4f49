"""The FHIR facade's ways, one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.services.sandbox.caller import Caller


def diagnostics(outcome: dict[str, Any]) -> str:
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][0]["diagnostics"])


@pytest.mark.parametrize(
    "path", ["metadata", ".well-known/smart-configuration", "fhir/r4/metadata"]
)
def test_discovery_at_the_host_root_is_refused(app: Caller, path: str) -> None:
    assert app.http.get(f"{app.sandbox.url}/{path}").status_code == 400
    assert app.http.get(f"{app.sandbox.fhir()}/{path.rpartition('r4/')[2]}").status_code == 200


def test_the_token_address_is_read_from_discovery(app: Caller) -> None:
    smart = app.get(".well-known/smart-configuration").json()
    assert smart["token_endpoint"] == app.token_url
    assert smart["code_challenge_methods_supported"] == ["S256"]


def test_a_practice_without_a_write_contract_shows_it_in_both_documents(app: Caller) -> None:
    def writes() -> tuple[bool, bool]:
        scopes = app.get(".well-known/smart-configuration").json()["scopes_supported"]
        rest = app.get("metadata").json()["rest"][0]
        return "system/Encounter.create" in scopes, bool(rest["interaction"])

    assert writes() == (True, True)
    app.sandbox.control.configure(write_contract=False)
    assert writes() == (False, False)
    assert app.ask("system/Encounter.create").json()["error"] == "invalid_grant"


def test_a_practice_without_the_message_channel_does_not_offer_its_scope(app: Caller) -> None:
    app.sandbox.control.configure(healow_channel=False)
    assert app.ask("system/Communication.read").json()["error"] == "invalid_grant"


def test_no_resource_can_be_searched_by_last_updated(app: Caller) -> None:
    resources = app.get("metadata").json()["rest"][0]["resource"]
    names = {p["name"] for resource in resources for p in resource["searchParam"]}
    assert not names & {"_count", "_lastUpdated"}


@pytest.mark.parametrize("name", ["_count", "_lastUpdated", "_sort", "_include"])
def test_a_parameter_that_is_not_declared_is_refused_by_name(caller: Caller, name: str) -> None:
    answer = caller.get("Encounter", patient="Patient/p.103", **{name: "20"})
    assert answer.status_code == 400
    assert diagnostics(answer.json()) == f"Unsupported query parameter(s): {name}"


def test_the_next_link_carries_the_count_that_the_facade_refuses(caller: Caller) -> None:
    caller.sandbox.control.configure(page_size=5)
    first = caller.get("Encounter", patient="Patient/p.103").json()
    [link] = [each["url"] for each in first["link"] if each["relation"] == "next"]
    assert caller.http.get(link, headers=caller.bearer).status_code == 400

    second = caller.get("Encounter", patient="Patient/p.103", page="2").json()
    ids = [entry["resource"]["id"] for page in (first, second) for entry in page["entry"]]
    assert "_count=5" in link
    assert len(ids) == len(set(ids))


def test_every_page_together_is_the_whole(caller: Caller) -> None:
    caller.sandbox.control.configure(page_size=7)
    found: list[str] = []
    for page in range(1, 20):
        bundle = caller.get("Encounter", patient="p.103", page=str(page)).json()
        found += [entry["resource"]["id"] for entry in bundle["entry"]]
        if not any(link["relation"] == "next" for link in bundle["link"]):
            break
    assert len(set(found)) == len(found) == bundle["total"]


def test_a_type_without_a_page_parameter_comes_whole(caller: Caller) -> None:
    caller.sandbox.control.configure(page_size=1)
    bundle = caller.get("AllergyIntolerance", patient="Patient/p.108").json()
    assert len(bundle["entry"]) == bundle["total"] > 1


def test_observations_need_a_category(caller: Caller) -> None:
    answer = caller.get("Observation", patient="Patient/p.103")
    assert (answer.status_code, diagnostics(answer.json())) == (
        400,
        "Observation search requires category.",
    )
    labs = caller.get("Observation", patient="Patient/p.103", category="laboratory").json()
    assert {e["resource"]["category"][0]["coding"][0]["code"] for e in labs["entry"]} == {
        "laboratory"
    }


def test_a_dotted_practitioner_id_breaks_the_path_but_not_the_search(caller: Caller) -> None:
    by_path = caller.get("Practitioner/pr.4")
    assert (by_path.status_code, diagnostics(by_path.json())) == (
        400,
        "String index out of range: -1",
    )
    assert caller.get("Practitioner", _id="pr.4").json()["total"] == 1
    assert caller.get("Patient/p.103").status_code == 200


def test_the_schedule_is_asked_by_practitioner_and_day(caller: Caller) -> None:
    now = datetime.now(UTC)
    days = [f"ge{now:%Y-%m-%d}", f"lt{now + timedelta(days=30):%Y-%m-%d}"]
    planned = [
        entry["resource"]
        for n in range(1, 7)
        for entry in caller.get("Encounter", practitioner=f"Practitioner/pr.{n}", date=days).json()[
            "entry"
        ]
    ]
    assert len(planned) == 23
    assert {e["status"] for e in planned} == {
        *("planned", "arrived", "triaged", "in-progress", "cancelled")
    }
    assert caller.get("Encounter", practitioner="Practitioner/pr.1").status_code == 400


def test_an_impossible_date_is_refused(caller: Caller) -> None:
    answer = caller.get("Encounter", patient="Patient/p.103", date="ge2026-02-30")
    assert answer.status_code == 400


def test_without_a_token_the_answer_is_an_operation_outcome(app: Caller) -> None:
    answer = app.get("Patient/p.103")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/fhir+json")
    assert "expired" in diagnostics(answer.json())


def test_a_token_reads_only_what_its_scopes_say(app: Caller) -> None:
    app.sign_in("system/Patient.read")
    answer = app.get("Encounter", patient="Patient/p.103")
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_the_same_id_is_another_person_in_another_practice(
    caller: Caller, neighbour: Caller
) -> None:
    here = caller.get("Patient/p.103").json()
    there = neighbour.get("Patient/p.103").json()
    assert here["name"][0]["family"] == "Conroy"
    assert there["name"][0]["family"] == "Basalt"


def test_a_token_for_one_practice_is_no_good_in_another(caller: Caller) -> None:
    caller.practice = "FEIGD2"
    assert caller.get("Patient/p.103").status_code == 403


def test_an_unknown_practice_code_is_not_found(caller: Caller) -> None:
    caller.practice = "NOSUCH"
    assert caller.get("metadata").status_code == 404


def test_a_merged_patient_points_to_the_survivor(caller: Caller) -> None:
    message = caller.sandbox.control.receive("Hello", patient="Patient/p.103")
    caller.sandbox.control.merge("Patient/p.103", into="Patient/p.104")

    retired = caller.get("Patient/p.103").json()
    assert retired["active"] is False
    assert retired["link"][0] == {
        "other": {"reference": "Patient/p.104"},
        "type": "replaced-by",
    }
    assert caller.reply(message, "To the retired chart").status_code == 409
    assert caller.reply(message, "To the survivor", patient="Patient/p.104").status_code == 201


def test_everyone_is_marked_synthetic(caller: Caller) -> None:
    patients = caller.get("Patient", name="").json()
    assert patients["total"] == 24
    tags = {e["resource"]["meta"]["tag"][0]["code"] for e in patients["entry"]}
    assert tags == {"synthetic"}


def test_most_patients_have_a_coming_visit_and_refills(caller: Caller) -> None:
    planned, refillable = 0, 0
    for number in range(101, 125):
        patient = f"Patient/p.{number}"
        visits = caller.get("Encounter", patient=patient, date="gt2020").json()["entry"]
        planned += any(v["resource"]["status"] == "planned" for v in visits)
        orders = caller.get("MedicationRequest", patient=patient, status="active").json()["entry"]
        refillable += any("dispenseRequest" in o["resource"] for o in orders)
    assert planned >= 16
    assert refillable >= 15
