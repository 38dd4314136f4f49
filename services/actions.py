"""One-click actions: the things a person may do, each with its own paper trail.

An action is a plain function of a desk and the item it acts on, a conversation or a form::

    @action("inbox.snooze", "Snooze", undoable=True)
    def snooze(desk: Desk, conversation: Conversation, until: datetime) -> None: ...

Calling it opens one short transaction, in this order: compare and set on the version the
person saw, role, rollout, the work, the audit line. It fails whole or happens whole, and
leaves one line however it ends. There is no other way to run it, so there is no way to
forget. Nothing in it talks to a network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, Generic, ParamSpec, Protocol
from uuid import UUID

from db.audit import Ending
from db.base import NotFound
from db.conversations import Conversation, Conversations
from db.staff import StaffList
from db.undo import Undo, Undos
from services import rollout
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import FoyerError, NotAllowed, NotRolledOut, Stale
from services.rollout import Where

P = ParamSpec("P")

# What undo puts back: everything an action may change that is not text.
UNDOABLE = (
    "state", "turn", "category", "urgency", "needs_reply", "assigned_to", "pool", "snoozed_until",
    "answered_at", "closed_at", "closed_as", "sorted_by", "confidence", "trouble",
)  # fmt: skip
MOMENTS = ("snoozed_until", "answered_at", "closed_at")


class Item(Protocol):
    """What can be acted on: a row that knows its version, its place and who touched it last."""

    id: UUID
    created_at: datetime
    version: int
    content_hash: str
    location: str
    department: str
    provider: str
    touches: int
    last_actor: UUID | None
    last_verb: str
    last_at: datetime | None


@dataclass(frozen=True)
class Target:
    """What the person saw when they clicked: which item, which version, which words.

    ``shown`` is the ``content_hash`` of the item on the person's screen.
    """

    id: UUID
    version: int
    shown: str = ""


@dataclass(frozen=True)
class Done:
    """An action that happened; ``undo_until`` is set while it can be taken back."""

    verb: str
    label: str
    id: UUID
    version: int
    undo_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Action(Generic[P]):
    """Something a person can do to one item with one click; ``shelf`` is where such items lie."""

    verb: str
    label: str
    run: Callable[Concatenate[Desk, Any, P], None]
    shelf: type[Any] = Conversations
    undoable: bool = False
    needs_shown: bool = False

    @property
    def workflow(self) -> str:
        """The workflow whose rollout stage this action asks."""
        return self.verb.partition(".")[0]

    @property
    def help(self) -> str:
        """The tooltip: the first line of the function's docstring."""
        return (self.run.__doc__ or "").strip().splitlines()[0]

    def __call__(
        self, container: Container, actor: Actor, target: Target, *args: P.args, **kwargs: P.kwargs
    ) -> Done:
        """Do it. Raises ``Stale``, ``NotAllowed``, ``NotRolledOut``, ``NotAble`` or ``Invalid``."""
        try:
            with working(container, actor, tells=False) as desk:
                item = self._claim(desk, target)
                before = _snapshot(item) if isinstance(item, Conversation) else {}
                self.run(desk, item, *args, **kwargs)
                return self._finish(desk, item, before)
        except (FoyerError, NotFound) as error:
            self._refused(container, actor, target, error)
            raise

    def _claim(self, desk: Desk, target: Target) -> Item:
        desk.require(self.verb, self.label.lower())
        shelf = desk.open(self.shelf)
        if not shelf.take(target.id, target.version):
            raise Stale(_what_happened(desk, shelf.get(target.id)))
        item: Item = shelf.get(target.id)
        rollout.require(desk, self.workflow, places_of(item), self.label)
        if self.needs_shown and target.shown != item.content_hash:
            raise Stale(f"{_content_of(item)} changed after you opened this. Please read it again.")
        return item

    def _finish(self, desk: Desk, item: Item, before: dict[str, object]) -> Done:
        item.touches += 1
        item.last_actor, item.last_verb = desk.actor.staff_id, self.verb
        item.last_at = desk.now
        until = self._remember(desk, item, before)
        desk.record(self.verb, self._about(item.id))
        return Done(self.verb, self.label, item.id, item.version, until)

    def _about(self, id: UUID) -> str:
        return f"{self.shelf.model.__tablename__}/{id}"

    def _remember(self, desk: Desk, item: Item, before: dict[str, object]) -> datetime | None:
        if not self.undoable or desk.actor.staff_id is None:
            return None
        until = desk.now + timedelta(seconds=desk.container.settings.undo_seconds)
        desk.open(Undos).put(
            Undo(
                practice_id=desk.practice_id,
                conversation_id=item.id,
                staff_id=desk.actor.staff_id,
                verb=self.verb,
                before=before,
                until=until,
            )
        )
        return until

    def _refused(
        self, container: Container, actor: Actor, target: Target, error: Exception
    ) -> None:
        ending = (
            Ending.REFUSED
            if isinstance(error, NotAllowed | NotRolledOut | NotFound)
            else Ending.FAILED
        )
        with working(container, actor) as desk:
            about = self._about(target.id)
            desk.record(self.verb, about, ending, reason=type(error).__name__)


def action(
    verb: str, label: str, *, undoable: bool = False, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, Conversation, P], None]], Action[P]]:
    """Make a function into a one-click action; ``services.policy`` says whose.

    *verb* is what the trail remembers, so it outlives any renaming here. With *needs_shown*
    the words on the person's screen must be the words in the record.
    """

    def wrap(run: Callable[Concatenate[Desk, Conversation, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, undoable=undoable, needs_shown=needs_shown)

    return wrap


def places_of(item: Item) -> Where:
    """Where an item belongs, narrow to wide, and since when, as the rollout gate asks it."""
    return Where((item.provider, item.department, item.location), item.created_at)


@dataclass(frozen=True)
class BulkResult:
    """What a bulk action did: how many, and for the rest how many for each reason."""

    done: tuple[Done, ...]
    skipped: dict[str, int]


def bulk(
    act: Action[P], container: Container, actor: Actor, targets: Sequence[Target],
    *args: P.args, **kwargs: P.kwargs,
) -> BulkResult:  # fmt: skip
    """The same action on many, each in its own transaction and by the same rules."""
    done: list[Done] = []
    skipped: dict[str, int] = {}
    for target in targets:
        try:
            done.append(act(container, actor, target, *args, **kwargs))
        except (FoyerError, NotFound) as error:
            skipped[str(error)] = skipped.get(str(error), 0) + 1
    return BulkResult(tuple(done), skipped)


def _snapshot(conversation: Conversation) -> dict[str, object]:
    values = {name: getattr(conversation, name) for name in UNDOABLE}
    for name in MOMENTS:
        values[name] = values[name].isoformat() if values[name] else None
    values["assigned_to"] = str(values["assigned_to"]) if values["assigned_to"] else None
    return values


def _table_of(item: Item) -> str:
    return str(type(item).__dict__.get("__tablename__", "item"))


def _content_of(item: Item) -> str:
    """Whose word an item holds, as the person is told that it is another by now."""
    others = {
        "charge_capture": "The codes",
        "denial": "The payer's answer",
        "claim": "The claim",
        "x12_file": "The file",
    }
    return others.get(_table_of(item), "The patient's words")


def _what_happened(desk: Desk, item: Item) -> str:
    if item.last_actor is None or item.last_at is None:
        noun = _table_of(item).removeprefix("intake_").replace("_", " ")
        return f"This {noun} changed since you opened it. Please look again."
    name = desk.open(StaffList).names().get(item.last_actor, "a colleague")
    verb = item.last_verb.partition(".")[2].replace("_", " ")
    return f"{name} got here first ({verb}, {item.last_at:%H:%M} UTC)."
