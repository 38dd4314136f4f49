"""What we send to payers reads back as what was meant, and is refused where it could not."""

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from services.ehr.x12.claim import REPLACEMENT, Claim
from services.ehr.x12.claim_writer import corrected, write_claims
from services.ehr.x12.enquiry import (
    EligibilityEnquiry,
    Person,
    StatusEnquiry,
    write_eligibility_enquiry,
    write_status_enquiry,
)
from services.ehr.x12.envelope import transactions
from services.ehr.x12.rows import Dated, Named, Reference, named
from services.ehr.x12.values import cents, day, days
from services.ehr.x12.writing import Submission, words
from services.errors import Invalid
from tests.services.ehr.x12 import strategies as some
from tests.x12_files import read, sample

SUBMISSION = Submission(
    "PRACTICE", "CLEARINGHOUSE", 77, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "A Practice", "Hub",
    "Eve Adler", "5055550100",
)  # fmt: skip
PAYER = Named("PR", "2", "A PAYER", qualifier="PI", id="12345")
PROVIDER = Named("1P", "2", "A PRACTICE", qualifier="XX", id="1234567893")
RUTH = Person(Named("IL", "1", "BENNETT", "RUTH", qualifier="MI", id="M1"), date(1961, 5, 4), "F")
STATUS = StatusEnquiry(
    PAYER, PROVIDER, RUTH, "T1", "C1", 10050, Dated("472", date(2026, 2, 1)), "P1"
)  # fmt: skip


def billed(name: str = "linuxforhealth/demo.example2.837") -> Claim:
    """The first claim of a sample."""
    found = read(sample(name))[0]
    assert isinstance(found, Claim)
    return found


@settings(deadline=None, max_examples=30)
@given(some.claims(), some.claims(), some.submissions)
def test_claims_read_back_as_they_were_written(
    first: Claim, second: Claim, submission: Submission
) -> None:
    found = read(write_claims([first, second], submission))
    assert [replace(claim, segment=0) for claim in found] == [first, second]


@pytest.mark.parametrize(
    "name", ["linuxforhealth/demo.example2.837", "linuxforhealth/demo.drug.example10.2.837"],
)  # fmt: skip
def test_samples_read_back_as_they_were_written(name: str) -> None:
    claims = [replace(claim, segment=0) for claim in read(sample(name))]
    found = read(write_claims(claims, SUBMISSION))
    assert [replace(claim, segment=0) for claim in found] == claims


def test_a_corrected_claim_replaces_the_one_that_the_payer_has() -> None:
    before = billed()
    [after] = read(write_claims([corrected(before, "ICN42")], SUBMISSION))
    assert (after.frequency, after.original_reference) == (REPLACEMENT, "ICN42")
    assert replace(after, frequency=before.frequency, references=before.references,
                   segment=before.segment) == before  # fmt: skip


INSTITUTIONAL = "linuxforhealth/two-claims-single-provider.837i"


@settings(deadline=None, max_examples=30)
@given(some.institutional_claims(), some.submissions)
def test_institutional_claims_read_back_as_they_were_written(
    claim: Claim, submission: Submission
) -> None:
    [found] = read(write_claims([claim], submission))
    assert replace(found, segment=0) == claim


def test_an_institutional_sample_reads_back_as_it_was_written() -> None:
    claims = [replace(claim, segment=0) for claim in read(sample(INSTITUTIONAL))]
    data = write_claims(claims, SUBMISSION)
    assert [replace(claim, segment=0) for claim in read(data)] == claims
    text = data.decode()
    assert "*005010X223A2~" in text
    # As the guide has it: the principal diagnosis in an HI of its own, others together.
    assert "CL1*1**01~HI*BK:3669~HI*BF:4019*BF:79431~" in text
    assert "SV2*0305*HC:85025*13.39*UN*1~" in text
    assert "PRV*AT*PXC*363LP0200N~" in text


def test_a_corrected_institutional_claim_replaces_the_one_that_the_payer_has() -> None:
    [after] = read(write_claims([corrected(billed(INSTITUTIONAL), "ICN42")], SUBMISSION))
    assert (after.facility, after.facility_qualifier) == ("13", "A")
    assert (after.frequency, after.original_reference) == (REPLACEMENT, "ICN42")
    data = write_claims([corrected(billed(INSTITUTIONAL), "ICN42")], SUBMISSION).decode()
    assert "CLM*756048Q*89.95***13:A:7*Y*C*Y*Y~" in data
    assert "REF*F8*ICN42~" in data


def test_claims_of_both_kinds_do_not_leave_in_one_file() -> None:
    with pytest.raises(Invalid, match="files of their own"):
        write_claims([billed(), billed(INSTITUTIONAL)], SUBMISSION)


def test_correcting_a_correction_names_the_last_original_once() -> None:
    again = corrected(corrected(billed(), "ICN1"), "ICN2")
    assert [r.value for r in again.references if r.qualifier == "F8"] == ["ICN2"]


def test_a_correction_without_the_payers_number_is_refused() -> None:
    with pytest.raises(Invalid, match="number of the original"):
        corrected(billed(), "")


def test_a_claim_that_we_read_only_in_part_is_not_written_again() -> None:
    partly = billed("linuxforhealth/demo.example7.837")
    with pytest.raises(Invalid, match="CR3, FRM, LQ, PWK, which would be lost"):
        corrected(partly, "ICN42")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "I"}, "revenue code"), ({"charge": 1}, "do not add up"),
        ({"claim_id": ""}, "claim number"), ({"claim_id": "9" * 39}, "claim number"),
        ({"lines": ()}, "1 to 50 lines"), ({"diagnoses": ()}, "1 to 12 diagnoses"),
        ({"claim_id": "C*1"}, "uses to part values"), ({"claim_id": "C1 "}, None),
        ({"claim_id": "C\n1"}, "cannot carry"), ({"claim_id": "Ç1"}, "cannot carry"),
        ({"references": (Reference("G1", "A~B"),)}, "uses to part values"),
        ({"references": (Reference("G1", " A"),)}, "begins or ends with a space"),
        ({"facility": "1:1"}, "uses to part values"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(change: dict[str, object], said: str | None) -> None:
    claim = replace(billed(), **change)
    if said is None:
        assert read(write_claims([claim], SUBMISSION))
        return
    with pytest.raises(Invalid, match=said):
        write_claims([claim], SUBMISSION)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"control": 0}, "control number"), ({"control": 10**9}, "control number"),
     ({"sender": "A" * 16}, "sender or receiver"), ({"sender": ""}, "sender or receiver"),
     ({"receiver_qualifier": "Z"}, "qualifier"), ({"telephone": "5*5"}, "part values")],
)  # fmt: skip
def test_an_envelope_that_cannot_be_written_is_refused(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        write_claims([billed()], replace(SUBMISSION, **change))


def test_a_coverage_without_its_payer_is_refused() -> None:
    with pytest.raises(Invalid, match="Each coverage"):
        write_claims([billed("linuxforhealth/demo.cob.example3.A.837")], SUBMISSION)


def test_a_270_calls_the_patient_a_dependent() -> None:
    amy = Person(Named("QC", "1", "BENNETT", "AMY"), date(2010, 1, 1), "F")
    asked = EligibilityEnquiry(PAYER, PROVIDER, RUTH, "T1", date(2026, 3, 2), dependent=amy)
    assert b"NM1*03*1*BENNETT*AMY~DMG*D8*20100101*F~" in write_eligibility_enquiry(
        asked, SUBMISSION
    )


def test_a_line_without_its_diagnosis_is_refused() -> None:
    claim = billed()
    lines = (replace(claim.lines[0], pointers=(5,)), *claim.lines[1:])
    with pytest.raises(Invalid, match="points to a diagnosis"):
        write_claims([replace(claim, lines=lines)], SUBMISSION)


@pytest.mark.parametrize(
    ("name", "written"),
    [("García~Muñoz", "Garcia Munoz"), ("O*Neil:Jr^", "O Neil Jr"), ("  A\tB\n", "A B"),
     ("李", ""), ("D'Arcy-Smith", "D'Arcy-Smith")],
)  # fmt: skip
def test_names_are_written_in_what_x12_can_carry(name: str, written: str) -> None:
    assert words(name) == written


@settings(deadline=None, max_examples=50)
@given(some.status_enquiries, some.submissions)
def test_a_status_enquiry_reads_back_as_it_was_written(
    enquiry: StatusEnquiry, submission: Submission
) -> None:
    assert status_enquiry(write_status_enquiry(enquiry, submission)) == enquiry


@settings(deadline=None, max_examples=50)
@given(some.eligibility_enquiries, some.submissions)
def test_an_eligibility_enquiry_reads_back_as_it_was_written(
    enquiry: EligibilityEnquiry, submission: Submission
) -> None:
    assert eligibility_enquiry(write_eligibility_enquiry(enquiry, submission)) == enquiry


def test_a_status_enquiry_in_full() -> None:
    written = write_status_enquiry(STATUS, SUBMISSION).decode().split("~")
    assert written[1:-1] == [
        "GS*HR*PRACTICE*CLEARINGHOUSE*20260302*0900*77*X*005010X212", "ST*276*0077*005010X212",
        "BHT*0010*13*77*20260302*0900", "HL*1**20*1", "NM1*PR*2*A PAYER*****PI*12345",
        "HL*2*1*21*1", "NM1*41*2*A Practice*****46*PRACTICE", "HL*3*2*19*1",
        "NM1*1P*2*A PRACTICE*****XX*1234567893", "HL*4*3*22*0", "DMG*D8*19610504*F",
        "NM1*IL*1*BENNETT*RUTH****MI*M1", "TRN*1*T1", "REF*1K*P1", "REF*EJ*C1", "AMT*T3*100.50",
        "DTP*472*D8*20260201", "SE*17*0077", "GE*1*77", "IEA*1*000000077",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"trace": ""}, {"claim_id": ""}])
def test_a_status_enquiry_needs_its_numbers(change: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="needs a number"):
        write_status_enquiry(replace(STATUS, **change), SUBMISSION)


def segments(data: bytes) -> list[list[str]]:
    [body] = [list(body) for body in transactions(io.BytesIO(data))]
    return body


def everybody(found: list[list[str]]) -> dict[str, Named]:
    return {elements[1]: named(elements) for elements in found if elements[0] == "NM1"}


def _people(found: list[list[str]]) -> tuple[Person, Person | None]:
    """The subscriber and dependent; the birth date is that of whom the question is about."""
    names = everybody(found)
    born = next((day(e[2]) for e in found if e[0] == "DMG"), None)
    if dependent := names.get("QC") or names.get("03"):
        return Person(names["IL"]), Person(dependent, born)
    return Person(names["IL"], born), None


def status_enquiry(data: bytes) -> StatusEnquiry:
    """A 276 read by the simplest means, which share nothing with the writer."""
    found = segments(data)
    names, (subscriber, dependent) = everybody(found), _people(found)
    one = {elements[0]: elements for elements in found}
    refs = {e[1]: e[2] for e in found if e[0] == "REF"}
    return StatusEnquiry(
        names["PR"], names["1P"], subscriber, one["TRN"][2], refs["EJ"], cents(one["AMT"][2]),
        Dated("472", *days(one["DTP"][3])), refs.get("1K", ""), dependent,
    )  # fmt: skip


def eligibility_enquiry(data: bytes) -> EligibilityEnquiry:
    """A 270, likewise."""
    found = segments(data)
    names, (subscriber, dependent) = everybody(found), _people(found)
    one = {elements[0]: elements for elements in found}
    return EligibilityEnquiry(
        names["PR"], names["1P"], subscriber, one["TRN"][2], day(one["DTP"][3]),
        tuple(one["EQ"][1].split("^")), dependent,
    )  # fmt: skip
