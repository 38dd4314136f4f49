"""C-CDA records from elsewhere: what they code is read, what they deny or do not know is not."""

import re
from pathlib import Path

import pytest

from services.documents.pages import Document, Kind
from services.errors import Invalid
from services.workflows.intake.extract import extract
from tests.services.workflows.intake.paper import TODAY, read

SAMPLES = Path(__file__).with_name("samples")
SPACES = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def record(xml: str) -> Document:
    return Document(Kind.CCDA, "synthetic", "C-CDA", xml=xml)


def section(name: str) -> Document:
    """One of HL7's example sections in a record of its own."""
    text = (SAMPLES / f"{name}.xml").read_text(encoding="utf-8-sig")
    body = re.sub(r"<\?xml.*?\?>", "", text)
    inside = f"<structuredBody><component>{body}</component></structuredBody>"
    return record(f"<ClinicalDocument {SPACES}><component>{inside}</component></ClinicalDocument>")


def found(document: Document) -> dict[str, str | None]:
    return {path: field.value for path, field in read(document).items()}


def test_a_transfer_summary() -> None:
    fields = found(record((SAMPLES / "transfer_summary.xml").read_text(encoding="utf-8-sig")))
    assert fields["demographics.last_name"] == "Betterhalf"
    assert fields["demographics.dob"] == "1945-05-01"
    assert fields["demographics.phone"] == "5555552003"
    assert fields["coverage[0].member_id"] == "1138345"
    assert fields["allergies[1].substance"] == "codeine"
    assert fields["medications[1].name"] == "atenolol"
    assert fields["medications[1].dose"] == "25 mg"
    assert fields["family_history[0].condition"] == "Myocardial infarction"


def test_an_allergy_with_its_reaction() -> None:
    fields = found(section("penicillin"))
    assert fields["allergies[0].substance"] == "penicillin G"
    assert fields["allergies[0].reaction"] == "Anaphylaxis"


def test_a_medicine_with_dose_and_frequency() -> None:
    assert found(section("ibuprofen")) == {
        "medications[0].name": "ibuprofen",
        "medications[0].dose": "600 mg",
        "medications[0].frequency": "every 6 hours as needed",
    }


def test_no_known_allergies() -> None:
    assert found(section("no_known_allergies")) == {"allergies.no_known": "true"}


def test_no_medicines() -> None:
    assert found(section("no_medications")) == {"medications.none": "true"}


def test_no_drug_allergies_are_not_no_allergies() -> None:
    field = read(section("no_known_medication_allergies"))["allergies.no_known"]
    assert field.value is None
    assert "drug allergies only" in field.reason


def test_no_information_is_not_no_allergies() -> None:
    field = read(section("no_information_on_allergies"))["allergies.no_known"]
    assert field.value is None
    assert field.reason


@pytest.mark.parametrize("name", ["not_allergic_to_peanuts", "no_diabetes", "resolved_problem"])
def test_what_is_denied_or_over_is_left_out(name: str) -> None:
    assert found(section(name)) == {}


def test_an_active_problem_is_there() -> None:
    """The negative control of the one above."""
    assert found(section("active_problem")) == {"problems[0]": "Community acquired pneumonia"}


@pytest.mark.parametrize(
    "xml",
    [
        "<ClinicalDocument xmlns='urn:hl7-org:v3'><component>",
        "<other/>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        "<ClinicalDocument xmlns='urn:hl7-org:v3'>&e;</ClinicalDocument>",
    ],
)
def test_damaged_records_are_refused_in_a_sentence(xml: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        extract(record(xml), TODAY)
