"""The clearinghouse's account: files out and in, keys, read-back, and the stream that goes on by itself."""

import time
from pathlib import Path

import httpx
import pytest

from services.sandbox import running
from services.sandbox.pace import ClaimsPace
from tests.services.sandbox import x12_check
from tests.services.sandbox.biller import Biller, only, renumbered, sha256


def good_claim(biller: Biller) -> str:
    """A draft that nothing is wrong with."""
    rows = biller.sandbox.control.claims_truth()["claims"]
    return str(next(r["claim_id"] for r in rows if r["state"] == "draft" and not r["should_fail"]))


def faulty(biller: Biller, why: str) -> str:
    rows = biller.sandbox.control.claims_truth()["claims"]
    return str(next(r["claim_id"] for r in rows if r["should_fail"] == [why]))


def state_of(biller: Biller, claim: str) -> dict[str, object]:
    rows = biller.sandbox.control.claims_truth()["claims"]
    return dict(next(r for r in rows if r["claim_id"] == claim))


@pytest.mark.parametrize("key", ["", "wrong", "sandbox-clearinghouse-key "])
def test_a_wrong_key_opens_nothing(biller: Biller, key: str) -> None:
    biller.key = key.strip() + "?" if key.endswith(" ") else key or "none"
    answer = biller.get("files")
    assert answer.status_code == 401
    assert answer.json() == {"error": "The key is missing or not known."}


def test_a_registered_key_opens_its_own_account_only(biller: Biller) -> None:
    entry = {"client_id": "billing", "practice": "FEIGD2", "clearinghouse_key": "k-2"}
    biller.sandbox.control.call("POST", "clients", entry)
    biller.key = "k-2"
    assert biller.get("files").status_code == 403
    biller.practice = "FEIGD2"
    assert biller.get("files").status_code == 200


def test_an_unknown_account_is_not_found(biller: Biller) -> None:
    biller.practice = "NOBODY"
    assert biller.get("files").status_code == 404


def test_a_file_put_into_the_account_comes_as_it_is(biller: Biller) -> None:
    end, control = biller.end(), biller.sandbox.control
    told = {"practice": "FEIGDM", "name": "a.835", "kind": "835", "raw": "SVNBKg=="}
    control.call("POST", "clearinghouse/files", told)
    [listed] = biller.page(end)["files"]
    assert (listed["name"], listed["kind"], listed["size"]) == ("a.835", "835", 4)
    assert biller.raw(listed["id"]) == b"ISA*"
    with pytest.raises(RuntimeError, match="cannot be put there"):
        control.call("POST", "clearinghouse/files", told | {"raw": "?"})


def test_files_come_fifty_at_a_time_and_each_once(biller: Biller) -> None:
    first = biller.page()
    assert len(first["files"]) == 50
    everything = biller.all()
    ids = [f["id"] for f in everything]
    assert len(ids) == len(set(ids)) > 300
    assert set(first["files"][0]) == {"id", "name", "kind", "size", "sha256", "created"}


def test_a_kind_is_listed_alone(biller: Biller) -> None:
    assert {f["kind"] for f in biller.all("277ca")} == {"277ca"}
    assert biller.get("files", kind="nonsense").status_code == 400


def test_the_bytes_are_what_the_listing_says(biller: Biller) -> None:
    for file in biller.page()["files"][:5]:
        answer = biller.get(f"files/{file['id']}")
        assert (len(answer.content), sha256(answer.content)) == (file["size"], file["sha256"])
        assert answer.headers["content-type"].startswith("text/plain")
    assert biller.get("files/x.999999").status_code == 404


@pytest.mark.parametrize("cursor", ["nonsense", "RkVJR0QyOjE="])
def test_a_strange_cursor_is_refused(biller: Biller, cursor: str) -> None:
    assert biller.get("files", after=cursor).status_code == 400


def test_a_cursor_from_before_a_reset_is_gone(biller: Biller) -> None:
    biller.sandbox.control.claim(outcome="paid")
    cursor = biller.end()
    biller.sandbox.control.reset()
    assert biller.get("files", after=cursor).status_code == 410


def test_a_claim_is_acknowledged_accepted_and_paid(biller: Biller) -> None:
    claim, after = good_claim(biller), biller.end()
    raw = only(biller.draft(), claim)
    answer = biller.submit(raw, "k-1", "claims.x12")
    assert answer.status_code == 202
    assert answer.json()["control"] == "000000900"
    [copy] = biller.all(after=after)
    assert (copy["kind"], copy["name"], copy["sha256"]) == ("837", "claims.x12", sha256(raw))
    biller.sandbox.control.advance_claims()
    kinds = [f["kind"] for f in biller.all(after=after)]
    assert kinds == ["837", "999", "277ca", "835"]
    ids = {f["kind"]: f["id"] for f in biller.all(after=after)}
    assert x12_check.statuses(biller.raw(ids["277ca"])) == {claim: "A2:20:PR"}
    [paid] = x12_check.era(biller.raw(ids["835"])).claims
    assert (paid.id, paid.off()) == (claim, 0)
    assert state_of(biller, claim)["paid"] == int(paid.paid * 100)


def test_the_answers_come_by_themselves_on_the_sandboxs_clock(biller: Biller) -> None:
    after = biller.end()
    biller.submit(only(biller.draft(), good_claim(biller)), "k-1")
    control = biller.sandbox.control
    assert [f["kind"] for f in biller.all(after=after)] == ["837"]
    control.call("POST", "clock", {"offset_seconds": 700})
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "999"]
    control.call("POST", "clock", {"offset_seconds": 1300})
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "999", "277ca"]
    control.call("POST", "clock", {"offset_seconds": 1900})
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "999", "277ca", "835"]


def test_the_pace_can_be_set(biller: Biller) -> None:
    after = biller.end()
    pace = {"acknowledged": 0, "received": 0, "paid": 0}
    assert biller.sandbox.control.call("POST", "clearinghouse/pace", pace)["appealed"] == 1800
    biller.submit(only(biller.draft(), good_claim(biller)), "k-1")
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "999", "277ca", "835"]


@pytest.mark.parametrize(
    ("why", "status"), [("npi_check_digit", "A7:562:82"), ("diagnosis_pointer", "A7:477")]
)
def test_a_broken_claim_is_rejected_and_never_paid(biller: Biller, why: str, status: str) -> None:
    claim, after = faulty(biller, why), biller.end()
    biller.submit(only(biller.draft(), claim), "k-1")
    biller.sandbox.control.advance_claims()
    found = {f["kind"]: f["id"] for f in biller.all(after=after)}
    assert "835" not in found
    assert x12_check.statuses(biller.raw(found["277ca"])) == {claim: status}
    assert state_of(biller, claim)["state"] == "rejected"


@pytest.mark.parametrize(
    ("why", "carc"),
    [("coverage_ended", "27"), ("sex_mismatch", "7"), ("duplicate", "18")],
)
def test_a_claim_with_a_fault_that_only_the_payer_sees_is_denied(
    biller: Biller, why: str, carc: str
) -> None:
    claim, after = faulty(biller, why), biller.end()
    biller.submit(only(biller.draft(), claim), "k-1")
    biller.sandbox.control.advance_claims()
    [era] = biller.all("835", after)
    [denied] = x12_check.era(biller.raw(era["id"])).claims
    assert carc in {code for _, code, _ in denied.adjustments}
    assert (denied.paid, denied.off()) == (0, 0)


def test_the_same_key_answers_the_same_and_other_bytes_are_refused(biller: Biller) -> None:
    raw, after = biller.draft(), biller.end()
    first, again = biller.submit(raw, "k-1"), biller.submit(raw, "k-1")
    assert (again.status_code, again.json()) == (202, first.json())
    assert biller.submit(renumbered(raw, 77), "k-1").status_code == 409
    assert len(biller.all("837", after)) == 1
    assert len(biller.sandbox.control.ledger()) == 1


def test_a_sender_in_doubt_can_read_back(biller: Biller) -> None:
    raw = biller.draft()
    assert biller.get("submissions/k-1").status_code == 404
    accepted = biller.submit(raw, "k-1").json()
    assert biller.get("submissions/k-1").json() == {**accepted, "sha256": sha256(raw)}


def test_a_file_needs_a_key_and_bytes(biller: Biller) -> None:
    assert biller.post("files", b"ISA").status_code == 400
    assert biller.submit(b"", "k-1").status_code == 400


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (b"IEA*1*", b"IEA*2*", "021"),
        (b"IEA*1*000000900", b"IEA*1*000000901", "001"),
        (b"IEA*1*000000900~", b"", "023"),
        (b"ISA*", b"XXX*", "022"),
    ],
)
def test_a_broken_interchange_is_taken_and_then_refused_by_a_ta1(
    biller: Biller, old: bytes, new: bytes, note: str
) -> None:
    after = biller.end()
    raw = only(biller.draft(), good_claim(biller))
    assert old in raw
    assert biller.submit(raw.replace(old, new), "k-1").status_code == 202
    biller.sandbox.control.advance_claims()
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "ta1"]
    [ta1] = biller.all("ta1", after)
    [said] = [s for s in x12_check.segments(biller.raw(ta1["id"])) if s[0] == "TA1"]
    assert said[4:] == ["R", note]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(b"~SE*", b"~SE*1", "4"), (b"*0001~GE", b"*0002~GE", "3"), (b"~HI*", b"~XX*", "5")],
)
def test_a_broken_transaction_is_refused_by_a_999(
    biller: Biller, old: bytes, new: bytes, code: str
) -> None:
    after = biller.end()
    raw = only(biller.draft(), good_claim(biller))
    assert old in raw
    biller.submit(raw.replace(old, new), "k-1")
    biller.sandbox.control.advance_claims()
    assert [f["kind"] for f in biller.all(after=after)] == ["837", "999"]
    [file] = biller.all("999", after)
    found = x12_check.segments(biller.raw(file["id"]))
    assert ["IK5", "R", code] in found
    assert next(s for s in found if s[0] == "AK9")[1] == "R"


def test_the_same_interchange_under_another_key_is_refused(biller: Biller) -> None:
    raw, after = only(biller.draft(), good_claim(biller)), biller.end()
    biller.submit(raw, "k-1")
    biller.submit(raw, "k-2")
    biller.sandbox.control.advance_claims()
    kinds = sorted(f["kind"] for f in biller.all(after=after))
    assert kinds == ["277ca", "835", "837", "837", "999", "ta1"]


def test_the_ledger_names_key_digest_and_claims(biller: Biller) -> None:
    claim = good_claim(biller)
    raw = only(biller.draft(), claim)
    biller.submit(raw, "k-1")
    [line] = biller.sandbox.control.ledger()
    assert (line["kind"], line["idempotency_key"]) == ("x12_837", "k-1")
    assert line["values"]["sha256"] == sha256(raw)
    assert line["values"]["claim_ids"] == [claim]


def test_a_lost_response_means_the_file_was_taken(biller: Biller) -> None:
    biller.sandbox.control.fault("clearinghouse.submit", "lost_response", times=1)
    raw = biller.draft()
    with pytest.raises(httpx.RemoteProtocolError):
        biller.submit(raw, "k-1")
    assert biller.get("submissions/k-1").json()["sha256"] == sha256(raw)


def test_an_outage_means_it_was_not(biller: Biller) -> None:
    raw = biller.draft()
    biller.sandbox.control.fault("clearinghouse", "outage", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        biller.submit(raw, "k-1")
    assert biller.get("submissions/k-1").status_code == 404
    assert biller.sandbox.control.ledger() == []


def test_a_silent_drop_accepts_and_stores_nothing(biller: Biller) -> None:
    raw = biller.draft()
    biller.sandbox.control.fault("clearinghouse.submit", "silent_drop", times=1)
    assert biller.submit(raw, "k-1").status_code == 202
    assert biller.get("submissions/k-1").status_code == 404


@pytest.mark.parametrize(("after_work", "status"), [(False, 404), (True, 200)])
def test_a_5xx_may_come_before_or_after_the_work(
    biller: Biller, after_work: bool, status: int
) -> None:
    raw = biller.draft()
    biller.sandbox.control.fault("clearinghouse.submit", "status", times=1, after=after_work)
    assert biller.submit(raw, "k-1").status_code == 503
    assert biller.get("submissions/k-1").status_code == status


def test_a_file_can_be_cut_and_is_whole_the_next_time(biller: Biller) -> None:
    file = biller.page()["files"][0]
    biller.sandbox.control.fault("clearinghouse.file", "cut", times=1)
    assert len(biller.raw(file["id"])) == file["size"] // 2
    assert len(biller.raw(file["id"])) == file["size"]


def test_a_listing_can_repeat_reverse_and_loop(biller: Biller) -> None:
    good = biller.page()
    for kind in ("duplicate", "out_of_order", "loop"):
        biller.sandbox.control.fault("clearinghouse.files", kind, times=1)
    twice, back, looped = biller.page(), biller.page(), biller.page(good["next"])
    assert [f["id"] for f in twice["files"]][:2] == [good["files"][0]["id"]] * 2
    assert back["files"] == good["files"][::-1]
    assert looped["next"] == good["next"]


def test_neighbours_see_their_own_claims(biller: Biller) -> None:
    # A receipt (999) names no claim and no practice: two of one minute may be alike.
    mine = {f["sha256"] for f in biller.all() if f["kind"] != "999"}
    biller.practice = "FEIGD2"
    theirs = {f["sha256"] for f in biller.all() if f["kind"] != "999"}
    assert theirs
    assert not mine & theirs


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.json"


def test_everything_is_there_after_a_restart(state: Path, line: httpx.Client) -> None:
    slow = ClaimsPace(600, 1200, 1800, 1800)
    with running(state=state, claims_pace=slow) as sandbox:
        biller = Biller(sandbox, line)
        after = biller.end()
        biller.submit(only(biller.draft(), good_claim(biller)), "k-1")
        made = sandbox.control.claim(outcome={"carc": "50"}, appeal="won")
        biller.appeal(made["claim_id"], made["payer_claim_id"], "a-1")
        sandbox.control.advance_claims()
        biller.submit(only(biller.draft(), faulty(biller, "sex_mismatch"), 950), "k-2")
        listing, truth = biller.all(), sandbox.control.claims_truth()
    with running(state=state) as sandbox:
        biller = Biller(sandbox, line)
        assert biller.all() == listing
        assert sandbox.control.claims_truth() == truth
        assert biller.get("submissions/k-1").status_code == 200
        assert sandbox.control.advance_claims()["happened"] > 0
        assert len(biller.all("835", after)) == 4
        assert biller.get("attachments/a-1").status_code == 200


def test_a_quick_sandbox_pays_soon(line: httpx.Client) -> None:
    with running(claims_pace=ClaimsPace.of(0.2)) as sandbox:
        biller = Biller(sandbox, line)
        after = biller.end()
        biller.submit(only(biller.draft(), good_claim(biller)), "k-1")
        deadline = time.monotonic() + 60
        while not biller.all("835", after) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(biller.all("835", after)) == 1
