"""Where a conversation stands: state, turn, urgency and due time, from its messages as they are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from db.conversations import Conversation, State, Triage, Turn
from db.vocabulary import Urgency
from services import hours
from services.ai.redflags import assess_for, floor
from services.ehr.ports import Author
from services.options import PracticeOptions


@dataclass(frozen=True)
class Said:
    """One message as it now stands, whether we held it already or it is on its way in."""

    portal_id: str
    version: int
    author: str
    body: str = field(repr=False)
    sent_at: datetime
    received_at: datetime
    withdrawn: bool
    ours: bool = False  # a reply that left from here and now comes back


@dataclass(frozen=True)
class Standing:
    """The columns of a conversation that follow from its messages; each is named like its column."""

    waiting_since: datetime
    content_hash: str = ""
    state: State = State.OPEN
    turn: Turn = Turn.PRACTICE
    triage: Triage = Triage.WAITING
    triage_lease: datetime | None = None
    urgency: Urgency = Urgency.ROUTINE
    urgency_rank: int = Urgency.ROUTINE.rank
    floor: Urgency = Urgency.ROUTINE
    flags: list[dict[str, Any]] = field(default_factory=list)
    needs_reply: bool = True
    sorted_by: str = ""
    snoozed_until: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_as: str = ""
    due_at: datetime | None = None
    trouble: str = ""

    @classmethod
    def of(cls, row: Conversation) -> "Standing":
        """Where *row* stands until now."""
        return cls(**{name: getattr(row, name) for name in COLUMNS})

    @property
    def values(self) -> dict[str, Any]:
        """Every column with its value."""
        return {name: getattr(self, name) for name in COLUMNS}

    @property
    def is_urgent(self) -> bool:
        """Whether somebody must look within hours."""
        asleep_or_open = self.state in (State.OPEN, State.SNOOZED)
        return asleep_or_open and self.urgency_rank <= Urgency.URGENT.rank


COLUMNS = tuple(column.name for column in fields(Standing))


class Spoken(Protocol):
    """Any form of a message that tells who wrote it and whether it was taken back."""

    @property
    def author(self) -> str:
        """A word of ``ports.Author``."""

    @property
    def withdrawn(self) -> bool:
        """Whether the patient took it back."""


S = TypeVar("S", bound=Spoken)


def settled(
    before: Standing, current: Sequence[Said], subject: str, options: PracticeOptions
) -> Standing:
    """Where the conversation stands now that *current*, oldest first, is all that was said.

    The red-flag floor is part of it: computed from the words alone, before any model is asked.
    """
    waiting = unanswered(current)
    now = _somebody_waits(before, waiting) if waiting else _nothing_waits(before, current)
    now = _with_floor(now, [said.body for said in waiting], subject, options)
    return replace(now, content_hash=_content_hash(current), due_at=due(now, options))


def unanswered(current: Sequence[S]) -> list[S]:
    """The patient's messages after the practice's last word, oldest first."""
    waiting: list[S] = []
    for message in current:
        if message.author == Author.PRACTICE:
            waiting = []
        elif not message.withdrawn:
            waiting.append(message)
    return waiting


def answered_last(current: Sequence[S]) -> list[S]:
    """The patient's messages that the practice's last word answers, oldest first."""
    asked = list(current)
    while asked and asked[-1].author == Author.PRACTICE:
        asked.pop()
    return unanswered(asked)


def due(row: Conversation | Standing, options: PracticeOptions) -> datetime | None:
    """When the practice owes an answer, counted in opening hours; ``None`` when it owes none."""
    if row.turn is not Turn.PRACTICE or not row.needs_reply:
        return None
    return hours.after(row.waiting_since, options.answer_minutes[row.urgency], options)


def _content_hash(current: Sequence[Said]) -> str:
    """A digest of which versions of which messages a reader is shown; no words in it."""
    shown = "\n".join(f"{m.portal_id}\x1f{m.version}\x1f{m.withdrawn}" for m in current)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def _nothing_waits(before: Standing, current: Sequence[Said]) -> Standing:
    now = replace(before, triage=Triage.DONE)
    closed_at = before.closed_at or current[-1].received_at
    if all(m.author == Author.PRACTICE for m in current):
        begun = replace(now, state=State.CLOSED, turn=Turn.PATIENT, closed_at=closed_at)
        return replace(begun, closed_as="begun by the practice")
    if all(m.withdrawn for m in current if m.author != Author.PRACTICE):
        gone = replace(now, state=State.WITHDRAWN, turn=Turn.NOBODY, closed_at=closed_at)
        return replace(gone, closed_as="withdrawn by the patient")
    # An echo of our own reply closes nothing: it may be open for somebody's sign-off.
    if before.state is not State.OPEN or _last_word(current).ours:
        return now
    # Somebody answered in eCW or healow itself: our queue must not keep asking.
    answered = replace(now, answered_at=current[-1].sent_at, turn=Turn.PATIENT)
    closed = replace(answered, state=State.CLOSED, closed_at=closed_at)
    return replace(closed, closed_as="answered outside Foyer")


def _last_word(current: Sequence[Said]) -> Said:
    """What the practice said last; there is one where nobody waits and not all is withdrawn."""
    return [said for said in current if said.author == Author.PRACTICE][-1]


def _somebody_waits(before: Standing, waiting: Sequence[Said]) -> Standing:
    since = waiting[0].received_at
    now = replace(before, turn=Turn.PRACTICE, waiting_since=since, triage=Triage.WAITING,
                  triage_lease=None)  # fmt: skip
    if before.state not in (State.CLOSED, State.WITHDRAWN):
        return now
    # The patient wrote again: a new question, sorted and timed afresh.
    return replace(now, state=State.OPEN, closed_at=None, closed_as="", trouble="", sorted_by="")


def _with_floor(
    now: Standing, bodies: Sequence[str], subject: str, options: PracticeOptions
) -> Standing:
    own = options.red_flags
    flags = [flag for body in bodies for flag in assess_for(own, body, subject)]
    lowest = floor(flags)
    urgency = now.urgency.at_least(lowest)
    kept = [{"family": f.family, "level": f.level.value, "rule": f.rule} for f in flags]
    now = replace(now, floor=lowest, flags=kept, urgency=urgency, urgency_rank=urgency.rank)
    if now.state is State.SNOOZED and lowest.rank <= Urgency.URGENT.rank:
        return replace(now, state=State.OPEN, snoozed_until=None)
    return now
