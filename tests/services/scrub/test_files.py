"""``foyer claims scrub``: one JSON object a claim, a summary, and an exit code that a script can use."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from services.ehr.x12.claim import Claim
from services.ehr.x12.claim_writer import write_claims
from services.ehr.x12.writing import Submission
from tests.services.scrub.builder import claim, line

SUBMISSION = Submission(
    "HARBOR", "CLEARING", 1, datetime(2021, 4, 1, 8, tzinfo=UTC), "Harbor Family Medicine"
)
FIELDS = {"rule", "severity", "field", "line", "value", "sentence", "fix", "source"}


def written(folder: Path, *claims: Claim, name: str = "batch.837") -> Path:
    path = folder / name
    path.write_bytes(write_claims(claims, SUBMISSION))
    return path


def run(*paths: Path) -> Result:
    return CliRunner().invoke(main, ["claims", "scrub", *map(str, paths)])


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(row) for row in result.stdout.splitlines()]


def test_a_clean_file_exits_0(tmp_path: Path) -> None:
    path = written(tmp_path, claim())
    result = run(path)
    told, summary = rows(result)
    assert result.exit_code == 0
    assert told == {"file": str(path), "claim_id": "C1001", "holds": False, "findings": []}
    assert summary == {"file": str(path), "summary": True, "claims": 1, "held": 0, "findings": 0}


def test_a_held_claim_exits_1_and_names_field_value_and_fix(tmp_path: Path) -> None:
    result = run(written(tmp_path, claim(line("80053", units=Decimal(3)))))
    told, summary = rows(result)
    assert result.exit_code == 1
    assert told["holds"] is True
    (finding,) = told["findings"]
    assert set(finding) == FIELDS
    assert (finding["rule"], finding["severity"], finding["field"]) == (
        "mue-units",
        "hold",
        "units",
    )
    assert (finding["line"], finding["value"]) == (1, "3")
    assert (summary["claims"], summary["held"], summary["findings"]) == (1, 1, 1)


def test_a_warning_alone_exits_0(tmp_path: Path) -> None:
    result = run(written(tmp_path, claim(codes=("Z0000",))))
    assert [f["severity"] for f in rows(result)[0]["findings"]] == ["warn"]
    assert result.exit_code == 0


def test_a_service_that_a_file_holds_twice_is_found(tmp_path: Path) -> None:
    again = claim(claim_id="C1002")
    result = run(written(tmp_path, claim(), again))
    first, second, _ = rows(result)
    assert first["findings"] == []
    assert [f["rule"] for f in second["findings"]] == ["duplicate"]


@pytest.mark.parametrize(
    ("what", "why"),
    [(b"Dear payer,", "not X12"), (b"", "not X12")],
    ids=["a letter", "nothing"],
)
def test_what_is_no_837p_exits_2_with_a_reason(tmp_path: Path, what: bytes, why: str) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(what)
    result = run(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_an_institutional_claim_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, claim())
    path.write_bytes(path.read_bytes().replace(b"005010X222A1", b"005010X223A2"))
    result = run(path)
    assert result.exit_code == 2
    assert "professional" in result.stderr


def test_nothing_is_told_of_a_file_that_breaks_off(tmp_path: Path) -> None:
    path = written(tmp_path, claim(), claim(claim_id="C1002"))
    path.write_bytes(path.read_bytes()[:-60])
    result = run(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "The file ends" in result.stderr


def test_a_missing_file_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    result = run(tmp_path / "gone.837", written(tmp_path, claim()))
    assert result.exit_code == 2
    assert "This file cannot be opened." in result.stderr
    assert rows(result)[0]["claim_id"] == "C1001"
