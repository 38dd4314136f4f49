"""Files that come twice, late, broken, half posted or for claims nobody knows: each counts once."""

import random
import threading
import tracemalloc
from collections import Counter, deque
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from db import writing
from db.claim_events import ClaimEvents, EventKind
from db.claim_payments import Adjustments, ClaimPayments
from db.claims import Claims, ClaimState
from db.denials import Denials
from db.keyring import Keyring, save_keyring
from db.x12_files import FileState
from services.claims import posting, reading
from tests.db.processes import killed_after
from tests.services.claims import killing
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import answer, bill, numbers, remittance
from tests.services.conftest import Clock
from tests.x12_files import interchange, payment

MANY = 1_000


def books(billing: Billing) -> tuple[int, ...]:
    """How much is in the books: answers, adjustments, denials, steps, and what was paid."""
    answers = billing.all(ClaimPayments)
    return (
        len(answers), len(billing.all(Adjustments)), len(billing.all(Denials)),
        len(billing.all(ClaimEvents)), sum(a.paid_cents for a in answers),
        sum(c.paid_cents for c in billing.all(Claims)),
    )  # fmt: skip


def killed_somewhere(
    billing: Billing, keyring: Keyring, clock: Clock, folder: Path, *, forgetful: bool
) -> int:
    """Post in processes killed at random transactions; each starts after the last one's lease."""
    chance, path = random.Random(4), folder / "keyring.json"
    save_keyring(path, keyring)
    url, kills = billing.container.settings.database_url, 0
    while any(file.state is FileState.RECEIVED for file in billing.files()):
        clock.wait(posting.LEASE + timedelta(minutes=1))
        steps = chance.randint(4, 22) if kills < 5 else 1_000
        killed_after(
            steps, chance.random() / 50, killing.post, url, path, billing.practice.id,
            clock().isoformat(), forgetful,
        )  # fmt: skip
        kills += 1
        if kills > 8:
            break
    return kills


def test_a_file_whose_poster_is_killed_again_and_again_is_posted_whole_and_once(
    billing: Billing, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    billing.drop(bill(10))
    billing.post()
    billing.drop(remittance(numbers(MANY)))
    kills = killed_somewhere(billing, keyring, clock, tmp_path, forgetful=False)
    assert kills > 2
    assert {f.state for f in billing.files()} == {FileState.POSTED}
    answers = billing.all(ClaimPayments)
    assert sorted(a.place for a in answers) == list(range(2, MANY + 2))
    [paying] = [file for file in billing.files() if file.kind == "835"]
    assert sum(a.paid_cents for a in answers) == paying.paid_cents
    assert sum(a.unmatched for a in answers) == MANY - 10


def test_a_poster_that_does_not_look_what_was_posted_never_gets_through(
    billing: Billing, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    billing.drop(remittance(numbers(MANY)))
    killed_somewhere(billing, keyring, clock, tmp_path, forgetful=True)
    # The second guard holds: a place is in the books once, so the forgetful one fails.
    assert {f.state for f in billing.files()} == {FileState.RECEIVED}
    places = [a.place for a in billing.all(ClaimPayments)]
    assert 0 < len(places) < MANY
    assert len(places) == len(set(places))


def test_two_workers_at_once_post_a_file_once(billing: Billing) -> None:
    billing.drop(bill(60))
    billing.drop(remittance(numbers(60)))
    start, ended = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        ended.append(billing.post())

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    billing.post()  # one may have ended early because the other was still at work
    assert {f.state for f in billing.files()} == {FileState.POSTED}
    assert len(ended) == 2
    assert len(billing.all(ClaimPayments)) == len(billing.all(Claims)) == 60
    assert not any(a.unmatched for a in billing.all(ClaimPayments))


def test_whoever_lost_its_file_to_another_worker_writes_nothing_more_of_it(
    billing: Billing, clock: Clock
) -> None:
    billing.drop(remittance(numbers(3)))
    held = posting._next(billing.container, billing.practice)
    assert held is not None
    clock.wait(posting.LEASE + timedelta(minutes=1))
    assert billing.post() == {"posted": 1}
    before = books(billing)
    with pytest.raises(posting.TakenOver):
        posting._post(billing.container, billing.practice, held)
    assert books(billing) == before


def test_the_same_interchange_in_other_bytes_is_set_aside_as_a_duplicate(billing: Billing) -> None:
    billing.drop(bill(6))
    billing.drop(remittance(numbers(6)))
    billing.post()
    before = books(billing)
    assert billing.drop(remittance(numbers(6))) is None  # the very same bytes are not even kept
    billing.drop(remittance(numbers(6)) + b"\n")
    assert billing.post() == {"duplicate": 1}
    assert books(billing) == before
    billing.drop(remittance(numbers(6), control=906))  # another control number is another payment
    assert billing.post() == {"posted": 1}
    assert books(billing) != before


def test_a_reversal_that_comes_before_what_it_takes_back_finds_it_later(billing: Billing) -> None:
    billing.drop(bill(1))
    late = payment("0", *answer("CLM000000", status="22"), *answer("CLM000000"))
    billing.drop(interchange("835", late, control=2))
    billing.post()
    early = [s.replace("20260305", "20260223") for s in payment("80", *answer("CLM000000"))]
    billing.drop(interchange("835", early, control=1))
    billing.post()
    taken, standing = [], []
    for one in billing.all(ClaimPayments):
        if not one.reversal:
            (taken if one.reversed_by else standing).append(one)
    assert [(p.paid_on.day, p.paid_cents) for p in taken] == [(23, 8_000)]
    assert [(p.paid_on.day, p.paid_cents) for p in standing] == [(5, 8_000)]
    [claim] = billing.all(Claims)
    assert (claim.state, claim.paid_cents) == (ClaimState.PAID, 8_000)


def test_a_reversal_takes_back_the_answer_of_its_very_amount(billing: Billing) -> None:
    billing.drop(bill(1))
    billing.drop(interchange("835", payment("70", *answer("CLM000000", paid=70)), control=1))
    billing.drop(interchange("835", payment("80", *answer("CLM000000", paid=80)), control=2))
    billing.post()
    billing.drop(
        interchange("835", payment("-70", *answer("CLM000000", status="22", paid=70)), control=3)
    )
    billing.post()
    [claim] = billing.all(Claims)
    assert claim.paid_cents == 8_000


def test_answers_that_come_before_their_claim_are_given_to_it_when_it_comes(
    billing: Billing,
) -> None:
    billing.drop(bill(1, control=7))
    billing.drop(remittance(numbers(12)))
    billing.post()
    assert sum(a.unmatched for a in billing.all(ClaimPayments)) == 11
    billing.drop(bill(12, control=8))
    billing.post()
    assert not any(a.unmatched for a in billing.all(ClaimPayments))
    # The copy tells what was billed, and does not undo what the payer has answered.
    states = Counter(claim.state for claim in billing.all(Claims))
    assert states == {ClaimState.PAID: 10, ClaimState.DENIED: 2}
    assert len([d for d in billing.all(Denials) if d.is_open]) == 2


def test_where_no_837_was_ever_seen_claims_are_known_from_their_answers(billing: Billing) -> None:
    billing.drop(remittance(numbers(12)))
    assert billing.post() == {"posted": 1}
    claims = billing.all(Claims)
    assert Counter(claim.state for claim in claims) == {ClaimState.PAID: 10, ClaimState.DENIED: 2}
    assert {claim.service_on.isoformat() for claim in claims} == {"2026-02-01"}
    assert len(billing.all(Denials)) == 2
    assert EventKind.REMITTED in {e.kind for e in billing.all(ClaimEvents)}
    # When copies come after all, they complete these claims instead of making others.
    billing.drop(bill(12))
    billing.post()
    assert len(billing.all(Claims)) == 12
    assert all(claim.content for claim in billing.all(Claims))


def test_a_payment_that_only_adjusts_the_provider_is_posted_with_its_total(
    billing: Billing,
) -> None:
    # Money taken back for an earlier overpayment, without any claim: BPR02 and PLB are negative.
    body = [*payment("-12.5")[:-1], "PLB*1234567893*20261231*WO:X1*12.5"]
    billing.drop(interchange("835", body))
    assert billing.post() == {"posted": 1}
    [file] = billing.files()
    assert (file.claims, file.paid_cents, file.provider_cents) == (0, 0, 1_250)


def test_an_amount_no_claim_can_have_keeps_the_whole_file_out(billing: Billing) -> None:
    huge = [s.replace("*100*80", "*99999999999*80") for s in answer("CLM000000")]
    billing.drop(interchange("835", payment("80", *huge)))
    assert billing.post() == {"refused": 1}
    assert "20 million" in billing.files()[0].reason
    assert billing.all(ClaimPayments) == []


def test_a_999_for_a_transaction_nobody_knows_and_a_277ca_for_strangers_change_nothing(
    billing: Billing,
) -> None:
    billing.drop(bill(2))
    billing.post()
    before = books(billing)
    ack = ["AK1*HC*4711*005010X222A1", "AK2*837*0001*005010X222A1", "IK5*R*5", "AK9*R*1*1*0"]
    billing.drop(interchange("999", ack, guide="005010X231A1", control=21))
    status = [
        "BHT*0085*08*1*20260302*0900*TH", "HL*1**20*1", "NM1*PR*2*A PAYER*****PI*12345",
        "HL*2*1*21*1", "NM1*41*2*A PRACTICE*****46*1", "HL*3*2*19*1",
        "NM1*85*2*A PRACTICE*****XX*1234567893", "HL*4*3*PT", "NM1*QC*1*BENNETT*RUTH****MI*M1",
        "TRN*2*NOBODYS", "STC*A7:164:IL*20260302*U*100",
    ]  # fmt: skip
    billing.drop(interchange("277", status, guide="005010X214", control=22))
    assert billing.post() == {"posted": 2}
    assert books(billing) == before


def test_a_place_of_a_file_cannot_be_in_the_books_twice(billing: Billing) -> None:
    billing.drop(bill(1))
    billing.drop(remittance(numbers(1)))
    billing.post()
    [one] = billing.all(ClaimPayments)
    again = type(one)(**{**one.model_dump(), "id": billing.practice.id})
    with pytest.raises(IntegrityError), writing(billing.container.engine) as session:
        session.add(again)


def peak(data: bytes, *, keeping: bool) -> int:
    """Bytes of Python's memory at their height while *data* is read twice, as posting does."""
    tracemalloc.start()
    reading.read(data)
    rows = reading.placed(data)
    list(rows) if keeping else deque(rows, maxlen=0)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


def test_memory_does_not_grow_with_the_file() -> None:
    small, large = remittance(numbers(1_500)), remittance(numbers(6_000))
    reading.read(small)  # what is loaded once is not counted
    assert peak(large, keeping=False) < 1.2 * peak(small, keeping=False)
    assert peak(large, keeping=True) > 4 * peak(small, keeping=False)  # it would be noticed


def test_a_file_that_meets_a_fault_of_ours_is_set_aside_and_the_next_is_posted(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = billing.drop(remittance(numbers(3)), "first.835")
    assert first is not None
    real = posting._finish

    def trips(desk: Any, file: Any) -> None:
        if file.id == first.id:
            raise KeyError("Jane Roe")
        real(desk, file)

    monkeypatch.setattr(posting, "_finish", trips)
    billing.drop(remittance(numbers(6)[3:], control=906), "second.835")
    assert billing.post() == {"stopped": 1, "posted": 1}
    [aside] = [file for file in billing.files() if file.state is FileState.REFUSED]
    assert (aside.id, "KeyError" in aside.reason, "Roe" in aside.reason) == (first.id, True, False)
