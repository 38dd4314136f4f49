"""What an operator types, turned into the move and the reasons that the page would send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from db.guardrails import GuardrailTrips
from db.places import Places
from db.rollout import Rollouts
from db.staff import StaffList
from db.vocabulary import Role, Stage
from services import switches
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid
from services.rollout import guardrails, plans
from services.rollout.history import latest_number
from services.rollout.limits import limits
from services.rollout.moves import Because, Given, Move
from services.rollout.wanted import Wanted

FOLLOW = "follow"


def move_of(
    container: Container, actor: Actor, workflow: str, stage: str, *,
    scope: str = "", people: Sequence[str] = (), roles: Sequence[str] = (),
    percent: int | None = None, **_: Any,
) -> Move:  # fmt: skip
    """The move that is meant, seen as of now. Raises ``Invalid`` for somebody unknown."""
    if unknown := set(roles) - set(Role):
        raise Invalid(f"There is no role {min(unknown)}. Roles: {', '.join(Role)}.")
    with looking(container, actor) as desk:
        ref = _place(desk, scope)
        own = next((row for row in desk.open(Rollouts).of(workflow) if row.scope == ref), None)
        return Move(
            workflow,
            ref,
            None if stage == FOLLOW else Stage(stage),
            tuple(_person(desk, email) for email in people),
            own.stage if own else None,
            tuple(Role(role) for role in roles),
            # Whoever names a role means all of it, unless they say how much.
            percent if percent is not None else 100 * bool(roles),
            latest_number(desk, workflow),
        )


def given_of(
    container: Container, actor: Actor, *, because: str, owner: str, cut: bool, **_: Any
) -> Given:
    """Why, and who answers for it. Raises ``Invalid``."""
    if because not in set(Because):
        known = ", ".join(f'"{one}"' for one in Because if one)
        raise Invalid(f"Please say why with one of: {known}.")
    with looking(container, actor) as desk:
        answers = _person(desk, owner) if owner else None
    return Given(Because(because), answers, drains=not cut)


def make_or_plan(
    container: Container, actor: Actor, move: Move, given: Given,
    starts: datetime | None = None, stops: datetime | None = None,
) -> str:  # fmt: skip
    """Make *move* now, or plan it: for a moment, or because a second person has to approve.

    *starts* and *stops* are wall clock times at the practice. Returns in words which it was.
    """
    with looking(container, actor) as desk:
        zone = desk.options.zone
        asks = move.workflow in switches.WORKFLOWS and switches.effect(desk, move).asks
    if not (asks or starts or stops):
        switches.set_stage.by_house(container, actor, move, given)
        return "within seconds"
    begins, ends = (m and plans.moment(m.date(), m.time(), zone) for m in (starts, stops))
    plans.plan.by_house(container, actor, Wanted(move, given, begins, ends))
    return "once a second person has approved it" if asks else "as planned"


def pause_of(container: Container, actor: Actor, workflow: str, scope: str = "") -> UUID:
    """The pause that is meant. Raises ``Invalid`` where no limit has paused it."""
    with looking(container, actor) as desk:
        ref = _place(desk, scope)
        found = desk.open(GuardrailTrips).going_on([workflow])
        mine = [trip.id for trip in found if trip.scope == ref]
    if not mine:
        raise Invalid("No limit has paused this there.")
    return mine[-1]


def set_limit(
    container: Container, actor: Actor, workflow: str, key: str, *, limit: float,
    scope: str = "", hours: int | None = None, at_least: int | None = None, off: bool = False,
) -> str:  # fmt: skip
    """Set a limit; what is not named stays as it is in force there. Returns what was done."""
    with looking(container, actor) as desk:
        ref = _place(desk, scope)
        known = limits(desk, workflow, ref) if workflow in switches.WORKFLOWS else []
        now = next((one for one in known if one.measure == key), None)
    if now is None:
        raise Invalid("There is no such limit.")
    guardrails.set_limit.by_house(
        container, actor, workflow, key, limit, hours or now.hours, at_least or now.at_least,
        not off, ref,
    )  # fmt: skip
    return f"{workflow}: {key} {'not watched' if off else f'at most {limit:g}'}."


def _place(desk: Desk, named: str) -> str:
    places = desk.open(Places).by_ref()
    by_name = {place.name: ref for ref, place in places.items()}
    return named if named in places else by_name.get(named, named)


def _person(desk: Desk, email: str) -> UUID:
    found = [p.id for p in desk.open(StaffList).active() if p.email == email.lower()]
    if not found:
        raise Invalid("Nobody here signs in with one of these e-mail addresses.")
    return found[0]
