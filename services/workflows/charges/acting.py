"""One-click actions on the charges of a visit: like those on a conversation, on another shelf."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from db.charges import ChargeCapture, ChargeCaptures, ChargeState
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid
from services.workflows.charges.coding import CodeLine, Coding, Kind
from services.workflows.charges.keeping import coding_of, promised

P = ParamSpec("P")


def charge_action(
    verb: str, label: str, *, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, ChargeCapture, P], None]], Action[P]]:
    """Make a function of a desk and a capture into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, ChargeCapture, P], None]) -> Action[P]:
        return Action(
            verb=verb, label=label, run=run, shelf=ChargeCaptures, needs_shown=needs_shown
        )

    return wrap


def open_codes(desk: Desk, capture: ChargeCapture) -> Coding:
    """The codes, while they may be changed. Raises ``Invalid`` after."""
    if capture.state is not ChargeState.READY:
        raise Invalid("These codes are approved or closed. Take them back or reopen them first.")
    return coding_of(desk, capture)


def require_here(desk: Desk, capture: ChargeCapture, codes: Coding, line: CodeLine) -> None:
    """Raises ``Invalid`` for a code that has left, or a diagnosis of one that has."""
    standing = promised(desk, capture)
    lines = [one for one in codes.charged() if one.id in standing]
    if line.id in standing:
        raise Invalid("This code has left. Change it in eCW.")
    if line.kind is Kind.DIAGNOSIS and any(line.id in one.pointers for one in lines):
        raise Invalid("A code with this diagnosis has left. Change it in eCW.")
