"""A finished happening as it is derived, and the clocks that tell how long something took."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from db.audit import AuditEntry, Ending
from db.facts import Mode
from db.vocabulary import Role
from services import hours
from services.options import PracticeOptions

LONGEST_PAUSE = timedelta(minutes=5)  # a longer silence on an item is somebody doing something else
STAFF = "staff/"


class Placed(Protocol):
    """Whatever knows where it belongs; some know their department as well."""

    @property
    def location(self) -> str:
        """The EHR's reference of the location."""

    @property
    def provider(self) -> str:
        """The EHR's reference of the provider."""


@dataclass(frozen=True)
class Happening:
    """One fact before it is stored; ``subject`` is the item's reference."""

    kind: str
    subject: str
    at: datetime
    value: int
    label: str = ""
    location: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""
    mode: Mode = Mode.OFF


@dataclass(frozen=True)
class Teller:
    """Tells happenings of one item: where it belongs and how it was worked is the same for all."""

    subject: str
    place: Placed | None = None
    payer: str = ""
    mode: Mode = Mode.OFF

    def tell(self, kind: str, at: datetime, value: float, label: str = "") -> Happening:
        """One happening of this item."""
        place = self.place
        return Happening(
            kind, self.subject, at, int(value), label,
            location=place.location if place else "",
            department=getattr(place, "department", "") if place else "",
            provider=place.provider if place else "", payer=self.payer, mode=self.mode,
        )  # fmt: skip


@dataclass(frozen=True)
class Clocks:
    """The practice's wall clock and opening hours."""

    options: PracticeOptions

    def business(self, start: datetime, end: datetime) -> int:
        """Seconds of opening time between two moments."""
        return int(hours.elapsed(start, end, self.options).total_seconds())

    def is_open(self, moment: datetime) -> bool:
        """Whether the practice is open."""
        return hours.is_open(moment, self.options)

    def day(self, moment: datetime) -> date:
        """The practice's date at *moment*."""
        return moment.astimezone(self.options.zone).date()

    def begin(self, day: date) -> datetime:
        """The moment at which *day* begins where the practice is."""
        return datetime.combine(day, time(), self.options.zone).astimezone(UTC)


def wall(start: datetime, end: datetime) -> int:
    """Seconds on the wall clock between two moments, never fewer than none."""
    return max(0, int((end - start).total_seconds()))


def done_by_people(lines: Iterable[AuditEntry]) -> list[AuditEntry]:
    """The lines that tell what a person did, without what was refused or failed."""
    return [x for x in lines if x.actor.startswith(STAFF) and x.ending is Ending.DONE]


def in_use(lines: Sequence[AuditEntry]) -> int:
    """Seconds people had an item in hand: from line to line of one person, pauses cut.

    Two lines of a person on this item further apart than ``LONGEST_PAUSE`` are two sittings, and
    what lies between them is not counted. The last line of a sitting counts nothing.
    """
    return sum(int(pause.total_seconds()) for pause in _pauses(lines) if pause <= LONGEST_PAUSE)


def _pauses(lines: Sequence[AuditEntry]) -> Iterator[timedelta]:
    last: dict[str, datetime] = {}
    for line in sorted(lines, key=lambda one: one.at):
        if line.actor in last:
            yield line.at - last[line.actor]
        last[line.actor] = line.at


def roles_of(lines: Iterable[AuditEntry], roles: Mapping[str, Role]) -> set[Role]:
    """The roles of those who did something."""
    return {roles[line.actor] for line in lines if line.actor in roles}
