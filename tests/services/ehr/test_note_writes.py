"""A note reaches its visit once, as approved, by each road; or it is known that it did not."""

import base64
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.ehr import note_paper
from services.ehr.connection import Budget
from services.ehr.notebook import NoteWrite
from services.ehr.ports import Ehr, Receipt
from services.errors import InDoubt, NeedsAuthorization, Refused, Unreachable
from services.sandbox import Running
from tests.services.ehr.notes import note_for, with_text

OVER_THE_WIRE = ("note_document", "note_sections")
OPERATION = {"note_document": "fhir.write", "note_sections": "openapi.write"}


@pytest.fixture
def notebook(connected: Callable[..., Ehr], tmp_path: Path) -> Ehr:
    """The practice with a folder for C-CDA files."""
    return connected(ccda_folder=str(tmp_path))


def writes(sandbox: Running) -> list[str]:
    return [line["kind"] for line in sandbox.control.ledger()]


@pytest.mark.parametrize("kind", [*OVER_THE_WIRE, "note_ccda"])
def test_a_note_is_written_and_read_back(sandbox: Running, notebook: Ehr, kind: str) -> None:
    note = note_for(sandbox, kind)
    assert notebook.notebook.find(note) is None
    receipt = notebook.notebook.write(note)
    found = notebook.notebook.find(note)
    assert found is not None
    assert found.remote_id == receipt.remote_id


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_a_lost_answer_leaves_it_in_doubt_and_reading_back_finds_it(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.fault(OPERATION[kind], "lost_response", times=1)
    with pytest.raises(InDoubt):
        ehr.notebook.write(note)
    assert ehr.notebook.find(note) is not None
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_a_request_that_never_arrived_is_not_found(sandbox: Running, ehr: Ehr, kind: str) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.fault(OPERATION[kind], "outage", times=1)
    with pytest.raises(InDoubt):
        ehr.notebook.write(note)
    assert ehr.notebook.find(note) is None
    assert writes(sandbox) == []


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_a_token_that_ends_in_the_middle_is_renewed_and_the_note_sent_once(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.fault(OPERATION[kind], "expired_token", times=1)
    ehr.notebook.write(note)
    assert len(writes(sandbox)) == 1
    assert next(c["status"] for c in sandbox.control.calls(OPERATION[kind])) == 401


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_too_many_calls_is_not_sent_and_says_when_to_come_again(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.fault(OPERATION[kind], "status", code=429, retry_after=7, times=1)
    with pytest.raises(Unreachable) as waiting:
        ehr.notebook.write(note)
    assert waiting.value.retry_after is not None
    assert waiting.value.retry_after > timedelta(0)
    assert writes(sandbox) == []


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_a_write_that_ecw_drops_in_silence_is_not_found(
    sandbox: Running, ehr: Ehr, kind: str
) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.fault(OPERATION[kind], "silent_drop", times=1)
    ehr.notebook.write(note)
    assert ehr.notebook.find(note) is None


def test_one_section_dropped_in_silence_is_named(sandbox: Running, ehr: Ehr) -> None:
    note = note_for(sandbox, "note_sections")
    sandbox.control.fault("openapi.write", "silent_drop", section="PE", times=1)
    ehr.notebook.write(note)
    with pytest.raises(Refused, match="Examination is missing") as differs:
        ehr.notebook.find(note)
    assert differs.value.code == "differs"
    assert "knee" not in str(differs.value).lower()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"section": "HPI", "text": "No pain."}, "History of Present Illness reads otherwise"),
        ({"section": "PE", "under": "VITALS"}, "Examination is in another place"),
    ],
)
def test_a_section_that_reads_otherwise_or_lies_elsewhere_is_named(
    sandbox: Running, ehr: Ehr, fault: dict[str, str], words: str
) -> None:
    note = note_for(sandbox, "note_sections")
    ehr.notebook.write(note)
    sandbox.control.fault("openapi.sections", "misread", times=1, **fault)
    with pytest.raises(Refused, match=words):
        ehr.notebook.find(note)
    assert ehr.notebook.find(note) is not None  # the negative control: it was there all the time


def test_a_later_note_of_the_same_visit_is_another(sandbox: Running, ehr: Ehr) -> None:
    first = note_for(sandbox, "note_sections")
    second = with_text(replace(first, delivery_id="d-2"), "plan", "Rest only.")
    ehr.notebook.write(first)
    assert ehr.notebook.find(second) is None
    ehr.notebook.write(second)
    assert ehr.notebook.find(second) is not None


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_a_signed_visit_is_locked_and_staff_read_so(sandbox: Running, ehr: Ehr, kind: str) -> None:
    note = note_for(sandbox, kind)
    sandbox.control.at_visit(note.encounter_ref, "sign")
    with pytest.raises(Refused, match="locked in eCW") as refused:
        ehr.notebook.write(note)
    assert refused.value.code == "139"
    assert writes(sandbox) == []


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_another_patients_visit_is_refused_by_ecw(sandbox: Running, ehr: Ehr, kind: str) -> None:
    note = replace(note_for(sandbox, kind), patient_ref="Patient/p.104")
    with pytest.raises(Refused, match="another patient") as refused:
        ehr.notebook.write(note)
    assert refused.value.code == "123"


def test_a_section_of_another_locations_layout_is_refused_whole(sandbox: Running, ehr: Ehr) -> None:
    note = note_for(sandbox, "note_sections")
    wrong = (replace(note.sections[0], code="S10"), *note.sections[1:])
    with pytest.raises(Refused, match="no such section") as refused:
        ehr.notebook.write(replace(note, sections=wrong))
    assert refused.value.code == "301"
    assert ehr.notebook.find(note) is None


def test_a_section_ecw_cannot_store_is_named_before_anything_is_sent(
    sandbox: Running, ehr: Ehr
) -> None:
    note = with_text(note_for(sandbox, "note_sections"), "hpi", "Pain \U0001f915")
    with pytest.raises(Refused, match="History of Present Illness has 1 characters"):
        ehr.notebook.write(note)
    assert sandbox.control.calls("openapi.write") == []


def test_an_answer_about_another_visit_leaves_the_note_in_doubt(sandbox: Running, ehr: Ehr) -> None:
    note = note_for(sandbox, "note_sections")
    text = '{"encounter": "Encounter/en.other", "delivery": "x", "sections": []}'
    sandbox.control.fault("openapi.write", "body", text=text, code=201, times=1)
    with pytest.raises(InDoubt):
        ehr.notebook.write(note)


def test_the_document_is_a_draft_of_its_visit_with_our_number(sandbox: Running, ehr: Ehr) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    [stored] = sandbox.control.filed(note.encounter_ref)["documents"]
    assert ehr.notebook.write(note).remote_id != f"DocumentReference/{stored}"
    # Two writes are two documents at eCW, which has no idempotency key: hence the reading back.
    assert len(sandbox.control.filed(note.encounter_ref)["documents"]) == 2


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("plan", "Nothing.", "Treatment Plan reads otherwise"),
        ("hpi", "", "History of Present Illness"),
    ],
)
def test_a_document_that_reads_otherwise_is_not_called_verified(
    sandbox: Running, ehr: Ehr, key: str, text: str, words: str
) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    changed = with_text(note, key, text)
    if not text:
        changed = replace(note, sections=tuple(s for s in note.sections if s.key != key))
    data = base64.b64encode(note_paper.pdf(changed)).decode()
    other = f'{{"resourceType": "Binary", "data": "{data}"}}'
    sandbox.control.fault(
        "fhir.read", "body", text=other, content_type="application/fhir+json", times=1
    )
    with pytest.raises(Refused, match=words) as differs:
        ehr.notebook.find(note)
    assert differs.value.code == "differs"
    assert ehr.notebook.find(note) is not None


def test_a_document_printed_anew_with_the_same_words_is_the_note(
    sandbox: Running, ehr: Ehr
) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    later = note_paper.pdf(replace(note, at=note.at + timedelta(hours=1)))
    assert later != note_paper.pdf(note)
    other = f'{{"resourceType": "Binary", "data": "{base64.b64encode(later).decode()}"}}'
    sandbox.control.fault(
        "fhir.read", "body", text=other, content_type="application/fhir+json", times=1
    )
    assert ehr.notebook.find(note) is not None


@pytest.mark.parametrize("data", ["bm90IGEgcGRm", "%%%", ""])
def test_a_document_that_cannot_be_read_is_not_called_verified(
    sandbox: Running, ehr: Ehr, data: str
) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    body = f'{{"resourceType": "Binary", "data": "{data}"}}'
    sandbox.control.fault(
        "fhir.read", "body", text=body, content_type="application/fhir+json", times=1
    )
    with pytest.raises(Refused, match="cannot be read back"):
        ehr.notebook.find(note)


def test_a_road_that_is_not_open_says_so_and_sends_nothing(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    closed = connected(contract=frozenset())
    for kind in ("note_document", "note_sections", "note_ccda", "note_hl7", "note_fax"):
        with pytest.raises(NeedsAuthorization):
            closed.notebook.write(note_for(sandbox, kind))
    assert writes(sandbox) == []


@pytest.mark.parametrize("kind", ["note_document", "note_sections", "note_ccda"])
def test_an_empty_section_or_two_in_one_place_are_refused_before_sending(
    sandbox: Running, notebook: Ehr, kind: str
) -> None:
    note = note_for(sandbox, kind)
    for broken in (
        replace(note, sections=()),
        with_text(note, "hpi", " \n"),
        replace(note, sections=(note.sections[0], *note.sections)),
    ):
        with pytest.raises(Refused):
            notebook.notebook.write(broken)
    assert writes(sandbox) == []


@dataclass
class Courier:
    """Another room's HL7 channel, as far as this border sees it: it carries what it is given."""

    carried: list[NoteWrite] = field(default_factory=list)

    def write(self, note: NoteWrite) -> Receipt:
        self.carried.append(note)
        return Receipt("MSG-1")


def with_hl7(practice_ehr: Callable[..., Ehr], courier: Courier, **changes: object) -> Ehr:
    return practice_ehr(hl7=courier, hl7_address="mllp://127.0.0.1:2575", **changes)


def test_hl7_goes_through_the_channel_and_is_read_back_by_section(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    courier = Courier()
    ehr = with_hl7(connected, courier)
    note = note_for(sandbox, "note_hl7")
    assert ehr.notebook.write(note) == Receipt("MSG-1")
    assert courier.carried == [note]
    assert ehr.notebook.find(note) is None  # this courier delivers nothing
    ehr.notebook.write(replace(note, kind="note_sections"))  # as the receiver would have filed it
    assert ehr.notebook.find(note) is not None
    sandbox.control.fault("openapi.sections", "misread", section="PE", under="ROS", times=1)
    with pytest.raises(Refused, match="Examination is in another place"):
        ehr.notebook.find(note)


def test_hl7_without_the_open_api_is_read_back_from_the_progress_note(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    writer = connected()
    ehr = with_hl7(connected, Courier(), openapi_base=None)
    note = note_for(sandbox, "note_hl7")
    assert ehr.notebook.find(note) is None
    writer.notebook.write(replace(note, kind="note_sections"))
    assert ehr.notebook.find(note) is not None
    with pytest.raises(Refused, match="Treatment Plan reads otherwise"):
        ehr.notebook.find(with_text(note, "plan", "Nothing."))


def test_without_a_channel_hl7_needs_to_be_set_up(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ehr = connected(hl7=None)
    with pytest.raises(NeedsAuthorization, match="HL7"):
        ehr.notebook.write(note_for(sandbox, "note_hl7"))


def test_fifty_notes_at_once_while_tokens_end_are_each_filed_once_in_their_own_visit(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ehr = connected(budget=Budget(total=10_000, sync=9_000, interactive=500))
    kinds = itertools.cycle(OVER_THE_WIRE)
    notes = [
        with_text(
            note_for(sandbox, kind, delivery_id=f"d-{number}"), "plan", f"Plan number {number}."
        )
        for number, kind in zip(range(50), kinds, strict=False)
    ]
    # Tokens that end after a second although a long life was announced: each 401 is a surprise.
    sandbox.control.configure(rate_limit=10_000, token_seconds=1, expires_in=300)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ehr.notebook.write, notes))
    assert sorted(line["client_ref"] for line in sandbox.control.ledger()) == sorted(
        note.delivery_id for note in notes
    )
    time.sleep(1.1)  # a quick machine may have written them all within one token's life
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ehr.notebook.find, notes))
    assert all(found)
    assert 401 in {call["status"] for call in sandbox.control.calls()}
    for note in notes:
        filed = sandbox.control.filed(note.encounter_ref)
        if note.kind == "note_sections":
            plan = next(s for s in note.sections if s.key == "plan")
            assert filed["sections"][plan.code]["text"] == plan.text
        else:
            assert len(filed["documents"]) == 1


def test_a_document_that_lies_with_another_visit_is_not_called_verified(
    sandbox: Running, ehr: Ehr
) -> None:
    note = note_for(sandbox, "note_document")
    ehr.notebook.write(note)
    with pytest.raises(Refused, match="another patient or visit") as differs:
        ehr.notebook.find(replace(note, encounter_ref="Encounter/en.other"))
    assert differs.value.code == "differs"
