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
from services.workflows.intake.listing import Listed, Row
from services.workflows.intake.reading import OpenForm
from services.workflows.intake.searching import Person

KEY = "intake"
WayBack = Callable[[Container, Actor, Target], Done]


@dataclass(frozen=True)
class Deed:
    """Something this person just did, or failed to do; ``target`` can be taken back ``until`` then.

    ``way_back`` does so, where it is another than calling back what leaves for the chart.
    """

    key: str
    kind: str  # good, bad or plain
    text: str = field(repr=False)
    target: Target | None = None
    until: datetime | None = None
    way_back: WayBack | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Problem:
    """Why the last decision was not taken, shown at its field; ``number`` tells two alike apart."""

    path: str
    text: str
    number: int


@dataclass
class Sitting:
    """One tab: the worklist as it was shown, the open form, and the last deeds.

    ``word`` is ``listing.newest`` as of the rows; ``handled`` holds the last event of each part
    of the page; ``pages`` keeps page images while their form is open.
    """

    staff_id: UUID | None
    lane: str = ""
    rows: list[Row] = field(default_factory=list)
    unseen: list[Row] = field(default_factory=list)
    wanted_pages: int = 1
    more: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    colleagues: Mapping[UUID, str] = field(default_factory=dict)
    options: PracticeOptions = field(default_factory=PracticeOptions)
    word: str = ""
    listed: Listed = field(default_factory=set)
    form: OpenForm | None = None
    page: int = 1
    pages: dict[int, bytes | str] = field(default_factory=dict, repr=False)
    people: tuple[Person, ...] = ()
    found: tuple[Person, ...] | None = None
    problem: Problem | None = None
    progress: tuple[UUID, str] | None = None  # of the open form, as last drawn
    deeds: list[Deed] = field(default_factory=list)
    handled: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    uploads: int = 0  # a new number gives an empty drop zone
    uploaded: str = field(default="", repr=False)

    def say(self, deed: Deed) -> None:
        """Put *deed* first on the line above the list."""
        self.deeds = worklist.told(self.deeds, deed)

    def settle(self, id: UUID) -> None:
        """What was done to this form before stands: only the newest deed can be taken back."""
        self.deeds = [
            replace(d, until=None) if d.way_back and d.target and d.target.id == id else d
            for d in self.deeds
        ]

    def show(self, form: OpenForm | None) -> None:
        """Have *form* open, as it was read. What belongs to another form is forgotten."""
        if form is None or self.form is None or form.row.id != self.form.row.id:
            self.page, self.pages, self.people, self.found = 1, {}, (), None
            self.problem = None
        self.form = form

    def after(self, id: UUID) -> UUID | None:
        """The form that follows *id* in the list, or the one before the end."""
        return worklist.following([row.id for row in self.rows], id)


def sitting_of(actor: Actor) -> Sitting:
    """This tab's sitting; a fresh one for another person."""
    sitting: Sitting = worklist.tab_of(actor, KEY, Sitting)
    return sitting
