"""Saved queues: a lane with its filters under a name, one person's own or the whole team's."""

from collections.abc import Sequence
from uuid import UUID

from db.replies import SavedQueue, SavedQueues
from services.container import Container
from services.desk import Actor, looking, working
from services.errors import Invalid
from services.policy import may

LONGEST_NAME = 40


def mine(container: Container, actor: Actor) -> Sequence[SavedQueue]:
    """The team's queues and this person's own."""
    if actor.staff_id is None:
        return ()
    with looking(container, actor) as desk:
        return desk.open(SavedQueues).for_person(actor.staff_id)


def save(container: Container, actor: Actor, name: str, query: str, *, team: bool) -> SavedQueue:
    """Keep *query*, a page's query string without patient data, under *name*.

    A queue of the same name and owner is replaced. Raises ``Invalid`` for a name that cannot be
    used and ``NotAllowed``.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(f"Please give the queue a name of up to {LONGEST_NAME} characters.")
    owner = "" if team else str(actor.staff_id)
    with working(container, actor) as desk:
        desk.require("inbox.save_queue", "save a queue")
        queues = desk.open(SavedQueues)
        kept = queues.named(owner, name) or SavedQueue(
            practice_id=desk.practice_id, name=name, owner=owner, query=query
        )
        kept.query = query
        desk.record("inbox.queue_saved", kept.ref)
        return queues.add(kept)


def drop(container: Container, actor: Actor, id: UUID) -> None:
    """Forget a queue of one's own; the team's may be dropped by those who lead.

    Raises ``NotFound`` or ``Invalid``.
    """
    with working(container, actor) as desk:
        desk.require("inbox.save_queue", "change saved queues")
        kept = desk.open(SavedQueues).get(id)
        leads = actor.role is not None and may(actor.role, "jobs.retry")
        if kept.owner != str(actor.staff_id) and not (kept.owner == "" and leads):
            raise Invalid("This queue is somebody else's.")
        desk.record("inbox.queue_dropped", kept.ref)
        desk.session.delete(kept)
