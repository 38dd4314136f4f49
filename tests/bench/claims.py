"""Work claimed a second while much is waiting, beside the bare SQL loop; then billing's claims."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from db import writing
from db.conversations import Conversations
from db.deliveries import Deliveries, Delivery
from tests.bench import claims_desk
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import A_SECOND, Figure, Scale, cpu
from tests.bench.filling import fill
from tests.databases import postgres_is_running

BATCH = 20
LEASE = timedelta(minutes=3)
DUE = (
    "SELECT id FROM {table} WHERE practice_id = {practice} AND {state} AND ({lease} IS NULL)"
    " ORDER BY {order} LIMIT 20{locking}"
)


def measure(scale: Scale) -> Iterator[Figure]:
    """Deliveries to send and conversations to sort, in batches of twenty."""
    with sqlite_building(scale.folder / "sqlite") as building:
        yield from _claims(building, scale, "SQLite")
    if postgres_is_running():
        with postgres_building(scale.folder / "postgres") as building:
            yield from _claims(building, scale, "PostgreSQL (our CPU)")
    yield from claims_desk.measure(scale)


def _claims(building: Building, scale: Scale, where: str) -> Iterator[Figure]:
    fill(building, scale.waiting, sorted_already=False)
    _approve_many(building, scale.waiting)
    waiting = f"{scale.waiting:,} waiting, {where}"
    bare = _rate(lambda: _bare(building, "delivery", "not_before, created_at, id"), scale)
    ours = _rate(lambda: _due(building), scale)
    yield Figure(f"claim due deliveries, {waiting}", ours, A_SECOND, "bare SQL loop", bare,
                 ">= 0.6x")  # fmt: skip
    bare = _rate(lambda: _bare(building, "conversation", "urgency_rank, waiting_since"), scale)
    ours = _rate(lambda: _untriaged(building), scale)
    yield Figure(f"claim unsorted conversations, {waiting}", ours, A_SECOND, "bare SQL loop",
                 bare, ">= 0.6x")  # fmt: skip


def _rate(work: Callable[[], object], scale: Scale) -> float:
    work()
    return BATCH / cpu(work, scale.rounds * 4)


def _approve_many(building: Building, count: int) -> None:
    """Deliveries of as many patients whose undo window is over."""
    now = datetime.now(UTC)
    rows = [
        Delivery.values(
            practice_id=building.practice.id, kind="reply", conversation_id=uuid4(),
            key_id=uuid4(), patient_ref=f"Patient/{n}", approved_by=uuid4(),
            created_at=now - timedelta(seconds=count - n),
            not_before=now - timedelta(seconds=count - n - 1),
        )
        for n in range(count)
    ]  # fmt: skip
    with writing(building.container.engine) as session:
        Deliveries(session, building.practice.id).insert_many(rows)
    with building.container.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _due(building: Building) -> None:
    now = datetime.now(UTC)
    with writing(building.container.engine) as session:
        deliveries = Deliveries(session, building.practice.id)
        assert len(deliveries.claim_due(now, now + LEASE, "bench", BATCH)) == BATCH


def _untriaged(building: Building) -> None:
    now = datetime.now(UTC)
    with writing(building.container.engine) as session:
        conversations = Conversations(session, building.practice.id)
        assert len(conversations.claim_untriaged(now, now + LEASE, BATCH)) == BATCH


def _bare(building: Building, table: str, order: str) -> None:
    """Look for twenty, lease them, commit: only what the driver itself takes."""
    engine = building.container.engine
    on_sqlite = engine.dialect.name == "sqlite"
    mark = "?" if on_sqlite else "%s"
    lease, state = ("lease_until", "state = 'held'") if table == "delivery" else (
        "triage_lease", "triage = 'waiting'")  # fmt: skip
    locking = "" if on_sqlite else " FOR UPDATE SKIP LOCKED"
    due = DUE.format(table=table, practice=mark, state=state, lease=lease, order=order,
                     locking=locking)  # fmt: skip
    until = str(datetime.now(UTC) + LEASE).partition("+")[0]
    practice: Any = building.practice.id.hex if on_sqlite else building.practice.id
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if on_sqlite:
            driver.execute("BEGIN IMMEDIATE")
        found = driver.execute(due, (practice,)).fetchall()
        ids = ", ".join(f"'{id}'" for (id,) in found)
        driver.execute(f"UPDATE {table} SET {lease} = {mark} WHERE id IN ({ids})", (until,))
        driver.commit()
