"""A note as PDF and as C-CDA: the same bytes each time, readable again, and honest about what it cannot hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.documents import ccda as ccda_reader
from services.documents.pages import Kind
from services.documents.reading import read
from services.ehr import note_ccda, note_paper, note_pdf
from services.ehr.note_compare import letters, require_same
from services.ehr.notebook import NoteSection, NoteWrite
from services.ehr.ports import Ehr
from services.errors import Refused, Unreachable

V3 = "{urn:hl7-org:v3}"
NOTE = NoteWrite(
    kind="note_ccda",
    patient_ref="Patient/p.103",
    mrn="MRN-103",
    family="O'Sample <&>",
    given="Zo\u00eb",
    birth_date="1982-04-17",
    sex="female",
    encounter_ref="Encounter/en.1",
    visit_at=datetime(2026, 3, 2, 14, 0, tzinfo=UTC),
    provider_ref="Practitioner/pr.3",
    provider_npi="2990000038",
    provider_family="Example",
    provider_given="Cora",
    location_ref="Location/l.1",
    sections=(
        NoteSection("chief_complaint", "CC", "Chief Complaint", "L", "Knee pain"),
        NoteSection("hpi", "HPI", "HPI", "L", "Two days.\n\n  No fever; <38 \u00b0C & falling."),
        NoteSection("social", "SOC", "Social", "L", "Runs."),
        NoteSection("plan", "PLAN", "Plan", "L", "Rest."),
    ),
    at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
    delivery_id="0b7cf4a2-61cf-4a5e-9f3f-000000000001",
)


def saying(text: str) -> NoteWrite:
    return replace(NOTE, sections=(replace(NOTE.sections[1], text=text), NOTE.sections[3]))


def on_paper(note: NoteWrite) -> dict[str, str]:
    paper = read(note_paper.pdf(note))
    lines = (line.text for page in paper.pages for line in page.lines)
    return {code: text for _, code, text in note_pdf.sections_in(lines)}


def test_the_same_note_is_the_same_bytes() -> None:
    assert note_paper.pdf(NOTE) == note_paper.pdf(NOTE)
    assert note_ccda.ccda(NOTE) == note_ccda.ccda(NOTE)
    later = replace(NOTE, at=datetime(2026, 3, 2, 15, 1, tzinfo=UTC))
    assert note_paper.pdf(NOTE) != note_paper.pdf(later)
    assert note_ccda.ccda(NOTE) != note_ccda.ccda(later)


def test_a_long_note_is_read_back_from_several_pages() -> None:
    long = "well-known self-limited over-the-counter non-steroidal\n- anti-inflammatory\n" * 60
    note = saying(long + "x" * 300)
    paper = read(note_paper.pdf(note))
    assert len(paper.pages) > 1
    require_same(note, on_paper(note), lambda text: letters(note_pdf.printed(text)))


def test_the_pages_say_whose_they_are() -> None:
    paper = read(note_paper.pdf(saying("Line.\n" * 90)))
    for page in paper.pages:
        assert f"MRN MRN-103, visit 2026-03-02, page {page.number}" in page.lines[-1].text
    assert "draft for signature" in paper.pages[0].lines[0].text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SpO\u2082 98 %", "SpO2 98 %"),
        ("\u2265 3 \u2192 stop", ">= 3 -> stop"),
        ("\u201cfine\u201d \u2014 she\u2019d say", '"fine" - she\'d say'),
        ("Ji\u0159\u00ed \u0141", "Jir\u00ed L"),
        ("5 \u03bcg", "5 \u00b5g"),
    ],
)
def test_signs_that_mean_the_same_are_printed_for_those_the_font_lacks(
    text: str, shown: str
) -> None:
    assert on_paper(saying(text))["HPI"] == shown


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("10\u2075 cells", "SUPERSCRIPT FIVE"),  # printed as 105 it would be another number
        ("\u2153 dose", "VULGAR FRACTION ONE THIRD"),
        ("\u75db\u3044", "CJK UNIFIED IDEOGRAPH-75DB"),
        ("\U0001f915", "FACE WITH HEAD-BANDAGE"),
        ("a\x07b", r"U\+0007"),
        ("\ud800", r"U\+D800"),
        ("a\u202eb", "RIGHT-TO-LEFT OVERRIDE"),
    ],
)
def test_what_cannot_be_printed_is_named_with_its_section(text: str, named: str) -> None:
    with pytest.raises(Refused, match=f"^HPI has a character .*{named}") as refused:
        note_paper.pdf(saying(text))
    assert refused.value.code == "108"


@pytest.mark.parametrize("sign", ["\u00a7", "\u00b6"])
def test_a_line_that_looks_like_a_heading_is_refused_and_not_misread(sign: str) -> None:
    with pytest.raises(Refused, match="HPI has a line that begins like a heading"):
        note_paper.pdf(saying(f"Fine.\n{sign} Plan (PLAN)\nSurgery"))
    assert "PLAN" in on_paper(saying(f"Fine. {sign} Plan (PLAN)"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text())
def test_no_text_breaks_the_paper_or_the_record(text: str) -> None:
    note = saying(text)
    for make in (note_paper.pdf, note_ccda.ccda):
        assert outcome_of(make, note) in ("made", "108")


def outcome_of(make: Callable[[NoteWrite], bytes], note: NoteWrite) -> str | None:
    try:
        return "made" if make(note) else "empty"
    except Refused as refused:
        return refused.code


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_any_text_comes_back_from_the_record_as_it_was(text: str) -> None:
    note = saying(text)
    require_same(note, {s.code: s.text for s in note_ccda.sections_in(note_ccda.ccda(note))})


def test_the_record_is_a_c_cda_progress_note() -> None:
    body = note_ccda.ccda(NOTE)
    assert ccda_reader.read(body).kind is Kind.CCDA
    root = ElementTree.fromstring(body)
    assert [t.get("root") for t in root.findall(f"{V3}templateId")] == [
        "2.16.840.1.113883.10.20.22.1.1",
        "2.16.840.1.113883.10.20.22.1.9",
    ]
    coded = [s.find(f"{V3}code") for s in root.iter(f"{V3}section")]
    assert [c.get("code") for c in coded if c is not None] == [
        "10154-3", "10164-2", "48767-8", "18776-5",
    ]  # fmt: skip
    assert all(s.find(f"{V3}title") is not None for s in root.iter(f"{V3}section"))
    assert root.find(f".//{V3}patient/{V3}name/{V3}family").text == "O'Sample <&>"
    assert [(s.key, s.code, s.title, s.text) for s in note_ccda.sections_in(body)] == [
        (s.key, s.code, s.title, s.text) for s in NOTE.sections
    ]


def test_what_xml_cannot_hold_is_named_with_its_section() -> None:
    with pytest.raises(Refused, match="HPI has a control character"):
        note_ccda.ccda(saying("a\x00b"))


@pytest.mark.parametrize(
    "body", [b"", b"<x", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"\xff\xfe\x00"]
)
def test_a_damaged_record_is_not_called_the_note(body: bytes) -> None:
    with pytest.raises(Refused, match="cannot be read back"):
        note_ccda.sections_in(body)


@pytest.fixture
def folder_ehr(connected: Callable[..., Ehr], tmp_path: Path) -> Ehr:
    return connected(ccda_folder=str(tmp_path))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_resend_adds_no_file_and_changes_none(folder_ehr: Ehr, tmp_path: Path) -> None:
    first = folder_ehr.notebook.write(NOTE)
    [name] = names(tmp_path)
    assert name == f"{NOTE.delivery_id}.xml" == first.remote_id
    written = (tmp_path / name).stat().st_mtime_ns
    assert folder_ehr.notebook.write(NOTE) == first
    assert names(tmp_path) == [name]
    assert (tmp_path / name).stat().st_mtime_ns == written
    assert "person has to look" in first.detail


def test_a_file_that_the_import_took_is_not_put_there_again(
    folder_ehr: Ehr, tmp_path: Path
) -> None:
    folder_ehr.notebook.write(NOTE)
    (tmp_path / f"{NOTE.delivery_id}.xml").unlink()
    found = folder_ehr.notebook.find(NOTE)
    assert found is not None
    assert "taken away" in found.detail
    assert "taken away" in folder_ehr.notebook.write(NOTE).detail
    assert names(tmp_path) == []


def test_a_worker_that_died_before_the_name_leaves_nothing_to_import(
    folder_ehr: Ehr, tmp_path: Path
) -> None:
    (tmp_path / ".foyer").mkdir()
    (tmp_path / ".foyer" / f"{NOTE.delivery_id}.xml.1.new").write_bytes(b"<half")
    assert folder_ehr.notebook.find(NOTE) is None
    folder_ehr.notebook.write(NOTE)
    assert names(tmp_path) == [f"{NOTE.delivery_id}.xml"]
    assert folder_ehr.notebook.find(NOTE) is not None


def test_a_changed_file_is_not_called_the_note(folder_ehr: Ehr, tmp_path: Path) -> None:
    folder_ehr.notebook.write(NOTE)
    path = tmp_path / f"{NOTE.delivery_id}.xml"
    path.write_bytes(path.read_bytes().replace(b"Rest.", b"Run!"))
    with pytest.raises(Refused, match="Plan reads otherwise"):
        folder_ehr.notebook.find(NOTE)


def test_a_folder_that_is_gone_is_tried_again_later(
    connected: Callable[..., Ehr], tmp_path: Path
) -> None:
    gone = connected(ccda_folder=str(tmp_path / "gone"))
    with pytest.raises(Unreachable, match="folder for C-CDA files"):
        gone.notebook.write(NOTE)


@pytest.mark.parametrize("delivery", ["../escape", "", "a/b", "a.b\n"])
def test_a_number_that_is_no_file_name_writes_nothing(
    folder_ehr: Ehr, tmp_path: Path, delivery: str
) -> None:
    with pytest.raises(Refused, match="no usable number"):
        folder_ehr.notebook.write(replace(NOTE, delivery_id=delivery))
    assert list(tmp_path.iterdir()) == []
