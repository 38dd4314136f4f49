"""Facts of one conversation: how soon it was touched, answered and closed, by whom and how often."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db.audit import AuditEntry
from db.conversations import Conversation, State
from db.corrections import Correction
from db.fact_sources import Said
from db.facts import Mode
from db.suggestions import Suggestion
from db.vocabulary import Role
from services import hours
from services.ehr.ports import Author
from services.metrics.deriving.happening import (
    Clocks,
    Happening,
    Teller,
    done_by_people,
    in_use,
    roles_of,
    wall,
)

READ, UNDO, REOPEN = "inbox.read", "inbox.undo", "inbox.reopen"
LOOKS = (READ, "inbox.listed", "inbox.searched", "inbox.wording_filled", "inbox.queue_saved")
ANSWERS = ("inbox.send_reply", "inbox.send_and_route", "inbox.apply_macro", "inbox.copy_done")
NO_REPLY, BARE_YES = "no reply needed", "visit confirmed"


@dataclass(frozen=True)
class Thread:
    """All that is stored of one conversation, but for its words."""

    row: Conversation
    said: Sequence[Said] = ()
    lines: Sequence[AuditEntry] = ()
    suggestions: Sequence[Suggestion] = ()
    corrections: Sequence[Correction] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)

    @property
    def touches(self) -> list[AuditEntry]:
        """What people did to it, without what they took back."""
        kept: list[AuditEntry] = []
        for line in done_by_people(self.lines):
            if line.verb == UNDO:
                del kept[-1:]
            elif line.verb.startswith("inbox.") and line.verb not in LOOKS:
                kept.append(line)
        return kept

    @property
    def answered(self) -> tuple[datetime, bool] | None:
        """When it was first answered, and whether from Foyer."""
        ours = [(t.at, True) for t in self.touches if t.verb in ANSWERS] if self._is_sent else []
        theirs = [(s.sent_at, False) for s in self.said if s.author == Author.PRACTICE]
        return min([*ours, *theirs], default=None)

    @property
    def _is_sent(self) -> bool:
        return self.row.answered_at is not None  # taken back, it is empty again

    @property
    def needed_reply(self) -> bool:
        """Whether it needed a reply: marked so and not closed as needing none, or answered."""
        if self.row.state is State.WITHDRAWN:
            return False
        marked = self.row.needs_reply and self.row.closed_as not in (NO_REPLY, BARE_YES)
        return marked or self.answered is not None

    @property
    def mode(self) -> Mode:
        """On where a suggestion was shown before it was answered or closed here."""
        answered = self.answered
        here = answered[1] if answered else bool(self.touches)
        until = answered[0] if answered else self.row.closed_at
        shown = [
            s for s in self.suggestions if not s.shadow and (not until or s.created_at <= until)
        ]
        return Mode.ON if here and shown else Mode.OFF


def facts(thread: Thread, clocks: Clocks) -> Iterator[Happening]:
    """Everything that has happened with this conversation so far."""
    if thread.row.state is State.WITHDRAWN:
        return
    teller = Teller(thread.row.ref, thread.row, mode=thread.mode)
    yield from _reply(thread, teller, clocks)
    yield from _first_touch(thread, teller, clocks)
    if thread.row.closed_at and thread.touches:
        yield from _closed(thread, thread.row.closed_at, teller, clocks)


def _reply(thread: Thread, teller: Teller, clocks: Clocks) -> Iterator[Happening]:
    if not thread.needed_reply:
        return
    row, answered = thread.row, thread.answered
    label = str(row.category or "")
    yield teller.tell("inbox.needed", row.first_at, answered is not None, label)
    if answered:
        at = answered[0]
        target = hours.after(
            row.first_at, clocks.options.answer_minutes[row.urgency], clocks.options
        )
        yield teller.tell("inbox.response", at, wall(row.first_at, at), label)
        yield teller.tell("inbox.response_open", at, clocks.business(row.first_at, at), label)
        yield teller.tell("inbox.sla", at, at <= target, str(row.urgency))


def _first_touch(thread: Thread, teller: Teller, clocks: Clocks) -> Iterator[Happening]:
    people = done_by_people(thread.lines)
    first = next((x.at for x in people if x.verb == READ or x.verb not in LOOKS), None)
    if first:
        yield teller.tell("inbox.touch", first, wall(thread.row.first_at, first))
        yield teller.tell("inbox.touch_open", first, clocks.business(thread.row.first_at, first))


def _closed(thread: Thread, at: datetime, teller: Teller, clocks: Clocks) -> Iterator[Happening]:
    row, touches = thread.row, thread.touches
    label = str(row.category or "")
    by = roles_of(touches, thread.roles)
    yield teller.tell("inbox.closed", at, wall(row.first_at, at), label)
    yield teller.tell("inbox.closed_open", at, clocks.business(row.first_at, at), label)
    yield teller.tell("inbox.by_staff", at, Role.PROVIDER not in by, label)
    yield teller.tell("inbox.touches", at, len(touches), label)
    yield teller.tell("inbox.one_touch", at, len(touches) == 1, label)
    yield teller.tell("inbox.reopened", at, any(t.verb == REOPEN for t in touches), label)
    yield teller.tell("inbox.late_touches", at, sum(not clocks.is_open(t.at) for t in touches))
    yield teller.tell("inbox.time", at, in_use(done_by_people(thread.lines)), label)
