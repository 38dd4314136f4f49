"""What became of denials after they were decided, in words for the screen; names nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.deliveries import Deliveries, DeliveryState
from db.denials import Denials
from services.container import Container
from services.desk import Actor, looking
from services.workflows.denials.listing import READ

WORDS = {
    DeliveryState.REFUSED: "came back",
    DeliveryState.UNCONFIRMED: "not confirmed: please check at the clearinghouse",
    DeliveryState.IN_DOUBT: "confirming…",
    DeliveryState.HELD: "leaving in a few seconds",
    DeliveryState.SENDING: "sending to the clearinghouse",
    DeliveryState.ACCEPTED: "accepted by the clearinghouse",
    DeliveryState.VERIFIED: "the clearinghouse has it",
    DeliveryState.CANCELLED: "taken back",
}


@dataclass(frozen=True)
class Progress:
    """Where what was sent for one denial stands."""

    state: str
    words: str


def progress(container: Container, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """The progress of each of these denials for which something was promised. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "read denials")
        found = [denial for id in ids if (denial := desk.open(Denials).find(id))]
        sent = {
            denial.id: desk.open(Deliveries).find(denial.delivery_id)
            for denial in found if denial.delivery_id
        }  # fmt: skip
        return {id: Progress(str(one.state), WORDS[one.state]) for id, one in sent.items() if one}
