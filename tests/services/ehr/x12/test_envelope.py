"""X12 fault family X04: counts and control numbers that disagree, and whatever does not close."""

import io

import pytest

from services.ehr.x12 import X12Fault
from services.ehr.x12.envelope import transactions
from services.ehr.x12.remittance import ClaimPayment, Payment, Settlement
from tests.x12_files import claim, interchange, isa, payment, read, sample, transaction

PAID = [*payment(), *claim()]
TWO = interchange("835", PAID, PAID)


def test_what_agrees_is_read() -> None:
    assert len(read(TWO)) == 6


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        (b"SE*16*0001", b"SE*17*0001", "SE01 says 17, but the segments of the transaction are 16"),
        (b"SE*16*0002", b"SE*16*0003", "SE02 says 0003, but ST02 is 0002"),
        (b"SE*16*0002", b"SE*16*2", "SE02 says 2, but ST02 is 0002"),
        (b"GE*2*7", b"GE*1*7", "GE01 says 1, but the transactions of the group are 2"),
        (b"GE*2*7", b"GE*2*8", "GE02 says 8, but GS06 is 7"),
        (b"IEA*1*", b"IEA*2*", "IEA01 says 2, but the groups of the file are 1"),
        (b"IEA*1*000000905", b"IEA*1*000000906", "IEA02 says 000000906, but ISA13 is 000000905"),
        (b"GE*2*7", b"GE", "GE01 says something else"),
        (b"SE*16*0001", b"SE*BENNETT RUTH*0001", "SE01 says something else"),
        (b"SE*16*0001~", b"", "ST stands before SE closes the transaction"),
        (b"GE*2*7~", b"", "IEA stands where the envelope does not allow it"),
        (b"IEA*1*000000905~", b"", "ends before IEA"),
        (b"GE*2*7~IEA*1*000000905~", b"", "ends before IEA"),
        (b"ST*835*0002~", b"", "BPR stands where the envelope does not allow it"),
        (b"GS*HP*PAYER*PRACTICE*20260302*0900*7*X*005010X221A1~", b"", "ST stands where"),
        (b"GE*2*7", b"TA1*1*260302*0900*A*000~GE*2*7", "TA1 stands where"),
    ],
)  # fmt: skip
def test_what_disagrees_is_refused_with_what_was_found(
    found: bytes, instead: bytes, said: str
) -> None:
    assert found in TWO
    with pytest.raises(X12Fault, match=said):
        read(TWO.replace(found, instead))


def test_a_second_isa_before_iea_is_refused() -> None:
    with pytest.raises(X12Fault, match="ISA stands"):
        read(TWO.replace(b"GE*2*7", b"GE*2*7~" + isa().encode()))


def test_leading_zeros_of_numbers_do_not_matter() -> None:
    assert len(read(TWO.replace(b"GE*2*7", b"GE*02*0007"))) == 6


def test_transactions_nobody_reads_are_checked_all_the_same() -> None:
    opened = transactions(io.BytesIO(TWO.replace(b"SE*16*0001", b"SE*15*0001")))
    next(opened)
    with pytest.raises(X12Fault, match="SE01"):
        next(opened)


def test_a_file_of_other_transactions_says_what_they_are() -> None:
    types = [
        body.header.type for body in transactions(io.BytesIO(sample("linuxforhealth/demo.834")))
    ]
    assert types == ["834"]
    with pytest.raises(X12Fault, match="type 834, which Foyer does not read"):
        read(sample("linuxforhealth/demo.834"))


def test_a_guide_that_we_do_not_know_is_refused() -> None:
    with pytest.raises(X12Fault, match="a 837 by a guide"):
        read(interchange("837", [], guide="005010X224A2"))


def test_samples_with_wrong_control_numbers_are_refused() -> None:
    with pytest.raises(X12Fault, match="SE02 says 4323, but ST02 is 4321"):
        read(sample("linuxforhealth/subscriber-health-benefit-check-error.271"))
    with pytest.raises(X12Fault, match="IEA02 says 004075123, but ISA13 is 000003438"):
        read(sample("x12_types/835_00_835.edi"))


def test_an_empty_interchange_is_none_of_our_business() -> None:
    assert read((isa() + "~IEA*0*000000905~").encode()) == []


def test_a_transaction_without_envelope_is_read_only_where_that_is_asked_for() -> None:
    alone = "~".join(transaction("835", *PAID)).encode() + b"~"
    with pytest.raises(X12Fault, match="does not begin with ISA"):
        read(alone)
    assert [type(row) for row in read(alone, bare=True)] == [Payment, ClaimPayment, Settlement]
    [body] = [body for body in transactions(io.BytesIO(alone), bare=True) if list(body)]
    assert body.findings == ["Segment 16: The transaction stands without ISA and GS."]


def test_an_interchange_after_a_bare_transaction_is_refused() -> None:
    alone = "~".join(transaction("835", *PAID)).encode() + b"~"
    with pytest.raises(X12Fault, match="ISA stands"):
        read(alone + b"ISA*00~", bare=True)


def test_an_endless_claim_is_refused() -> None:
    endless = [*payment(), *claim(), *(["REF*EA*1"] * 70_000)]
    with pytest.raises(X12Fault, match="more segments than any claim has"):
        read(interchange("835", endless))


def test_many_claims_are_not_one_endless_claim() -> None:
    """The negative control of the limit."""
    many = [*payment("80000"), *(claim() * 1_000)]
    assert len(read(interchange("835", [*many, *(["REF*EA*1"] * 48_000)]))) == 1_002
