"""Seven years after it closed a claim cannot be read any more; its amounts and the trail stay."""

from datetime import timedelta

import pytest

from db import reading
from db.audit import AuditTrail
from db.claim_payments import ClaimPayments
from db.claims import Claims, ClaimState
from db.vault import Unreadable
from db.x12_files import X12Files
from services.claims.billed import content_of
from services.claims.keeping import content_of as bytes_of
from services.desk import working
from services.sweep import purge
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import answer, bill, numbers, remittance
from tests.services.conftest import Clock
from tests.x12_files import interchange, payment

YEARS = timedelta(days=2_600)


def seven_years_later(billing: Billing, clock: Clock) -> dict[str, int]:
    clock.wait(YEARS)
    return dict(purge(billing.container, billing.practice))


def test_paid_claims_go_with_their_answers_and_files_and_open_ones_stay(
    billing: Billing, clock: Clock
) -> None:
    billing.drop(bill(6))
    billing.drop(remittance(numbers(6)))  # the first of six is denied, and nobody decided about it
    billing.post()
    assert billing.post().total() == 0
    gone = seven_years_later(billing, clock)
    assert gone["claims"] == 5
    with working(billing.container, billing.actor) as desk:
        for claim in desk.open(Claims).all(desk.open(Claims).rows()):
            if claim.state is ClaimState.DENIED:
                assert content_of(desk, claim)
                continue
            with pytest.raises(Unreadable):
                content_of(desk, claim)
            for one in desk.open(ClaimPayments).of_claim(claim.id):
                with pytest.raises(Unreadable):
                    desk.vault.read(one, "content")
                assert one.paid_cents == 8_000
        files = {f.kind: f for f in desk.open(X12Files).all(desk.open(X12Files).rows())}
        assert bytes_of(desk, files["835"])  # the denied claim still rests on it
    with reading(billing.container.engine) as session:
        trail = AuditTrail(session, billing.practice.id)
        assert len(trail.search(verb="claims.purged")) == 5
    assert billing.all(Claims)[0].practice_id == billing.practice.id


def test_a_file_goes_once_all_its_claims_have_and_is_still_known_by_its_digest(
    billing: Billing, clock: Clock
) -> None:
    billing.drop(bill(1))
    data = interchange("835", payment("80", *answer("CLM000000")))
    billing.drop(data)
    billing.post()
    assert seven_years_later(billing, clock)["files"] == 2
    with working(billing.container, billing.actor) as desk:
        for file in desk.open(X12Files).all(desk.open(X12Files).rows()):
            with pytest.raises(Unreadable):
                bytes_of(desk, file)
    assert billing.drop(data) is None


def test_the_number_of_a_claim_that_has_gone_may_come_again(billing: Billing, clock: Clock) -> None:
    billing.drop(bill(1))
    billing.drop(interchange("835", payment("80", *answer("CLM000000"))))
    billing.post()
    seven_years_later(billing, clock)
    billing.drop(bill(1, control=2))
    assert billing.post() == {"posted": 1}
    assert len(billing.all(Claims)) == 2


def test_nothing_goes_before_its_time_or_while_a_payment_is_nobodys(
    billing: Billing, clock: Clock
) -> None:
    billing.drop(bill(1))
    billing.drop(interchange("835", payment("80", *answer("NOBODYS"))))
    billing.post()
    clock.wait(timedelta(days=2_000))
    assert not purge(billing.container, billing.practice)["files"]
    clock.wait(YEARS)
    gone = purge(billing.container, billing.practice)
    assert (gone["claims"], gone["files"]) == (0, 1)  # the 837 alone; the claim never closed
