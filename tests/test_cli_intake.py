"""What an operator sees of forms: their fields as JSON, and how rightly they are read."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from cli import main
from services.documents.reading import is_ocr_available
from services.errors import Misconfigured
from services.evaluation import intake
from services.evaluation.intake_engine import claude
from services.evaluation.intake_scores import Verdict, tallies, verdicts
from services.settings import Settings
from services.workflows.intake.fields import Field, Source
from tests.needs import needs_ocr

SAMPLES = Path(intake.__file__).with_name("intake_samples")
CARDIOLOGY = Path(__file__).parent / "services/workflows/intake/samples/cardiology.json"
RECORD = CARDIOLOGY.with_name("transfer_summary.xml")


def foyer(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def extracted(*arguments: object) -> list[dict[str, Any]]:
    result = foyer("intake", "extract", *arguments)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def values(fields: list[dict[str, Any]]) -> dict[str, str]:
    return {field["field"]: field["value"] for field in fields}


@pytest.mark.parametrize("file", ["jane.docx", "jane.pdf"])
def test_a_form_in_either_format(file: str) -> None:
    assert values(extracted(SAMPLES / file)) == {
        "demographics.last_name": "Doe", "demographics.first_name": "Jane",
        "demographics.dob": "1985-01-16", "demographics.sex": "female",
        "demographics.address": "123 Main St", "demographics.city": "Springfield",
        "demographics.state": "IL", "demographics.zip": "62701",
    }  # fmt: skip


def test_each_field_has_value_confidence_and_source() -> None:
    fields = extracted(SAMPLES / "emily.pdf")
    for field in fields:
        assert set(field) - {"reason"} == {"field", "value", "confidence", "source"}
        assert ("reason" in field) is (field["value"] is None)
    [dob] = [field for field in fields if field["field"] == "demographics.dob"]
    assert dob["source"]["page"] == 1
    assert len(dob["source"]["box"]) == 4


def test_only_the_promised_names_unless_all_are_asked_for() -> None:
    assert "hpi" not in values(extracted(SAMPLES / "emily.pdf"))
    assert "hpi" in values(extracted(SAMPLES / "emily.pdf", "--all"))


def test_a_questionnaire_response() -> None:
    found = values(extracted(CARDIOLOGY))
    assert found["demographics.last_name"] == "Santos"
    assert found["allergies.no_known"] == "true"


def test_a_record_of_another_practice() -> None:
    assert values(extracted(RECORD))["coverage[0].payer"] == "Good Health Insurance"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("broken.json", b'{"resourceType": "QuestionnaireResponse", CANARY'),
        ("list.json", b'{"resourceType": "Bundle", "id": "CANARY"}'),
        ("unknown.bin", b"CANARY" * 9),
        ("broken.xml", b"<ClinicalDocument xmlns='urn:hl7-org:v3'><CANARY"),
    ],
)
def test_a_bad_file_ends_in_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    result = foyer("intake", "extract", tmp_path / name)
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "CANARY" not in result.output


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = foyer("intake", "extract", tmp_path / "no.pdf")
    assert (result.exit_code, result.stderr) == (1, "foyer: This file cannot be opened.\n")


def test_claude_needs_its_key() -> None:
    with pytest.raises(Misconfigured, match="anthropic_api_key"):
        claude(Settings(anthropic_api_key=SecretStr("")))


def test_the_evaluation_prints_a_table_for_each_form() -> None:
    result = foyer("eval", "intake")
    assert result.exit_code == 0
    assert "emily.pdf" in result.stdout
    assert "check-in forms of the sandbox" in result.stdout
    assert ("emily_scan.pdf" in result.stdout) is is_ocr_available()


def test_the_shipped_forms_are_read_without_a_wrong_certain_value() -> None:
    counted = tallies(pair for _, pair in intake.labelled())
    assert sum(tally.count(Verdict.WRONG_AND_CERTAIN) for tally in counted) == 0
    assert all(tally.recall.rate > 0.9 for tally in counted)


@needs_ocr
def test_no_card_is_read_wrong_for_certain() -> None:
    counted = tallies(intake.of_cards())
    assert sum(tally.count(Verdict.WRONG_AND_CERTAIN) for tally in counted) == 0
    assert sum(tally.count(Verdict.RIGHT) for tally in counted) > 10


@needs_ocr
def test_a_photographed_card_prints_its_fields() -> None:
    result = foyer("intake", "extract", intake.CARDS / "humana.jpg")
    told = {one["field"]: one for one in json.loads(result.stdout)}
    assert told["coverage[0].payer"]["value"] == "Humana"
    assert told["coverage[0].payer"]["source"]["page"] == 1
    assert all(one["reason"] for one in told.values() if one["value"] is None)


def test_no_answer_of_anothers_form_is_lost_in_the_evaluation() -> None:
    guests = list(intake.of_others(rounds=3))
    assert all(one.held == len(one.answers) for one in guests)
    first = guests[0]
    assert replace(first, pair=(first.pair[0], ())).held == 0  # the control: nothing read


def test_a_wrong_certain_value_weighs_twice() -> None:
    """The negative control of the scores."""
    truth = {"demographics.dob": "1971-04-09", "demographics.city": "Salem", "hpi": None}
    found = [
        _field("demographics.dob", "1972-04-09", 0.9),
        _field("demographics.city", "Quincy", 0.5),
        _field("demographics.zip", "01970", 0.9),
        _field("hpi", None, 0.0),
    ]
    assert [verdict for _, verdict in verdicts(truth, found)] == [
        Verdict.WRONG_AND_CERTAIN, Verdict.WRONG, Verdict.RIGHTLY_EMPTY, Verdict.WRONG_AND_CERTAIN,
    ]  # fmt: skip
    assert sum(tally.score for tally in tallies([(truth, found)])) == -4


def test_lists_match_in_any_order() -> None:
    truth = {"allergies[0].substance": "Latex", "allergies[1].substance": "Penicillin"}
    found = [
        _field("allergies[0].substance", "penicillin", 1),
        _field("allergies[1].substance", "latex", 1),
    ]
    assert {verdict for _, verdict in verdicts(truth, found)} == {Verdict.RIGHT}


def _field(path: str, value: str | None, confidence: float) -> Field:
    return Field(path, value, confidence, Source())
