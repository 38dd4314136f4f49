"""What a payer paid and why not more: read from an 835, and added up to the cent."""

import csv
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from services.ehr.x12 import X12Fault
from services.ehr.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Payment,
    ProviderAdjustment,
    ServiceLine,
    Settlement,
)
from services.ehr.x12.rows import Amount, Dated, Reference
from services.ehr.x12.values import dollars
from tests.x12_files import SAMPLES, claim, interchange, payment, read, sample

OVERLOOKED = Adjustment("PR", "1", 11000)  # the second triplet of CAS*PR*2*5.13**1*110


def rows(*claims: str, amount: str = "80", tail: tuple[str, ...] = ()) -> list[Any]:
    return read(interchange("835", [*payment(amount, *claims), *tail]))


def only(*claims: str, amount: str = "80") -> ClaimPayment:
    [_, found, _] = rows(*claims, amount=amount)
    assert isinstance(found, ClaimPayment)
    return found


def end(*claims: str, amount: str = "80", tail: tuple[str, ...] = ()) -> Settlement:
    settlement = rows(*claims, amount=amount, tail=tail)[-1]
    assert isinstance(settlement, Settlement)
    return settlement


@pytest.mark.parametrize(
    "name", ["blue_cross_nc_sample", "emedny_sample", "united_healthcare_legacy_sample"]
)
def test_samples_read_as_another_parser_reads_them(name: str) -> None:
    with (SAMPLES / "edi_835_parser" / f"{name}.csv").open() as file:
        expected = [{k: v for k, v in row.items() if k and v} for row in csv.DictReader(file)]
    head, *claims, _ = read(sample(f"edi_835_parser/{name}.txt"), bare=True)
    found = [
        flat(head, claim, without_overlooked(line)) for claim in claims for line in claim.lines
    ]
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert {name: _plain(value) for name, value in theirs.items()} == {
            name: _plain(value) for name, value in ours.items() if name in theirs
        }
        assert {n for n in ours if n.startswith(("adj", "rem", "ref"))} <= set(theirs)


def without_overlooked(line: ServiceLine) -> ServiceLine:
    """Less the one adjustment that the other parser overlooks; without it the line does not balance."""
    assert line.difference == 0
    return replace(line, adjustments=tuple(a for a in line.adjustments if a != OVERLOOKED))


def flat(head: Payment, claim: ClaimPayment, line: ServiceLine) -> dict[str, str]:
    """A line as the other parser writes it into a CSV."""
    patient = claim.named("QC")
    assert patient is not None
    assert head.paid_on is not None
    billed = line.units_billed if line.units_billed is not None else line.units_paid
    served = next(d.day for d in line.dates if d.qualifier == "472")
    row = {
        "marker": claim.claim_id, "patient": f"{patient.first} {patient.last}".title(),
        "code": line.procedure, "modifier": ",".join(line.modifiers), "qualifier": line.qualifier,
        "allowed_units": str(line.units_paid), "billed_units": str(billed),
        "transaction_date": str(head.paid_on), "charge_amount": dollars(line.charge),
        "allowed_amount": "".join(dollars(a.cents) for a in line.amounts if a.qualifier == "B6"),
        "paid_amount": dollars(line.paid), "payer": head.payer.name,
        "start_date": str(served), "end_date": str(served),
    }  # fmt: skip
    for n, adjustment in enumerate(line.adjustments):
        row |= {
            f"adj_{n}_amount": dollars(adjustment.amount), f"adj_{n}_code": adjustment.reason,
            f"adj_{n}_group": adjustment.group,
        }  # fmt: skip
    for n, reference in enumerate(line.references):
        row |= {f"ref_{n}_qual": reference.qualifier, f"ref_{n}_value": reference.value}
    for n, remark in enumerate(line.remarks):
        row |= {f"rem_{n}_qual": "HE", f"rem_{n}_code": remark}
    return row


def _plain(text: str) -> str | Decimal:
    """Numbers compare as numbers: a CSV has 1.0 where the file has 1."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def test_the_payment_names_payer_payee_trace_and_day() -> None:
    [head, *_] = rows(*claim())
    assert (head.amount, head.method, head.credit, head.paid_on) == (
        8000, "ACH", "C", date(2026, 3, 5),
    )  # fmt: skip
    assert (head.trace, head.originator) == ("TRACE77", "1512345678")
    assert (head.payer.name, head.payer.references) == ("A PAYER", (Reference("2U", "12345"),))
    assert (head.payee.id, head.payee.references) == ("1234567893", (Reference("TJ", "123456789"),))
    assert head.references == (Reference("EV", "X"),)


def test_a_claim_with_everything() -> None:
    found = only(
        "CLP*C1*2*300*80*20*MC*P1*11*7", "CAS*OA*23*100", "NM1*QC*1*BENNETT*RUTH****MI*M1",
        "NM1*74*1*BENNET", "NM1*82*1*ADLER*EVE****XX*1234567893", "NM1*TT*2*SECOND PAYER*****PI*9",
        "MOA***MA01*N30", "REF*1K*R1", "DTM*232*20260101", "DTM*050*20260110", "AMT*AU*200",
        "SVC*HC:99213:25:59*200*80*0510*1*HC:99214*2", "DTM*472*20260101",
        "CAS*CO*45*60**16*20*1*253*10*0*96*5**A1*3**B7*2", "CAS*PR*1*20", "REF*6R*L1", "REF*LU*11",
        "AMT*B6*140.5", "LQ*HE*M15", "LQ*RX*IGNORED",
    )  # fmt: skip
    assert (found.status, found.filing_indicator, found.frequency, found.facility) == (
        "2", "MC", "7", "11",
    )  # fmt: skip
    assert found.adjustments == (Adjustment("OA", "23", 10000),)
    assert found.remarks == ("MA01", "N30")
    assert [n.last for n in found.names] == ["BENNETT", "BENNET", "ADLER", "SECOND PAYER"]
    assert found.named("82").npi == "1234567893"  # type: ignore[union-attr]
    assert found.dates == (Dated("232", date(2026, 1, 1)), Dated("050", date(2026, 1, 10)))
    [line] = found.lines
    assert (line.procedure, line.modifiers, line.submitted) == ("99213", ("25", "59"), "99214")
    assert (line.units_paid, line.units_billed, line.revenue_code) == (1, 2, "0510")
    assert [(a.group, a.reason, a.amount) for a in line.adjustments] == [
        ("CO", "45", 6000), ("CO", "16", 2000), ("CO", "253", 1000), ("CO", "96", 500),
        ("CO", "A1", 300), ("CO", "B7", 200), ("PR", "1", 2000),
    ]  # fmt: skip
    assert [a.quantity for a in line.adjustments[:3]] == [None, 1, 0]
    assert (line.control, line.amounts, line.remarks) == ("L1", (Amount("B6", 14050),), ("M15",))
    assert (line.difference, found.difference) == (0, 0)


def test_inpatient_remarks_are_read_from_mia() -> None:
    mia = "MIA*0***500*MA07" + "*" * 15 + "MA08*N1*N2*N3"
    assert only(*claim(NM1=mia)).remarks == ("MA07", "MA08", "N1", "N2", "N3")


def test_reversal_and_correction_of_a_sample() -> None:
    [_, reversal, correction, settlement] = read(sample("herophilus/835_reversals.txt"))
    assert (reversal.is_reversal, reversal.paid, reversal.is_denied) == (True, -715117, False)
    assert (correction.is_reversal, correction.paid) == (False, 713101)
    assert settlement.provider_adjustments == (
        ProviderAdjustment("02245834", "20141231", "FB", "FCN#201401011010200", -2016),
    )
    assert settlement.balances


def test_a_remittance_of_version_4010() -> None:
    [head, first, *_] = read(old_version())
    assert (head.amount, first.paid) == (8000, 8000)


def old_version() -> bytes:
    new = interchange("835", [*payment("80", *claim())], guide="004010X091A1")
    return new.replace(b"*^*00501*", b"*U*00401*")


@pytest.mark.parametrize("status", ["1", "2", "3", "19", "20", "21", "23"])
@pytest.mark.parametrize(
    ("reason", "is_denied"),
    [("45", False), ("1", False), ("2", False), ("3", False), ("253", False),
     ("16", True), ("29", True), ("197", True), ("ZZ9", True)],
)  # fmt: skip
def test_nothing_paid_is_a_denial_only_for_a_reason_that_is_one(
    status: str, reason: str, is_denied: bool
) -> None:
    found = only(
        *claim(CLP=f"CLP*C1*{status}*100*0", SVC="SVC*HC:99213*100*0", CAS=f"CAS*CO*{reason}*100"),
        amount="0",
    )
    assert (found.is_denied, found.lines[0].is_denied) == (is_denied, is_denied)


def test_a_line_paid_nothing_makes_a_paid_claim_a_denial_in_part() -> None:
    found = only(*claim(CLP="CLP*C1*1*150*80"), "SVC*HC:93000*50*0", "CAS*CO*97*50")
    assert (found.is_denied, [line.is_denied for line in found.lines]) == (True, [False, True])


def test_a_claim_denied_as_a_whole_has_its_reason_on_the_claim() -> None:
    assert only("CLP*C1*1*100*0", "CAS*CO*29*100", amount="0").is_denied


@pytest.mark.parametrize(("status", "is_denied"), [("4", True), ("22", False), ("25", False)])
def test_status_4_is_a_denial_and_a_reversal_is_none(status: str, is_denied: bool) -> None:
    found = only(f"CLP*C1*{status}*100*0", "CAS*CO*29*100", amount="0")
    assert (found.is_denied, found.is_reversal) == (is_denied, status == "22")


def test_paid_in_part_is_no_denial() -> None:
    assert not only(*claim(CAS="CAS*CO*16*20")).is_denied


def test_unknown_codes_stay_as_they_are() -> None:
    """Fault case X06."""
    found = only(*claim(CLP="CLP*C1*77*100*80", CAS="CAS*QQ*ZZZ*20"), "LQ*HE*N99999")
    assert (found.status, found.lines[0].adjustments) == ("77", (Adjustment("QQ", "ZZZ", 2000),))
    assert found.lines[0].remarks == ("N99999",)


def test_a_file_that_adds_up() -> None:
    settlement = end(*claim(), *claim(), amount="150", tail=("PLB*1*20261231*WO:X*12.5*72*-2.5",
                                                             "PLB*1*20261231*L6*0"))  # fmt: skip
    assert (settlement.paid, settlement.difference, settlement.balances) == (16000, 0, True)


def test_a_payment_that_differs_from_its_claims_says_by_how_much() -> None:
    """Fault case X03."""
    assert end(*claim(), amount="80.01").difference == 1
    assert end(*claim(), amount="79.99").difference == -1
    assert end(*claim(), tail=("PLB*1*20261231*WO*0.01",)).difference == 1


def test_a_claim_or_line_that_does_not_add_up_is_told_by_its_segment() -> None:
    out_on_line = end(*claim(SVC="SVC*HC:99213*100*79.99"))
    assert (out_on_line.lines_out, out_on_line.claims_out) == (((15, 1),), ())
    out_on_claim = end(*claim(CLP="CLP*C1*1*100.02*80"))
    assert (out_on_claim.lines_out, out_on_claim.claims_out) == ((), ((13, 2),))
    assert not any(settlement.balances for settlement in (out_on_line, out_on_claim))


def test_a_sample_out_by_a_cent() -> None:
    settlements = [r for r in read(sample("moov/835_out_by_a_cent.txt")) if type(r) is Settlement]
    assert [s.claims_out for s in settlements] == [((18, 1),), ()]


@pytest.mark.parametrize(
    "written",
    ["1e3", "1,000", "+5", "5.5.5", "NaN", "--5", "5-", " 5", "\u0665", "1_0", "0.001", "x"],
)
def test_an_amount_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(X12Fault, match="CAS holds an amount"):
        rows(*claim(CAS=f"CAS*CO*45*{written}"))


@pytest.mark.parametrize(
    ("written", "cents"),
    [("20", 2000), ("20.", 2000), ("20.0", 2000), (".5", 50), ("-.05", -5), ("0020.10", 2010),
     ("123456789012.34", 12345678901234), ("19.990", 1999), ("0", 0), ("", 0)],
)  # fmt: skip
def test_amounts_are_exact(written: str, cents: int) -> None:
    assert only(*claim(CAS=f"CAS*CO*45*{written}")).lines[0].adjustments == (
        Adjustment("CO", "45", cents),
    )


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        ({"CLP": ""}, "SVC stands where"), ({"CLP": "", "SVC": "AMT*B6*1"}, "CAS stands where"),
        ({"CLP": "CLP*C1*1*100"}, "CLP lacks"), ({"CLP": "CLP**1*100*80"}, "CLP lacks"),
        ({"SVC": "SVC*HC:99213"}, None), ({"CAS": "CAS*CO"}, "CAS lacks"),
        ({"DTM": "DTM*472"}, "DTM lacks"), ({"NM1": "REF*1K"}, "REF lacks"),
        ({"NM1": "BPR*I*1*C*ACH"}, "BPR stands where"),
    ],
)  # fmt: skip
def test_what_is_not_an_835_is_refused(segment: dict[str, str], said: str | None) -> None:
    if said is None:
        assert end(*claim(**segment)).lines_out
        return
    with pytest.raises(X12Fault, match=said):
        rows(*claim(**segment))


def test_an_835_that_pays_nothing_must_say_so() -> None:
    with pytest.raises(X12Fault, match="no BPR"):
        read(interchange("835", ["TRN*1*2", *claim()]))


def test_a_day_that_no_calendar_has_is_left_out_and_found() -> None:
    [head, found, _] = rows(*claim(DTM="DTM*472*20260230"))
    assert found.lines[0].dates == ()
    odd = [*payment()]
    odd[0] = odd[0].replace("20260305", "20269905")
    assert read(interchange("835", odd))[0].paid_on is None
    assert head.paid_on is not None


def test_rows_print_without_what_they_hold() -> None:
    [head, found, _] = rows(*claim())
    assert (repr(found), repr(head), repr(found.names)) == (
        "<ClaimPayment>", "<Payment>", "(<Named>,)",
    )  # fmt: skip
