"""Visits, what was said at them, and a note's way into eCW as the sandbox keeps it."""

import base64
import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet, RSAKey

from services.sandbox import running
from services.sandbox.notes.talk import TALKS, talks
from tests.services.sandbox.caller import CLIENT, Caller

Json = dict[str, Any]
NOTES = (
    "system/Patient.read system/Encounter.read system/Encounter.create "
    "system/DocumentReference.read system/DocumentReference.create system/Binary.read"
)
PDF = base64.b64encode(b"%PDF-1.4 synthetic").decode()


class Scribe(Caller):
    """The app, writing notes."""

    def openapi(self, path: str, body: Json | None = None) -> httpx.Response:
        url = f"{self.sandbox.url}/openapi/v1/{self.practice}/{path}"
        return self.http.request("POST" if body else "GET", url, json=body, headers=self.bearer)

    def visit(self, **fields: Any) -> str:
        patient = fields.pop("patient", "Patient/p.103")
        return str(self.sandbox.control.visit(patient=patient, **fields)["id"])

    def file(self, visit: str, texts: dict[str, str], **more: Any) -> httpx.Response:
        sections = [{"code": code, "text": text} for code, text in texts.items()]
        body = {"patient": "Patient/p.103", "delivery": "d-1", "sections": sections, **more}
        return self.openapi(f"encounters/{visit}/sections", body)

    def document(self, visit: str, patient: str = "Patient/p.103", **more: Any) -> str:
        resource = {
            "resourceType": "DocumentReference",
            "status": "current",
            "docStatus": "preliminary",
            "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
            "identifier": [{"system": "urn:foyer:delivery", "value": "d-1"}],
            "subject": {"reference": patient},
            "date": "2026-03-02T09:00:00Z",
            "content": [{"attachment": {"contentType": "application/pdf", "data": PDF}}],
            "context": {"encounter": [{"reference": f"Encounter/{visit}"}]},
            **more,
        }
        request = {"method": "POST", "url": "DocumentReference"}
        entry = [{"resource": resource, "request": request}]
        answer = self.post({"resourceType": "Bundle", "type": "transaction", "entry": entry})
        return str(answer.json()["entry"][0]["response"]["status"])


@pytest.fixture
def scribe(app: Caller) -> Scribe:
    made = Scribe(app.sandbox, app.key, app.http)
    made.sign_in(NOTES)
    return made


def read_back(scribe: Scribe, visit: str) -> dict[str, str]:
    sections = scribe.openapi(f"encounters/{visit}/sections").json()["sections"]
    return {one["code"]: one["text"] for one in sections}


def test_a_demo_day_has_twelve_visits_over_the_providers(app_key: RSAKey) -> None:
    keys = dict(KeySet([app_key]).as_dict(private=False))
    with running(visits=12) as sandbox, httpx.Client(trust_env=False) as http:
        sandbox.control.register(CLIENT, keys)
        scribe = Scribe(sandbox, app_key, http)
        scribe.sign_in(NOTES)
        day = datetime.now(UTC).date()
        around = [f"ge{day - timedelta(days=1)}", f"lt{day + timedelta(days=2)}"]
        found = [
            entry["resource"]
            for number in range(1, 7)
            for entry in scribe.get(
                "Encounter", practitioner=f"Practitioner/pr.{number}", date=around
            ).json()["entry"]
            if entry["resource"]["id"].startswith("en.")
        ]
        assert Counter(e["status"] for e in found) == {
            "finished": 6, "in-progress": 2, "planned": 2, "arrived": 2,
        }  # fmt: skip
        assert len({e["participant"][0]["individual"]["reference"] for e in found}) == 4
        heard = [
            scribe.openapi(f"encounters/{e['id']}/transcript")
            for e in found
            if e["status"] in ("finished", "in-progress")
        ]
        assert [one.status_code for one in heard] == [200] * 8
        assert len({one.json()["source"] for one in heard}) == 8


def test_the_conversations_are_few_small_and_named_with_their_licence() -> None:
    notice = (TALKS.parent / "NOTICE").read_text()
    assert "Attribution 4.0" in notice
    assert "Wen-wai Yim" in notice
    assert len(talks()) == 22
    assert sum(path.stat().st_size for path in Path(TALKS.parent).iterdir()) < 100_000
    assert all(talk.turns and talk.reason for talk in talks().values())
    with gzip.open(TALKS) as lines:
        assert json.loads(lines.readline())["part"] in ("train", "valid")


def test_a_transcript_is_there_once_the_visit_has_begun(scribe: Scribe) -> None:
    visit = scribe.visit(status="arrived", transcript="D2N001")
    assert scribe.openapi(f"encounters/{visit}/transcript").status_code == 404
    scribe.sandbox.control.at_visit(f"Encounter/{visit}", "open")
    told = scribe.openapi(f"encounters/{visit}/transcript").json()
    assert (told["encounter"], told["patient"]) == (f"Encounter/{visit}", "Patient/p.103")
    assert {turn["speaker"] for turn in told["turns"]} == {"doctor", "patient"}
    said = " ".join(turn["text"] for turn in told["turns"])
    assert "martha" not in said  # the sandbox's patient is spoken to by their own name
    silent = scribe.visit(transcript="")
    assert scribe.openapi(f"encounters/{silent}/transcript").status_code == 404


def test_layouts_differ_by_location_and_one_practice_does_not_tell(
    scribe: Scribe, app: Caller
) -> None:
    def told(location: str) -> list[tuple[str, str]]:
        answer = scribe.openapi(f"locations/{location}/note-layout").raise_for_status()
        return [(one["code"], one["loinc"]) for one in answer.json()["sections"]]

    maple, harbor = told("l.1"), told("l.2")
    assert not {code for code, _ in maple} & {code for code, _ in harbor}
    assert [loinc for _, loinc in maple] != [loinc for _, loinc in harbor]
    assert sorted(loinc for _, loinc in maple) == sorted(loinc for _, loinc in harbor)
    assert scribe.openapi("locations/l.9/note-layout").json()["code"] == "107"
    second = Scribe(app.sandbox, app.key, app.http, f"{CLIENT}-2", "FEIGD2")
    second.sign_in(NOTES)
    assert second.openapi("locations/l.1/note-layout").status_code == 404


def test_sections_are_filed_and_read_back_in_the_layouts_order(scribe: Scribe) -> None:
    visit = scribe.visit()
    answer = scribe.file(visit, {"HPI": "Knee pain.\nFor <2> days & nights.", "CC": "Knee"})
    assert answer.status_code == 201
    assert list(read_back(scribe, visit).items()) == [
        ("CC", "Knee"),
        ("HPI", "Knee pain.\nFor <2> days & nights."),
    ]
    [line] = scribe.sandbox.control.ledger()
    assert (line["kind"], line["client_ref"], line["id"]) == ("note_sections", "d-1", visit)
    assert scribe.sandbox.control.filed(f"Encounter/{visit}")["sections"]["CC"]["road"] == (
        "sections"
    )


@pytest.mark.parametrize(
    ("texts", "more", "code"),
    [
        ({"NOPE": "x"}, {}, "301"),
        ({"CC": "x"}, {"patient": "Patient/p.104"}, "123"),
        ({"CC": "x" * 20_001}, {}, "109"),
        ({"CC": "pill \U0001f48a"}, {}, "108"),
        ({}, {}, "2"),
        ({"CC": "x"}, {"delivery": ""}, "2"),
        ({"CC": "x"}, {"sections": [{"code": "CC", "text": 7}]}, "2"),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    scribe: Scribe, texts: dict[str, str], more: Json, code: str
) -> None:
    visit = scribe.visit()
    refused = scribe.file(visit, {"PE": "Normal."} | texts if texts else {}, **more)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert read_back(scribe, visit) == {}
    assert scribe.sandbox.control.ledger() == []


def test_a_signed_note_is_locked_for_every_road(scribe: Scribe) -> None:
    visit = scribe.visit()
    scribe.file(visit, {"CC": "Knee", "HPI": "Two days."})
    assert scribe.document(visit) == "1"
    scribe.sandbox.control.at_visit(f"Encounter/{visit}", "sign", changes={"HPI": "Three days."})
    assert scribe.file(visit, {"CC": "Hip"}).json()["code"] == "139"
    assert scribe.document(visit) == "139"
    told = scribe.openapi(f"encounters/{visit}/sections").json()
    assert told["signed"]
    assert {one["code"]: (one["text"], one["source"]) for one in told["sections"]} == {
        "CC": ("Knee", "sections"),
        "HPI": ("Three days.", "ecw"),
    }
    with pytest.raises(RuntimeError, match="signed already"):
        scribe.sandbox.control.at_visit(f"Encounter/{visit}", "sign")


def test_the_progress_note_shows_in_the_chart_and_becomes_final(scribe: Scribe) -> None:
    visit = scribe.visit()
    scribe.file(visit, {"CC": "Knee & hip"})
    asked = {"patient": "p.103", "type": "11506-3", "encounter": visit}
    [shown] = scribe.get("DocumentReference", **asked).json()["entry"]
    assert shown["resource"]["docStatus"] == "preliminary"
    where = shown["resource"]["content"][0]["attachment"]["url"]
    binary = scribe.get(where).json()
    assert b"Knee &amp; hip" in base64.b64decode(binary["data"])
    scribe.sandbox.control.at_visit(f"Encounter/{visit}", "sign")
    [shown] = scribe.get("DocumentReference", **asked).json()["entry"]
    assert shown["resource"]["docStatus"] == "final"
    [seen] = scribe.get("Encounter", _id=visit).json()["entry"]
    assert seen["resource"]["status"] == "finished"


def test_a_document_is_found_by_patient_and_day_and_its_content_read(scribe: Scribe) -> None:
    visit = scribe.visit()
    assert scribe.document(visit) == "1"
    assert scribe.document(visit, patient="Patient/p.104") == "123"
    assert scribe.document("en.0.0") == "2"
    assert scribe.document(visit, docStatus="signed by nobody") == "110"
    days = ["ge2026-03-02", "lt2026-03-03"]
    [found] = scribe.get("DocumentReference", patient="p.103", date=days).json()["entry"]
    assert found["resource"]["identifier"][0]["value"] == "d-1"
    attachment = found["resource"]["content"][0]["attachment"]
    assert "data" not in attachment
    assert scribe.get(attachment["url"]).json()["data"] == PDF
    assert scribe.get("Binary", _id="doc.1").status_code == 400


def test_faults_lose_one_section_or_all_and_show_what_is_not_there(scribe: Scribe) -> None:
    visit = scribe.visit()
    scribe.sandbox.control.fault("openapi.write", "silent_drop", section="HPI", times=1)
    assert scribe.file(visit, {"CC": "Knee", "HPI": "Lost."}).status_code == 201
    assert read_back(scribe, visit) == {"CC": "Knee"}
    scribe.sandbox.control.fault("openapi.write", "silent_drop", times=1)
    assert scribe.file(visit, {"PE": "Lost too."}).status_code == 201
    assert read_back(scribe, visit) == {"CC": "Knee"}
    scribe.sandbox.control.fault("openapi.sections", "misread", section="CC", under="PE", times=1)
    assert read_back(scribe, visit) == {"PE": "Knee"}
    assert read_back(scribe, visit) == {"CC": "Knee"}
    scribe.sandbox.control.fault("fhir.write", "silent_drop", times=1)
    assert scribe.document(visit) == "1"
    assert scribe.get("DocumentReference", patient="p.103", date="2026-03-02").json()["total"] == 0
    assert scribe.get("Binary/doc.1").status_code == 404


def test_a_token_without_the_scope_or_of_another_practice_reads_nothing(
    scribe: Scribe, app: Caller
) -> None:
    visit = scribe.visit()
    scribe.token = ""
    assert scribe.openapi(f"encounters/{visit}/sections").status_code == 401
    scribe.sign_in("system/Encounter.read")
    assert scribe.file(visit, {"CC": "Knee"}).status_code == 403
    second = Scribe(app.sandbox, app.key, app.http, f"{CLIENT}-2", "FEIGD2")
    second.sign_in(NOTES)
    scribe.token = second.token
    assert scribe.openapi(f"encounters/{visit}/sections").status_code == 403


def test_switches_close_the_open_api_and_the_transcripts(scribe: Scribe) -> None:
    visit = scribe.visit()
    scribe.sandbox.control.configure(transcripts=False)
    assert scribe.openapi(f"encounters/{visit}/transcript").status_code == 403
    scribe.sandbox.control.configure(open_api=False)
    assert scribe.openapi(f"encounters/{visit}/sections").status_code == 403


def test_notes_and_visits_outlive_a_restart(tmp_path: Path, app_key: RSAKey) -> None:
    kept = {"state": tmp_path / "state.json", "visits": 3}
    keys = dict(KeySet([app_key]).as_dict(private=False))
    with httpx.Client(trust_env=False) as http:
        with running(**kept) as sandbox:
            sandbox.control.register(CLIENT, keys)
            scribe = Scribe(sandbox, app_key, http)
            scribe.sign_in(NOTES)
            visit = scribe.visit(transcript="D2N001")
            scribe.file(visit, {"CC": "Knee"})
            sandbox.control.at_visit(f"Encounter/{visit}", "sign")
        with running(**kept) as sandbox:
            told = sandbox.control.filed(f"Encounter/{visit}")
            assert told["sections"]["CC"]["text"] == "Knee"
            assert told["signed"]
            assert told["documents"] == [f"pn.{visit}"]
