"""Why a workflow is on or off for one person: the chain of reasons, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from db.guardrails import GuardrailTrips
from db.places import Places
from db.rollout import OptOuts, Rollout
from db.staff import Staff, StaffList
from db.vocabulary import Stage
from services.desk import Desk
from services.policy import may
from services.rollout import guardrails
from services.rollout.audience import bucket
from services.rollout.gate import AI, DELIVERIES, USED, Gate, gate
from services.rollout.moves import WORKFLOWS
from services.rollout.scopes import Scope, said
from services.switches import stopped

STAGES: Mapping[Stage, str] = {
    Stage.OFF: "nobody sees it",
    Stage.SHADOW: "it is measured in the background and nobody sees it",
    Stage.ON: "everybody whose role allows it sees it",
}


@dataclass(frozen=True)
class Reasons:
    """Whether one person has one workflow, and why; ``elsewhere`` is where that is otherwise.

    ``chain`` is read from the top: the last sentence decided.
    """

    workflow: str
    title: str
    is_on: bool
    chain: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


def why(desk: Desk, staff_id: UUID, workflow: str) -> Reasons:
    """Why this person has *workflow* or not, in the whole practice and at places of its own."""
    person = desk.open(StaffList).get(staff_id)
    now = gate(desk, workflow, {person.id: str(person.role)})
    chain = [*_before_stages(desk, person, now)]
    shut = bool(chain)
    if not shut:
        chain = [*_stage(desk, person, now, now.scope(), "")]
    opens = may(person.role, f"{workflow}.read") and person.is_active
    return Reasons(
        workflow,
        WORKFLOWS[workflow],
        opens and now.shows_to(person.id),
        (*chain, *_also(desk, now)),
        () if shut else tuple(_elsewhere(desk, person, now)),
    )


def all_reasons(desk: Desk, staff_id: UUID) -> tuple[Reasons, ...]:
    """The same for every workflow there is."""
    return tuple(why(desk, staff_id, workflow) for workflow in WORKFLOWS)


def _before_stages(desk: Desk, person: Staff, now: Gate) -> Iterator[str]:
    """What decides whatever the stages say; the first that does is enough."""
    switch = stopped(desk).get(now.workflow)
    left = desk.open(OptOuts).one(now.workflow, person.id)
    names = desk.open(StaffList).names()
    if switch:
        who = names.get(switch.by, "somebody") if switch.by else "the house"
        yield f"{who} stopped it for everybody: {switch.reason}. That beats every stage."
    elif not person.is_active:
        yield f"{person.name} is disabled and cannot sign in."
    elif not may(person.role, f"{now.workflow}.read"):
        yield f"A {_role(person.role)}'s role does not open {WORKFLOWS[now.workflow]}."
    elif left:
        who = names.get(left.by, "somebody") if left.by else "the operator"
        yield f"{who} left {person.name} out of it{_because(left.because)}, whatever the stages say."


def _stage(desk: Desk, person: Staff, now: Gate, row: Rollout, place: str) -> Iterator[str]:
    if lacks := now.lacks((place,) if place else ()):
        yield f"It needs {WORKFLOWS[lacks]}, which is off there."
        return
    if not now.scopes:
        yield "Nobody has switched it on yet."
        return
    if row.stage is not Stage.PILOT:
        yield f"{_where(desk, row.scope)}: {row.stage}, so {STAGES[row.stage]}."
        if row.stage is Stage.SHADOW:
            yield from _limit(desk, now.workflow, "")
        return
    names = {str(id): name for id, name in desk.open(StaffList).names().items()}
    audience = said(Scope.of(row), lambda id: names.get(id, "somebody who left"))
    yield f"{_where(desk, row.scope)}: {audience}."
    yield _pilot(person, now, row)


def _limit(desk: Desk, workflow: str, place: str) -> Iterator[str]:
    """That a limit paused it there, and which; the pauses that nobody has ended."""
    for trip in desk.open(GuardrailTrips).going_on([workflow]):
        if trip.scope == place:
            when = f"{trip.at.astimezone(desk.options.zone):%Y-%m-%d %H:%M}"
            said = guardrails.said(trip, desk.options.zone)
            yield f"A limit paused it {'there ' if place else ''}by itself on {when}. {said}"


def _pilot(person: Staff, now: Gate, row: Rollout) -> str:
    if str(person.id) in row.pilots:
        return f"{person.name} is in it by name."
    if row.roles and str(person.role) not in row.roles:
        return (
            f"{person.name} is not in it by name, and a {_role(person.role)} is not in it by role."
        )
    if not row.percent:
        return f"{person.name} is not in it by name."
    place = bucket(row.practice_id, now.workflow, person.id) + 1
    reached = "among" if place <= row.percent else "not among"
    return (
        f"{person.name} is number {place} of 100 and so {reached} the first {row.percent}; "
        "the number stays the same as the share grows."
    )


def _elsewhere(desk: Desk, person: Staff, now: Gate) -> Iterator[str]:
    here = now.shows_to(person.id)
    own = {row.scope: row for row in now.scopes if row.scope}
    for place in sorted({*own, *now.held}):
        if now.hold((place,)) and now.scope((place,)).stage in USED:
            paused = " ".join(_limit(desk, now.workflow, place))
            yield f"Off at {_where(desk, place)}: {paused}"
        elif place in own and now.shows_to(person.id, (place,)) is not here:
            words = " ".join(_stage(desk, person, now, own[place], place))
            yield f"{'Off' if here else 'On'} at {words}"


def _also(desk: Desk, now: Gate) -> Iterator[str]:
    if now.workflow in now.stopped:
        return
    if AI in now.stopped:
        yield "AI suggestions are stopped: people work without drafts."
    if DELIVERIES in now.stopped:
        yield "Sending is stopped: what is approved waits."


def _where(desk: Desk, scope: str) -> str:
    if not scope:
        return "Whole practice"
    place = desk.open(Places).by_ref().get(scope)
    return f"{place.kind.capitalize()} {place.name}" if place else scope


def _role(role: object) -> str:
    return str(role).replace("_", " ")


def _because(because: str) -> str:
    return f" ({because})" if because else ""
