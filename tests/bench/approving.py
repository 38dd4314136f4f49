"""How long the approve transaction takes while many people, a process each, approve at once."""

from collections.abc import Iterator
from datetime import timedelta

from services.actions import Target
from tests.bench.approver import Shift, approve_together
from tests.bench.building import Building, hire, postgres_building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile
from tests.bench.filling import chunks, fill, open_ones
from tests.databases import postgres_is_running

THINKING = timedelta(seconds=5)  # between two approvals of one person: a very busy one
EACH = 9  # approvals of one person in one run, the first of which wakes the process


def measure(scale: Scale) -> Iterator[Figure]:
    """On each database, beside a bare update and insert by as many processes at the same pace."""
    with sqlite_building(scale.folder / "sqlite") as building:
        yield from _on(building, scale, "SQLite")
    if postgres_is_running():
        with postgres_building(scale.folder / "postgres") as building:
            yield from _on(building, scale, "PostgreSQL")


def _on(building: Building, scale: Scale, where: str) -> Iterator[Figure]:
    fill(building, 2 * scale.staff * EACH)
    people = hire(building, scale.staff)
    targets = [
        Target(row.id, row.version, row.content_hash)
        for row in open_ones(building, 2 * scale.staff * EACH)
    ]
    half = scale.staff * EACH
    settings, thinking = building.container.settings, _thinking(scale)
    bare, ours = (
        approve_together(
            [
                Shift(settings, person, tuple(mine), thinking, is_bare)
                for person, mine in zip(people, chunks(some, EACH), strict=True)
            ]
        )
        for some, is_bare in ((targets[:half], True), (targets[half:], False))
    )
    for share, target in ((0.5, ""), (0.99, "< 300 ms")):
        what = f"approve: p{share * 100:.0f}, {scale.staff} staff processes, {where}"
        yield Figure(what, percentile(ours, share) * 1e3, MILLISECONDS,
                     "bare update and insert", percentile(bare, share) * 1e3, target)  # fmt: skip


def _thinking(scale: Scale) -> float:
    return THINKING.total_seconds() if scale.staff >= 50 else 0.1
