"""Telephone encounters land in the practice's own eCW queue once, or staff know why not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.ehr.codes import Channel, in_words
from services.ehr.connection import TelephoneDefaults
from services.ehr.ports import Ehr, TelephoneEncounter
from services.ehr.telephone import local_minute
from services.errors import InDoubt, NeedsAuthorization, Refused, Unreachable
from services.sandbox import Running

DEFAULTS = TelephoneDefaults("Practitioner/pr.1", "Location/l.1", "Organization/o.1")


@pytest.fixture
def call() -> TelephoneEncounter:
    return TelephoneEncounter(
        patient_ref="Patient/p.103",
        provider_ref="Practitioner/pr.1",
        location_ref="Location/l.1",
        organization_ref="Organization/o.1",
        assigned_to="Practitioner/pr.1",
        reason="Refill request",
        message="Asks for lisinopril.",
        notes="Pharmacy: Main St.",
        delivery_id="d-1",
        at=datetime.now(UTC),
    )


def test_a_telephone_encounter_is_written_once_and_found_again(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter
) -> None:
    assert ehr.desktop.find(call) is None
    receipt = ehr.desktop.create(call)
    assert receipt.remote_id.startswith("Encounter/")
    assert ehr.desktop.find(call) == receipt
    [written] = sandbox.control.ledger()
    assert (written["text"], written["notes"], written["client_ref"]) == (
        call.message,
        call.notes,
        "d-1",
    )


def test_only_the_encounter_with_our_delivery_id_is_ours(
    ehr: Ehr, call: TelephoneEncounter
) -> None:
    ehr.desktop.create(call)
    assert ehr.desktop.find(replace(call, delivery_id="d-2")) is None


def test_one_that_reads_differently_there_is_not_called_verified(
    ehr: Ehr, call: TelephoneEncounter
) -> None:
    ehr.desktop.create(call)
    with pytest.raises(Refused, match="not as it was approved"):
        ehr.desktop.find(replace(call, message="Something else."))


def test_a_provider_of_another_place_is_refused_before_anything_is_sent(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter
) -> None:
    with pytest.raises(Refused, match="do not belong together") as refused:
        ehr.desktop.create(replace(call, location_ref="Location/l.2"))
    assert refused.value.code == "101"
    assert sandbox.control.calls("fhir.write") == []


def test_without_our_check_ecw_itself_answers_101(
    sandbox: Running, connected: Callable[..., Ehr], call: TelephoneEncounter
) -> None:
    """The negative control, and the code under HTTP 200."""
    ehr = connected(telephone=replace(DEFAULTS, check_roles=False))
    with pytest.raises(Refused, match=r"\(code 101\)") as refused:
        ehr.desktop.create(replace(call, location_ref="Location/l.2"))
    assert refused.value.code == "101"
    assert sandbox.control.calls("fhir.write")[0]["status"] == 200
    assert sandbox.control.ledger() == []


def test_a_missing_writeback_user_is_said_in_words(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter
) -> None:
    sandbox.control.configure(writeback_user=False)
    with pytest.raises(Refused, match="no default writeback user") as refused:
        ehr.desktop.create(call)
    assert refused.value.code == "308"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("message", "m" * 1801, "109"),
        ("notes", "n" * 1801, "109"),
        ("reason", "r" * 51, "109"),
        ("message", "Asks \U0001f48a", "108"),
        ("notes", "zero​width", "108"),
    ],
)
def test_what_ecw_would_refuse_is_refused_before_it_is_sent(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter, name: str, text: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        ehr.desktop.create(replace(call, **{name: text}))
    assert refused.value.code == code
    assert sandbox.control.calls() == []


def test_a_practice_may_go_up_to_2000_characters(
    connected: Callable[..., Ehr], call: TelephoneEncounter
) -> None:
    ehr = connected(telephone=replace(DEFAULTS, characters=2000))
    assert ehr.desktop.create(replace(call, message="m" * 2000)).remote_id


@pytest.mark.parametrize("kind", ["lost_response", "reset", "cut", "html"])
def test_a_lost_answer_is_settled_by_reading_back(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter, kind: str
) -> None:
    sandbox.control.fault("fhir.write", kind, times=1)
    with pytest.raises(InDoubt):
        ehr.desktop.create(call)
    found = ehr.desktop.find(call)
    assert len(sandbox.control.ledger()) == (1 if found else 0)


@pytest.mark.parametrize(
    "text", ["{}", '{"entry": []}', '{"entry": [{"response": {"status": "201 Created"}}]}']
)
def test_a_success_without_ecws_code_is_in_doubt(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter, text: str
) -> None:
    content_type = "application/fhir+json"
    sandbox.control.fault("fhir.write", "body", text=text, content_type=content_type, times=1)
    with pytest.raises(InDoubt):
        ehr.desktop.create(call)


def test_an_outage_before_the_write_is_no_doubt(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter
) -> None:
    sandbox.control.fault("fhir.search", "outage", times=1)
    with pytest.raises(Unreachable):
        ehr.desktop.create(call)
    assert sandbox.control.calls("fhir.write") == []


def test_a_write_without_contract_waits_for_an_administrator(
    sandbox: Running, ehr: Ehr, call: TelephoneEncounter
) -> None:
    ehr.directory.places()
    sandbox.control.configure(write_contract=False)
    with pytest.raises(NeedsAuthorization):
        ehr.desktop.create(call)


def test_a_practice_that_set_nothing_up_is_told_so(
    connected: Callable[..., Ehr], call: TelephoneEncounter
) -> None:
    with pytest.raises(NeedsAuthorization, match="not set up"):
        connected(telephone=None).desktop.create(call)


def test_times_are_the_practices_own_with_offset_and_no_seconds() -> None:
    summer = datetime(2026, 7, 1, 16, 30, 59, tzinfo=UTC)
    winter = summer + timedelta(days=180)
    zone = ZoneInfo("America/New_York")
    assert local_minute(summer, zone) == "2026-07-01T12:30:00-04:00"
    assert local_minute(winter, zone).endswith("T11:30:00-05:00")


def test_an_encounter_late_in_the_practices_day_is_found_on_that_day(
    ehr: Ehr, call: TelephoneEncounter
) -> None:
    late = datetime.now(ZoneInfo("America/New_York")).replace(hour=22) - timedelta(days=2)
    evening = replace(call, at=late.astimezone(UTC))
    ehr.desktop.create(evening)
    assert ehr.desktop.find(evening) is not None


def test_the_same_code_reads_differently_on_each_channel() -> None:
    assert "same drug family" in in_words("2027", Channel.FHIR_WRITEBACK)
    assert "drug list" in in_words("2027", Channel.HL7)
    assert "does not know (code 999)" in in_words("999", Channel.HL7)
