"""What one browser tab has in front of it; everything that matters is in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pages.parts import worklist
from services.actions import Target
from services.desk import Actor
from services.options import PracticeOptions
from services.workflows.claims.filing import FileRow, Unmatched
from services.workflows.claims.listing import Listed, Row
from services.workflows.claims.reading import OpenClaim

KEY = "claims"
Shown = Row | FileRow | Unmatched
Open = OpenClaim | FileRow | Unmatched


@dataclass(frozen=True)
class Deed:
    """Something this person just did, or failed to do; ``target`` can be taken back ``until`` then."""

    key: str
    kind: str  # good, bad or plain
    text: str = field(repr=False)
    target: Target | None = None
    until: datetime | None = None


@dataclass
class Sitting:
    """One tab: the list as it was shown, what is open, and the last deeds.

    ``word`` is ``listing.newest`` as of the rows; ``found`` are claims searched for a payment.
    """

    staff_id: UUID | None
    lane: str = ""
    words: str = field(default="", repr=False)
    rows: list[Shown] = field(default_factory=list)
    unseen: list[Shown] = field(default_factory=list)
    wanted_pages: int = 1
    more: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    options: PracticeOptions = field(default_factory=PracticeOptions)
    word: str = ""
    listed: Listed = field(default_factory=set)
    open: Open | None = None
    found: tuple[Row, ...] | None = None
    deeds: list[Deed] = field(default_factory=list)
    handled: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    uploads: int = 0  # a new number gives an empty drop zone

    def say(self, deed: Deed) -> None:
        """Put *deed* first on the line above the list."""
        self.deeds = worklist.told(self.deeds, deed)

    def show(self, opened: Open | None) -> None:
        """Have *opened* in front; what was searched for another item is forgotten."""
        if opened is None or self.open is None or opened.target.id != self.open.target.id:
            self.found = None
        self.open = opened

    def after(self, id: UUID) -> UUID | None:
        """What follows *id* in the list, or the one before the end."""
        return worklist.following([row.target.id for row in self.rows], id)


def sitting_of(actor: Actor) -> Sitting:
    """This tab's sitting; a fresh one for another person."""
    sitting: Sitting = worklist.tab_of(actor, KEY, Sitting)
    return sitting
