"""Check-in forms and the visits they are for arrive whole, or not at all, and damaged ones aside."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.ehr.ports import Ehr, Quarantined, Road
from services.ehr.questionnaire_shelf import KEEP
from services.ehr.registration import IncomingForm, PlannedVisit
from services.errors import Unreachable
from services.sandbox import Running
from tests.services.ehr.conftest import SCOPES, Clock

NEW_YORK = ZoneInfo("America/New_York")
PATIENT = "Patient/p.103"
FORM = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "questionnaire": "Questionnaire/q.1",
    "subject": {"reference": PATIENT},
    "authored": "2026-03-02T08:59:00Z",
    "item": [
        {
            "linkId": "about",
            "item": [
                {"linkId": "about.first", "answer": [{"valueString": "=cmd()"}]},
                {"linkId": "about.last", "answer": [{"valueString": "Ash"}]},
            ],
        }
    ],
}


def put(sandbox: Running, id: str, **changes: Any) -> None:
    sandbox.control.call("POST", "resources", {"resource": {**FORM, "id": id, **changes}})


def forms(ehr: Ehr, since: date | None = None) -> list[IncomingForm]:
    found = ehr.forms.forms_of(PATIENT, since)
    return [one for one in found if isinstance(one, IncomingForm) and "test." in one.ref]


def visits(ehr: Ehr, first: date, last: date) -> list[PlannedVisit]:
    providers = [f"Practitioner/pr.{n}" for n in range(1, 7)]
    return [one for provider in providers for one in ehr.forms.visits(provider, first, last)]


def this_day() -> date:
    return datetime.now(NEW_YORK).date()


def test_a_form_arrives_with_its_questions_as_the_patient_read_them(
    sandbox: Running, ehr: Ehr
) -> None:
    put(sandbox, "test.1")
    [form] = forms(ehr)
    assert (form.patient_ref, form.status) == (PATIENT, "completed")
    assert [(a.link_id, a.value) for a in form.answers] == [
        ("about.first", "=cmd()"),
        ("about.last", "Ash"),
    ]
    assert all(answer.label for answer in form.answers)


def test_forms_come_oldest_first_from_the_day_asked_for(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.2", authored="2026-03-05T10:00:00Z")
    put(sandbox, "test.1", authored="2026-03-04T10:00:00Z")
    put(sandbox, "test.0", authored="2026-02-01T10:00:00Z")
    shown = [form.ref.rpartition("/")[2] for form in forms(ehr, date(2026, 3, 1))]
    assert shown == ["test.1", "test.2"]


def test_an_amended_form_comes_again_with_another_digest(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1")
    [first] = forms(ehr)
    put(sandbox, "test.1", status="amended", authored="2026-03-02T09:59:00Z")
    [second] = forms(ehr)
    assert (second.ref, second.status) == (first.ref, "amended")
    assert second.digest != first.digest


def test_answers_that_we_wrote_back_do_not_come_as_a_form(sandbox: Running, ehr: Ehr) -> None:
    ours = {"system": "urn:foyer:delivery", "value": "d-1"}
    put(sandbox, "test.1", identifier=ours)
    put(sandbox, "test.2", identifier={"system": "urn:other", "value": "d-1"})
    assert [form.ref for form in forms(ehr)] == ["QuestionnaireResponse/test.2"]


def test_one_damaged_form_does_not_keep_the_others_back(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1")
    put(sandbox, "test.bad", status="sent by pigeon")
    found = ehr.forms.forms_of(PATIENT, None)
    assert forms(ehr)
    assert [one for one in found if isinstance(one, Quarantined)] == [
        Quarantined("QuestionnaireResponse/test.bad", "has no known status")
    ]


def test_a_page_that_breaks_off_shows_no_form_at_all(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1")
    sandbox.control.fault("fhir.search", "cut", times=1)
    with pytest.raises(Unreachable):
        ehr.forms.forms_of(PATIENT, None)
    assert forms(ehr)


def test_pages_that_lead_in_a_circle_are_left(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1")
    sandbox.control.fault("fhir.search", "loop")
    with pytest.raises(Unreachable, match="circle"):
        ehr.forms.forms_of(PATIENT, None)


def test_nothing_that_ecw_does_not_know_is_asked(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1")
    forms(ehr, date(2026, 1, 1))
    visits(ehr, this_day(), this_day())
    assert {call["status"] for call in sandbox.control.calls("fhir.search")} == {200}


def test_a_questionnaire_is_asked_for_once_and_again_after_a_while(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    put(sandbox, "test.1")
    put(sandbox, "test.2")
    forms(ehr)
    forms(ehr)
    assert asked_for_questionnaires(sandbox) == 1
    clock.ahead = KEEP + timedelta(seconds=1)
    sandbox.control.call("POST", "clock", {"offset_seconds": clock.ahead.total_seconds()})
    forms(ehr)
    assert asked_for_questionnaires(sandbox) == 2


def asked_for_questionnaires(sandbox: Running) -> int:
    paths = [call["path"] for call in sandbox.control.calls("fhir.search")]
    return sum(path.partition("?")[0].endswith("/Questionnaire") for path in paths)


def test_a_form_of_an_unknown_questionnaire_speaks_for_itself(sandbox: Running, ehr: Ehr) -> None:
    put(sandbox, "test.1", questionnaire="https://forms.test/Questionnaire/other|1.0.9")
    [form] = forms(ehr)
    assert [answer.label for answer in form.answers] == ["", ""]
    assert form.title == ""


# --- visits -----------------------------------------------------------------------------------


def test_the_visits_ahead_are_those_of_the_days_asked_for(ehr: Ehr) -> None:
    first, last = this_day(), this_day() + timedelta(days=9)
    found = visits(ehr, first, last)
    days = [one.start.astimezone(NEW_YORK).date() for one in found]
    assert found
    assert all(first <= day <= last for day in days)
    assert all(one.start.tzinfo is not None and one.patient_ref for one in found)


def test_days_asked_for_apart_make_the_same_visits(ehr: Ehr) -> None:
    first = this_day()
    whole = visits(ehr, first, first + timedelta(days=3))
    apart = [
        one
        for day in range(4)
        for one in visits(ehr, first + timedelta(days=day), first + timedelta(days=day))
    ]
    assert {one.ref for one in apart} == {one.ref for one in whole}
    assert len(apart) == len(whole)


@pytest.fixture
def visit(sandbox: Running) -> Callable[..., None]:
    def put_visit(**changes: Any) -> None:
        at = datetime.now(UTC) + timedelta(days=1)
        stored = {
            "resourceType": "Encounter",
            "id": "test.v",
            "status": "cancelled",
            "class": {"code": "AMB"},
            "subject": {"reference": PATIENT},
            "participant": [{"individual": {"reference": "Practitioner/pr.1"}}],
            "period": {"start": at.isoformat(timespec="seconds")},
            "reasonCode": [{"text": "Check-up"}],
        }
        sandbox.control.call("POST", "resources", {"resource": stored | changes})

    return put_visit


def planned(ehr: Ehr) -> Iterator[PlannedVisit]:
    found = ehr.forms.visits("Practitioner/pr.1", this_day(), this_day() + timedelta(days=2))
    return (one for one in found if one.ref == "Encounter/test.v")


def test_a_cancelled_visit_is_told_too(ehr: Ehr, visit: Callable[..., None]) -> None:
    visit()
    [shown] = planned(ehr)
    assert (shown.status, shown.reason, shown.provider_ref) == (
        "cancelled",
        "Check-up",
        "Practitioner/pr.1",
    )


def test_a_telephone_encounter_is_no_visit(ehr: Ehr, visit: Callable[..., None]) -> None:
    visit(**{"class": {"code": "VR"}})
    assert list(planned(ehr)) == []


# --- the roads --------------------------------------------------------------------------------

WRITES = [road for road in Road if road.startswith("write_")]


def closed(ehr: Ehr) -> dict[Road, str]:
    return {c.road: c.reason for c in ehr.roads.capabilities() if not c.able}


def test_every_road_of_check_in_is_open_with_contract_and_permission(ehr: Ehr) -> None:
    able = {c.road for c in ehr.roads.capabilities() if c.able}
    assert able >= {Road.CHECK_IN_FORMS, *WRITES}


@pytest.mark.parametrize("road", WRITES)
def test_a_write_without_contract_is_closed_in_words(
    connected: Callable[..., Ehr], road: Road
) -> None:
    why = closed(connected(contract=frozenset(Road) - {road}))
    assert set(why) == {road}
    assert "no contract for writing" in why[road]


def test_a_write_without_permission_is_closed_in_words(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.configure(granted=[s for s in SCOPES if s != "system/Coverage.create"])
    why = closed(ehr)
    assert set(why) == {Road.WRITE_COVERAGE}
    assert "insurance (system/Coverage.create)" in why[Road.WRITE_COVERAGE]


def test_what_could_not_be_read_back_is_not_written(sandbox: Running, ehr: Ehr) -> None:
    kept = [s for s in SCOPES if s != "system/MedicationStatement.read"]
    sandbox.control.configure(granted=kept)
    assert "nobody could check" in closed(ehr)[Road.WRITE_MEDICATION]


def test_forms_need_their_own_permission(sandbox: Running, ehr: Ehr) -> None:
    kept = [s for s in SCOPES if s != "system/QuestionnaireResponse.read"]
    sandbox.control.configure(granted=kept)
    assert "system/QuestionnaireResponse.read" in closed(ehr)[Road.CHECK_IN_FORMS]
