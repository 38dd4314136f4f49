"""Totals of denials add up, agree with the files to the cent, and say what they could not see."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from db import writing
from db.base import new_id
from db.claim_payments import ClaimPayments
from db.claims import Claims
from db.denials import Denial, DenialState
from db.rollout import Rollout, Rollouts
from db.vocabulary import Role, Stage
from services.desk import Actor, working
from services.errors import NotAllowed, NotRolledOut
from services.workflows.denials.totals import (
    Amount,
    By,
    Fate,
    Narrow,
    broken_down,
    by_fate,
    revenue,
    total,
)
from tests.services.claims.conftest import Billing


def denial(practice_id: UUID, state: DenialState, cents: int, **more: object) -> Denial:
    told = {
        "payer_id": "SHH01", "payer_name": "Harbor Health", "carc": "197", "group_code": "CO",
        "denied_on": date(2026, 2, 3), **more,
    }  # fmt: skip
    return Denial.model_validate(
        dict(practice_id=practice_id, claim_id=new_id(), payment_id=new_id(), state=state,
             denied_cents=cents, **told)
    )  # fmt: skip


@pytest.fixture
def denied(billing: Billing) -> Billing:
    id = billing.practice.id
    with writing(billing.container.engine) as session:
        session.add(denial(id, DenialState.OPEN, 10_000))
        session.add(denial(id, DenialState.SNOOZED, 500, payer_id="SMR01", payer_name="Medicare"))
        session.add(denial(id, DenialState.IN_WORK, 2_000, decision="correct"))
        session.add(denial(id, DenialState.IN_WORK, 4_000, decision="appeal"))
        session.add(denial(id, DenialState.RECOVERED, 8_000, recovered_cents=7_001, carc="29"))
        session.add(denial(id, DenialState.WRITTEN_OFF, 300, denied_on=date(2025, 12, 31)))
        session.add(denial(id, DenialState.CLEARED, 70))
        session.add(denial(uuid4(), DenialState.OPEN, 99_999))  # another practice's
    return billing


def test_every_denial_is_in_one_card_and_the_cards_add_up(denied: Billing, manager: Actor) -> None:
    found = revenue(denied.container, manager)
    fates = by_fate(found.cells, Narrow())
    assert {fate: one.denied_cents for fate, one in fates.items()} == {
        Fate.OPEN: 10_500, Fate.IN_WORK: 2_000, Fate.APPEALED: 4_000, Fate.RECOVERED: 8_000,
        Fate.WRITTEN_OFF: 300, Fate.CLEARED: 70,
    }  # fmt: skip
    assert fates[Fate.RECOVERED].recovered_cents == 7_001
    assert sum(fates.values(), Amount()) == total(found.cells) == Amount(7, 24_870, 7_001)


@pytest.mark.parametrize("by", By)
def test_each_breakdown_has_every_denial_once(denied: Billing, manager: Actor, by: By) -> None:
    found = revenue(denied.container, manager)
    parts = broken_down(found.cells, Narrow(), by)
    assert sum(parts.values(), Amount()) == total(found.cells)
    assert len(parts) == {By.PAYER: 2, By.REASON: 2, By.LOCATION: 1, By.MONTH: 2}[by]
    # What is clicked is what is then counted.
    for value, amount in parts.items():
        if value:
            assert total(found.cells, Narrow().also(by, value)) == amount


def test_months_come_in_order_and_payers_by_dollars(denied: Billing, manager: Actor) -> None:
    cells = revenue(denied.container, manager).cells
    assert list(broken_down(cells, Narrow(), By.MONTH)) == ["2025-12", "2026-02"]
    assert list(broken_down(cells, Narrow(), By.PAYER)) == ["SHH01", "SMR01"]
    assert total(cells, Narrow(fate=Fate.RECOVERED, carc="29")) == Amount(1, 8_000, 7_001)
    assert total(cells, Narrow(fate=Fate.OPEN, carc="29")) == Amount()


def test_the_books_agree_with_the_files_and_a_missing_cent_is_seen(
    billing: Billing, manager: Actor
) -> None:
    billing.skip_the_past()  # a whole year is told in test_history.py
    paid = billing.script(outcome="paid")
    billing.script(outcome={"group": "CO", "carc": "16"})
    billing.fetch()
    billing.post()
    sums = revenue(billing.container, manager).reconciled
    assert sums.files > 0
    assert (sums.difference, sums.outside) == (0, {})
    assert sums.claims + sums.unmatched == sums.files

    # The negative control: somebody alters a claim behind our back.
    with writing(billing.container.engine) as session:
        claim = Claims(session, billing.practice.id).get(billing.claim(paid["claim_id"]).id)
        claim.paid_cents -= 1
        session.add(claim)
    assert revenue(billing.container, manager).reconciled.difference == 1


def test_what_nobody_could_match_is_its_own_part(billing: Billing, manager: Actor) -> None:
    billing.skip_the_past()
    paid = billing.script(outcome="paid")
    billing.fetch()
    billing.post()
    whole = revenue(billing.container, manager).reconciled
    claim = billing.claim(paid["claim_id"])
    with writing(billing.container.engine) as session:
        for answer in ClaimPayments(session, billing.practice.id).of_claim(claim.id):
            answer.claim_id, answer.unmatched = None, True
            session.add(answer)
        row = Claims(session, billing.practice.id).get(claim.id)
        row.paid_cents = 0
        session.add(row)
    sums = revenue(billing.container, manager).reconciled
    assert (sums.unmatched, sums.difference) == (claim.paid_cents, 0)
    assert sums.unmatched_count == whole.unmatched_count + 1


def test_a_file_that_waits_is_said_to_be_missing(billing: Billing, manager: Actor) -> None:
    billing.drop(b"this is no X12")
    assert revenue(billing.container, manager).reconciled.outside == {"received": 1}
    billing.post()
    assert revenue(billing.container, manager).reconciled.outside == {"refused": 1}


def test_places_that_are_not_open_to_the_reader_are_counted_as_hidden(
    denied: Billing, manager: Actor
) -> None:
    id = denied.practice.id
    with writing(denied.container.engine) as session:
        session.add(denial(id, DenialState.OPEN, 1_111, location="npi/1"))
        session.add(Rollout(practice_id=id, workflow="denials", scope="npi/1", stage=Stage.SHADOW))
    found = revenue(denied.container, manager)
    assert (found.hidden, total(found.cells).count) == (1, 7)


def test_only_billing_reads_totals(denied: Billing, front_desk: Actor, manager: Actor) -> None:
    with pytest.raises(NotAllowed):
        revenue(denied.container, front_desk)
    stranger = replace(manager, role=Role.COMPLIANCE)
    with pytest.raises(NotAllowed):
        revenue(denied.container, stranger)


def test_where_denials_are_off_there_are_no_totals(denied: Billing, manager: Actor) -> None:
    with working(denied.container, denied.actor) as desk:
        for row in desk.open(Rollouts).of("denials"):
            row.stage = Stage.OFF
    with pytest.raises(NotRolledOut):
        revenue(denied.container, manager)
