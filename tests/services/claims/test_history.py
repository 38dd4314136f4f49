"""A year of files in the order they came: the books say what the clearinghouse knows, to the cent."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from db.claim_payments import ClaimPayments
from db.claims import Claim, Claims, ClaimState
from db.denials import Denials
from db.x12_files import FileState
from services.actions import Target
from services.desk import Actor, working
from services.workflows.claims.files import accept_file
from services.workflows.denials.totals import revenue
from tests.services.claims.conftest import Billing
from tests.services.claims.teaching import the_causes_that_can_be_seen
from tests.services.conftest import Clock

STANDS = {
    "denied": {ClaimState.DENIED},
    "partly_denied": {ClaimState.PARTLY_PAID, ClaimState.DENIED},
    "paid": {ClaimState.PAID, ClaimState.PATIENT},
    "rejected": {ClaimState.REJECTED},
    "pending": {ClaimState.ACCEPTED, ClaimState.SUBMITTED, ClaimState.PENDING},
    "draft": {ClaimState.READY, ClaimState.HELD},
    "void": {ClaimState.PENDING},
}


@pytest.fixture
def truth(billing: Billing, clock: Clock) -> dict[str, Any]:
    clock.now = datetime.now(UTC)  # the clearinghouse's year ends today
    billing.advance()  # what the year still owes is told now, not while we compare
    while billing.fetch().total():
        billing.post()
    return billing.truth()


def by_number(billing: Billing) -> Iterator[tuple[str, Claim]]:
    with working(billing.container, billing.actor) as desk:
        claims = desk.open(Claims)
        for claim in claims.all(claims.rows()):
            yield desk.vault.read(claim, "number").text, claim


@pytest.mark.timeout(600)
def test_a_year_of_files_becomes_books_that_agree_with_the_truth_and_teach_what_is_denied(
    billing: Billing, truth: dict[str, Any], manager: Actor
) -> None:
    files = billing.files()
    states = Counter(file.state for file in files)
    assert set(states) == {FileState.POSTED, FileState.QUARANTINED}
    assert len(files) == len({file.digest for file in files})

    the_causes_that_can_be_seen(billing)
    sums = revenue(billing.container, manager).reconciled
    assert (sums.difference, sums.outside) == (0, {"quarantined": 1})
    assert sums.claims + sums.unmatched == sums.files > 0

    # One file does not balance, by seven cents; a manager lets it in as it is.
    [aside] = [file for file in files if file.state is FileState.QUARANTINED]
    assert (aside.difference_cents, "$0.07" in aside.reason) == (7, True)
    accept_file(billing.container, manager, Target(aside.id, aside.version))
    assert billing.post() == {"posted": 1}

    known = dict(by_number(billing))
    expected = {one["claim_id"]: one for one in truth["claims"]}
    assert known.keys() == expected.keys()
    # The truth leaves out what secondary payers deny, and the file that was set aside.
    plain = ([], ["1"], ["4"], ["1", "22", "1"], ["4", "22", "1"])
    told = {n: one for n, one in expected.items() if not one["quarantined"]}
    alone = [n for n, one in told.items() if one["history"] in plain]
    assert [n for n in alone if known[n].state not in STANDS[expected[n]["state"]]] == []
    assert len(alone) > 700
    assert {n: known[n].paid_cents for n in told} == {n: one["paid"] for n, one in told.items()}
    assert [c.charge_cents for c in known.values()] == [expected[n]["billed"] for n in known]

    # What payers refuse is work, once for each claim, and worth what they withhold.
    open_ones = [d for d in billing.all(Denials) if d.is_open]
    denials = {d.claim_id: d.denied_cents for d in open_ones}
    assert len(denials) == len(open_ones)
    assert {n: denials.get(known[n].id, 0) for n in alone} == {
        n: expected[n]["denied"] for n in alone
    }

    # Totals of what was posted reconcile with the files, cent for cent.
    answers = billing.all(ClaimPayments)
    posted = [file for file in billing.files() if file.state is FileState.POSTED]
    assert sum(a.paid_cents for a in answers) == sum(f.paid_cents for f in posted)
    assert sum(a.charge_cents for a in answers) == sum(f.charge_cents for f in posted)

    # And all of it again changes nothing.
    before = (len(answers), sum(c.version for c in known.values()))
    assert billing.fetch().total() == 0
    assert billing.post().total() == 0
    again = dict(by_number(billing)).values()
    assert (len(billing.all(ClaimPayments)), sum(c.version for c in again)) == before
