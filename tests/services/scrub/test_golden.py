"""The claims of another project's scrubber: what they are described to hold is found, and no more.

Its claims leave out what every X12 claim has (payer, patient, charges, an NPI that it leaves empty on
clean claims too); those are filled in with what is right.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.ehr.x12.claim import Claim
from services.scrub import Severity, scrub
from tests.services.scrub.builder import KNOWN, claim, coverage, line

CLAIMS = json.loads((Path(__file__).parent / "golden/sample_claims.json").read_text())
HELD = {
    "CLM-001": {"ncci-pair"},  # 80048 beside 80053
    "CLM-002": set(),  # described as clean
    "CLM-003": {"ncci-pair"},  # described as bundling only
    "CLM-004": set(),  # diagnosis mismatch only: it warns
    "CLM-005": set(),  # described as clean, with a concern about coverage
}
WARNED = {
    "CLM-001": {"preventive-diagnosis"},
    "CLM-002": set(),
    "CLM-003": set(),
    "CLM-004": {"preventive-diagnosis"},
    "CLM-005": {"mue-zero"},  # Medicare pays no 99395
}


def typed(sample: dict[str, Any]) -> Claim:
    indicator = "MB" if sample["payer"].startswith("Medicare") else "CI"
    lines = [
        line(code, *sample["modifiers"], units=Decimal(sample["units"][code]), place=sample["place_of_service"])
        for code in sample["cpt_codes"]
    ]  # fmt: skip
    known = coverage(filing_indicator=indicator)
    codes = tuple(sample["icd10_codes"])
    return claim(*lines, codes=codes, claim_id=sample["claim_id"], coverage=known)


@pytest.mark.parametrize("sample", CLAIMS, ids=lambda sample: sample["claim_id"])
@pytest.mark.parametrize(("severity", "expected"), [(Severity.HOLD, HELD), (Severity.WARN, WARNED)])
def test_the_described_findings_and_no_others(
    sample: dict[str, Any], severity: Severity, expected: dict[str, set[str]]
) -> None:
    findings = scrub(typed(sample), KNOWN)
    assert {f.rule for f in findings if f.severity is severity} == expected[sample["claim_id"]]
