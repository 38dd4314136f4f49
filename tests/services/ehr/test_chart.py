"""The chart beside a message is the right patient's, whole, or not shown at all."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.ehr.connection import Budget
from services.ehr.fhir_datatypes import Bundle, plain_reference
from services.ehr.fhir_records import latest_results, local_day
from services.ehr.fhir_shapes import Observation, Patient
from services.ehr.paging import without_count
from services.ehr.ports import Ehr
from services.ehr.strict_json import Unreadable, decode
from services.errors import Refused, Unreachable
from services.sandbox import Running
from tests.services.ehr.servers import answering, listening

NEW_YORK = ZoneInfo("America/New_York")
PATIENT = "Patient/p.103"
FHIR = "Content-Type: application/fhir+json"


def today() -> date:
    return datetime.now(NEW_YORK).date()


def put(sandbox: Running, **resource: Any) -> None:
    sandbox.control.call("POST", "resources", {"resource": resource})


def test_a_patient_is_found_by_an_id_with_a_dot(ehr: Ehr) -> None:
    patient = ehr.chart.patient(PATIENT)
    assert patient.ref == PATIENT
    assert patient.family
    assert patient.mrn
    assert patient.synthetic


def test_an_unknown_patient_is_refused_not_empty(ehr: Ehr) -> None:
    with pytest.raises(Refused, match="does not have this patient"):
        ehr.chart.patient("Patient/p.nobody")


def test_a_merged_patient_says_who_survives(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.call("POST", "merge", {"patient": PATIENT, "into": "Patient/p.102"})
    merged = ehr.chart.patient(PATIENT)
    assert (merged.active, merged.replaced_by) == (False, "Patient/p.102")


def test_the_summary_shows_what_staff_need(sandbox: Running, ehr: Ehr) -> None:
    summary = ehr.chart.summary(PATIENT, today())
    assert summary.patient.ref == PATIENT
    assert all(medication.text for medication in summary.medications)
    assert summary.results == tuple(sorted(summary.results, key=lambda r: r.when, reverse=True))
    assert len({result.text for result in summary.results}) == len(summary.results)
    assert len(sandbox.control.calls("fhir.search")) <= 20


def test_small_pages_show_the_same_chart(sandbox: Running, ehr: Ehr) -> None:
    whole = ehr.chart.summary(PATIENT, today())
    sandbox.control.configure(page_size=3)
    assert ehr.chart.summary(PATIENT, today()) == whole
    assert all(call["status"] == 200 for call in sandbox.control.calls("fhir.search"))


def test_a_fill_counts_down_the_refills(sandbox: Running, ehr: Ehr) -> None:
    put(
        sandbox,
        resourceType="MedicationRequest",
        id="rx.1",
        status="active",
        intent="order",
        subject={"reference": PATIENT},
        medicationCodeableConcept={"text": "Lisinopril 10 MG"},
        dosageInstruction=[{"text": "one a day"}],
        authoredOn="2026-01-02",
        dispenseRequest={"numberOfRepeatsAllowed": 3},
    )
    for number in (1, 2):
        put(
            sandbox,
            resourceType="MedicationDispense",
            id=f"fill.{number}",
            status="completed",
            subject={"reference": PATIENT},
            authorizingPrescription=[{"reference": "MedicationRequest/rx.1"}],
            whenHandedOver=f"2026-0{number}-03",
        )
    found = {m.ref: m for m in ehr.chart.summary(PATIENT, today()).medications}
    medication = found["MedicationRequest/rx.1"]
    assert (medication.refills_left, medication.last_fill, medication.dose) == (
        2,
        "2026-02-03",
        "one a day",
    )


def test_visits_are_sorted_by_the_practices_own_calendar(sandbox: Running, ehr: Ehr) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=20)
    put(
        sandbox,
        resourceType="Encounter",
        id="ap.soon",
        status="planned",
        subject={"reference": PATIENT},
        period={"start": soon.isoformat()},
        reasonCode=[{"text": "Knee"}],
    )
    summary = ehr.chart.summary(PATIENT, today())
    assert summary.next_visit is not None
    assert (summary.next_visit.ref, summary.next_visit.reason) == ("Encounter/ap.soon", "Knee")


def test_another_patients_record_in_the_answer_hides_all_of_it(sandbox: Running, ehr: Ehr) -> None:
    stray = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p.999", "name": [{"family": "Else"}]}}
        ],
    }
    sandbox.control.fault(
        "fhir.search", "body", text=json.dumps(stray), content_type="application/fhir+json"
    )
    with pytest.raises(Unreachable, match="another patient's record") as refused:
        ehr.chart.patient(PATIENT)
    assert "Else" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType": "OperationOutcome", "issue": []}',
        '{"resourceType": "Patient", "id": "p.103"}',
        "[]",
        '{"resourceType": "Bundle", "entry": {}}',
        '{"resourceType": "Bundle", "entry": [], "entry": []}',
    ],
)
def test_what_is_not_a_bundle_is_an_outage_never_an_empty_chart(
    sandbox: Running, ehr: Ehr, text: str
) -> None:
    sandbox.control.fault("fhir.search", "body", text=text, content_type="application/fhir+json")
    with pytest.raises(Unreachable):
        ehr.chart.patient(PATIENT)


def test_one_failing_search_fails_the_summary(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir.search", "outage", skip=5, times=1)
    with pytest.raises(Unreachable):
        ehr.chart.summary(PATIENT, today())


def test_the_chart_of_a_day_of_service_knows_that_day_and_nothing_later(
    sandbox: Running, ehr: Ehr
) -> None:
    day = date(2025, 6, 10)
    mine = {"subject": {"reference": PATIENT}}
    listed = [{"coding": [{"code": "problem-list-item"}]}]
    lab = [{"coding": [{"code": "laboratory"}]}]
    for name, on in (("then", "2025-06-01"), ("later", "2025-07-01"), ("long-ago", "2024-06-01")):
        put(sandbox, resourceType="Condition", id=f"c.{name}", category=listed, **mine,
            code={"text": f"Problem {name}"}, onsetDateTime=on)  # fmt: skip
        put(sandbox, resourceType="Observation", id=f"o.{name}", category=lab, **mine,
            code={"text": f"Test {name}"}, status="final", effectiveDateTime=on,
            valueQuantity={"value": 8.2, "unit": "%"})  # fmt: skip
        put(sandbox, resourceType="MedicationRequest", id=f"m.{name}", status="completed", **mine,
            medicationCodeableConcept={"text": f"Drug {name}"}, authoredOn=on)  # fmt: skip
    # An evening at the practice is the next day in UTC; the call is no visit.
    for id, start, kind in (("late", "2025-06-11T01:30:00Z", "AMB"), ("call", "2025-06-10", "VR"),
                            ("after", "2025-06-11T15:00:00Z", "AMB")):  # fmt: skip
        put(sandbox, resourceType="Encounter", id=f"e.{id}", status="finished", **mine,
            period={"start": start}, reasonCode=[{"text": id}], **{"class": {"code": kind}})  # fmt: skip

    record = ehr.chart.on_day(PATIENT, day)
    assert [visit.reason for visit in record.visits] == ["late"]
    problems = {problem.text for problem in record.problems}
    assert {"Problem then", "Problem long-ago"} <= problems
    assert "Problem later" not in problems
    ordered = {m.text for m in record.medications if m.text.startswith("Drug")}
    measured = {r.text for r in record.results if r.text.startswith("Test")}
    assert (ordered, measured) == ({"Drug then"}, {"Test then"})


def test_one_failing_search_fails_the_chart_of_a_day(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir.search", "outage", skip=4, times=1)
    with pytest.raises(Unreachable):
        ehr.chart.on_day(PATIENT, date(2025, 6, 10))


def test_pages_that_lead_in_a_circle_end(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("fhir.search", "loop")
    with pytest.raises(Unreachable, match="circle"):
        ehr.chart.patient(PATIENT)
    assert len(sandbox.control.calls("fhir.search")) <= 3


def bundle_with_next(link: str) -> bytes:
    page = {"resourceType": "Bundle", "link": [{"relation": "next", "url": link}]}
    return json.dumps(page).encode()


@pytest.mark.parametrize("to", ["other_host", "other_practice", "climbing", "other_scheme"])
def test_a_next_link_elsewhere_is_not_followed_and_the_token_stays_home(
    sandbox: Running, ehr: Ehr, to: str
) -> None:
    with listening(answering(b"{}", FHIR)) as decoy:
        link = {
            "other_host": f"http://127.0.0.1:{decoy.port}/fhir/r4/FEIGDM/Patient?page=2",
            "other_practice": f"{sandbox.fhir('FEIGD2')}/Patient?page=2",
            "climbing": f"{sandbox.fhir()}/%2e%2e/FEIGD2/Patient?page=2",
            "other_scheme": sandbox.fhir().replace("http", "https") + "/Patient?page=2",
        }[to]
        sandbox.control.fault(
            "fhir.search",
            "body",
            text=bundle_with_next(link).decode(),
            content_type="application/fhir+json",
            times=1,
        )
        with pytest.raises(Unreachable, match="outside the practice's own"):
            ehr.chart.patient(PATIENT)
        assert decoy.received == []
        assert len(sandbox.control.calls("fhir.search")) == 1


def test_a_next_link_within_the_practice_is_followed(sandbox: Running, ehr: Ehr) -> None:
    """The negative control: the guard does not refuse everything."""
    link = f"{sandbox.fhir()}/Patient?_id=p.103&_count=20"
    sandbox.control.fault(
        "fhir.search",
        "body",
        text=bundle_with_next(link).decode(),
        content_type="application/fhir+json",
        times=1,
    )
    assert ehr.chart.patient(PATIENT).ref == PATIENT


def test_ten_thousand_pages_end_with_an_error(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    count = iter(range(100_000))

    def endless(line: Any) -> None:
        link = f"{base}/Patient?page={next(count)}"
        answering(bundle_with_next(link), FHIR)(line)

    with listening(endless) as server:
        base = f"http://127.0.0.1:{server.port}/fhir/r4/FEIGDM"
        roomy = Budget(total=100_000, sync=90_000, interactive=1)
        ehr = connected(fhir_base=base, budget=roomy, token_url=f"{sandbox.url}/oauth/oauth2/token")
        with pytest.raises(Unreachable, match="more than 500 pages"):
            ehr.chart.patient(PATIENT)
        assert len(server.received) == 500


def test_our_count_is_taken_out_of_links_and_nothing_else() -> None:
    link = "https://fhir.example/r4/X/Patient?name=a%26b&_count=20&page=2&page=3"
    assert without_count(link) == "https://fhir.example/r4/X/Patient?name=a%26b&page=2&page=3"


def test_the_directory_names_every_place(ehr: Ehr) -> None:
    places = {place.ref: place for place in ehr.directory.places()}
    assert places["Location/l.1"].kind == "location"
    assert places["Organization/d.2"].kind == "department"
    assert places["Practitioner/pr.1"].name == "Dr. Alva Sample"
    assert places["Practitioner/pr.1"].parent == "Location/l.1"
    assert "Organization/o.1" not in places


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02T01:30:00Z", date(2026, 3, 1)),
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03", date(2026, 3, 1)),
        ("2026", date.min),
        ("0000-00-00", date.min),
        ("2026-02-30", date.min),
        ("yesterday", date.min),
        ("", date.min),
    ],
)
def test_a_date_of_any_precision_has_a_day_at_the_practice(text: str, day: date) -> None:
    assert local_day(text, NEW_YORK) == day


def test_a_value_keeps_the_digits_it_was_written_with() -> None:
    body = b"""{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation",
      "id": "o.1", "subject": {"reference": "Patient/p.1"}, "status": "final",
      "code": {"text": "Potassium"}, "valueQuantity": {"value": 4.10, "unit": "mmol/L"}}}]}"""
    page = decode(body, Bundle[Observation])
    [value] = latest_results(page.of_kind(Observation))
    assert (value.value, value.unit) == ("4.10", "mmol/L")


def test_a_name_with_a_lone_surrogate_or_nul_is_repaired() -> None:
    body = rb"""{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient",
      "id": "p.1", "name": [{"family": "O\u0000\ud83dx"}]}}]}"""
    [patient] = decode(body, Bundle[Patient]).of_kind(Patient)
    assert patient.name[0].family == "O��x"


def test_a_bundle_of_the_wrong_types_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode(b'{"resourceType": "Bundle", "entry": [{"resource": 7}]}', Bundle[Patient])


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p.1",
        "https://fhir.example/r4/X/Patient/p.1",
        "Patient/p.1/_history/3",
        "https://fhir.example/r4/X/Patient/p.1/_history/3",
    ],
)
def test_references_of_every_form_name_the_same_patient(reference: str) -> None:
    assert plain_reference(reference) == "Patient/p.1"
