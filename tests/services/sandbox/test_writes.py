"""Writing to the chart: HTTP says 200, the eCW code says what happened."""

import base64
from typing import Any

import pytest

from tests.services.sandbox.caller import CHANNEL, READ, Caller

EXTENSION = "http://eclinicalworks.com/supportingInfo/telephoneEncounter/"
Json = dict[str, Any]


def encounter(**changes: Any) -> Json:
    good = {
        "resourceType": "Encounter",
        "identifier": [{"system": "urn:foyer:delivery", "value": "delivery-7"}],
        "extension": [
            {"url": f"{EXTENSION}messages", "valueString": "Patient asks for a refill."},
            {"url": f"{EXTENSION}notes", "valueString": "Please review."},
        ],
        "status": "arrived",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"},
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "185317003"}]}],
        "subject": {"reference": "Patient/p.103"},
        "participant": [{"individual": {"reference": "Practitioner/pr.3"}}],
        "period": {"start": "2026-03-02T09:00:00-05:00"},
        "reasonCode": [{"text": "Refill"}],
        "location": [{"location": {"reference": "Location/l.1"}}],
        "serviceProvider": {"reference": "Organization/o.1"},
    }
    return good | changes


def text(name: str, value: str) -> Json:
    return {"extension": [{"url": f"{EXTENSION}{name}", "valueString": value}]}


def transaction(resource: Json, url: str = "", method: str = "POST") -> Json:
    request = {"method": method, "url": url or resource["resourceType"]}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": resource, "request": request}],
    }


def code_of(caller: Caller, bundle: Json) -> str:
    answer = caller.post(bundle)
    assert answer.status_code == 200
    assert answer.json()["type"] == "transaction-response"
    return str(answer.json()["entry"][0]["response"]["status"])


def test_a_telephone_encounter_is_written_and_read_back(caller: Caller) -> None:
    answer = caller.post(transaction(encounter())).json()["entry"][0]["response"]
    kind, _, encounter_id = answer["location"].partition("/")
    assert (answer["status"], kind) == ("1", "Encounter")

    for asked in ({"_id": encounter_id}, {"patient": "Patient/p.103", "date": "2026-03-02"}):
        [found] = caller.get("Encounter", **asked).json()["entry"]
        assert found["resource"]["identifier"][0]["value"] == "delivery-7"
        assert found["resource"]["extension"][0]["valueString"] == "Patient asks for a refill."
    [line] = caller.sandbox.control.ledger()
    assert (line["kind"], line["client_ref"], line["patient"]) == (
        "telephone_encounter",
        "delivery-7",
        "Patient/p.103",
    )


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("100", {"subject": {"reference": "Patient/p.999"}}),
        ("101", {"participant": [{"individual": {"reference": "Practitioner/pr.4"}}]}),
        ("101", {"serviceProvider": {"reference": "Organization/o.9"}}),
        ("107", {"location": [{"location": {"reference": "Location/l.9"}}]}),
        ("108", text("messages", "nul \x00")),
        ("109", text("notes", "x" * 2_001)),
        ("1", text("notes", "x" * 2_000)),
        ("110", {"status": "cancelled"}),
        ("116", {"period": {"start": "2026-02-30"}}),
        ("138", {"class": {"code": "AMB"}}),
        ("600", {"reasonCode": [{"text": "x" * 51}]}),
    ],
)
def test_what_ecw_refuses_has_a_code_under_http_200(
    caller: Caller, code: str, changes: Json
) -> None:
    assert code_of(caller, transaction(encounter(**changes))) == code
    assert len(caller.sandbox.control.ledger()) == (code == "1")


def test_without_a_default_writeback_user_nothing_can_be_written(caller: Caller) -> None:
    caller.sandbox.control.configure(writeback_user=False)
    assert code_of(caller, transaction(encounter())) == "308"


def test_each_entry_stands_for_itself(caller: Caller) -> None:
    bundle = transaction(encounter())
    bundle["entry"] += transaction(encounter(status="cancelled"))["entry"]
    statuses = [e["response"]["status"] for e in caller.post(bundle).json()["entry"]]
    assert statuses == ["1", "110"]


def test_nothing_stops_the_same_encounter_from_being_written_twice(caller: Caller) -> None:
    assert [code_of(caller, transaction(encounter())) for _ in range(2)] == ["1", "1"]
    assert len(caller.sandbox.control.ledger()) == 2


def test_an_encounter_can_be_changed_until_it_is_locked(caller: Caller) -> None:
    location = caller.post(transaction(encounter())).json()["entry"][0]["response"]["location"]
    locked = encounter(status="finished")
    other = encounter(subject={"reference": "Patient/p.104"})
    assert code_of(caller, transaction(other, location, "PUT")) == "123"
    assert code_of(caller, transaction(locked, location, "PUT")) == "1"
    assert code_of(caller, transaction(encounter(), location, "PUT")) == "139"


def test_a_written_encounter_can_take_a_while_to_show(caller: Caller) -> None:
    caller.sandbox.control.configure(settle_seconds=60)
    caller.post(transaction(encounter()))
    asked = {"patient": "Patient/p.103", "date": "2026-03-02"}
    assert caller.get("Encounter", **asked).json()["total"] == 0
    caller.sandbox.control.call("POST", "clock", {"offset_seconds": 61})
    assert caller.get("Encounter", **asked).json()["total"] == 1


def test_writing_needs_the_scope_and_a_transaction(app: Caller) -> None:
    app.sign_in(f"{READ} {CHANNEL}")
    assert app.post(transaction(encounter())).status_code == 403
    app.sign_in()
    assert app.post({"resourceType": "Bundle", "type": "batch", "entry": [{}]}).status_code == 400


def test_a_document_must_have_a_type_and_a_format_that_ecw_takes(caller: Caller) -> None:
    def document(loinc: str, media_type: str, data: str) -> Json:
        return transaction(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "type": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
                "subject": {"reference": "Patient/p.103"},
                "content": [{"attachment": {"contentType": media_type, "data": data}}],
            }
        )

    pdf = base64.b64encode(b"%PDF-1.4 synthetic").decode()
    assert code_of(caller, document("11506-3", "application/pdf", pdf)) == "1"
    assert code_of(caller, document("00000-0", "application/pdf", pdf)) == "113"
    assert code_of(caller, document("11506-3", "text/plain", pdf)) == "114"
    assert code_of(caller, document("11506-3", "application/pdf", "not base64")) == "112"


def test_answers_must_map_to_known_questions(caller: Caller) -> None:
    def answers(link: str) -> Json:
        return transaction(
            {
                "resourceType": "QuestionnaireResponse",
                "status": "completed",
                "subject": {"reference": "Patient/p.103"},
                "item": [{"linkId": "history", "item": [{"linkId": link}]}],
            }
        )

    assert code_of(caller, answers("history.tobacco")) == "1"
    assert code_of(caller, answers("history.unknown")) == "301"
