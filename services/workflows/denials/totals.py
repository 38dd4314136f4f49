"""What became of denials, in dollars and count, by payer, reason, place and month, beside the files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from db.denials import DenialState
from db.practices import Practices
from db.revenue import ClaimSums, DenialSum, DenialSums, FileSums, PaidSums
from db.risk_models import RiskModel, RiskModels
from db.x12_files import FileState
from services import rollout
from services.claims import places
from services.codes import reasons
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import NotRolledOut

READ = "claims.read"


K = TypeVar("K")


class Fate(StrEnum):
    """What became of a denial; each denial has exactly one."""

    OPEN = "open"  # nobody has decided yet
    IN_WORK = "in work"
    APPEALED = "appealed"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written off"
    PATIENT = "patient's"
    LOST = "lost"
    CLEARED = "cleared"


class By(StrEnum):
    """What totals can be broken down by."""

    PAYER = "payer"
    REASON = "carc"
    LOCATION = "location"
    MONTH = "month"


@dataclass(frozen=True)
class Amount:
    """How many denials, and cents. Both parts of a recovered one are kept: denied and recovered."""

    count: int = 0
    denied_cents: int = 0
    recovered_cents: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.count + other.count,
            self.denied_cents + other.denied_cents,
            self.recovered_cents + other.recovered_cents,
        )


@dataclass(frozen=True)
class Cell:
    """Denials alike in fate, payer, reason, place and month (``2026-03``)."""

    fate: Fate
    payer: str
    carc: str
    location: str
    month: str
    amount: Amount

    def part(self, by: By) -> str:
        """Its value for one breakdown."""
        return str(getattr(self, by.value))


@dataclass(frozen=True)
class Narrow:
    """Which denials are counted. Empty fields do not filter."""

    fate: Fate | None = None
    payer: str = ""
    carc: str = ""
    location: str = ""
    month: str = ""

    def also(self, by: By, value: str) -> "Narrow":
        """The same, and only *value* of one breakdown."""
        told = {one.value: getattr(self, one.value) for one in By} | {by.value: value}
        return Narrow(self.fate, **told)

    def holds(self, cell: Cell) -> bool:
        """Whether *cell* is counted."""
        return self.fate in (None, cell.fate) and all(
            getattr(cell, name) == value for name, value in self.asked
        )

    @cached_property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """What is asked beside the fate: the name of a part and its value."""
        return tuple((by.value, value) for by in By if (value := getattr(self, by.value)))


@dataclass(frozen=True)
class Reconciled:
    """The files beside the books, in cents: what was posted is what claims count, to the cent.

    ``withheld`` is what payers kept beside claims (PLB), so that it never reached the bank as
    payment of a claim. ``outside`` counts files that are in no total yet, by what became of them.
    """

    files: int
    withheld: int
    claims: int
    unmatched: int
    unmatched_count: int
    unpaired: int
    outside: Mapping[FileState, int]

    @property
    def difference(self) -> int:
        """What is not explained; anything but 0 is a fault of ours."""
        return self.files - self.claims - self.unmatched - self.unpaired


@dataclass(frozen=True)
class Counted:
    """Denials by what became of them, as the worklist's own totals show them: without months."""

    cells: tuple[Cell, ...] = ()
    names: Mapping[By, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Revenue:
    """Everything the revenue page shows. ``hidden`` counts denials of places not open to the reader."""

    cells: tuple[Cell, ...]
    hidden: int
    reconciled: Reconciled
    names: Mapping[By, Mapping[str, str]]
    risk: RiskModel | None
    simulated: bool


def revenue(container: Container, actor: Actor) -> Revenue:
    """All of it as of now. It opens no sealed field. Raises ``NotAllowed`` or ``NotRolledOut``."""
    with looking(container, actor) as desk:
        desk.require(READ, "read revenue totals")
        gate = rollout.gate(desk, "denials")
        sums = desk.open(DenialSums).cube()
        seen = [one for one in sums if gate.shows_to(actor.staff_id, _places(one))]
        if not seen and not rollout.sight(desk, "denials").sees_new:
            raise NotRolledOut("Denials")
        return Revenue(
            cells=tuple(_cells(seen)),
            hidden=sum(one.denials for one in sums) - sum(one.denials for one in seen),
            reconciled=reconciled(desk),
            names=_names(desk, seen),
            risk=desk.open(RiskModels).newest(),
            simulated=Practices(desk.session).get(desk.practice_id).synthetic,
        )


def counted(container: Container, actor: Actor) -> Counted:
    """The totals of all denials this person sees. Raises ``NotAllowed`` or ``NotRolledOut``."""
    with looking(container, actor) as desk:
        desk.require("denials.read", "read denials")
        gate = rollout.gate(desk, "denials")
        sums = desk.open(DenialSums).kinds(by_place=gate.differs_by_place)
        seen = [one for one in sums if gate.shows_to(actor.staff_id, _places(one))]
        if not seen and not rollout.sight(desk, "denials").sees_new:
            raise NotRolledOut("Denials")
        return Counted(tuple(_cells(seen)), _names(desk, seen))


def reconciled(desk: Desk) -> Reconciled:
    """The files beside the books of the whole practice."""
    files, withheld = desk.open(FileSums).posted()
    count, unmatched = desk.open(PaidSums).unmatched()
    return Reconciled(
        files=files, withheld=withheld, claims=desk.open(ClaimSums).paid(), unmatched=unmatched,
        unmatched_count=count, unpaired=desk.open(PaidSums).unpaired(),
        outside=desk.open(FileSums).outside(),
    )  # fmt: skip


def total(cells: Iterable[Cell], narrow: Narrow | None = None) -> Amount:
    """What *cells* add up to, as far as *narrow* counts them."""
    counted = (c.amount for c in cells if narrow is None or narrow.holds(c))
    return sum(counted, Amount())


def by_fate(cells: Iterable[Cell], narrow: Narrow) -> dict[Fate, Amount]:
    """Each fate's total; whatever fate *narrow* names, so that the cards always show all."""
    everywhere = replace(narrow, fate=None)
    return _grouped(cells, everywhere, lambda cell: cell.fate)


def broken_down(cells: Iterable[Cell], narrow: Narrow, by: By) -> dict[str, Amount]:
    """Totals by one of payer, reason, place and month: most dollars first, months in order."""
    found = _grouped(cells, narrow, lambda cell: cell.part(by))
    if by is By.MONTH:
        return dict(sorted(found.items()))
    return dict(sorted(found.items(), key=lambda one: (-one[1].denied_cents, one[0])))


def _grouped(cells: Iterable[Cell], narrow: Narrow, key: Callable[[Cell], K]) -> dict[K, Amount]:
    found: dict[K, Amount] = {}
    for cell in cells:
        if narrow.holds(cell):
            found[key(cell)] = found.get(key(cell), Amount()) + cell.amount
    return found


def _places(one: DenialSum) -> tuple[str, ...]:
    return tuple(place for place in (one.provider, one.department, one.location) if place)


ENDINGS = {
    DenialState.OPEN: Fate.OPEN, DenialState.SNOOZED: Fate.OPEN,
    DenialState.RECOVERED: Fate.RECOVERED, DenialState.WRITTEN_OFF: Fate.WRITTEN_OFF,
    DenialState.PATIENT: Fate.PATIENT, DenialState.LOST: Fate.LOST,
    DenialState.CLEARED: Fate.CLEARED,
}  # fmt: skip


def _cells(sums: Sequence[DenialSum]) -> Iterable[Cell]:
    for one in sums:
        working = Fate.APPEALED if one.appealed else Fate.IN_WORK
        amount = Amount(one.denials, one.denied_cents, one.recovered_cents)
        month = f"{one.year}-{one.month:02}" if one.month else ""
        yield Cell(
            ENDINGS.get(one.state, working), one.payer_id, one.carc, one.location, month, amount
        )


def _names(desk: Desk, sums: Sequence[DenialSum]) -> dict[By, dict[str, str]]:
    known = places.names(desk)
    return {
        By.PAYER: {one.payer_id: one.payer_name or one.payer_id for one in sums},
        By.REASON: {one.carc: _reason(one.carc) for one in sums},
        By.LOCATION: {one.location: places.name_of(known, one.location) for one in sums},
        By.MONTH: {},
    }


def _reason(carc: str) -> str:
    known = reasons.carc(carc)
    return f"{carc} {known.sentence}" if known else carc or "no reason given"
