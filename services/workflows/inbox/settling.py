"""A person's verdict on a reply that reading back could not settle: is it in eCW or not?"""

from uuid import UUID

from db.conversations import Conversation, State, Turn
from db.deliveries import Deliveries, DeliveryState
from services.actions import action
from services.desk import Desk
from services.errors import Invalid, Stale

NOT_THERE = "Somebody looked in eCW: it is not there."


@action("inbox.settle", "Settle")
def settle(desk: Desk, conversation: Conversation, delivery_id: UUID, is_there: bool) -> None:
    """You looked in eCW: say whether the reply is there, so that later replies can leave.

    Raises ``Invalid`` for a delivery of another conversation, ``Stale`` when it is settled.
    """
    delivery = desk.open(Deliveries).get(delivery_id)
    if delivery.conversation_id != conversation.id:
        raise Invalid("This reply belongs to another conversation.")
    if delivery.state is not DeliveryState.UNCONFIRMED:
        raise Stale("This reply has been settled already.")
    delivery.settled_at, conversation.trouble = desk.now, ""
    if not is_there:
        delivery.state, delivery.error = DeliveryState.REFUSED, NOT_THERE
        desk.record("delivery.not_found", delivery.ref, sources=conversation.ref)
        return
    delivery.state, delivery.error = DeliveryState.VERIFIED, ""
    desk.record("delivery.found", delivery.ref, sources=conversation.ref)
    conversation.state, conversation.closed_as = State.CLOSED, "answered"
    conversation.closed_at, conversation.turn = desk.now, Turn.PATIENT
