"""Facts for metrics: one row per finished happening, without a patient, kept when its item is shredded."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, col, delete, func, select

from db.base import Repository, Row, UtcDateTime, Word

AT_ONCE = 500  # subjects in one statement


class Mode(StrEnum):
    """Whether an item was worked with its workflow on."""

    ON = "on"  # in Foyer, with what the workflow suggests before the person
    OFF = "off"  # by hand: elsewhere, in shadow, stopped, or the engine had nothing to suggest


class MetricFact(Row, table=True):
    """One finished happening: what kind, on which day of the practice, and its value.

    ``value`` is seconds, cents, microdollars, a count, or 1 and 0 for yes and no; the definition
    says which. ``label`` is a word from a closed list, such as a category or a CARC. ``subject``
    is the item's reference and nothing else of it, so that rows can be shown to who may see them.
    """

    __tablename__ = "metric_fact"
    __table_args__ = (
        # In the order of the value: a day's median is read at its place in the index.
        Index("ix_metric_fact_value", "practice_id", "kind", "day", "value"),
        Index("ix_metric_fact_subject", "practice_id", "subject"),
    )

    kind: str
    day: date
    at: datetime = Field(sa_type=UtcDateTime)
    value: int = Field(sa_type=BigInteger)
    subject: str
    label: str = ""
    location: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""
    mode: Mode = Field(default=Mode.OFF, sa_type=Word(Mode))


class MetricDay(Row, table=True):
    """All facts of one kind and day in two strings of bytes: what the metrics page reads.

    ``packed`` holds the values and ``groups`` the code of each one's group, in the same order
    (``services.metrics.packing``). Written with the facts, in one transaction.
    """

    __tablename__ = "metric_day"
    __table_args__ = (UniqueConstraint("practice_id", "kind", "day"),)

    kind: str
    day: date
    facts: int = 0
    packed: bytes
    groups: bytes


class MetricGroup(Row, table=True):
    """One combination of places, payer, label and mode, by its number."""

    __tablename__ = "metric_group"
    __table_args__ = (UniqueConstraint("practice_id", "code"),)

    code: int
    location: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""
    label: str = ""
    mode: Mode = Field(default=Mode.OFF, sa_type=Word(Mode))


class MetricCursor(Row, table=True):
    """How far the facts of one source have been gathered."""

    __tablename__ = "metric_cursor"
    __table_args__ = (UniqueConstraint("practice_id", "source"),)

    source: str
    position: str = ""
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PackedDay(NamedTuple):
    """One row of ``MetricDay`` as it is read."""

    kind: str
    day: date
    packed: bytes
    groups: bytes


class MetricFacts(Repository[MetricFact]):
    """Questions about facts."""

    model = MetricFact

    def about(self, subjects: Iterable[str]) -> Sequence[MetricFact]:
        """Every fact about these items."""
        wanted = list(subjects)
        found: list[MetricFact] = []
        for first in range(0, len(wanted), AT_ONCE):
            part = wanted[first : first + AT_ONCE]
            found += self.all(self.rows().where(col(MetricFact.subject).in_(part)))
        return found

    def forget(self, facts: Sequence[MetricFact]) -> None:
        """Drop these rows."""
        ids = [fact.id for fact in facts]
        mine = col(MetricFact.practice_id) == self.practice_id
        for first in range(0, len(ids), AT_ONCE):
            gone = delete(MetricFact).where(
                mine, col(MetricFact.id).in_(ids[first : first + AT_ONCE])
            )
            self.session.connection().execute(gone)

    def of_day(self, kind: str, day: date) -> Sequence[tuple[Any, ...]]:
        """Value and group of each fact of a kind and day, in the order of the value."""
        asked = (
            select(
                MetricFact.value,
                MetricFact.location,
                MetricFact.department,
                MetricFact.provider,
                MetricFact.payer,
                MetricFact.label,
                MetricFact.mode,
            )  # type: ignore[call-overload]
            .where(
                col(MetricFact.practice_id) == self.practice_id,
                col(MetricFact.kind) == kind,
                col(MetricFact.day) == day,
            )
            .order_by(col(MetricFact.value), col(MetricFact.id))
        )
        return [tuple(row) for row in self.session.execute(asked)]

    def behind(
        self, kinds: Iterable[str], first: date, last: date, places: dict[str, str], limit: int,
        *, without_noughts: bool = False,
    ) -> Sequence[MetricFact]:  # fmt: skip
        """The facts of these kinds from *first* to *last*, newest first; *places* narrow them."""
        mine = self.rows().where(
            col(MetricFact.kind).in_(list(kinds)),
            col(MetricFact.day) >= first,
            col(MetricFact.day) <= last,
            *(col(getattr(MetricFact, name)) == value for name, value in places.items()),
            *([col(MetricFact.value) != 0] if without_noughts else []),
        )
        newest = (col(MetricFact.day).desc(), col(MetricFact.at).desc(), col(MetricFact.id))
        return self.all(mine.order_by(*newest).limit(limit))

    def percentile(self, kind: str, day: date, thousandths: int) -> int | None:
        """The smallest value of a day that this share of them do not exceed, by its place in the index."""
        mine = (
            col(MetricFact.practice_id) == self.practice_id,
            col(MetricFact.kind) == kind,
            col(MetricFact.day) == day,
        )
        count = self.session.exec(select(func.count()).where(*mine)).one()
        if not count:
            return None
        place = max(0, -(-count * thousandths // 1000) - 1)
        at = select(MetricFact.value).where(*mine).order_by(col(MetricFact.value))
        return self.session.exec(at.offset(place).limit(1)).one()


class MetricDays(Repository[MetricDay]):
    """Questions about packed days."""

    model = MetricDay

    def between(self, kinds: Iterable[str], first: date, last: date) -> list[PackedDay]:
        """Packed days of these kinds from *first* to *last*, by kind and day."""
        columns: tuple[Any, ...] = (
            MetricDay.kind, MetricDay.day, MetricDay.packed, MetricDay.groups,
        )  # fmt: skip
        asked = select(*columns).where(
            col(MetricDay.practice_id) == self.practice_id,
            col(MetricDay.kind).in_(list(kinds)),
            col(MetricDay.day) >= first,
            col(MetricDay.day) <= last,
        )
        ordered = asked.order_by(col(MetricDay.kind), col(MetricDay.day))
        return [PackedDay(*row) for row in self.session.execute(ordered)]

    def put(self, kind: str, day: date, facts: int, packed: bytes, groups: bytes) -> None:
        """Replace one packed day; one without facts is dropped."""
        mine = (
            col(MetricDay.practice_id) == self.practice_id,
            col(MetricDay.kind) == kind,
            col(MetricDay.day) == day,
        )
        self.session.connection().execute(delete(MetricDay).where(*mine))
        if facts:
            day_row = MetricDay.values(
                practice_id=self.practice_id, kind=kind, day=day, facts=facts, packed=packed,
                groups=groups,
            )  # fmt: skip
            self.insert_many([day_row])

    def span(self) -> tuple[date, date] | None:
        """The first and the last day of which anything is known."""
        asked = select(func.min(MetricDay.day), func.max(MetricDay.day)).where(
            col(MetricDay.practice_id) == self.practice_id
        )
        first, last = self.session.exec(asked).one()
        return (first, last) if first else None


class MetricGroups(Repository[MetricGroup]):
    """Questions about groups."""

    model = MetricGroup

    def by_code(self) -> Sequence[MetricGroup]:
        """Every group, by its number."""
        return self.all(self.rows().order_by(col(MetricGroup.code)))


class MetricCursors(Repository[MetricCursor]):
    """Questions about how far gathering is."""

    model = MetricCursor

    def locked(self, source: str) -> MetricCursor:
        """The cursor of *source*, locked until the transaction ends: one gathers at a time."""
        mine = self.rows().where(col(MetricCursor.source) == source).with_for_update()
        found = self.first(mine.execution_options(populate_existing=True))
        return found or self.add(MetricCursor(practice_id=self.practice_id, source=source))

    def as_of(self) -> datetime | None:
        """When facts were last gathered to the end of the trail."""
        mine = self.rows().where(col(MetricCursor.at).is_not(None))
        found = self.first(mine.order_by(col(MetricCursor.at).desc()))
        return found.at if found else None
