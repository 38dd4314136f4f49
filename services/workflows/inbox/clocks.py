"""The three clocks on a conversation: first answer, next answer, resolution, in opening hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.conversations import Conversation, Turn
from db.messages import Message
from services import hours
from services.ehr.ports import Author
from services.options import PracticeOptions


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    LATE = "late"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True)
class Clock:
    """One target: what it counts, when it was or is due, and how much opening time it took."""

    name: str
    due_at: datetime
    taken: timedelta
    state: ClockState


def clocks(
    row: Conversation, messages: Sequence[Message], options: PracticeOptions, now: datetime
) -> tuple[Clock, ...]:
    """The clocks that apply now; *messages* are the thread's current versions, oldest first."""
    answer, resolve = options.answer_minutes[row.urgency], options.resolve_minutes[row.urgency]
    first = _first_answer(row, messages)
    found = [_clock("First answer", row.first_at, first, answer, options, now)]
    if row.turn is Turn.PRACTICE and row.needs_reply and first:
        found.append(_clock("Next answer", row.waiting_since, None, answer, options, now))
    return (*found, _clock("Resolved", row.first_at, row.closed_at, resolve, options, now))


def _first_answer(row: Conversation, messages: Sequence[Message]) -> datetime | None:
    said = [m.sent_at for m in messages if m.author == Author.PRACTICE]
    return min([*said, *([row.answered_at] if row.answered_at else [])], default=None)


def _clock(
    name: str, since: datetime, until: datetime | None, minutes: int,
    options: PracticeOptions, now: datetime,
) -> Clock:  # fmt: skip
    due_at = hours.after(since, minutes, options)
    taken = hours.elapsed(since, until or now, options)
    in_time = (until or now) <= due_at
    if until:
        return Clock(name, due_at, taken, ClockState.MET if in_time else ClockState.MISSED)
    return Clock(name, due_at, taken, ClockState.RUNNING if in_time else ClockState.LATE)
