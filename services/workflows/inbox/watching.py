"""What changed in the inbox since a person last looked: told apart and counted, nothing opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.connections import Connections
from db.conversations import Conversation, Conversations, State
from db.deliveries import Deliveries, Delivery
from db.presence import Presence, Presences
from db.queue import Queue, QueueFilter
from db.staff import StaffList
from services import rollout
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.options import PracticeOptions
from services.workflows.inbox.progress import told

PRESENT = timedelta(seconds=15)  # how long a sign of presence lasts


@dataclass(frozen=True)
class Watcher:
    """A colleague who has a conversation open now."""

    conversation_id: UUID
    name: str
    typing: bool


@dataclass(frozen=True)
class Freshness:
    """How old the queue is: ``stale`` switches actions off until the next good poll."""

    as_of: datetime | None
    stale: bool
    sentence: str


@dataclass(frozen=True)
class Glance:
    """One conversation from the outside: who holds it, where it stands, what became of a reply.

    ``delivery`` is a delivery state and ``words`` the same for the screen; both are empty when
    nothing was sent. ``moved`` says in words what the last person did, or is empty.
    """

    version: int
    content_hash: str
    state: State
    owner: str
    moved: str
    delivery: str
    words: str


@dataclass(frozen=True)
class Attention:
    """What one person has in front of them: a queue as of *newest*, and these conversations.

    ``newest`` is the id of the last message there was when the queue was read.
    """

    wanted: QueueFilter
    newest: UUID | None
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Pulse:
    """What is different now: ``fresh`` counts conversations that are new or were written to."""

    fresh: int
    watchers: tuple[Watcher, ...]
    freshness: Freshness
    glances: Mapping[UUID, Glance]


def pulse(container: Container, actor: Actor, seen: Attention) -> Pulse:
    """How the world differs from what the person has in front of them. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        options = desk.options
        queue = desk.open(Queue).seen(rollout.sight(desk, "inbox"))
        fresh = queue.count_newer(seen.wanted, options.low_confidence, seen.newest)
        return Pulse(fresh, watchers(desk), freshness(desk, options), _glances(desk, seen.ids))


def freshness(desk: Desk, options: PracticeOptions) -> Freshness:
    """How old the data is, and whether that is too old to act on."""
    connection = desk.open(Connections).by_road().get("healow_messages")
    as_of = connection.last_ok if connection else None
    if connection is None or as_of is None:
        why = connection.last_error if connection else ""
        return Freshness(
            None, True, f"No message has been fetched yet. {why or 'The first poll is on its way.'}"
        )
    every = timedelta(seconds=desk.container.settings.poll_seconds)
    stale = desk.now - as_of > options.stale_polls * every
    when = f"{as_of.astimezone(options.zone):%H:%M:%S}"
    if not stale:
        return Freshness(as_of, False, f"Data as of {when}")
    return Freshness(
        as_of, True, f"{connection.last_error or 'The poll is late.'} Data as of {when}."
    )


def watchers(desk: Desk) -> tuple[Watcher, ...]:
    """The colleagues who have something open now."""
    names = desk.open(StaffList).names()
    here: Sequence[Presence] = desk.open(Presences).since(desk.now - PRESENT)
    return tuple(
        Watcher(p.conversation_id, names.get(p.staff_id, "A colleague"), p.typing)
        for p in here
        if p.staff_id != desk.actor.staff_id
    )


def be_here(
    container: Container, actor: Actor, conversation_id: UUID, typing: bool = False
) -> None:
    """Show colleagues that this person has the conversation open."""
    if actor.staff_id is None:
        return
    with working(container, actor) as desk:
        conversation = desk.open(Conversations).get(conversation_id)
        presences = desk.open(Presences)
        mine = presences.of(actor.staff_id) or Presence(
            practice_id=actor.practice_id, staff_id=actor.staff_id,
            conversation_id=conversation.id, seen_at=desk.now,
        )  # fmt: skip
        mine.conversation_id, mine.typing, mine.seen_at = conversation.id, typing, desk.now
        presences.add(mine)


def leave(container: Container, actor: Actor) -> None:
    """This person has nothing open any more."""
    if actor.staff_id is not None:
        with working(container, actor) as desk:
            desk.open(Presences).leave(actor.staff_id)


def last_open(container: Container, actor: Actor, within: timedelta) -> UUID | None:
    """What this person had open a moment ago, so that a reloaded browser can go on there."""
    if actor.staff_id is None:
        return None
    with looking(container, actor) as desk:
        mine = desk.open(Presences).of(actor.staff_id)
        return mine.conversation_id if mine and mine.seen_at > desk.now - within else None


def _glances(desk: Desk, ids: Sequence[UUID]) -> dict[UUID, Glance]:
    names = desk.open(StaffList).names()
    deliveries = desk.open(Deliveries).latest_of(ids)
    found = desk.open(Conversations).get_many(ids)
    return {c.id: _glance(desk, c, names, deliveries.get(c.id)) for c in found}


def _glance(
    desk: Desk, row: Conversation, names: Mapping[UUID, str], delivery: Delivery | None
) -> Glance:
    return Glance(
        version=row.version,
        content_hash=row.content_hash,
        state=row.state,
        owner=names.get(row.assigned_to, "") if row.assigned_to else "",
        moved=_moved(desk, row, names),
        delivery=str(delivery.state) if delivery else "",
        words=told(delivery) if delivery else "",
    )


def _moved(desk: Desk, row: Conversation, names: Mapping[UUID, str]) -> str:
    if row.last_actor is None or row.last_actor == desk.actor.staff_id:
        return ""
    verb = row.last_verb.partition(".")[2].replace("_", " ")
    return f"{names.get(row.last_actor, 'A colleague')}: {verb}"
