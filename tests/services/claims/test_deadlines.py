"""How long is left: by law for Medicare, by the practice's own word where it has one, else the shortest."""

from db.denials import Denial, Denials
from db.payer_rules import PayerRule, PayerRules, Purpose
from services.claims import deadlines
from services.desk import working
from tests.services.claims.conftest import Billing

MEDICARE, OTHER = "SMR01", "SHH01"


def denied(billing: Billing, payer: str) -> Denial:
    """A claim of this payer is denied for want of an authorization, which is appealed."""
    billing.skip_the_past()
    told = billing.script(payer=payer, procedures=["99213"], outcome={"group": "CO", "carc": "197"})
    billing.fetch()
    billing.post()
    claim = billing.claim(told["claim_id"])
    return next(d for d in billing.all(Denials) if d.claim_id == claim.id)


def days(denial: Denial) -> int:
    assert denial.due_on is not None
    return (denial.due_on - denial.denied_on).days


def test_medicare_gives_120_days_from_a_receipt_presumed_after_five(billing: Billing) -> None:
    denial = denied(billing, MEDICARE)
    assert (denial.path, days(denial)) == ("appeal", 125)
    assert "(standard)" in denial.due_from


def test_a_payer_without_a_rule_has_the_shortest_and_says_that_it_is_uncertain(
    billing: Billing,
) -> None:
    with working(billing.container, billing.actor) as desk:
        deadlines.seed(desk)
    denial = denied(billing, OTHER)
    assert (denial.path, days(denial)) == ("appeal", 60)
    assert "(uncertain)" in denial.due_from


def test_the_practices_own_word_about_medicare_stays(billing: Billing) -> None:
    with working(billing.container, billing.actor) as desk:
        desk.open(PayerRules).add(
            PayerRule(
                practice_id=desk.practice_id, payer_id=MEDICARE, purpose=Purpose.APPEAL, days=30,
                source="our contract", confidence="ours",
            )
        )  # fmt: skip
    assert days(denied(billing, MEDICARE)) == 30
