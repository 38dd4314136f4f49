"""The first page of the queue and the counts of its lanes, at every size of the store."""

from collections.abc import Callable, Iterator
from typing import Any

from db import reading
from db.conversations import Conversations, State
from db.queue import Queue, QueueFilter
from db.vocabulary import Category
from services.desk import looking
from services.workflows.inbox import listing
from tests.bench.building import Building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, cpu
from tests.bench.filling import fill

BARE = (
    "SELECT * FROM conversation WHERE practice_id = ? AND state = ?"
    " ORDER BY urgency_rank, waiting_since, id LIMIT 50"
)
LOW_CONFIDENCE = 0.5


def measure(scale: Scale) -> Iterator[Figure]:
    """Every size beside the bare query, and beside ourselves at the smallest size."""
    smallest: dict[str, float] = {}
    with sqlite_building(scale.folder) as building:
        for stored in scale.stored:
            fill(building, stored)
            size = f"{stored:,} stored, {_open(building):,} open"
            bare = _milliseconds(lambda: _bare_page(building), scale)
            for name, work in _ours(building):
                ours = _milliseconds(work, scale)
                yield Figure(f"queue: {name}, {size}", ours, MILLISECONDS, "bare indexed query",
                             bare, "<= 10x" if name == "page" else "")  # fmt: skip
                if name in smallest:
                    yield Figure(f"queue: {name}, growth to {stored:,}", ours, MILLISECONDS,
                                 f"at {scale.stored[0]:,}", smallest[name], "<= 1.5x")  # fmt: skip
                smallest.setdefault(name, ours)


def _ours(building: Building) -> Iterator[tuple[str, Callable[[], object]]]:
    container, actor = building.container, building.front_desk
    opened: listing.Opened = {}
    listing.inbox(container, actor, QueueFilter(), opened)
    yield "page", lambda: _page(building)
    yield "page of one category", lambda: _page(building, category=Category.REFILL)
    yield "lane counts", lambda: _counts(building)
    yield (
        "listing.inbox, rows known",
        lambda: listing.inbox(container, actor, QueueFilter(), opened),
    )
    yield (
        "listing.inbox, 50 rows opened and audited",
        lambda: listing.inbox(container, actor, QueueFilter(), {}),
    )


def _open(building: Building) -> int:
    with reading(building.container.engine) as session:
        counts = Conversations(session, building.practice.id).counts()
    return sum(count for (state, _), count in counts.items() if state == State.OPEN)


def _page(building: Building, **fields: Any) -> None:
    with reading(building.container.engine) as session:
        Queue(session, building.practice.id).page(QueueFilter(**fields), LOW_CONFIDENCE)


def _counts(building: Building) -> None:
    with looking(building.container, building.front_desk) as desk:
        queue = desk.open(Queue)
        for wanted in listing.lanes(building.front_desk).values():
            queue.count(wanted, LOW_CONFIDENCE, listing.COUNTED)


def _bare_page(building: Building) -> None:
    with building.container.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute(BARE, (building.practice.id.hex, State.OPEN.value)).fetchall()


def _milliseconds(work: Callable[[], object], scale: Scale) -> float:
    work()
    return cpu(work, scale.rounds * 3) * 1e3
