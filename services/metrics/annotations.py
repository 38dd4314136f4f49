"""Sentences pinned to days: why a number bends there, in a manager's words and on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from db.annotations import Annotation, Annotations
from db.staff import StaffList
from services.desk import Desk
from services.errors import Invalid
from services.management import Deed, managed
from services.metrics.definitions import BY_ID
from services.metrics.naming import refuse_patients

SHORTEST, LONGEST = 3, 140  # characters
A_DAY = 8  # more would hide the chart
FARTHEST = timedelta(days=366)  # ahead; leave is known beforehand
NO_PATIENTS = "No patient may be named or described: this stays when patients' text is destroyed."


@dataclass(frozen=True)
class Pinned:
    """One annotation as it is shown: its day, its words, who pinned it and when."""

    id: UUID
    day: date
    text: str
    metric: str
    by: str
    at: datetime

    @property
    def about(self) -> str:
        """Which metric it is about, in words."""
        return BY_ID[self.metric].title if self.metric in BY_ID else "every metric"


@managed("metrics.annotate", "Pin to this day")
def annotate(desk: Desk, day: date, text: str, metric: str = "") -> Deed[UUID]:
    """Pin a sentence to a day, on one metric's chart or on all of them.

    Raises ``Invalid``, also for words that seem to name a patient.
    """
    words = " ".join(text.split())
    _check(desk, day, words, metric)
    refuse_patients(desk, words)
    assert desk.actor.staff_id is not None  # noqa: S101  (jobs have no role, so none comes here)
    row = desk.open(Annotations).add(
        Annotation(
            practice_id=desk.practice_id, day=day, text=words, metric=metric,
            written_by=desk.actor.staff_id, at=desk.now,
        )
    )  # fmt: skip
    return Deed(row.ref, f"{day}, {metric or 'every metric'}", row.id)


@managed("metrics.remove_annotation", "Remove")
def remove_annotation(desk: Desk, id: UUID) -> Deed[None]:
    """Take the sentence off the charts; its words are gone for good."""
    annotations = desk.open(Annotations)
    row = annotations.get(id)
    annotations.forget(id)
    return Deed(row.ref, f"{row.day}, {row.metric or 'every metric'}: removed", None)


def pinned(desk: Desk, first: date, last: date) -> Sequence[Pinned]:
    """Every annotation of these days."""
    names = desk.open(StaffList).names()
    return [
        Pinned(x.id, x.day, x.text, x.metric, names.get(x.written_by, "somebody"), x.at)
        for x in desk.open(Annotations).between(first, last)
    ]


def of_metric(found: Sequence[Pinned], metric: str) -> list[Pinned]:
    """Those that stand on the chart of *metric*."""
    return [one for one in found if one.metric in ("", metric)]


def _check(desk: Desk, day: date, words: str, metric: str) -> None:
    if metric and metric not in BY_ID:
        raise Invalid("There is no such metric.")
    if not SHORTEST <= len(words) <= LONGEST or not words.isprintable():
        raise Invalid(f"Please write one sentence of {SHORTEST} to {LONGEST} characters.")
    if day.year < 2000 or day > desk.today + FARTHEST:
        raise Invalid("Please choose a day up to a year from now.")
    if desk.open(Annotations).count_on(day) >= A_DAY:
        raise Invalid(f"{A_DAY} sentences are pinned to this day already. Please remove one first.")
