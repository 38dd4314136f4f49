"""What a person or a job may do to the rollout at once: stages, pauses, people, kill switches."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from db.rollout import OptOut, OptOuts, Switch, Switches
from db.rollout_changes import RolloutVersions
from db.rollout_events import Happened
from db.staff import StaffList
from db.vocabulary import Stage
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.rollout import AI, DELIVERIES, moves, scopes
from services.rollout.effects import Effect, doubts, effect
from services.rollout.events import is_used, tell, tell_change
from services.rollout.moves import ALL_THE_SAME, UNSAID, WORKFLOWS, Because, Given, Move
from services.rollout.scopes import Scope, State

__all__ = [
    "ALL_THE_SAME", "STOPPABLE", "WORKFLOWS", "Because", "Effect", "Given", "Move", "Why", "effect",
    "leave_out", "let_in", "moved_to_shadow", "pause", "resume", "revert", "set_stage", "stop",
    "stopped",
]  # fmt: skip

Kept = TypeVar("Kept", OptOut | None, Switch | None)

STOPPABLE: Mapping[str, str] = {
    AI: "AI suggestions",
    DELIVERIES: "Sending to eCW and healow",
    **WORKFLOWS,
}
ASKS = "Here a second person approves this before it happens. Please ask for approval."


class Why(StrEnum):
    """Why something was stopped: a closed list, so that no patient data reaches the trail."""

    WRONG_DRAFTS = "wrong drafts"
    WRONG_SENDS = "wrong or doubtful sends"
    VENDOR = "trouble at eCW or healow"
    MAINTENANCE = "planned maintenance"
    SECURITY = "security incident"
    OTHER = "other"


@managed("rollout.set_stage", "Set stage")
def set_stage(desk: Desk, move: Move, given: Given = UNSAID) -> Deed[None]:
    """Switch a workflow off, to shadow, to pilot or on, for the practice or one of its places.

    Raises what ``moves.make`` raises, and ``Invalid`` where a second person has to approve first
    and where the number of the shadow speaks against it and nobody says why all the same.
    """
    before = moves.locked(desk, move.workflow)
    after = scopes.with_scope(before, move.scope, move.after)
    if found := [] if given.because in ALL_THE_SAME else doubts(desk, move):
        raise Invalid(f"{found[0]} Please say why it begins all the same.")
    how = moves.make(desk, move, given)
    _require_nobody_else(desk, move.workflow, before, after)
    return Deed(subject(move.workflow, move.scope), how, None)


@managed("rollout.pause", "Pause")
def pause(desk: Desk, workflow: str, given: Given) -> Deed[State]:
    """Move everything of a workflow that people use to shadow: it is measured on, and unseen.

    Returns what was on before. Raises ``Stale`` when nothing is.
    """
    if workflow not in WORKFLOWS:
        raise Invalid("There is no such workflow.")
    used, how = moved_to_shadow(desk, workflow, given)
    tell(desk, workflow, Happened.PAUSED, str(given.because))
    return Deed(subject(workflow), how, used)


def moved_to_shadow(desk: Desk, workflow: str, given: Given) -> tuple[State, str]:
    """Do that at an open desk: what was on before, and words for the trail. Raises ``Stale``."""
    before = moves.locked(desk, workflow)
    used = tuple(one for one in before if is_used(one))
    if not used:
        raise Stale("Nobody uses this now.")
    after = tuple(Scope(one.scope, Stage.SHADOW) if one in used else one for one in before)
    moves.put(desk, workflow, after, given)
    return used, _changed(before, after, given)


@managed("rollout.revert", "Go back to this")
def revert(desk: Desk, workflow: str, number: int, seen: int) -> Deed[None]:
    """Let every scope of a workflow be again what a version says.

    *seen* is the newest version on the screen. Raises ``Stale`` when there is a newer one, and
    ``Invalid`` for a version that no longer fits: a place or a person may be gone.
    """
    before = moves.locked(desk, workflow)
    versions = desk.open(RolloutVersions)
    wanted, latest = versions.numbered(workflow, number), versions.latest(workflow)
    if wanted is None or latest is None:
        raise Invalid("There is no such version.")
    if latest.number != seen:
        raise Stale("Somebody changed this since you opened it. Please look again.")
    after = scopes.loaded(wanted.scopes)
    if after == before:
        raise Stale("It is so already.")
    _require_still_fits(desk, workflow, before, after)
    _require_nobody_else(desk, workflow, before, after)
    given = Given(Because.REVERT, drains=True)
    moves.put(desk, workflow, after, given)
    tell_change(desk, workflow, before, after, given.because)
    return Deed(subject(workflow), f"version {number}: {_changed(before, after, given)}", None)


@managed("rollout.leave_out", "Leave out")
def leave_out(desk: Desk, workflow: str, staff_id: UUID, because: Because) -> Deed[None]:
    """Keep one person out of a workflow, whatever its stages say. Raises ``Stale`` or ``Invalid``."""
    person = desk.open(StaffList).get(staff_id)
    moves.locked(desk, workflow)
    if workflow not in WORKFLOWS:
        raise Invalid("There is no such workflow.")
    if desk.open(OptOuts).one(workflow, staff_id):
        raise Stale("This person is left out already.")
    desk.open(OptOuts).add(
        OptOut(
            practice_id=desk.practice_id, workflow=workflow, staff_id=staff_id,
            by=desk.actor.staff_id, because=str(because),
        )
    )  # fmt: skip
    return Deed(subject(workflow), f"{person.ref}: left out{moves.because(Given(because))}", None)


@managed("rollout.let_in", "Let in again")
def let_in(desk: Desk, workflow: str, staff_id: UUID) -> Deed[None]:
    """Let the stages decide about this person again. Raises ``Stale`` when they do already."""
    person = desk.open(StaffList).get(staff_id)
    kept = _locked(desk, desk.open(OptOuts).one(workflow, staff_id))
    if kept is None:
        raise Stale("This person is not left out.")
    desk.session.delete(kept)
    return Deed(subject(workflow), f"{person.ref}: left out -> as the stages say", None)


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
    tell(desk, what, Happened.STOPPED, str(why))
    return Deed(f"switch/{what}", f"running -> stopped: {why}", None)


@managed("rollout.resume", "Start again")
def resume(desk: Desk, what: str) -> Deed[None]:
    """Let it run again, as far as its stages allow. Raises ``Invalid`` or ``Stale``."""
    switch = _switch(desk, what)
    if not switch.stopped:
        raise Stale("It is already running.")
    switch.stopped, switch.by, switch.reason = False, desk.actor.staff_id, ""
    tell(desk, what, Happened.RESUMED, "as far as its stages allow")
    return Deed(f"switch/{what}", "stopped -> running", None)


def stopped(desk: Desk) -> Mapping[str, Switch]:
    """What is stopped now, with who did it and why."""
    switches = desk.open(Switches)
    found = {what: switches.of(what) for what in switches.stopped()}
    return {what: switch for what, switch in found.items() if switch}


def subject(workflow: str, scope: str = "") -> str:
    """How the trail names a workflow's rollout, or that of one scope."""
    return f"rollout/{workflow}" + (f"/{scope}" if scope else "")


def _require_nobody_else(desk: Desk, workflow: str, before: State, after: State) -> None:
    # To take something away must never wait for a second person.
    if desk.options.second_approver and moves.widens(desk, workflow, before, after):
        raise Invalid(ASKS)


def _require_still_fits(desk: Desk, workflow: str, before: State, after: State) -> None:
    for scope in set(after) - set(before):
        pilots = tuple(UUID(pilot) for pilot in scope.pilots)
        moves.check(desk, Move(workflow, scope.scope, scope.stage, pilots, percent=scope.percent))


def _changed(before: State, after: State, given: Given) -> str:
    lines = (f"{one.where or 'practice'} {one.before} -> {one.after}"
             for one in scopes.diff(before, after))  # fmt: skip
    return "; ".join(lines) + moves.because(given)


def _locked(desk: Desk, row: Kept) -> Kept:
    # What it was before is compared and recorded, so nobody may move it in between.
    if row is not None:
        desk.session.refresh(row, with_for_update=True)
    return row


def _switch(desk: Desk, what: str) -> Switch:
    if what not in STOPPABLE:
        raise Invalid("There is no such switch.")
    switches = desk.open(Switches)
    kept = _locked(desk, switches.of(what))
    return kept or switches.add(Switch(practice_id=desk.practice_id, what=what))
