"""What staff may do with a payment of nobody's claim: give it to the claim it is for, and take it off."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec
from uuid import UUID

from db.claim_payments import ClaimPayment, ClaimPayments
from db.claims import Claims
from services.actions import Action
from services.claims import matching
from services.desk import Desk
from services.errors import Invalid

P = ParamSpec("P")


def payment_action(
    verb: str, label: str
) -> Callable[[Callable[Concatenate[Desk, ClaimPayment, P], None]], Action[P]]:
    """Make a function of a desk and a payment into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, ClaimPayment, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=ClaimPayments)

    return wrap


@payment_action("claims.match", "Match")
def match(desk: Desk, payment: ClaimPayment, claim_id: UUID) -> None:
    """Say that this payment is for this claim; it counts there from now on."""
    claim = desk.open(Claims).locked(claim_id)
    if claim is None:
        raise Invalid("This claim is not here.")
    matching.match(desk, payment, claim)


@payment_action("claims.unmatch", "Take off")
def unmatch(desk: Desk, payment: ClaimPayment) -> None:
    """Take this payment off the claim it was matched to; the claim stands as it did before."""
    matching.unmatch(desk, payment)
