"""Working claims at the clearinghouse: corrections, voids, enquiries, eligibility, appeals, scripted outcomes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.sandbox.clearing.insured import insurances
from services.sandbox.population import first_practice
from tests.services.sandbox import x12_check
from tests.services.sandbox.biller import Biller, enquiry, interchange, only, sha256

DENIED = {"carc": "197", "group": "CO", "remark": "M62"}


def truth_of(biller: Biller, claim: str) -> dict[str, Any]:
    rows = biller.sandbox.control.claims_truth()["claims"]
    return dict(next(r for r in rows if r["claim_id"] == claim))


def latest(biller: Biller, kind: str) -> bytes:
    return biller.raw(biller.all(kind)[-1]["id"])


def corrected(biller: Biller, claim: str, number: str, frequency: str, control: int) -> bytes:
    """The claim as it was sent last, with another frequency and the payer's number."""
    like = latest(biller, "837")
    found = x12_check.segments(only(like, claim))[3:-3]
    for s in found:
        if s[0] == "CLM":
            s[5] = f"11:B:{frequency}"
    clm = next(n for n, s in enumerate(found) if s[0] == "CLM")
    found[clm + 1 : clm + 1] = [["REF", "G1", "AU7"], ["REF", "F8", number]]
    return interchange(found, like, control)


def test_a_scripted_denial_says_exactly_what_was_asked(biller: Biller) -> None:
    made = biller.sandbox.control.claim(
        patient="Patient/p.103", payer="Harbor Health", procedures=["76700"], outcome=DENIED
    )
    kinds = [f["kind"] for f in biller.all() if f["id"] in made["files"]]
    assert kinds == ["837", "999", "277ca", "835"]
    [clp] = x12_check.era(biller.raw(made["files"][-1])).claims
    assert (clp.id, clp.number) == (made["claim_id"], made["payer_claim_id"])
    assert [(g, c) for g, c, _ in clp.adjustments] == [("CO", "197")]
    assert (clp.paid, clp.remarks) == (0, ["M62"])
    assert truth_of(biller, clp.id)["state"] == "denied"


def test_one_line_of_two_can_be_denied(biller: Biller) -> None:
    made = biller.sandbox.control.claim(
        procedures=["99213", {"code": "20610", "charge": 18900}], outcome={**DENIED, "line": 2}
    )
    row = truth_of(biller, made["claim_id"])
    assert row["state"] == "partly_denied"
    assert row["denied"] == 18900
    assert row["paid"] > 0


def test_a_group_comes_in_one_file(biller: Biller) -> None:
    made = biller.sandbox.control.claim(payer="SHH01", outcome=DENIED, count=12)
    assert len(x12_check.era(biller.raw(made["files"][-1])).claims) == len(made["claims"]) == 12


def test_a_scripted_rejection_is_never_adjudicated(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"category": "A3", "status": "116"})
    kinds = [f["kind"] for f in biller.all() if f["id"] in made["files"]]
    assert kinds == ["837", "999", "277ca"]
    assert truth_of(biller, made["claim_id"])["state"] == "rejected"


def test_a_scripted_claim_can_keep_the_pace(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome="paid", at_pace=True)
    assert truth_of(biller, made["claim_id"])["state"] == "pending"
    biller.sandbox.control.advance_claims()
    assert truth_of(biller, made["claim_id"])["state"] == "paid"


def test_a_scripted_claim_can_have_a_pace_of_its_own(biller: Biller) -> None:
    pace = {"acknowledged": 0, "received": 0, "paid": 6000}
    made = biller.sandbox.control.claim(outcome="paid", pace=pace)
    assert [f["kind"] for f in biller.all() if f["id"] in made["files"]] == ["837", "999", "277ca"]
    biller.sandbox.control.call("POST", "clock", {"offset_seconds": 6100})
    assert truth_of(biller, made["claim_id"])["state"] == "paid"


@pytest.mark.parametrize("wrong", [{"outcome": "nonsense"}, {"payer": "Nobody"}, {"patient": "x"}])
def test_a_script_that_cannot_be_played_is_refused(biller: Biller, wrong: dict[str, str]) -> None:
    with pytest.raises(RuntimeError, match="cannot be made"):
        biller.sandbox.control.claim(**wrong)


def test_a_corrected_claim_reverses_the_denial_and_is_paid(biller: Biller) -> None:
    made = biller.sandbox.control.claim(
        patient="Patient/p.103", payer="SHH01", procedures=["99213"], outcome=DENIED
    )
    claim, number = made["claim_id"], made["payer_claim_id"]
    biller.submit(corrected(biller, claim, number, "7", 910), "fix-1")
    biller.sandbox.control.advance_claims()
    back, again = x12_check.era(latest(biller, "835")).claims
    assert (back.status, back.number) == ("22", number)
    assert again.paid > 0
    assert back.off() == again.off() == 0
    row = truth_of(biller, claim)
    assert (row["state"], row["submissions"]) == ("paid", 2)


def test_a_void_takes_the_payment_back_and_it_is_carried_forward(biller: Biller) -> None:
    made = biller.sandbox.control.claim(patient="Patient/p.103", payer="SHH01", outcome="paid")
    biller.submit(corrected(biller, made["claim_id"], made["payer_claim_id"], "8", 911), "void-1")
    biller.sandbox.control.advance_claims()
    era = x12_check.era(latest(biller, "835"))
    assert [c.status for c in era.claims] == ["22"]
    assert era.off == 0
    assert [reason for reason, _ in era.levies] == ["FB"]
    assert truth_of(biller, made["claim_id"])["state"] == "void"


def test_a_correction_without_the_right_original_is_rejected(biller: Biller) -> None:
    made = biller.sandbox.control.claim(patient="Patient/p.103", payer="SHH01", outcome=DENIED)
    biller.submit(corrected(biller, made["claim_id"], "WRONG", "7", 912), "fix-1")
    biller.sandbox.control.advance_claims()
    assert x12_check.statuses(latest(biller, "277ca"))[made["claim_id"]] == "A3:464"


def ask_276(biller: Biller, claim: str, member: str = "") -> bytes:
    inner = [
        "BHT*0010*13*Q1*20260101*1200",
        "HL*1**20*1",
        "NM1*PR*2*Any*****PI*SBP01",
        "HL*2*1*21*1",
        "NM1*41*2*Practice*****46*FOYERDEMO",
        "HL*3*2*19*1",
        "NM1*1P*2*Practice*****XX*1234567893",
        "HL*4*3*22*0",
        f"NM1*IL*1*Name*Given****MI*{member}",
        "TRN*1*ASK-1",
        f"REF*EJ*{claim}",
    ]
    return enquiry("276", "005010X212", "HR", inner, biller.draft())


@pytest.mark.parametrize(
    ("outcome", "category"), [("paid", "F1"), (DENIED, "F2"), ("rejected", "A3")]
)
def test_an_enquiry_in_real_time_tells_where_a_claim_stands(
    biller: Biller, outcome: object, category: str
) -> None:
    made = biller.sandbox.control.claim(outcome=outcome)
    answer = biller.post("realtime", ask_276(biller, made["claim_id"]))
    assert answer.status_code == 200
    assert x12_check.statuses(answer.content)["ASK-1"].startswith(f"{category}:")


def test_an_enquiry_about_a_claim_nobody_knows(biller: Biller) -> None:
    answer = biller.post("realtime", ask_276(biller, "NONE"))
    assert x12_check.statuses(answer.content)["ASK-1"] == "A4:35"


def test_an_enquiry_as_a_file_is_answered_by_a_277(biller: Biller) -> None:
    made, after = biller.sandbox.control.claim(outcome="paid", at_pace=True), biller.end()
    biller.submit(ask_276(biller, made["claim_id"]), "ask-1")
    biller.sandbox.control.call("POST", "clock", {"offset_seconds": 1300})
    kinds = [f["kind"] for f in biller.all(after=after)]
    assert sorted(kinds) == ["276", "277", "277ca", "999", "999"]
    assert x12_check.statuses(latest(biller, "277"))["ASK-1"] == "P1:20"


def ask_270(biller: Biller, payer: str, member: str, family: str) -> list[list[str]]:
    inner = [
        "BHT*0022*13*Q1*20260101*1200",
        "HL*1**20*1",
        f"NM1*PR*2*Any*****PI*{payer}",
        "HL*2*1*21*1",
        "NM1*1P*2*Practice*****XX*1234567893",
        "HL*3*2*22*0",
        "TRN*1*ELIG-1*9FOYER",
        f"NM1*IL*1*{family}*Given****MI*{member}",
        "DTP*291*D8*20260101",
        "EQ*30",
    ]
    raw = enquiry("270", "005010X279A1", "HS", inner, biller.draft())
    answer = biller.post("realtime", raw).raise_for_status()
    [body] = x12_check.transactions(answer.content)
    assert body[0][1] == "271"
    return body


@pytest.mark.parametrize(("patient", "active"), [("Patient/p.101", True), ("Patient/p.105", False)])
def test_eligibility_follows_the_chart(biller: Biller, patient: str, active: bool) -> None:
    one = insurances(first_practice(datetime.now(UTC).date()))[patient][0]
    body = ask_270(biller, one.payer, one.member, one.subject.family)
    benefits = [s for s in body if s[0] == "EB"]
    assert benefits[0][1] == ("1" if active else "6")
    assert any(s[1] == "C" and s[6] == "29" for s in benefits) == active
    assert any(s[1] == "B" for s in benefits) == active
    assert ("DTP", "347") not in {tuple(s[:2]) for s in body} or not active


def test_eligibility_of_a_stranger_is_refused_by_aaa(biller: Biller) -> None:
    body = ask_270(biller, "SBP01", "NOBODY", "Nobody")
    assert [s[3] for s in body if s[0] == "AAA"] == ["75"]


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"ISA*00*"])
def test_real_time_takes_nothing_else(biller: Biller, raw: bytes) -> None:
    assert biller.post("realtime", raw).status_code == 400
    assert biller.post("realtime", biller.draft()).status_code == 400


def test_a_won_appeal_comes_back_as_a_reversal_and_a_payment(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"}, appeal="won")
    claim, number = made["claim_id"], made["payer_claim_id"]
    letter = b"%PDF-1.7 letter and enclosures"
    answer = biller.appeal(claim, number, "a-1", letter)
    assert answer.status_code == 202
    assert answer.json()["sha256"] == sha256(letter)
    assert truth_of(biller, claim)["appealed"] == "pending"
    biller.sandbox.control.advance_claims()
    back, again = x12_check.era(latest(biller, "835")).claims
    assert (back.status, back.paid) == ("22", 0)
    assert again.paid > 0
    assert truth_of(biller, claim)["appealed"] == "won"


def test_a_lost_appeal_is_upheld_by_a_277(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"}, appeal="lost")
    before = len(biller.all("835"))
    biller.appeal(made["claim_id"], made["payer_claim_id"], "a-1")
    biller.sandbox.control.advance_claims()
    assert x12_check.statuses(latest(biller, "277"))[made["claim_id"]].startswith("F2:")
    assert len(biller.all("835")) == before


def test_late_filing_is_won_where_the_files_prove_timely_receipt(biller: Biller) -> None:
    rows = biller.sandbox.control.claims_truth()
    limits = {p["id"]: p["timely"] for p in rows["payers"]}
    late = [r for r in rows["claims"] if r["state"] == "denied" and r["reasons"][0]["carc"] == "29"]
    for number, row in enumerate(late):
        biller.appeal(row["claim_id"], row["payer_claim_id"], f"a-{number}")
    biller.sandbox.control.advance_claims()
    ends = [truth_of(biller, row["claim_id"])["appealed"] for row in late]
    assert ends.count("won") == 1
    assert limits["SHH01"] == 90


def test_a_letter_may_come_as_a_form(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"})
    meta = f'{{"claim_id": "{made["claim_id"]}", "kind": "appeal"}}'
    answer = biller.http.post(
        f"{biller.sandbox.clearinghouse()}/attachments",
        data={"metadata": meta},
        files={"file": ("letter.docx", b"PK\x03\x04 letter")},
        headers=biller.headers | {"Idempotency-Key": "a-1"},
    )
    assert answer.status_code == 202
    assert biller.get("attachments/a-1").json() == answer.json()


def test_a_letter_is_taken_once_per_key(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"}, appeal="won")
    claim, number = made["claim_id"], made["payer_claim_id"]
    first, again = (biller.appeal(claim, number, "a-1") for _ in range(2))
    assert again.json() == first.json()
    assert biller.appeal(claim, number, "a-1", b"%PDF-1.7 other").status_code == 409
    [line] = biller.sandbox.control.ledger()
    assert (line["kind"], line["values"]["claim_ids"]) == ("appeal", [claim])
    assert biller.get("attachments/a-2").status_code == 404


def test_a_lost_answer_to_a_letter_can_be_read_back(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"})
    biller.sandbox.control.fault("clearinghouse.attach", "lost_response", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        biller.appeal(made["claim_id"], made["payer_claim_id"], "a-1")
    assert biller.get("attachments/a-1").status_code == 200


def test_a_letter_must_be_a_document_about_a_claim_on_file(biller: Biller) -> None:
    made = biller.sandbox.control.claim(outcome={"carc": "50"})
    claim, number = made["claim_id"], made["payer_claim_id"]
    assert biller.appeal(claim, number, "a-1", b"plain text").status_code == 422
    assert biller.appeal(claim, "OTHER", "a-1").status_code == 422
    assert biller.appeal("NONE", number, "a-1").status_code == 422
    assert biller.post("attachments", b"%PDF-", Idempotency_Key="k").status_code == 422


def test_what_the_history_still_owes_comes_when_it_is_forced(biller: Biller) -> None:
    rows = biller.sandbox.control.claims_truth()
    waiting = rows["totals"]["states"]["pending"]
    assert biller.sandbox.control.advance_claims()["happened"] == 0
    assert biller.sandbox.control.advance_claims(past=True)["happened"] > 0
    after = biller.sandbox.control.claims_truth()["totals"]["states"].get("pending", 0)
    assert after < waiting


def test_every_live_file_balances_as_well(biller: Biller) -> None:
    after = biller.end()
    biller.submit(biller.draft(), "k-1")
    biller.sandbox.control.claim(outcome=DENIED, count=3)
    biller.sandbox.control.advance_claims(past=True)
    for file in biller.all(after=after):
        raw = biller.raw(file["id"])
        assert x12_check.transactions(raw)
        if file["kind"] == "835":
            era = x12_check.era(raw)
            assert era.off == Decimal(0)
            assert all(c.off() == 0 for c in era.claims)
