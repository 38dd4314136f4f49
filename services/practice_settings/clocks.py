"""What other hours, holidays or targets do to the answers that the practice owes already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.owed_answers import Owed, OwedAnswers
from services import hours
from services.desk import Desk
from services.options import PracticeOptions

TIMED = frozenset({"hours", "holidays", "special_hours", "answer_minutes"})
Moved = tuple[Owed, datetime]


@dataclass(frozen=True)
class Due:
    """How many open conversations are due at another time, and which way; ``late`` at once."""

    new: int = 0
    sooner: int = 0
    late: int = 0


def moved(desk: Desk, options: PracticeOptions) -> list[Moved]:
    """Every owed answer that is due at another time by *options*."""
    return list(_moved(desk.open(OwedAnswers).all_of_them(), options))


def _moved(owed: Sequence[Owed], options: PracticeOptions) -> Iterator[Moved]:
    for one in owed:
        due = hours.after(one.waiting_since, options.answer_minutes[one.urgency], options)
        if due != one.due_at:
            yield one, due


def keep(desk: Desk, found: Sequence[Moved]) -> None:
    """Give them their new times."""
    desk.open(OwedAnswers).move([{"which": one.id, "moment": due} for one, due in found])


def counted(found: Sequence[Moved], now: datetime) -> Due:
    """*found* in numbers."""
    was_on_time = [
        (was.due_at, due) for was, due in found if was.due_at is None or was.due_at >= now
    ]
    return Due(
        new=len(found),
        sooner=sum(due < was.due_at for was, due in found if was.due_at),
        late=sum(due < now for _, due in was_on_time),
    )
