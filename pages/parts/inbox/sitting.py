"""What one browser tab has in front of it; everything that matters is in the database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.queue import After
from pages.parts import worklist
from services.actions import Done
from services.desk import Actor
from services.workflows.inbox.choices import Choices
from services.workflows.inbox.claims import Claims
from services.workflows.inbox.listing import Opened
from services.workflows.inbox.reading import Item

KEY = "inbox"
TYPING = timedelta(seconds=20)  # how long after the last kept keystroke somebody is "typing"


@dataclass(frozen=True)
class Deed:
    """Something this person just did, or failed to do, for the line above the inbox.

    ``follow`` is the conversation whose delivery is worth watching.
    """

    key: str
    kind: str  # good, bad or plain
    text: str = field(repr=False)
    done: tuple[Done, ...] = ()
    until: datetime | None = None
    follow: UUID | None = None


@dataclass
class Sitting:
    """One tab: a snapshot of the queue whose rows keep their place, the open item, the last deeds."""

    staff_id: UUID | None
    opened: Opened = field(default_factory=dict)
    query: str | None = None  # the queue that ``ids`` are of; none makes the list be read again
    searched: str = field(default="", repr=False)
    searches: int = 0  # a new number gives an empty search box
    macro: UUID | None = None  # being looked at before it is applied
    wants_more: bool = False
    ids: list[UUID] = field(default_factory=list)
    more: After | None = None
    newest: UUID | None = None
    patients: tuple[UUID, ...] | None = None
    item: Item | None = None
    claims: Claims | None = None
    kept_text: str = field(default="", repr=False)
    typed_at: datetime | None = None
    choices: Choices | None = None
    deeds: list[Deed] = field(default_factory=list)
    question: "Question | None" = None
    stale: bool = False
    handled: int = 0  # the last event of the list, of the line's undo, and of the editor's send
    undone: int = 0
    sent: int = 0

    def say(self, deed: Deed) -> None:
        """Put *deed* first on the line above the inbox."""
        self.deeds = worklist.told(self.deeds, deed)

    def show(self, item: Item | None) -> None:
        """Have *item* open, as it was read."""
        self.item, self.claims, self.typed_at = item, None, None
        self.question, self.macro = None, None
        self.kept_text = item.draft.text if item else ""

    def after(self, id: UUID) -> UUID | None:
        """The row that follows *id* in the list, or the one before the end."""
        return worklist.following(self.ids, id)

    def is_typing(self, now: datetime) -> bool:
        """Whether this person is in the middle of a reply."""
        return self.typed_at is not None and now - self.typed_at < TYPING


@dataclass(frozen=True)
class Question:
    """Something to confirm before it happens to many: what, and to which of the rows shown."""

    order: str
    targets: tuple[dict[str, object], ...]


def sitting_of(actor: Actor) -> Sitting:
    """This tab's sitting; a fresh one for another person."""
    sitting: Sitting = worklist.tab_of(actor, KEY, Sitting)
    return sitting
