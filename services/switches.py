"""Moving a workflow between stages, and the kill switches that beat every stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from db.places import Places
from db.queue import Queue, QueueFilter
from db.rollout import Rollout, Rollouts, Switch, Switches
from db.staff import Staff, StaffList
from db.vocabulary import Stage
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.policy import may
from services.rollout import AI, DELIVERIES, Gate, gate
from services.workflows import ALL

Kept = TypeVar("Kept", Rollout | None, Switch | None)

WORKFLOWS: Mapping[str, str] = {workflow.key: workflow.title for workflow in ALL}
STOPPABLE: Mapping[str, str] = {
    AI: "AI suggestions",
    DELIVERIES: "Sending to eCW and healow",
    **WORKFLOWS,
}


class Why(StrEnum):
    """Why something was stopped: a closed list, so that no patient data reaches the trail."""

    WRONG_DRAFTS = "wrong drafts"
    WRONG_SENDS = "wrong or doubtful sends"
    VENDOR = "trouble at eCW or healow"
    MAINTENANCE = "planned maintenance"
    SECURITY = "security incident"
    OTHER = "other"


@dataclass(frozen=True)
class Move:
    """A workflow's next stage in one scope, as a person reviewed it.

    ``scope`` is empty for the whole practice, else a place's EHR reference. ``stage`` is
    ``None`` to follow the wider scope again. ``pilots`` are read in stage pilot alone.
    ``seen`` is the scope's own stage on the person's screen, ``None`` where it had none.
    """

    workflow: str
    scope: str
    stage: Stage | None
    pilots: tuple[UUID, ...] = ()
    seen: Stage | None = None


@managed("rollout.set_stage", "Set stage")
def set_stage(desk: Desk, move: Move) -> Deed[None]:
    """Switch a workflow off, to shadow, to pilot or on, for the practice or one of its places.

    Raises ``Invalid`` for an unknown workflow, place or person, and for a pilot without
    people; ``Stale`` when somebody moved it since it was shown.
    """
    _check(desk, move)
    rollouts = desk.open(Rollouts)
    row = _locked(desk, _own(rollouts.of(move.workflow), move.scope))
    if (row.stage if row else None) is not move.seen:
        raise Stale("Somebody changed this stage since you opened it. Please look again.")
    before = _words(row)
    if move.stage is None:
        _forget(desk, row)
        return Deed(_subject(move), f"{before} -> follows the wider scope", None)
    row = row or rollouts.add(
        Rollout(practice_id=desk.practice_id, workflow=move.workflow, scope=move.scope)
    )
    row.stage, row.pilots = move.stage, [str(pilot) for pilot in move.pilots]
    return Deed(_subject(move), f"{before} -> {_words(row)}", None)


@managed("rollout.stop", "Stop")
def stop(desk: Desk, what: str, why: Why) -> Deed[None]:
    """Stop it everywhere in the practice at once, whatever its stages say.

    *what* is one of ``STOPPABLE``; raises ``Invalid`` for anything else and ``Stale``
    when it is stopped already.
    """
    switch = _switch(desk, what)
    if switch.stopped:
        raise Stale("It is already stopped.")
    switch.stopped, switch.by, switch.reason = True, desk.actor.staff_id, str(why)
    return Deed(f"switch/{what}", f"running -> stopped: {why}", None)


@managed("rollout.resume", "Start again")
def resume(desk: Desk, what: str) -> Deed[None]:
    """Let it run again, as far as its stages allow. Raises ``Invalid`` or ``Stale``."""
    switch = _switch(desk, what)
    if not switch.stopped:
        raise Stale("It is already running.")
    switch.stopped, switch.by, switch.reason = False, desk.actor.staff_id, ""
    return Deed(f"switch/{what}", "stopped -> running", None)


def stopped(desk: Desk) -> Mapping[str, Switch]:
    """What is stopped now, with who did it and why."""
    switches = desk.open(Switches)
    found = {what: switches.of(what) for what in switches.stopped()}
    return {what: switch for what, switch in found.items() if switch}


@dataclass(frozen=True)
class Effect:
    """Who would gain and who would lose sight of a workflow at one scope.

    ``waiting`` is how many open conversations there are in the whole practice.
    """

    gain: tuple[str, ...]
    lose: tuple[str, ...]
    waiting: int


def effect(desk: Desk, move: Move) -> Effect:
    """Whom *move* touches, by name, before anybody does it. Changes nothing.

    A narrower scope with a stage of its own is not touched and not counted.
    """
    now = gate(desk, move.workflow)
    then = _after(now, move, desk.practice_id)
    places = (move.scope,) if move.scope else ()
    people = [p for p in desk.open(StaffList).active() if may(p.role, f"{move.workflow}.read")]
    return Effect(
        gain=_those(people, then, now, places),
        lose=_those(people, now, then, places),
        waiting=desk.open(Queue).count(QueueFilter(), low_confidence=0),
    )


def _those(
    people: Sequence[Staff], here: Gate, not_here: Gate, places: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(
        person.name
        for person in people
        if here.shows_to(person.id, places) and not not_here.shows_to(person.id, places)
    )


def _after(now: Gate, move: Move, practice_id: UUID) -> Gate:
    others = tuple(row for row in now.scopes if row.scope != move.scope)
    if move.stage is None:
        return Gate(now.workflow, others, now.stopped)
    row = Rollout(
        practice_id=practice_id,
        workflow=move.workflow,
        scope=move.scope,
        stage=move.stage,
        pilots=[str(pilot) for pilot in move.pilots],
    )
    return Gate(now.workflow, (*others, row), now.stopped)


def _check(desk: Desk, move: Move) -> None:
    if move.workflow not in WORKFLOWS:
        raise Invalid("There is no such workflow.")
    if move.scope and move.scope not in desk.open(Places).by_ref():
        raise Invalid("There is no such location, department or provider here.")
    if move.stage is None and not move.scope:
        raise Invalid("The whole practice needs a stage of its own.")
    if move.stage is Stage.PILOT and not move.pilots:
        raise Invalid("A pilot needs at least one person.")
    if set(move.pilots) - {person.id for person in desk.open(StaffList).active()}:
        raise Invalid("Somebody in the pilot no longer works here.")


def _own(rows: Sequence[Rollout], scope: str) -> Rollout | None:
    return next((row for row in rows if row.scope == scope), None)


def _locked(desk: Desk, row: Kept) -> Kept:
    # What it was before is compared and recorded, so nobody may move it in between.
    if row is not None:
        desk.session.refresh(row, with_for_update=True)
    return row


def _forget(desk: Desk, row: Rollout | None) -> None:
    if row is not None:
        desk.session.delete(row)


def _subject(move: Move) -> str:
    return f"rollout/{move.workflow}" + (f"/{move.scope}" if move.scope else "")


def _words(row: Rollout | None) -> str:
    if row is None:
        return "no stage of its own"
    return str(row.stage) + (f" for {', '.join(row.pilots)}" if row.stage is Stage.PILOT else "")


def _switch(desk: Desk, what: str) -> Switch:
    if what not in STOPPABLE:
        raise Invalid("There is no such switch.")
    switches = desk.open(Switches)
    kept = _locked(desk, switches.of(what))
    return kept or switches.add(Switch(practice_id=desk.practice_id, what=what))
