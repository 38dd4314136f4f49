"""The demo practice's year of claims: every file in order and balanced, and the truth is what the files say."""

import base64
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.sandbox.clearing.house import new_house
from services.sandbox.clearing.keeping import as_kept, happen, restored
from services.sandbox.clearing.model import Levy, Remittance
from services.sandbox.clearing.past import past_of
from services.sandbox.clearing.remitting import remittance_835
from services.sandbox.clearing.x12 import Parties, interchange
from services.sandbox.npi import is_npi, npi_of
from services.sandbox.pace import ClaimsPace
from tests.services.sandbox import x12_check
from tests.services.sandbox.biller import Biller

ORDINARY = {"45", "1", "2", "3", "253", "23"}
DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def past() -> Any:
    return past_of("FEIGDM", 0, DAY, 7)


def test_it_is_a_year_of_about_nine_hundred_claims(past: Any) -> None:
    kinds = Counter(f.kind for f in past.files)
    assert 800 <= len(past.records) <= 1000
    assert kinds["837"] == kinds["999"] == kinds["277ca"] >= 50
    assert kinds["835"] > 100
    assert kinds["837-draft"] == 1
    assert [f.created for f in past.files] == sorted(f.created for f in past.files)


def test_every_envelope_counts_right(past: Any) -> None:
    for file in past.files:
        assert x12_check.transactions(file.raw), file.id


def test_every_claim_bills_the_sum_of_its_lines(past: Any) -> None:
    for file in past.files:
        if file.kind in ("837", "837-draft"):
            assert all(charge == lines for _, charge, lines in x12_check.billed(file.raw))


def test_every_remittance_balances_to_the_cent_but_the_one_that_should_not(past: Any) -> None:
    eras = {f.id: x12_check.era(f.raw) for f in past.files if f.kind == "835"}
    assert all(claim.off() == 0 for e in eras.values() for claim in e.claims)
    wrong = {i: e.off for i, e in eras.items() if e.off}
    known = {r.quarantined for r in past.records.values() if r.quarantined}
    assert set(wrong) == known
    assert list(wrong.values()) == [Decimal("0.07")]


def test_the_check_would_notice_a_cent() -> None:
    """The negative control."""
    record = next(r for r in past_of("FEIGDM", 0, DAY, 7).records.values() if r.verdicts)
    paid = Remittance("SBP01", DAY, "T1", (record.verdicts[0],), (Levy("L6", "T1", -12),), slip=1)
    at = datetime(2026, 11, 30, tzinfo=UTC)
    raw = interchange("835", [remittance_835(paid)], Parties("A", "B"), at, 1)
    assert x12_check.era(raw).off == Decimal("0.01")


def test_what_the_patient_owes_is_the_sum_of_pr(past: Any) -> None:
    for file in past.files:
        for claim in x12_check.era(file.raw).claims if file.kind == "835" else ():
            if claim.status != "22":
                owed = sum((a for group, _, a in claim.adjustments if group == "PR"), Decimal())
                assert Decimal(claim.owed) == owed


def test_a_reversal_takes_back_exactly_what_was_paid_before(past: Any) -> None:
    last: dict[tuple[str, str], x12_check.Clp] = {}
    seen = 0
    for file in past.files:
        for claim in x12_check.era(file.raw).claims if file.kind == "835" else ():
            if claim.status == "22":
                seen += 1
                before = last[claim.id, claim.number]
                assert (claim.charge, claim.paid) == (-before.charge, -before.paid)
            last[claim.id, claim.number] = claim
    assert seen > 5


def test_between_ten_and_fourteen_percent_are_denied_at_first(past: Any) -> None:
    first: dict[str, bool] = {}
    for file in past.files:
        for claim in x12_check.era(file.raw).claims if file.kind == "835" else ():
            denied = any(code not in ORDINARY for _, code, _ in claim.adjustments)
            first.setdefault(claim.id, denied)
    assert 0.10 <= sum(first.values()) / len(first) <= 0.14


def test_denials_have_causes_that_can_be_seen(past: Any) -> None:
    """A visit beside a procedure is denied far more often without modifier 25 than with it."""
    rates = {True: [0, 0], False: [0, 0]}
    for record in past.records.values():
        for verdict in record.verdicts[:1]:
            lines = verdict.claim.lines
            if any(line.procedure in ("20610", "17110", "94640", "97110") for line in lines):
                count = rates["25" in lines[0].modifiers]
                count[0] += any(a.code == "97" for a in verdict.adjustments)
                count[1] += 1
    assert rates[True][0] == 0
    assert rates[False][0] / rates[False][1] > 0.4


def test_twelve_of_one_payer_wait_for_the_same_authorization(past: Any) -> None:
    open_ = [
        (v.claim.payer, v.claim.lines[0].procedure)
        for r in past.records.values()
        if (v := r.last())
        and v.claim.payer == "SHH01"
        and any(a.code == "197" for a in v.adjustments)
    ]
    assert open_ == [("SHH01", "76700")] * 12


def test_a_claim_denied_as_late_has_a_proof_of_timely_receipt_in_the_files(past: Any) -> None:
    [late] = [
        r
        for r in past.records.values()
        if (v := r.last())
        and any(a.code == "29" for a in v.adjustments)
        and (v.received - v.claim.day).days <= 90
        and v.claim.payer == "SHH01"
    ]
    receipts = [x12_check.statuses(f.raw) for f in past.files if f.kind == "277ca"]
    assert [s[late.claim.id] for s in receipts if late.claim.id in s] == ["A2:20:PR"]


def test_an_unprocessable_claim_names_the_missing_field(past: Any) -> None:
    eras = [x12_check.era(f.raw) for f in past.files if f.kind == "835"]
    remarks = {
        remark
        for e in eras
        for claim in e.claims
        for _, code, _ in claim.adjustments
        if code == "16"
        for remark in claim.remarks
    }
    assert {"MA130", "N286"} <= remarks
    waiting = [r.last() for r in past.records.values() if r.state == "denied"]
    assert any(v.remarks == ("MA130", "N286") for v in waiting)


def test_there_are_reversals_secondaries_interest_carry_forward_and_recoupment(past: Any) -> None:
    eras = [x12_check.era(f.raw) for f in past.files if f.kind == "835"]
    assert {"1", "2", "4", "19", "22"} <= {c.status for e in eras for c in e.claims}
    assert {reason for e in eras for reason, _ in e.levies} == {"L6", "FB", "WO"}
    assert any(code == "253" for e in eras for c in e.claims for _, code, _ in c.adjustments)


def test_one_remittance_comes_twice_byte_for_byte(past: Any) -> None:
    original, copy = past.twice
    by_id = {f.id: f for f in past.files}
    assert by_id[original].raw == by_id[copy].raw
    others = [f.raw for f in past.files if f.id not in past.twice]
    assert len(set(others)) == len(others)


def test_the_draft_holds_fifteen_claims_of_which_six_should_fail(past: Any) -> None:
    drafts = [r for r in past.records.values() if r.state == "draft"]
    assert len(drafts) == 15
    assert sorted(why for r in drafts for why in r.draft) == [
        *("authorization_missing", "coverage_ended", "diagnosis_pointer", "duplicate"),
        *("npi_check_digit", "sex_mismatch"),
    ]


def test_the_same_day_and_seed_make_the_same_bytes() -> None:
    fresh = past_of.__wrapped__("FEIGDM", 0, DAY, 7)
    again = past_of.__wrapped__("FEIGDM", 0, DAY, 7)
    other = past_of.__wrapped__("FEIGDM", 0, DAY, 8)
    assert [f.raw for f in fresh.files] == [f.raw for f in again.files]
    assert [f.raw for f in fresh.files] != [f.raw for f in other.files]


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2027, 1, 1), date(2028, 2, 29)])
def test_other_days_have_their_special_cases_too(day: date) -> None:
    told = past_of.__wrapped__("FEIGDM", 0, day, 7)
    assert sum(r.quarantined != "" for r in told.records.values()) == 3
    assert sum(bool(r.draft) for r in told.records.values()) == 6
    group = [
        r for r in told.records.values()
        if (v := r.last()) and v.claim.payer == "SHH01" and any(a.code == "197" for a in v.adjustments)
    ]  # fmt: skip
    assert len(group) == 12
    for file in told.files:
        if file.kind == "835":
            assert x12_check.era(file.raw).off in (0, Decimal("0.07"))


def test_an_account_opened_days_ago_is_rebuilt_file_by_file() -> None:
    house = new_house("FEIGDM", 0, DAY, 7, ClaimsPace())
    start = datetime(2026, 12, 2, 9, tzinfo=UTC)
    draft = next(f.raw for f in house.cabinet.files if f.kind == "837-draft")
    raw = base64.b64encode(draft).decode()
    happen(house, "submit", start, key="k", raw=raw, name="d.x12", covers={})
    happen(house, "mail", start, name="m.835", kind="835", raw=raw)
    happen(house, "pace", start, pace={"paid": 5})
    happen(house, "advance", start + timedelta(seconds=3), past_too=False)
    again = restored("FEIGDM", 0, 7, json.loads(json.dumps(as_kept(house))))
    for account in (house, again):
        account.run(start + timedelta(days=9))
    assert [f.as_json() for f in again.cabinet.files] == [f.as_json() for f in house.cabinet.files]
    assert len(house.cabinet.files) > len(house.past.files) + 5


def test_identifiers_pass_their_check_and_another_digit_does_not() -> None:
    assert is_npi("1234567893"), "the example of the standard"
    assert all(is_npi(npi_of(n)) for n in range(400))
    assert not is_npi("1234567890")


def test_everybody_is_labelled_as_synthetic(past: Any) -> None:
    names = {
        s[3] if s[0] == "NM1" else s[2]
        for f in past.files
        for s in x12_check.segments(f.raw)
        if (s[0] == "NM1" and s[2] == "2") or (s[0] == "N1")
    }
    assert len(names) > 5
    assert all(name.endswith("(synthetic)") for name in names)


def test_the_truth_is_what_the_files_say(biller: Biller) -> None:
    """Recomputed from the files alone, the double and the unbalanced one left out."""
    truth = biller.sandbox.control.claims_truth()
    left_out = {*truth["files"]["unbalanced"], *truth["files"]["duplicates"]}
    paid: Counter[str] = Counter()
    for file in biller.all("835"):
        if file["id"] not in left_out:
            for claim in x12_check.era(biller.raw(file["id"])).claims:
                paid[claim.id] += int(claim.paid * 100)
    said = {row["claim_id"]: row["paid"] for row in truth["claims"]}
    assert {i: cents for i, cents in said.items() if cents} == {i: c for i, c in paid.items() if c}
    assert truth["totals"]["paid"] == paid.total()
