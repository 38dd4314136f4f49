"""The verdict about each pilot of a workflow, for those who may read metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.facts import MetricCursors
from db.practices import Practices
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid
from services.metrics.definitions.definition import Definition
from services.metrics.loading import load
from services.metrics.report import READ, wanted_of
from services.metrics.samples import Samples
from services.rollout.moves import WORKFLOWS
from services.rollout.verdicts import judging
from services.rollout.verdicts.judging import Judged, Sides
from services.rollout.verdicts.pilots import Pilot, pilots
from services.rollout.verdicts.table import TABLE, Looked, kind_of
from services.rollout.verdicts.units import Unit, samples, units, whole


@dataclass(frozen=True)
class PilotVerdict:
    """One pilot and its verdicts. ``unknown`` are people whose work cannot be told apart.

    ``instead`` is what to look at where no number says how the workflow does.
    """

    pilot: Pilot
    place: str
    units: tuple[Unit, ...]
    unknown: tuple[str, ...]
    judged: tuple[Judged, ...]
    instead: str
    simulated: bool


def verdicts(container: Container, actor: Actor, workflow: str) -> tuple[PilotVerdict, ...]:
    """Every pilot of *workflow* that goes on or ended lately. Raises ``NotAllowed``, ``Invalid``."""
    with looking(container, actor) as desk:
        if actor.staff_id is not None:  # the house has no role to ask for
            desk.require(READ, "see how a pilot goes")
        if workflow not in WORKFLOWS:
            raise Invalid("There is no such workflow.")
        return tuple(_verdict(desk, pilot) for pilot in pilots(desk, workflow))


def stamp(desk: Desk, workflow: str) -> tuple[object, ...]:
    """Changes when a verdict may be another, so that a page need not work it out twice."""
    found = pilots(desk, workflow)
    return (workflow, found, desk.open(MetricCursors).as_of(), desk.today)


def _verdict(desk: Desk, pilot: Pilot) -> PilotVerdict:
    looked = TABLE[pilot.workflow]
    compared, unknown = units(desk, pilot, looked)
    synthetic = Practices(desk.session).get(desk.practice_id).synthetic
    judged = tuple(_judged(desk, compared, looked)) if looked.kinds else ()
    place = whole(desk, pilot).name
    return PilotVerdict(pilot, place, compared, unknown, judged, looked.instead, synthetic)


def _judged(desk: Desk, compared: Sequence[Unit], looked: Looked) -> Sequence[Judged]:
    first, last = (min(u.days.first for u in compared), max(u.days.last for u in compared))
    wanted, loaded = wanted_of(desk, last), load(desk, sorted(looked.kinds), first, last, {})
    found = {unit: samples(desk, unit, loaded, looked) for unit in compared}
    past = [judging.compared(m, _sides(m, found), wanted[m.id].baseline) for m in looked.past]
    bars = [judging.held(m, _sides(m, found), wanted[m.id].target) for m in looked.bars]
    return [*past, *bars]


def _sides(metric: Definition, found: Mapping[Unit, Samples]) -> list[Sides]:
    return [_side(metric, unit, its) for unit, its in found.items()]


def _side(metric: Definition, unit: Unit, its: Samples) -> Sides:
    kind, span = kind_of(metric), unit.span
    before = its.only(on=False).of(kind, span.before.first, span.before.last)
    after = its.only(on=True).of(kind, span.first, span.last)
    return Sides(unit.name, before.values, after.values)
