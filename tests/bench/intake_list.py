"""The worklist of forms: its page, its lanes and its pulse, at two sizes of what is waiting."""

from collections.abc import Callable, Iterator
from typing import Any

from db import reading
from db.intake import FormState, IntakeForms
from services.options import PracticeOptions
from services.workflows.intake import listing
from tests.bench.building import Building, postgres_building, sqlite_building
from tests.bench.figures import MILLISECONDS, Figure, Scale, cpu_of_each, percentile, wall_of_each
from tests.bench.intake_filling import fill, switch_on
from tests.databases import postgres_is_running

BARE = (
    "SELECT * FROM intake_form WHERE practice_id = ? AND state = ? ORDER BY visit_at, id LIMIT 51"
)

Timed = Callable[[Callable[[], object], int], list[float]]


def measure(scale: Scale) -> Iterator[Figure]:
    """On each database: every size beside the bare query, and beside ourselves at the first size."""
    with sqlite_building(scale.folder / "list") as building:
        yield from _on(building, scale, "SQLite")
    if postgres_is_running():
        with postgres_building(scale.folder / "list-postgres") as building:
            yield from _on(building, scale, "PostgreSQL (clock)")


def _on(building: Building, scale: Scale, where: str) -> Iterator[Figure]:
    switch_on(building)
    smallest: dict[str, float] = {}
    for waiting in (5 * scale.on_screen[0], scale.on_screen[1]):
        fill(building, waiting)
        # On PostgreSQL the work is another process's: only the clock sees it.
        taken = cpu_of_each if where == "SQLite" else wall_of_each
        bare = _milliseconds(taken, lambda: _bare_page(building), scale)
        for name, work in _ours(building):
            ours = _milliseconds(taken, work, scale)
            what = f"intake: {name}, {where}, {waiting:,} waiting"
            yield Figure(what, ours, MILLISECONDS, "bare indexed query", bare)
            if name in smallest:
                yield Figure(f"intake: {name}, {where}, growth to {waiting:,}", ours, MILLISECONDS,
                             "at the first size", smallest[name])  # fmt: skip
            smallest.setdefault(name, ours)


def _ours(building: Building) -> Iterator[tuple[str, Callable[[], object]]]:
    container, actor = building.container, building.front_desk
    lanes = listing.lanes(actor, PracticeOptions())
    yield "page", lambda: _ask(building, lambda forms: forms.worklist(lanes["team"], 51))
    yield (
        "page of those we are unsure of",
        lambda: _ask(building, lambda forms: forms.worklist(lanes["whose"], 51)),
    )
    yield "lane counts", lambda: _ask(building, lambda forms: _counts(forms, building))
    yield "pulse of the page", lambda: listing.newest(container, actor)
    yield "listing.worklist, 50 opened and audited", lambda: listing.worklist(container, actor)


def _counts(forms: IntakeForms, building: Building) -> None:
    for wanted in listing.lanes(building.front_desk, PracticeOptions()).values():
        forms.count_up_to(listing.COUNTED, wanted)


def _ask(building: Building, question: Callable[[IntakeForms], Any]) -> None:
    with reading(building.container.engine) as session:
        question(IntakeForms(session, building.practice.id))


def _bare_page(building: Building) -> None:
    sqlite = building.container.engine.dialect.name == "sqlite"
    practice = building.practice.id.hex if sqlite else building.practice.id
    with building.container.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        asked = BARE if sqlite else BARE.replace("?", "%s")
        driver.execute(asked, (practice, FormState.READY.value)).fetchall()


def _milliseconds(taken: Timed, work: Callable[[], object], scale: Scale) -> float:
    work()
    return percentile(taken(work, scale.rounds * 3), 0.5) * 1e3
