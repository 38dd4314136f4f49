"""What comes back before any money: 277CA, 277, 999, TA1 and 271."""

import io
from datetime import date

import pytest

from services.ehr.x12 import X12Fault, rows
from services.ehr.x12.acknowledgement import SegmentError
from services.ehr.x12.eligibility import Eligibility
from services.ehr.x12.rows import Dated
from services.ehr.x12.status import BatchStatus, ClaimStatus, Verdict
from tests.x12_files import interchange, isa, read, sample


def statuses(*stc: str, guide: str = "005010X214") -> list[ClaimStatus]:
    body = ["BHT*0085*08*1", "HL*4*3*PT", "NM1*QC*1*BENNETT*RUTH****MI*M1", "TRN*2*C1", *stc]
    return [row for row in read(interchange("277", body, guide=guide)) if type(row) is ClaimStatus]


def test_an_accepted_claim_of_a_277ca() -> None:
    batch, claim = read(sample("herophilus/277ca_accepted.txt"))
    assert (type(batch), batch.level, batch.trace, batch.is_rejected) == (
        BatchStatus, "21", "000000674", False,
    )  # fmt: skip
    assert (claim.claim_id, claim.payer_claim_id) == ("5781", "1107000000014420")
    assert (claim.verdict, claim.is_rejected) == (Verdict("A2", "20"), False)
    [report] = claim.reports
    assert (report.action, report.charge, report.on) == ("WQ", 12500, date(2011, 3, 11))


def test_a_rejected_claim_of_a_277ca() -> None:
    [claim] = [r for r in read(sample("herophilus/277ca_rejected.txt")) if type(r) is ClaimStatus]
    assert (claim.verdict, claim.is_rejected) == (Verdict("A7", "562", "85"), True)


def test_a_277ca_of_five_claims_two_of_them_rejected() -> None:
    rows = read(sample("x12_types/277_00_277.edi"))
    claims = [row for row in rows if type(row) is ClaimStatus]
    assert [(c.claim_id, c.is_rejected) for c in claims] == [
        ("PATIENT22222", False), ("PATIENT33333", True), ("JONES44444", True),
        ("JOHNSON55555", False), ("MILLS66666", False),
    ]  # fmt: skip
    assert claims[1].reports[0].verdicts == (Verdict("A3", "21"), Verdict("A3", "187"))


@pytest.mark.parametrize(
    ("category", "is_rejected"),
    [("A0", False), ("A1", False), ("A2", False), ("A3", True), ("A4", False), ("A5", False),
     ("A6", True), ("A7", True), ("A8", True), ("E1", False)],
)  # fmt: skip
def test_categories_that_reject(category: str, is_rejected: bool) -> None:
    [claim] = statuses(f"STC*{category}:21*20260302*WQ*100")
    assert claim.is_rejected is is_rejected


def test_the_action_rejects_and_so_does_a_line() -> None:
    assert statuses("STC*A2:20*20260302*U*100")[0].is_rejected
    assert statuses("STC*A2:20*20260302*WQ*100", "SVC*HC:99213*100", "STC*A7:21*20260302*U")[
        0
    ].is_rejected


@pytest.mark.parametrize(("category", "is_found"), [("F2", True), ("P1", True), ("A1", False)])
def test_a_277ca_must_not_adjudicate(category: str, is_found: bool) -> None:
    body = ["HL*4*3*PT", "NM1*QC*1*B*R", "TRN*2*C1", f"STC*{category}:1*20260302*WQ*100"]
    data = interchange("277", body, guide="005010X214")
    [found] = [each.findings for each, row in rows(io.BytesIO(data)) if row is None]
    assert any("only adjudication can decide" in sentence for sentence in found) is is_found


def test_a_denial_is_no_rejection() -> None:
    [claim] = statuses("STC*F2:3*20260302**100*0", guide="005010X212")
    assert (claim.verdict.category, claim.is_rejected, claim.reports[0].paid) == ("F2", False, 0)


def test_a_277_of_one_paid_claim() -> None:
    [claim] = read(sample("herophilus/277.txt"))
    assert (claim.verdict, claim.reports[0].paid) == (Verdict("F1", "3", ""), 38973)
    assert claim.dates == (Dated("472", date(2010, 7, 29), date(2010, 7, 29)),)
    [line] = claim.lines
    assert (line.procedure, line.charge, line.reports[0].verdicts[0].category) == (
        "10337080301", 52449, "F1",
    )  # fmt: skip


def test_a_claim_of_several_lines() -> None:
    claim = statuses("STC*P1:20*20260302**150", "SVC*HC:99213:25*100", "STC*P1:20*20260302",
                     "SVC*HC:93000*50", "STC*P3:20*20260302", guide="005010X212")[0]  # fmt: skip
    assert [(line.procedure, line.modifiers, line.charge) for line in claim.lines] == [
        ("99213", ("25",), 10000), ("93000", (), 5000),
    ]  # fmt: skip


def test_several_claims_of_one_patient() -> None:
    found = statuses("STC*A2:20*20260302*WQ*1", "TRN*2*C2", "STC*A3:21*20260302*U*2")
    assert [(c.claim_id, c.is_rejected) for c in found] == [("C1", False), ("C2", True)]


def test_a_status_without_a_verdict_is_refused() -> None:
    with pytest.raises(X12Fault, match="STC lacks"):
        statuses("STC**20260302")


def test_a_rejected_999_says_where() -> None:
    transaction, group = read(sample("herophilus/999_rejected.txt"))
    assert (transaction.type, transaction.control, transaction.result) == (
        "837", "0028", "rejected",
    )  # fmt: skip
    assert transaction.errors == (SegmentError("NM", 17, "", "1"),)
    assert (group.level, group.control, group.is_rejected) == ("group", "28", True)


@pytest.mark.parametrize(
    ("code", "result"),
    [("A", "accepted"), ("E", "accepted with errors"), ("R", "rejected"), ("M", "rejected"),
     ("W", "rejected"), ("X", "rejected"), ("P", "partly accepted")],
)  # fmt: skip
@pytest.mark.parametrize(("type", "prefix"), [("999", "IK"), ("997", "AK")])
def test_results_of_acknowledgements(code: str, result: str, type: str, prefix: str) -> None:
    body = [
        "AK1*HC*155*005010X222A1", "AK2*837*0002", f"{prefix}3*N4*50*2010*8",
        f"{prefix}4*3:1*26*2*BENNETT", f"{prefix}5*{code}*5", f"AK9*{code}*1*1*0",
    ]  # fmt: skip
    transaction, group = read(interchange(type, body))
    assert (transaction.result, group.result) == (result, result)
    assert transaction.codes == ("5",)
    assert transaction.errors == (
        SegmentError("N4", 50, "2010", "8"), SegmentError("N4", 50, "2010", "8", 3, "2"),
    )  # fmt: skip


def test_an_acknowledgement_without_a_result_is_refused() -> None:
    with pytest.raises(X12Fault, match="does not say whether it accepts"):
        read(interchange("999", ["AK1*HC*155", "AK9"]))


@pytest.mark.parametrize(
    ("code", "note", "result"),
    [("A", "000", "accepted"), ("E", "028", "accepted with errors"), ("R", "006", "rejected")],
)
def test_a_ta1_tells_of_the_whole_interchange(code: str, note: str, result: str) -> None:
    ta1 = f"TA1*000000123*260302*0900*{code}*{note}"
    [row] = read(f"{isa()}~{ta1}~IEA*0*000000905~".encode())
    assert (row.level, row.control, row.result) == ("interchange", "000000123", result)
    assert row.codes == (() if note == "000" else (note,))


def test_coverage_that_is_active() -> None:
    [answer] = read(sample("linuxforhealth/demo.271"))
    assert isinstance(answer, Eligibility)
    assert (answer.is_active, answer.plan, answer.trace) == (True, "GOLD 123 PLAN", "93175-012547")
    assert answer.dates == (Dated("346", date(2006, 1, 1)),)
    copays = [b for b in answer.benefits if b.share == "copay"]
    assert [(b.amount, b.network, "98" in b.services) for b in copays] == [
        (1000, "Y", True), (3000, "N", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("segments", "is_active"),
    [(["EB*1**30"], True), (["EB*6**30"], False), (["EB*C*IND*30***23*500"], None),
     (["EB*6**35", "EB*1**30"], True)],
)  # fmt: skip
def test_whether_coverage_is_active(segments: list[str], is_active: bool | None) -> None:
    body = ["HL*1**20*1", "NM1*PR*2*A PAYER*****PI*1", "HL*3*2*22*0",
            "NM1*IL*1*BENNETT*RUTH****MI*M1", *segments]  # fmt: skip
    [answer] = read(interchange("271", body, guide="005010X279A1"))
    assert answer.is_active is is_active


def test_a_payer_that_cannot_answer_says_why() -> None:
    body = ["HL*3*2*22*0", "NM1*IL*1*BENNETT*RUTH****MI*M1", "AAA*N**75*C"]
    [answer] = read(interchange("271", body, guide="005010X279A1"))
    assert (answer.refusals, answer.is_active) == (("75",), None)


def test_a_deductible_is_exact() -> None:
    body = ["HL*3*2*22*0", "NM1*IL*1*B*R", "EB*C*IND*30*HM*GOLD*23*1500.10"]
    [answer] = read(interchange("271", body, guide="005010X279A1"))
    assert [(b.share, b.amount, b.period) for b in answer.benefits] == [
        ("deductible", 150010, "23"),
    ]  # fmt: skip
