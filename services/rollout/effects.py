"""The blast radius of a move: who gains and who loses, which work is open, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from db.deliveries import Deliveries
from db.open_work import Opened, OpenWork
from db.queue import Queue, QueueFilter
from db.rollout import Rollouts
from db.staff import Staff, StaffList
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import draining, shadow
from services.rollout.gate import Gate, gate
from services.rollout.moves import (
    WORKFLOWS,
    Move,
    readers,
    roles_of,
    widens,
    with_state,
)
from services.rollout.needs import NEEDS
from services.rollout.scopes import State, state_of, with_scope


@dataclass(frozen=True)
class Effect:
    """Who would gain and who would lose sight of a workflow at one scope.

    ``waiting`` is how many open conversations there are in the whole practice; ``work`` is what is
    open in this workflow at this scope, ``leaving`` what was approved and has not left,
    and ``drains_for`` how long open work may still be finished. ``warnings`` are sentences, and so
    are ``doubts``: what the shadow says against beginning; whoever begins all the same says why.
    ``asks`` says whether a second person has to approve.
    """

    gain: tuple[str, ...]
    lose: tuple[str, ...]
    waiting: int
    work: Opened | None = None
    holders: tuple[tuple[str, int], ...] = ()
    leaving: int = 0
    drains_for: timedelta | None = None
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    asks: bool = False


def effect(desk: Desk, move: Move) -> Effect:
    """Whom *move* touches, by name, before anybody does it. Changes nothing.

    A narrower scope with a stage of its own is not touched and not counted.
    """
    people = readers(desk, move.workflow)
    now = gate(desk, move.workflow, roles_of(people))
    before = state_of(now.scopes)
    after = with_scope(before, move.scope, move.after)
    then = with_state(now, desk.practice_id, after)
    places = (move.scope,) if move.scope else ()
    work = OpenWork(desk.session, desk.practice_id).at(
        move.workflow, move.scope, _own(before, move.scope)
    )
    return Effect(
        gain=_those(people, then, now, places),
        lose=_those(people, now, then, places),
        waiting=desk.open(Queue).count(QueueFilter(), low_confidence=0),
        work=work,
        holders=_holders(desk, work),
        leaving=desk.open(Deliveries).count_held(move.workflow),
        drains_for=_drains(now, then, places),
        warnings=(*_warnings(desk, move), *_held(now, places)),
        doubts=doubts(desk, move),
        asks=desk.options.second_approver and widens(desk, move.workflow, before, after),
    )


def _own(state: State, scope: str) -> tuple[str, ...]:
    """Places that have a stage of their own, and so keep it when the whole practice moves."""
    return () if scope else tuple(one.scope for one in state if one.scope)


def _those(
    people: Sequence[Staff], here: Gate, not_here: Gate, places: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(
        person.name
        for person in people
        if here.shows_to(person.id, places) and not not_here.shows_to(person.id, places)
    )


def _holders(desk: Desk, work: Opened | None) -> tuple[tuple[str, int], ...]:
    if work is None:
        return ()
    names = desk.open(StaffList).names()
    found = [(names.get(id, "somebody who left"), count) for id, count in work.held_by.items()]
    return tuple(sorted(found))


def _drains(now: Gate, then: Gate, places: tuple[str, ...]) -> timedelta | None:
    used, unused = (Stage.PILOT, Stage.ON), (Stage.OFF, Stage.SHADOW)
    ends = now.scope(places).stage in used and then.scope(places).stage in unused
    return draining.DRAIN_FOR if ends else None


def _held(now: Gate, places: tuple[str, ...]) -> Sequence[str]:
    if not now.hold(places):
        return []
    return ["A limit paused it there. Nobody sees it before it is started again on this page."]


def doubts(desk: Desk, move: Move) -> tuple[str, ...]:
    """What the shadow says against letting people use it now; nothing where it is in none."""
    if move.stage not in (Stage.PILOT, Stage.ON):
        return ()
    ready = shadow.readiness(desk, move.workflow, move.scope)
    return shadow.doubts(ready) if ready else ()


def _warnings(desk: Desk, move: Move) -> Sequence[str]:
    if move.stage is not Stage.OFF:
        return []
    needing = [key for key, needs in NEEDS.items() if move.workflow in needs and key in WORKFLOWS]
    found = desk.open(Rollouts).of_many(needing)
    return [
        f"{WORKFLOWS[key]} needs {WORKFLOWS[move.workflow]} and goes off there with it."
        for key in needing
        if any(row.stage is not Stage.OFF for row in found[key])
    ]
