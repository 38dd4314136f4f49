"""One-click actions on a denial: like those on a conversation, on another shelf."""

from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claims import Claim, Claims
from db.deliveries import Delivery
from db.denials import Denial, Denials, DenialState
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid

P = ParamSpec("P")
LOOK_AGAIN = timedelta(days=14)  # until then the files should show what others were asked to do
DECIDABLE = (DenialState.OPEN, DenialState.SNOOZED, DenialState.WAITING, DenialState.IN_WORK)


def denial_action(
    verb: str, label: str, *, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, Denial, P], None]], Action[P]]:
    """Make a function of a desk and a denial into a one-click action; see ``services.actions``.

    With *needs_shown* something leaves: the payer's answer on the screen must be its latest.
    """

    def wrap(run: Callable[Concatenate[Desk, Denial, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=Denials, needs_shown=needs_shown)

    return wrap


def claim_of(desk: Desk, denial: Denial) -> Claim:
    """The denial's claim, locked. Raises ``Invalid`` unless the denial is still to be decided."""
    if denial.state not in DECIDABLE:
        raise Invalid("This denial is closed, or something for it is on its way.")
    claim = desk.open(Claims).locked(denial.claim_id)
    if claim is None:
        raise Invalid("The claim of this denial is not in the books any more.")
    return claim


def decided(desk: Desk, denial: Denial, state: DenialState, decision: str) -> None:
    """Keep what was decided, by whom and when; *state* is where the denial stands from here on."""
    denial.state, denial.decision, denial.trouble = state, decision, ""
    denial.decided_by, denial.decided_at = desk.actor.staff_id, desk.now
    denial.snoozed_until = None
    if denial.assigned_to is None:
        denial.assigned_to = desk.actor.staff_id


def sends(desk: Desk, denial: Denial, delivery: Delivery, decision: str) -> None:
    """The decision leaves with *delivery*, unless it is taken back in time."""
    decided(desk, denial, DenialState.SENDING, decision)
    denial.delivery_id = delivery.id


def mark(
    desk: Desk, denial: Denial, kind: EventKind, code: str = "", cents: int | None = None
) -> None:
    """Put a step on the claim's timeline, under this person's name."""
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=denial.claim_id, at=desk.now, kind=kind,
            code=code or f"{denial.group_code}-{denial.carc}", amount_cents=cents,
            staff_id=desk.actor.staff_id,
        )
    )  # fmt: skip
