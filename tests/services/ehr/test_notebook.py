"""What a note is written from: today's visits, the chart around each, what was said, the layout."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.ehr.notebook import VisitTranscript
from services.ehr.ports import Ehr
from services.errors import NeedsAuthorization, Refused, Unreachable
from services.sandbox import Running
from tests.services.ehr.notes import note_for

NEW_YORK = ZoneInfo("America/New_York")
PROVIDER = "Practitioner/pr.3"


def open_visit(sandbox: Running, **fields: object) -> str:
    visit = sandbox.control.visit(patient="Patient/p.103", **fields)
    return f"Encounter/{visit['id']}"


def test_only_visits_that_were_opened_or_are_over_are_to_be_written(
    sandbox: Running, ehr: Ehr
) -> None:
    made = {
        status: open_visit(sandbox, status=status)
        for status in ("planned", "arrived", "in-progress", "finished", "cancelled")
    }
    today = datetime.now(NEW_YORK).date()
    found = {one.ref: one for one in ehr.notebook.visits(PROVIDER, today)}
    assert made["in-progress"] in found
    assert made["finished"] in found
    assert not {made["planned"], made["arrived"], made["cancelled"]} & set(found)
    seen = found[made["finished"]]
    assert (seen.patient_ref, seen.provider_ref) == ("Patient/p.103", PROVIDER)
    assert seen.location_ref == "Location/l.1"
    assert ehr.notebook.visits(PROVIDER, today + timedelta(days=3)) == []


def test_a_visit_of_late_evening_belongs_to_the_practices_day(sandbox: Running, ehr: Ehr) -> None:
    day = datetime.now(NEW_YORK).date() - timedelta(days=5)
    late = datetime(day.year, day.month, day.day, 23, 30, tzinfo=NEW_YORK)
    ref = open_visit(sandbox, status="finished", start=late.isoformat())
    assert ref in [one.ref for one in ehr.notebook.visits(PROVIDER, day)]
    assert ref not in [one.ref for one in ehr.notebook.visits(PROVIDER, day + timedelta(days=1))]


def test_the_context_is_the_chart_around_the_visit(sandbox: Running, ehr: Ehr) -> None:
    ref = open_visit(sandbox, status="in-progress", reason="Knee pain")
    today = datetime.now(NEW_YORK).date()
    [visit] = [one for one in ehr.notebook.visits(PROVIDER, today) if one.ref == ref]
    found = ehr.notebook.context(visit)
    chart = ehr.chart.summary("Patient/p.103", today)
    assert found.visit.reason == "Knee pain"
    assert found.patient == chart.patient
    assert found.problems == chart.problems
    assert found.allergies == chart.allergies
    assert [m.text for m in found.medications] == [m.text for m in chart.medications]
    assert found.vitals
    for listed in (found.vitals, found.results):
        moments = [one.when for one in listed]
        assert moments == sorted(moments, reverse=True)
    assert 0 < len(found.earlier) <= 3
    assert all(one.start < visit.start and one.ref != ref for one in found.earlier)
    starts = [one.start for one in found.earlier]
    assert starts == sorted(starts, reverse=True)


def test_a_chart_that_answers_in_part_is_no_context(sandbox: Running, ehr: Ehr) -> None:
    ref = open_visit(sandbox, status="in-progress")
    today = datetime.now(NEW_YORK).date()
    [visit] = [one for one in ehr.notebook.visits(PROVIDER, today) if one.ref == ref]
    sandbox.control.fault("fhir.search", "status", code=500, skip=3, times=1)
    with pytest.raises(Unreachable):
        ehr.notebook.context(visit)


def test_a_transcript_is_none_until_something_was_said(sandbox: Running, ehr: Ehr) -> None:
    ref = open_visit(sandbox, status="arrived", transcript="D2N001")
    assert ehr.notebook.transcript(ref) is None
    sandbox.control.at_visit(ref, "open")
    heard = ehr.notebook.transcript(ref)
    assert isinstance(heard, VisitTranscript)
    assert (heard.encounter_ref, heard.turns[0].speaker) == (ref, "doctor")
    assert ehr.notebook.transcript(ref) == heard
    assert "hi" in heard.turns[0].text
    assert heard.turns[0].text not in repr(heard)
    other = ehr.notebook.transcript(open_visit(sandbox, transcript="D2N004"))
    assert other is not None
    assert other.digest != heard.digest


def test_transcripts_switched_off_are_not_asked_for(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ref = open_visit(sandbox)
    assert connected(contract=frozenset()).notebook.transcript(ref) is None
    assert connected(openapi_base=None).notebook.transcript(ref) is None
    assert sandbox.control.calls("openapi.transcript") == []


def test_a_contract_that_ended_is_said_and_not_taken_for_silence(
    sandbox: Running, ehr: Ehr
) -> None:
    ref = open_visit(sandbox)
    sandbox.control.configure(transcripts=False)
    with pytest.raises(NeedsAuthorization):
        ehr.notebook.transcript(ref)


@pytest.mark.parametrize(
    "text",
    [
        '{"encounter": "Encounter/en.other", "turns": [{"speaker": "doctor", "text": "x"}]}',
        '{"turns": []}',
        '{"encounter": "ENCOUNTER", "turns": [{"speaker": "doctor"}]}',
        "not json",
    ],
)
def test_another_visits_words_or_a_strange_answer_are_not_used(
    sandbox: Running, ehr: Ehr, text: str
) -> None:
    ref = open_visit(sandbox)
    body = text.replace("ENCOUNTER", ref)
    sandbox.control.fault("openapi.transcript", "body", text=body, times=1)
    with pytest.raises(Unreachable):
        ehr.notebook.transcript(ref)


def test_layouts_come_in_the_ehrs_order_under_our_keys(ehr: Ehr) -> None:
    maple = ehr.notebook.layout("Location/l.1", "d.1")
    harbor = ehr.notebook.layout("Location/l.2", "d.1")
    assert [(one.key, one.code) for one in maple][:3] == [
        ("chief_complaint", "CC"),
        ("hpi", "HPI"),
        ("ros", "ROS"),
    ]
    assert [one.key for one in harbor] != [one.key for one in maple]
    assert {one.key for one in harbor} == {one.key for one in maple}
    with pytest.raises(Refused, match="facility"):
        ehr.notebook.layout("Location/l.9", "")


def test_a_practice_that_does_not_tell_its_layout_has_an_empty_one(
    sandbox: Running, ehr: Ehr, connected: Callable[..., Ehr]
) -> None:
    sandbox.control.configure(note_layout=False)
    assert ehr.notebook.layout("Location/l.1", "") == ()
    assert connected(openapi_base=None).notebook.layout("Location/l.1", "") == ()


def test_the_signed_note_has_the_providers_last_words(sandbox: Running, ehr: Ehr) -> None:
    note = note_for(sandbox, "note_sections")
    ehr.notebook.write(note)
    assert ehr.notebook.signed(note.encounter_ref) is None
    sandbox.control.at_visit(note.encounter_ref, "sign", changes={"PLAN": "Rest only."})
    signed = ehr.notebook.signed(note.encounter_ref)
    assert signed is not None
    texts = {one.key: one.text for one in signed.sections}
    assert texts == {s.key: s.text for s in note.sections} | {"plan": "Rest only."}
    assert abs(signed.signed_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert "Rest only." not in repr(signed)


def test_without_the_open_api_the_progress_note_tells_what_was_signed(
    sandbox: Running, ehr: Ehr, connected: Callable[..., Ehr]
) -> None:
    note = note_for(sandbox, "note_sections")
    ehr.notebook.write(note)
    bare = connected(openapi_base=None).notebook
    assert bare.signed(note.encounter_ref) is None
    sandbox.control.at_visit(note.encounter_ref, "sign", changes={"HPI": "One day.\n\nLess now."})
    signed = bare.signed(note.encounter_ref)
    assert signed is not None
    assert [(s.key, s.code, s.text) for s in signed.sections] == [
        (s.key, s.code, "One day.\n\nLess now." if s.key == "hpi" else s.text)
        for s in note.sections
    ]


@pytest.mark.parametrize("base", ["", None], ids=["open api", "fhir"])
def test_an_amended_note_is_read_with_its_new_words_and_whose_it_is(
    sandbox: Running, ehr: Ehr, connected: Callable[..., Ehr], base: str | None
) -> None:
    note = note_for(sandbox, "note_sections")
    ehr.notebook.write(note)
    book = ehr.notebook if base is not None else connected(openapi_base=None).notebook
    sandbox.control.at_visit(note.encounter_ref, "sign")
    before = book.signed(note.encounter_ref)
    sandbox.control.at_visit(note.encounter_ref, "amend", changes={"PLAN": "Rest only."})
    after = book.signed(note.encounter_ref)
    assert before is not None
    assert after is not None
    assert [s.text for s in after.sections if s.key == "plan"] == ["Rest only."]
    assert [s.text for s in before.sections if s.key == "plan"] != ["Rest only."]
    assert before.patient_ref == after.patient_ref == note.patient_ref


def test_a_note_filed_as_a_document_is_read_from_its_pages_once_signed(
    sandbox: Running, ehr: Ehr
) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    assert ehr.notebook.signed(note.encounter_ref) is None
    sandbox.control.at_visit(note.encounter_ref, "sign")
    signed = ehr.notebook.signed(note.encounter_ref)
    assert signed is not None
    assert [(s.key, s.code) for s in signed.sections] == [(s.key, s.code) for s in note.sections]
    assert "Pain for 2 days after a run." in signed.sections[1].text


def test_the_second_practices_visits_are_its_own(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ref = open_visit(sandbox)
    with pytest.raises(Refused):
        connected(openapi_base=sandbox.openapi("FEIGD2")).notebook.transcript(ref)
