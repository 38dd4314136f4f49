"""One decision about many conversations: durable, resumable, and by the same actions as a click.

An order is written down first and then worked off item by item, each in its own transaction.
A process that dies in between leaves the rest to ``resume``, which the sweep job calls.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.base import NotFound
from db.bulk_orders import BulkItem, BulkItems, BulkOrder, BulkOrders, BulkState
from db.conversations import Conversations
from db.practices import Practice
from db.replies import ReplyTemplates
from db.staff import StaffList
from services.actions import Done, Target
from services.container import Container
from services.desk import Actor, looking, working
from services.errors import FoyerError, Invalid
from services.workflows.inbox import handling, sending, wordings

LEASE = timedelta(seconds=60)
MOST = 500  # conversations in one order: what a person can have looked at

Arguments = Mapping[str, Any]
Step = Callable[[Container, Actor, Target, Arguments], Done]


@dataclass(frozen=True)
class Outcome:
    """What an order came to so far: done, how many skipped for each reason, how many to go."""

    order_id: UUID
    done: tuple[Done, ...]
    skipped: Mapping[str, int]
    waiting: int


def order(
    container: Container, actor: Actor, verb: str, arguments: Arguments, targets: Sequence[Target]
) -> UUID:
    """Write an order down. Raises ``NotAllowed`` or ``Invalid``; nothing has been done yet."""
    if verb not in STEPS:
        raise Invalid("This cannot be done to many at once.")
    if not 0 < len(targets) <= MOST:
        raise Invalid(f"Please select between 1 and {MOST} conversations.")
    with working(container, actor) as desk:
        desk.require(verb, verb.partition(".")[2].replace("_", " "))
        written = desk.open(BulkOrders).add(_order(actor, verb, arguments))
        desk.session.add_all(_items(written, targets))
        desk.record("inbox.bulk_ordered", written.ref, reason=f"{verb}, {len(targets)}")
        return written.id


def run(container: Container, actor: Actor, order_id: UUID) -> Outcome:
    """Work an order off to its end. Safe to repeat; somebody else's lease is respected."""
    done: list[Done] = []
    while (claimed := _next(container, actor, order_id)) is not None:
        settled = _do(container, actor, *claimed)
        if settled is not None:
            done.append(settled)
    return _outcome(container, actor, order_id, done)


def resume(container: Container, practice: Practice) -> int:
    """Finish what dead processes left, in the name of whoever ordered it; how many orders."""
    job = Actor.job(practice.id, "inbox.bulk")
    with looking(container, job) as desk:
        left = desk.open(BulkOrders).abandoned(desk.now)
        people = {person.id: person for person in desk.open(StaffList).active()}
    for abandoned in left:
        person = people.get(abandoned.staff_id)
        if person is None:
            _give_up(container, job, abandoned.id)
        else:
            run(container, Actor.person(person), abandoned.id)
    return len(left)


def _order(actor: Actor, verb: str, arguments: Arguments) -> BulkOrder:
    if actor.staff_id is None:
        raise Invalid("Only a person can order this.")
    return BulkOrder(
        practice_id=actor.practice_id, staff_id=actor.staff_id, verb=verb, arguments=dict(arguments)
    )


def _items(written: BulkOrder, targets: Sequence[Target]) -> list[BulkItem]:
    return [
        BulkItem(
            practice_id=written.practice_id,
            order_id=written.id,
            place=place,
            conversation_id=target.id,
            version=target.version,
            shown=target.shown,
        )
        for place, target in enumerate(targets)
    ]


def _next(container: Container, actor: Actor, order_id: UUID) -> tuple[BulkOrder, BulkItem] | None:
    with working(container, actor) as desk:
        orders, items = desk.open(BulkOrders), desk.open(BulkItems)
        if not orders.claim(order_id, desk.now, desk.now + LEASE):
            return None
        ordered = orders.get(order_id)
        waiting = items.next_waiting(order_id)
        if waiting is None:
            ordered.finished_at = desk.now
            return None
        return ordered, waiting


def _do(container: Container, actor: Actor, ordered: BulkOrder, item: BulkItem) -> Done | None:
    target = Target(item.conversation_id, item.version, item.shown)
    if _was_done(container, actor, ordered, item):
        _settle(container, actor, item, BulkState.DONE)
        return None
    try:
        done = STEPS[ordered.verb](container, actor, target, ordered.arguments)
    except (FoyerError, NotFound) as error:
        _settle(container, actor, item, BulkState.SKIPPED, str(error))
        return None
    except Exception:
        # Settled first, or the order would meet the same item again for ever.
        _settle(container, actor, item, BulkState.SKIPPED, "It failed, and nothing was changed.")
        raise
    _settle(container, actor, item, BulkState.DONE)
    return done


def _was_done(container: Container, actor: Actor, ordered: BulkOrder, item: BulkItem) -> bool:
    # The action committed, and the process died before it could say so here.
    with looking(container, actor) as desk:
        row = desk.open(Conversations).find(item.conversation_id)
        return (
            row is not None
            and row.version > item.version
            and (row.last_verb, row.last_actor) == (ordered.verb, ordered.staff_id)
            and row.last_at is not None
            and row.last_at >= ordered.created_at
        )


def _settle(
    container: Container, actor: Actor, item: BulkItem, state: BulkState, reason: str = ""
) -> None:
    with working(container, actor) as desk:
        row = desk.open(BulkItems).get(item.id)
        row.state, row.reason, row.settled_at = state, reason, desk.now
        # The lease ends with the item, so that the next one can be claimed.
        desk.open(BulkOrders).get(item.order_id).lease_until = None


def _give_up(container: Container, job: Actor, order_id: UUID) -> None:
    with working(container, job) as desk:
        orders = desk.open(BulkOrders)
        orders.get(order_id).finished_at = desk.now
        desk.record("inbox.bulk_dropped", f"bulk_order/{order_id}", reason="the person has left")


def _outcome(container: Container, actor: Actor, order_id: UUID, done: list[Done]) -> Outcome:
    with looking(container, actor) as desk:
        counted = desk.open(BulkItems).outcome(order_id)
    skipped = {reason: n for (state, reason), n in counted.items() if state is BulkState.SKIPPED}
    waiting = sum(n for (state, _), n in counted.items() if state is BulkState.WAITING)
    return Outcome(order_id, tuple(done), skipped, waiting)


def _reply(container: Container, actor: Actor, target: Target, arguments: Arguments) -> Done:
    wording = _wording(container, actor, arguments["template"], arguments["language"])
    filled = wordings.fill(container, actor, target.id, wording)
    if filled.missing:
        raise Invalid(f"The chart does not say: {', '.join(filled.missing)}.")
    return sending.send_reply(container, actor, target, filled.text)


def _wording(container: Container, actor: Actor, key: str, language: str) -> str:
    with looking(container, actor) as desk:
        for template in desk.open(ReplyTemplates).approved():
            if (template.key, template.language) == (key, language):
                return template.text
    raise Invalid("This wording is not approved any more.")


STEPS: Mapping[str, Step] = {
    "inbox.no_reply": lambda c, a, t, _: handling.no_reply(c, a, t),
    "inbox.take": lambda c, a, t, _: handling.take(c, a, t),
    "inbox.assign": lambda c, a, t, args: handling.assign(c, a, t, UUID(args["to"])),
    "inbox.route": lambda c, a, t, args: handling.route(c, a, t, args["pool"]),
    "inbox.snooze": lambda c, a, t, args: handling.snooze(
        c, a, t, datetime.fromisoformat(args["until"])
    ),
    "inbox.send_reply": _reply,
}
