"""What one browser tab has in front of it; everything that matters is in the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from pages.parts import worklist
from services.actions import Done, Target
from services.container import Container
from services.desk import Actor
from services.options import PracticeOptions
from services.workflows.denials.listing import Choices, Listed, Narrowed, Row
from services.workflows.denials.reading import OpenDenial
from services.workflows.denials.totals import Counted

KEY = "denials"
WayBack = Callable[[Container, Actor, Target], Done]


@dataclass(frozen=True)
class Deed:
    """Something this person just did, or failed to do; ``way_back`` undoes it ``until`` then.

    ``ids`` are the denials it was done to.
    """

    key: str
    kind: str  # good, bad or plain
    text: str = field(repr=False)
    ids: tuple[UUID, ...] = ()
    until: datetime | None = None
    way_back: WayBack | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Totals:
    """The totals as they were counted, of which list (``Sitting.word``), and when."""

    counted: Counted
    word: str
    at: datetime


@dataclass(frozen=True)
class Problem:
    """Why the last decision was not taken; ``number`` tells two alike apart.

    ``rules`` hold what was to leave, and may be let pass for one of the reasons ``whys``.
    """

    text: str
    number: int
    rules: tuple[str, ...] = ()
    whys: tuple[str, ...] = ()


@dataclass
class Sitting:
    """One tab: the worklist as it was shown, the open denial, and the last deeds.

    ``group`` is the row whose whole group waits for a confirmation.
    """

    staff_id: UUID | None
    lane: str = ""
    narrowed: Narrowed = field(default_factory=Narrowed)
    rows: list[Row] = field(default_factory=list)
    unseen: list[Row] = field(default_factory=list)
    wanted_pages: int = 1
    more: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    colleagues: Mapping[UUID, str] = field(default_factory=dict)
    options: PracticeOptions = field(default_factory=PracticeOptions)
    word: str = ""
    listed: Listed = field(default_factory=set)
    denial: OpenDenial | None = None
    group: Row | None = None
    problem: Problem | None = None
    progress: tuple[UUID, str] | None = None  # of the open denial, as last drawn
    deeds: list[Deed] = field(default_factory=list)
    handled: dict[str, int] = field(default_factory=dict)
    totals: Totals | None = None
    undone: int = 0

    def say(self, deed: Deed) -> None:
        """Put *deed* first on the line above the list."""
        self.deeds = worklist.told(self.deeds, deed)

    def settle(self, id: UUID) -> None:
        """What was done to this denial before stands: only the newest deed can be taken back."""
        self.deeds = [replace(d, until=None) if id in d.ids else d for d in self.deeds]

    def refuse(self, why: str, rules: tuple[str, ...] = (), whys: tuple[str, ...] = ()) -> None:
        """Say beside the open denial why it was not done, and which *rules* may be let pass."""
        number = self.problem.number + 1 if self.problem else 1
        self.problem = Problem(f"Not done: {why}", number, rules, whys)

    def row_with(self, id: UUID) -> Row | None:
        """The row that shows this denial, alone or in its group."""
        return next((r for r in self.rows if any(t.id == id for t in r.targets)), None)

    def after(self, id: UUID) -> UUID | None:
        """The denial that follows *id* in the list, or the one before the end."""
        return worklist.following([row.id for row in self.rows], id)


def sitting_of(actor: Actor) -> Sitting:
    """This tab's sitting; a fresh one for another person."""
    sitting: Sitting = worklist.tab_of(actor, KEY, Sitting)
    return sitting
