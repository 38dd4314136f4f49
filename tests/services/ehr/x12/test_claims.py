"""What was billed: read from professional and institutional claims of either version."""

from datetime import date
from decimal import Decimal

import pytest

from services.ehr.x12 import X12Fault
from services.ehr.x12.claim import Claim, Diagnosis, Drug
from services.ehr.x12.rows import Dated, Reference
from tests.x12_files import interchange, read, sample

LEVELS = [
    "BHT*0019*00*1*20260302*0900*CH", "HL*1**20*1", "PRV*BI*PXC*207Q00000X",
    "NM1*85*2*A PRACTICE*****XX*1234567893", "N3*1 MAIN ST", "N4*AUSTIN*TX*78701",
    "HL*2*1*22*0", "SBR*P*18*G1**MC****CI", "NM1*IL*1*BENNETT*RUTH****MI*M1",
    "NM1*PR*2*A PAYER*****PI*12345",
]  # fmt: skip
CLAIM = ["CLM*C1*100***11:B:1*Y*A*Y*Y", "HI*ABK:E119", "LX*1", "SV1*HC:99213*100*UN*1***1"]


def claims(*segments: str, guide: str = "005010X222A1") -> list[Claim]:
    return read(interchange("837", [*LEVELS, *segments], guide=guide))


def test_a_drug_and_its_prescription() -> None:
    [claim] = read(sample("linuxforhealth/demo.drug.example10.2.837"))
    line = claim.lines[1]
    assert (line.procedure, line.units, line.place) == ("S5001", Decimal("7.00"), "12")
    assert line.drug == Drug("00004196501", Decimal("7.00"), "UN", (Reference("XZ", "2530001"),))
    assert line.dates[0] == Dated("472", date(2004, 2, 1), date(2004, 2, 7))
    assert line.parties[0].name.role == "DK"
    assert sum(line.charge for line in claim.lines) == claim.charge == 223293


def test_a_dependent_with_other_coverage() -> None:
    [claim] = read(sample("linuxforhealth/demo.cob.example3.A.837"))
    assert claim.patient is not None
    assert (claim.patient.name.first, claim.patient_relationship) == ("TED", "19")
    assert (claim.coverage.member_id, claim.coverage.sequence) == ("111223333", "P")
    [other] = claim.other_coverages
    assert (other.sequence, other.member_id, other.terms) == ("S", "T55TY666", ("Y", "Y"))
    assert claim.diagnoses[0] == Diagnosis("BK", "4779")
    rendering = claim.party("82")
    assert rendering is not None
    assert (rendering.name.npi, rendering.taxonomy) == ("1999996666", "204C00000X")
    assert claim.lines[0].pointers == (1, 2, 3, 4)
    assert claim.billing.references == (Reference("EI", "123456789"),)


def test_two_institutional_claims() -> None:
    first, second = read(sample("linuxforhealth/two-claims-single-provider.837i"))
    assert (first.kind, first.claim_id, first.facility, first.charge) == (
        "I",
        "756048Q",
        "13",
        8995,
    )
    assert [(line.revenue_code, line.procedure) for line in first.lines] == [
        ("0305", "85025"), ("0730", "93005"),
    ]  # fmt: skip
    assert (second.coverage.member_id, second.billing.name.last) == ("123405074", "JONES HOSPITAL")
    assert (second.admission, second.not_kept) == (("1", "", "01"), ())


def test_an_institutions_codes_hours_and_admission_are_kept_whole() -> None:
    [claim] = claims(
        "CLM*C1*100***11:A:1**A*Y*Y", "DTP*096*TM*1130", "DTP*434*RD8*20260201-20260203",
        "DTP*435*DT*202602010915", "CL1*3*7*01", "HI*ABK:E119:::::::Y", "HI*BE:80:::3",
        "HI*BBR:0DB:D8:20260202", "LX*1", "SV2*0300*HC:85025*100*UN*1",
        guide="005010X223A2",
    )  # fmt: skip
    assert (claim.discharge_hour, claim.admission) == ("1130", ("3", "7", "01"))
    assert [date.time for date in claim.dates] == ["", "0915"]
    assert claim.diagnoses[0].details == ("", "", "", "", "", "", "Y")
    assert [d.details for d in claim.diagnoses[1:]] == [("", "", "3"), ("D8", "20260202")]
    assert claim.not_kept == ("SBR",)


def test_a_professional_claim_of_version_4010() -> None:
    [claim] = read(sample("linuxforhealth/patient-is-dependent.837"))
    assert (claim.kind, claim.claim_id, len(claim.lines)) == ("P", "26463774", 4)


def test_references_that_matter() -> None:
    [claim] = claims(
        "CLM*C1*100***11:B:7*Y*A*Y*Y", "REF*F8*ICN42", "REF*G1*AUTH1", "REF*9F*REFER1",
        "HI*ABK:E119", "NM1*DN*1*ADLER*EVE****XX*1234567893", "REF*0B*LIC", "LX*1",
        "SV1*HC:99213*100*UN*1***1", "REF*6R*L1",
    )  # fmt: skip
    assert (claim.frequency, claim.original_reference) == ("7", "ICN42")
    assert (claim.prior_authorization, claim.referral) == ("AUTH1", "REFER1")
    assert claim.parties[0].references == (Reference("0B", "LIC"),)
    assert claim.lines[0].references == (Reference("6R", "L1"),)
    assert claim.billing.taxonomy == "207Q00000X"


def test_several_claims_below_one_subscriber_and_the_next() -> None:
    second = ["HL*3*1*22*0", "SBR*P*18*G2******CI", "NM1*IL*1*ROSS*TOM****MI*M2",
              "NM1*PR*2*A PAYER*****PI*12345", *CLAIM]  # fmt: skip
    found = claims(*CLAIM, *CLAIM, *second)
    assert [claim.coverage.member_id for claim in found] == ["M1", "M1", "M2"]
    assert [claim.billing.name.npi for claim in found] == ["1234567893"] * 3


def test_what_we_do_not_keep_is_named() -> None:
    [claim] = claims(CLAIM[0], "PWK*OZ*BM", *CLAIM[1:], "NTE*ADD*WORDS")
    assert claim.not_kept == ("SBR", "PWK", "NTE")
    assert claims(*CLAIM)[0].not_kept == ("SBR",)


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        (["CLM*C1"], "CLM lacks"), (["CLM*C1*x***11"], "CLM holds"),
        ([*CLAIM[:3], "SV1*HC>99213*100"], "names no procedure"),
        ([*CLAIM[:3], "SV1*HC:99213*100*UN*1***1.5"], "SV1 holds"),
        ([*CLAIM[:3], "SV1*HC:99213"], "SV1 lacks"), (CLAIM[:3], "line of the claim has no service"),
        (["LX*1"], "LX stands"), (["HL*3*1*20*1", *CLAIM], "no billing provider"),
    ],
)  # fmt: skip
def test_what_is_not_an_837_is_refused(segments: list[str], said: str) -> None:
    with pytest.raises(X12Fault, match=said):
        claims(*segments)
