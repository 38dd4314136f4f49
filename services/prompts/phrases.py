"""Red-flag phrases of the practice's own, tried on past messages before they are saved: counts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.conversations import Conversation
from db.messages import Messages
from db.prompt_replays import PastConversations
from db.vault import Unreadable
from db.vocabulary import Urgency
from services.ai.redflags import assess_for, floor
from services.ai.redflags.additions import can_be_found
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Invalid
from services.workflows.inbox.standing import answered_last


@dataclass(frozen=True)
class Tried:
    """What other phrases would have done. ``rightly`` are messages that people held for as urgent.

    ``lost`` are messages that people held for urgent and that no rule would raise any more.
    """

    messages: int
    raised: int
    rightly: int
    lowered: int
    lost: int


def tried(container: Container, actor: Actor, phrases: Mapping[str, Urgency], size: int) -> Tried:
    """Put the last *size* messages to *phrases* instead of those in force; nothing is changed.

    It happens at once and inside the building, costs nothing, and is on the trail. Raises
    ``NotAllowed``, or ``Invalid`` for a phrase that can never be found.
    """
    for phrase in phrases:
        if not can_be_found(phrase):
            raise Invalid(f"“{phrase}” has no letters that the rules read.")
    with working(container, actor) as desk:
        desk.require("prompts.replay", "try phrases on past messages")
        past = desk.open(PastConversations).decided(size)
        levels = [level for one in past if (level := _levels(desk, one, phrases))]
        desk.record("prompts.phrases_tried", "practice", reason=f"{len(levels)} messages")
        return _counted(levels)


def _levels(
    desk: Desk, conversation: Conversation, phrases: Mapping[str, Urgency]
) -> tuple[Urgency, Urgency, Urgency] | None:
    """As people decided, as the rules raise it today, as they would; nothing of what is gone."""
    try:
        thread = desk.open(Messages).of_many([conversation.id])
        said = [desk.vault.read(one, "body").text for one in answered_last(thread)]
        subject = desk.vault.read(conversation, "subject").text
    except Unreadable:
        return None
    today, then = (
        floor([flag for text in said for flag in assess_for(own, text, subject)])
        for own in (desk.options.red_flags, phrases)
    )
    return conversation.urgency, today, then


def _counted(levels: Sequence[tuple[Urgency, Urgency, Urgency]]) -> Tried:
    raised = [(people, then) for people, today, then in levels if then.rank < today.rank]
    lowered = [(people, then) for people, today, then in levels if then.rank > today.rank]
    urgent = Urgency.URGENT.rank
    return Tried(
        messages=len(levels),
        raised=len(raised),
        rightly=sum(people.rank <= then.rank for people, then in raised),
        lowered=len(lowered),
        lost=sum(people.rank <= urgent < then.rank for people, then in lowered),
    )
