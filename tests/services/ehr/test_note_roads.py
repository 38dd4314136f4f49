"""Which roads of notes a practice has follows from its settings, its permissions and its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.ehr.codes import Channel, in_words
from services.ehr.connection import PracticeConnection
from services.ehr.ports import Ehr, Road
from services.errors import Misconfigured
from services.sandbox import Running
from services.settings import PracticeSettings, Settings
from services.settings_faults import faults_of
from services.wiring import NOTE_WRITES, READ_SCOPES, connection_of
from tests.services.ehr.conftest import SCOPES, Courier

NOTES = {Road.VISIT_TRANSCRIPTS, *NOTE_WRITES.values()}


@pytest.fixture
def settings_with(practice: PracticeConnection, tmp_path: Path) -> Callable[..., PracticeSettings]:
    key = tmp_path / "key.pem"
    key.write_text(practice.private_key_pem)

    def made(**changes: Any) -> PracticeSettings:
        given = {
            "code": practice.code,
            "name": "Sample Practice",
            "fhir_base": practice.fhir_base,
            "client_id": practice.client_id,
            "private_key_file": key,
            "key_id": practice.key_id,
        }
        return PracticeSettings(**given | changes)

    return made


def reasons(ehr: Ehr) -> dict[Road, str]:
    found = {c.road: c for c in ehr.roads.capabilities()}
    return {road: "" if found[road].able else found[road].reason for road in NOTES}


def test_with_everything_set_up_every_road_is_open(
    connected: Callable[..., Ehr], tmp_path: Path
) -> None:
    ehr = connected(ccda_folder=str(tmp_path), hl7=Courier(), hl7_address="mllp://127.0.0.1:2575")
    assert reasons(ehr) == dict.fromkeys(NOTES, "")


@pytest.mark.parametrize(
    ("changes", "road", "why"),
    [
        ({"contract": frozenset()}, Road.VISIT_TRANSCRIPTS, "can be uploaded"),
        ({"contract": frozenset()}, Road.NOTE_DOCUMENT, "no contract"),
        ({"contract": frozenset()}, Road.NOTE_SECTIONS, "no contract"),
        ({"contract": frozenset()}, Road.NOTE_HL7, "not switched on"),
        ({"contract": frozenset()}, Road.NOTE_CCDA, "not switched on"),
        ({"openapi_base": None}, Road.VISIT_TRANSCRIPTS, "Open API is not set up"),
        ({"openapi_base": None}, Road.NOTE_SECTIONS, "Open API is not set up"),
        ({"ccda_folder": ""}, Road.NOTE_CCDA, "does not exist"),
        ({"ccda_folder": "/nowhere/at/all"}, Road.NOTE_CCDA, "does not exist"),
        ({"hl7": None}, Road.NOTE_HL7, "receiver is not set up"),
        ({"hl7_address": ""}, Road.NOTE_HL7, "receiver is not set up"),
        ({"without": "DocumentReference.create"}, Road.NOTE_DOCUMENT, "to write documents"),
        ({"without": "DocumentReference.read"}, Road.NOTE_DOCUMENT, "nobody could check"),
        ({"without": "Binary.read"}, Road.NOTE_DOCUMENT, "nobody could check"),
        ({"without": "Encounter.create"}, Road.NOTE_SECTIONS, "to write encounters"),
        ({"without": "Encounter.read"}, Road.VISIT_TRANSCRIPTS, "to read encounters"),
        ({"without": "Binary.read", "openapi_base": None}, Road.NOTE_HL7, "nobody could check"),
    ],
)
def test_a_closed_road_says_why(
    connected: Callable[..., Ehr], tmp_path: Path, changes: dict[str, Any], road: Road, why: str
) -> None:
    all_set = {
        "ccda_folder": str(tmp_path), "hl7": Courier(), "hl7_address": "mllp://127.0.0.1:2575",
    }  # fmt: skip
    left_out = f"system/{changes.get('without')}"
    kept = {name: value for name, value in changes.items() if name != "without"}
    scopes = tuple(scope for scope in SCOPES if scope != left_out)
    assert why in reasons(connected(**all_set | kept, scopes=scopes))[road]


@pytest.mark.parametrize("way", NOTE_WRITES)
def test_each_way_opens_its_road_and_asks_only_what_it_needs(
    sandbox: Running,
    settings_with: Callable[..., PracticeSettings],
    connected: Callable[..., Ehr],
    tmp_path: Path,
    way: str,
) -> None:
    made = connection_of(
        settings_with(
            note_writes=[way],
            openapi_base=sandbox.openapi(),
            hl7_address="mllp://127.0.0.1:2575",
            ccda_folder=str(tmp_path),
        ),
        Settings(),
    )
    assert made.contract == {NOTE_WRITES[way]}
    created = {scope for scope in made.scopes if scope.endswith(".create")}
    assert created == {
        "document": {"system/DocumentReference.create"},
        "sections": {"system/Encounter.create"},
    }.get(way, set())
    ehr = connected(
        scopes=made.scopes, contract=made.contract, hl7=Courier(),
        ccda_folder=made.ccda_folder, hl7_address=made.hl7_address,
    )  # fmt: skip
    assert [road for road, why in reasons(ehr).items() if not why] == [NOTE_WRITES[way]]


def test_a_practice_without_notes_asks_for_nothing_more(
    settings_with: Callable[..., PracticeSettings],
) -> None:
    made = connection_of(settings_with(), Settings())
    assert made.scopes == READ_SCOPES
    assert not made.contract & NOTES
    with pytest.raises(ValidationError):
        settings_with(note_writes=["fax"])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"transcripts": True}, "transcripts needs openapi_base."),
        ({"note_writes": ["sections"]}, "note_writes sections needs openapi_base."),
        ({"note_writes": ["hl7"]}, "note_writes hl7 needs hl7_address."),
        ({"note_writes": ["ccda"]}, "note_writes ccda needs ccda_folder."),
        ({"openapi_base": "http://ecw.example.org/v1"}, "openapi_base is not an https:// address."),
        ({"hl7_address": "mllp://ecw.example.org:2575"}, "hl7_address is not mllps://"),
        ({"hl7_address": "mllps://ecw.example.org"}, "hl7_address is not mllps://"),
        ({"hl7_address": "mllps://ecw.example.org:x"}, "hl7_address is not mllps://"),
        ({"hl7_address": "127.0.0.1:2575"}, "hl7_address is not mllps://"),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    settings_with: Callable[..., PracticeSettings], changes: dict[str, Any], fault: str
) -> None:
    good = {
        "openapi_base": "https://ecw.example.org/openapi/v1/X",
        "hl7_address": "mllps://ecw.example.org:2575",
    }
    wrong = list(faults_of(Settings(practice=(settings_with(**changes),))))
    assert any(fault in one for one in wrong)
    assert not [f for f in faults_of(Settings(practice=(settings_with(**good),))) if "hl7" in f]


def test_the_open_apis_address_must_be_protected(connected: Callable[..., Ehr]) -> None:
    with pytest.raises(Misconfigured, match="the Open API's address"):
        connected(openapi_base="http://ecw.example.org/openapi/v1/FEIGDM")


def test_the_same_number_means_another_thing_on_another_channel() -> None:
    said = {channel: in_words("301", channel) for channel in Channel}
    assert len(set(said.values())) == len(Channel)
    assert "layout" in said[Channel.OPEN_API]
