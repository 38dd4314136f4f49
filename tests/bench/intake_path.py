"""The way of one form: from its arrival at the other side to ready, opened, accepted, committed."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import col, select

from db import reading
from db.connections import Connections
from db.intake import FormState, IntakeForm
from db.intake_fields import Decision
from services.actions import Target
from services.ai.local import LocalAssistant
from services.desk import working
from services.ehr.ports import Road
from services.workflows.intake.deciding import accept, accept_matching
from services.workflows.intake.poll import poll
from services.workflows.intake.propose import read_batch
from services.workflows.intake.reading import open_form
from tests.bench.figures import MILLISECONDS, Figure, Scale
from tests.bench.intake_lines import Lines
from tests.bench.intake_sandbox import CheckIn, answers, check_in, seeded

NO_MODEL = LocalAssistant({}, "none")
BARE = "SELECT * FROM intake_field WHERE practice_id = ? AND form_id = ? ORDER BY position"

Way = dict[str, float]  # seconds of each part, and the number of "calls"


def measure(scale: Scale) -> Iterator[Figure]:
    """By the clock, one form after the other, each of another patient; the first one warms up."""
    with check_in(scale.folder / "path") as desk:
        told = list(answers(seeded()).items())[: scale.rounds + 1]
        ways = [_way(desk, patient, said) for patient, said in told][1:]
    yield _part(ways, "arrival to ready", ("poll", "read"), ("schedule", "forms", "chart"))
    yield _part(ways, "asked for and taken in", ("poll",), ("schedule", "forms"))
    yield _part(ways, "read and laid beside the chart", ("read",), ("chart",))
    yield Figure("intake: one form of 30 fields, the chart beside it",
                 statistics.median(way["calls"] for way in ways), "calls")  # fmt: skip
    yield _part(ways, "opened and audited", ("open",), ("bare",), "its rows, by the driver alone")
    yield _part(ways, "everything that matches accepted", ("matching",))
    yield _part(ways, "one difference accepted", ("accept",))
    yield _part(ways, "the last one accepted, committed and promised", ("commit",))


def _part(
    ways: list[Way], what: str, ours: tuple[str, ...], alone: tuple[str, ...] = (),
    beside: str = "its calls alone",
) -> Figure:  # fmt: skip
    return Figure(
        f"intake: one form of 30 fields, {what}", _median(ways, ours), MILLISECONDS,
        beside if alone else "", _median(ways, alone) if alone else None,
    )  # fmt: skip


def _median(ways: list[Way], parts: tuple[str, ...]) -> float:
    return statistics.median(sum(way[part] for part in parts) for way in ways) * 1e3


def _way(desk: CheckIn, patient: str, said: dict[str, Any]) -> Way:
    container, practice = desk.building.container, desk.building.practice
    lines = Lines(desk.ehr.forms, desk.ehr.registrar, patient)
    _forget_schedule(desk)
    desk.sandbox.control.form(patient, said)
    polled = _seconds(lambda: poll(container, practice, lines))
    before = desk.calls()
    read = _seconds(lambda: read_batch(container, practice, lines, NO_MODEL))
    way = {"poll": polled, "read": read, "calls": float(desk.calls() - before)}
    return way | lines.taken | _decided(desk)


def _forget_schedule(desk: CheckIn) -> None:
    with working(desk.building.container, desk.building.job) as job:
        job.open(Connections).of(Road.CHECK_IN_FORMS).cursor = None


def _decided(desk: CheckIn) -> Way:
    """Open the one form that is ready, accept all of it, and see it committed."""
    container, actor, form = desk.building.container, desk.nurse, _ready(desk)
    way = {
        "open": _seconds(lambda: open_form(container, actor, form.id)),
        "bare": _seconds(lambda: _bare_rows(desk, form)),
        "matching": _seconds(lambda: accept_matching(container, actor, _seen(form))),
    }
    shown = open_form(container, actor, form.id).fields
    asked = [row for row in shown if row.asks and row.decision is Decision.OPEN]
    taken = [
        _seconds(lambda path=row.path: accept(container, actor, _seen(_ready(desk)), path))
        for row in asked
    ]
    return way | {"accept": statistics.median(taken[:-1]), "commit": taken[-1]}


def _ready(desk: CheckIn) -> IntakeForm:
    with reading(desk.building.container.engine) as session:
        mine = select(IntakeForm).where(col(IntakeForm.state) == FormState.READY)
        return session.exec(mine).one()


def _seen(form: IntakeForm) -> Target:
    return Target(form.id, form.version, form.content_hash)


def _bare_rows(desk: CheckIn, form: IntakeForm) -> None:
    with desk.building.container.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute(BARE, (form.practice_id.hex, form.id.hex)).fetchall()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
