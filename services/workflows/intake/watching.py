"""What became of forms after they were decided, in words for the screen; names nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.deliveries import Deliveries, DeliveryState
from services.container import Container
from services.desk import Actor, looking

WORDS = {
    DeliveryState.REFUSED: "came back",
    DeliveryState.UNCONFIRMED: "not confirmed: please check in eCW",
    DeliveryState.IN_DOUBT: "confirming…",
    DeliveryState.HELD: "leaving in a few seconds",
    DeliveryState.SENDING: "sending to eCW",
    DeliveryState.ACCEPTED: "accepted by eCW",
    DeliveryState.VERIFIED: "verified in the chart",
    DeliveryState.CANCELLED: "taken back",
}  # what needs a person first, then what is least far


@dataclass(frozen=True)
class Progress:
    """Where the entries of one form stand: the state that matters most, and in words."""

    state: str
    words: str


def progress(container: Container, actor: Actor, form_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """The progress of each of these forms that promised anything. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require("intake.read", "read intake forms")
        deliveries = desk.open(Deliveries)
        # One question for each: a person follows a handful.
        states = {id: {d.state for d in deliveries.of_form(id)} for id in form_ids}
    return {id: _foremost(found) for id, found in states.items() if found}


def _foremost(found: set[DeliveryState]) -> Progress:
    state = next(state for state in WORDS if state in found)
    return Progress(str(state), WORDS[state])
