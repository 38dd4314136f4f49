"""The inbox as a list: what a row shows, opened once per person and audited."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from db.conversations import Conversation, Conversations, State, Turn
from db.deliveries import Deliveries
from db.messages import Messages
from db.patients import Patient, Patients
from db.queue import After, Queue, QueueFilter
from db.staff import StaffList
from db.vault import Unreadable
from db.vocabulary import Category, Urgency
from services import chart, rollout
from services.actions import Target, places_of
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.options import PracticeOptions
from services.workflows.inbox import watching
from services.workflows.inbox.watching import Freshness, Watcher

COUNTED = 1_000  # a lane's number ends here: nobody plans by the difference


NAMELESS = "Name is being fetched"


@dataclass(frozen=True)
class Row:
    """One conversation in the list. ``due_at`` is when an answer is owed; names are for staff."""

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    subject: str = field(repr=False)
    snippet: str = field(repr=False)
    urgency: Urgency
    category: Category | None
    confidence: float | None
    needs_reply: bool
    state: State
    turn: Turn
    pool: str
    owner: str
    assigned_to: UUID | None
    waiting_since: datetime
    due_at: datetime | None
    snoozed_until: datetime | None
    flags: tuple[str, ...]
    suspicious: bool
    trouble: str
    delivery: str
    triage: str

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Inbox:
    """A page of the queue with everything around it; ``newest`` is for ``watching.Attention``."""

    rows: tuple[Row, ...]
    more: After | None
    newest: UUID | None
    counts: Mapping[str, int]
    freshness: Freshness
    watchers: tuple[Watcher, ...]
    options: PracticeOptions


@dataclass(frozen=True)
class Surroundings:
    """What stands around the rows: how many wait in each lane, how old the data is, options."""

    counts: Mapping[str, int]
    freshness: Freshness
    options: PracticeOptions


Opened = dict[tuple[UUID, int], Row]


def inbox(
    container: Container, actor: Actor, wanted: QueueFilter, opened: Opened,
    after: After | None = None,
) -> Inbox:  # fmt: skip
    """A page of the queue. Rows this person has not seen yet are opened and put on the trail.

    *opened* is the caller's own memory for one sitting of one person; it is filled here.
    Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with looking(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        queue, options = rollout.seen(desk, "inbox", Queue, "The inbox"), desk.options
        page = queue.page(wanted, options.low_confidence, after)
        counts = _counts(queue, actor, options)
        newest = desk.open(Messages).newest_id()
        fresh = watching.freshness(desk, options)
        watchers = watching.watchers(desk)
        last = page[-1] if len(page) == 50 else None
    rows = _rows(container, actor, page, opened)
    more = After(last.urgency_rank, last.waiting_since, last.id) if last else None
    return Inbox(tuple(rows), more, newest, counts, fresh, watchers, options)


def open_to(container: Container, actor: Actor) -> None:
    """Raises ``NotAllowed`` or ``NotRolledOut`` where the inbox is not for this person."""
    with looking(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        rollout.seen(desk, "inbox", Queue, "The inbox")


def again(
    container: Container, actor: Actor, ids: Sequence[UUID], opened: Opened
) -> tuple[Row, ...]:
    """The rows of *ids* as they are now, in the order given; what changed is opened once more."""
    with looking(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        gate = rollout.gate(desk, "inbox")
        found = {c.id: c for c in desk.open(Conversations).get_many(ids)}
    here = [found[id] for id in ids if id in found]
    shown = [c for c in here if gate.shows_to(actor.staff_id, places_of(c))]
    return tuple(_rows(container, actor, shown, opened))


def surroundings(container: Container, actor: Actor) -> Surroundings:
    """Everything around the rows, without reading any of them."""
    with looking(container, actor) as desk:
        options = desk.options
        queue = desk.open(Queue).seen(rollout.sight(desk, "inbox"))
        return Surroundings(
            _counts(queue, actor, options), watching.freshness(desk, options), options
        )


def _rows(
    container: Container, actor: Actor, shown: Sequence[Conversation], opened: Opened
) -> list[Row]:
    fresh = [c for c in shown if not _is_known(opened.get((c.id, c.version)))]
    if fresh:
        with working(container, actor) as desk:
            for row in _open(desk, fresh):
                opened[row.id, row.version] = row
    return [_current(opened[c.id, c.version], c) for c in shown]


def _is_known(row: Row | None) -> bool:
    # A name that was still on its way is looked for again.
    return row is not None and row.patient != NAMELESS


def _open(desk: Desk, conversations: Sequence[Conversation]) -> list[Row]:
    patients = {
        p.id: p for p in desk.open(Patients).get_many([c.patient_id for c in conversations])
    }
    keys = [c.key_id for c in conversations] + [p.key_id for p in patients.values()]
    with suppress(Unreadable):  # told field by field below
        desk.vault.preload(keys)
    names = desk.open(StaffList).names()
    deliveries = desk.open(Deliveries).latest_of([c.id for c in conversations])
    rows = []
    for conversation in conversations:
        desk.record("inbox.listed", conversation.ref)
        delivery = deliveries.get(conversation.id)
        state = str(delivery.state) if delivery else ""
        rows.append(_row(desk, conversation, patients[conversation.patient_id], names, state))
    return rows


def _row(
    desk: Desk, c: Conversation, patient: Patient, names: Mapping[UUID, str], delivery: str
) -> Row:
    return Row(
        id=c.id,
        version=c.version,
        content_hash=c.content_hash,
        patient=shown(desk, patient, "name") or NAMELESS,
        subject=shown(desk, c, "subject"),
        snippet=shown(desk, c, "snippet"),
        urgency=c.urgency,
        category=c.category,
        confidence=c.confidence,
        needs_reply=c.needs_reply,
        state=c.state,
        turn=c.turn,
        pool=c.pool,
        owner=names.get(c.assigned_to, "") if c.assigned_to else "",
        assigned_to=c.assigned_to,
        waiting_since=c.waiting_since,
        due_at=c.due_at,
        snoozed_until=c.snoozed_until,
        flags=tuple(dict.fromkeys(flag["family"] for flag in c.flags)),
        suspicious=c.suspicious,
        trouble=c.trouble,
        delivery=delivery,
        triage=str(c.triage),
    )


def shown(desk: Desk, row: Any, column: str) -> str:
    """A sealed field as text, or why it cannot be read: one bad record must not close the page."""
    try:
        return desk.vault.read(row, column).text
    except Unreadable as damage:
        return f"[{damage}]"


def _current(row: Row, c: Conversation) -> Row:
    """The opened row with what an engine may have changed since: no patient words among it."""
    return replace(
        row, urgency=c.urgency, category=c.category, confidence=c.confidence,
        needs_reply=c.needs_reply, due_at=c.due_at, triage=str(c.triage), suspicious=c.suspicious,
    )  # fmt: skip


def lanes(actor: Actor) -> dict[str, QueueFilter]:
    """The standing queues everyone has, by the name in the URL."""
    mine = QueueFilter(owner=actor.staff_id)
    return {
        "mine": mine,
        "urgent": QueueFilter(at_least=Urgency.URGENT),
        "no-reply": QueueFilter(owner=actor.staff_id, needs_reply=False),
        "unsorted": QueueFilter(owner=actor.staff_id, unsorted=True),
        "snoozed": QueueFilter(state=State.SNOOZED),
        "all": QueueFilter(),
        "closed": QueueFilter(state=State.CLOSED),
    }


def _counts(queue: Queue, actor: Actor, options: PracticeOptions) -> dict[str, int]:
    return {
        name: queue.count(wanted, options.low_confidence, COUNTED)
        for name, wanted in lanes(actor).items()
        if name not in ("closed",)
    }


def find(container: Container, actor: Actor, words: str) -> tuple[UUID, ...]:
    """Patients with exactly this name, birth date or MRN, for ``QueueFilter.patients``."""
    with working(container, actor) as desk:
        desk.require("inbox.search", "search for patients")
        found = desk.open(Patients).matching(chart.search_digests(desk, words))
        desk.record("inbox.searched", f"practice/{desk.practice_id}", reason=f"{len(found)} found")
        return tuple(found)
