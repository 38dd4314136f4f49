"""Bringing stored facts in line with what was derived, and packing the days that changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from db.base import new_id
from db.facts import MetricDays, MetricFact, MetricFacts, MetricGroup, MetricGroups, Mode
from services.desk import Desk
from services.metrics.deriving.happening import Clocks, Happening
from services.metrics.packing import pack

COLUMNS = ("kind", "day", "at", "value", "subject", "label", "location", "department", "provider",
           "payer", "mode")  # fmt: skip


class Group(NamedTuple):
    """What facts can be told apart by."""

    location: str
    department: str
    provider: str
    payer: str
    label: str
    mode: Mode


@dataclass
class Groups:
    """The numbers of groups, known and new. Only one process gathers at a time."""

    desk: Desk
    known: dict[Group, int] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, desk: Desk) -> "Groups":
        """Every group there is."""
        rows = desk.open(MetricGroups).by_code()
        return cls(desk, {group_of(row): row.code for row in rows})

    def code(self, group: Group) -> int:
        """The number of *group*, a new one where it has none."""
        if group not in self.known:
            self.known[group] = len(self.known)
            self.new.append(
                MetricGroup.values(
                    practice_id=self.desk.practice_id, code=self.known[group], **group._asdict()
                )
            )
        return self.known[group]

    def keep(self) -> None:
        """Write the new ones."""
        self.desk.open(MetricGroups).insert_many(self.new)
        self.new = []


def group_of(row: Any) -> Group:
    """The group of a row that has all its columns."""
    return Group(*(getattr(row, name) for name in Group._fields))


def keep(desk: Desk, subjects: Iterable[str], derived: Iterable[Happening]) -> int:
    """Make the facts about *subjects* the *derived* ones; what stays is not touched.

    Returns how many rows changed. Subjects are whole items: what is not derived any more goes.
    """
    facts, clocks = desk.open(MetricFacts), Clocks(desk.options)
    wanted = Counter(_key(one, clocks) for one in derived)
    gone: list[MetricFact] = []
    for row in facts.about(sorted(set(subjects))):
        key = tuple(getattr(row, name) for name in COLUMNS)
        if wanted[key]:
            wanted[key] -= 1
        else:
            gone.append(row)
    new = [dict(zip(COLUMNS, key, strict=True)) for key in wanted.elements()]
    changed = {(row.kind, row.day) for row in gone} | {(row["kind"], row["day"]) for row in new}
    facts.forget(gone)
    blank = MetricFact.values(practice_id=desk.practice_id)
    facts.insert_many([blank | row | {"id": new_id()} for row in new])
    repack(desk, sorted(changed))
    return len(gone) + len(new)


def _key(one: Happening, clocks: Clocks) -> tuple[Any, ...]:
    return (
        one.kind, clocks.day(one.at), one.at, one.value, one.subject, one.label, one.location,
        one.department, one.provider, one.payer, one.mode,
    )  # fmt: skip


def repack(desk: Desk, days: Sequence[tuple[str, date]]) -> None:
    """Pack these kinds and days anew from their facts."""
    if not days:
        return
    facts, packed, groups = desk.open(MetricFacts), desk.open(MetricDays), Groups.read(desk)
    for kind, day in days:
        rows = facts.of_day(kind, day)
        codes = [groups.code(Group(*row[1:])) for row in rows]
        packed.put(kind, day, len(rows), *pack([row[0] for row in rows], codes))
    groups.keep()
