"""Files into the books, claims a second, and a page of the claims worklist among many claims."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from db import writing
from db.claims import Claim, Claims, ClaimState
from db.rollout import Rollout
from db.staff import Staff
from db.vault import Vault
from db.vocabulary import Role, Stage
from services.claims import posting
from services.claims.keeping import Arrival, keep
from services.desk import Actor, working
from services.workflows.claims.listing import worklist
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import A_SECOND, MILLISECONDS, Figure, Scale, cpu
from tests.databases import postgres_is_running
from tests.services.claims.large_files import bill, numbers, remittance

MANY = 10  # times the claims of one remittance lie in the books when a page is read
STATES = (ClaimState.PAID,) * 12 + (
    ClaimState.SUBMITTED,
    ClaimState.DENIED,
    ClaimState.REJECTED,
    ClaimState.READY,
)


def measure(scale: Scale) -> Iterator[Figure]:
    """An 837 and its 835 with a denial in six, posted; then the first page of a lane."""
    with sqlite_building(scale.folder / "sqlite-claims") as building:
        yield from _figures(building, scale, "SQLite")
    if postgres_is_running():
        with postgres_building(scale.folder / "postgres-claims") as building:
            yield from _figures(building, scale, "PostgreSQL")


def _figures(building: Building, scale: Scale, where: str) -> Iterator[Figure]:
    count = scale.remitted
    for kind, data in (("837", bill(count)), ("835", remittance(numbers(count)))):
        spent, passed = _posted(building, data)
        what = f"post an {kind} of {count:,} claims, {where}"
        yield Figure(what, count / spent, A_SECOND, "as the clock has it, shared machine",
                     count / passed, ">= 500/s" if kind == "835" else "")  # fmt: skip
    biller = _biller(building)
    _fill(building, count * MANY)
    page = cpu(lambda: worklist(building.container, biller, "rejected"), scale.rounds) * 1_000
    yield Figure(f"worklist page, {count * MANY:,} claims, {where}", page, MILLISECONDS, "", None,
                 "<= 200 ms")  # fmt: skip


def _posted(building: Building, data: bytes) -> tuple[float, float]:
    """Seconds of our CPU and of the clock."""
    with working(building.container, building.job) as desk:
        keep(desk, Arrival("folder", data, "bench.x12"))
    spent, passed = time.process_time(), time.perf_counter()
    assert posting.post_kept(building.container, building.practice) == {"posted": 1}
    return time.process_time() - spent, time.perf_counter() - passed


def _biller(building: Building) -> Actor:
    person = Staff(
        practice_id=building.practice.id, email="biller@practice.invalid", name="Sample biller",
        role=Role.BILLER,
    )  # fmt: skip
    with writing(building.container.engine) as session:
        session.add(person)
        for workflow in ("claims", "denials"):
            session.add(
                Rollout(practice_id=building.practice.id, workflow=workflow, stage=Stage.ON)
            )
    return Actor.person(person)


def _fill(building: Building, count: int) -> None:
    """So many claims of two years; none has words, for a page opens fifty of them at most."""
    chance, now = random.Random(7), datetime.now(UTC)
    with writing(building.container.engine) as session:
        vault = Vault(session, building.practice.id, building.container.keyring)
        key = vault.new_key_id()
        vault.keep_new_keys()
        for start in range(0, count, 5_000):
            rows = [
                Claim.values(
                    practice_id=building.practice.id, number_digest=uuid4().bytes, key_id=key,
                    payer_id="12345", payer_name="A PAYER", charge_cents=10_000,
                    service_on=date(2026, 1, 1) - timedelta(days=chance.randrange(700)),
                    state=chance.choice(STATES), submitted_at=now,
                )
                for _ in range(min(5_000, count - start))
            ]  # fmt: skip
            Claims(session, building.practice.id).insert_many(rows)
    with building.container.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
