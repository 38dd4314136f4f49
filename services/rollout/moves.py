"""One move of a workflow, checked and made: the only place where stages change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.guardrails import GuardrailTrips
from db.places import Places
from db.rollout import Rollout, Rollouts
from db.rollout_changes import RolloutVersion, RolloutVersions, lock_rollouts
from db.staff import Staff, StaffList
from db.vocabulary import Role, Stage
from services.desk import Desk
from services.errors import Invalid, Stale
from services.policy import may
from services.rollout import draining
from services.rollout.events import is_used, tell_change
from services.rollout.gate import Gate, gate
from services.rollout.needs import NEEDS
from services.rollout.scopes import RANK, Scope, State, said, state_of, with_scope
from services.workflows import ALL

WORKFLOWS: Mapping[str, str] = {workflow.key: workflow.title for workflow in ALL}


class Because(StrEnum):
    """Why a rollout was changed: a closed list, so that no patient data reaches the trail."""

    UNSAID = ""
    NEXT_PHASE = "next step of the plan"
    WENT_WELL = "it went well"
    TRIAL = "trial"
    TRAINING = "training"
    TROUBLE = "trouble in practice"
    ABSENCE = "absence"
    GUARDRAIL = "a limit was exceeded"
    REVERT = "back to an earlier version"
    RESTART = "the pause is over"
    CHECKED = "all the same: people check every case"
    HARMLESS = "all the same: what differs is harmless"
    NO_WAIT = "all the same: too few cases to wait for more"
    OTHER = "other"


# Why a pilot begins although the number of the shadow speaks against it.
ALL_THE_SAME = (Because.CHECKED, Because.HARMLESS, Because.NO_WAIT)


@dataclass(frozen=True)
class Move:
    """A workflow's next stage in one scope, as a person reviewed it.

    ``scope`` is empty for the whole practice, else a place's EHR reference. ``stage`` is
    ``None`` to follow the wider scope again. ``pilots``, ``roles`` and ``percent`` are read in
    stage pilot alone. ``seen`` is the scope's own stage on the person's screen, ``None`` where it
    had none, and ``version`` the number of the workflow's version there, where it is known.
    """

    workflow: str
    scope: str
    stage: Stage | None
    pilots: tuple[UUID, ...] = ()
    seen: Stage | None = None
    roles: tuple[Role, ...] = ()
    percent: int = 0
    version: int | None = None

    @property
    def after(self) -> Scope | None:
        """What the scope will say."""
        if self.stage is None:
            return None
        if self.stage is not Stage.PILOT:
            return Scope(self.scope, self.stage)
        pilots = tuple(str(pilot) for pilot in self.pilots)
        roles = tuple(str(role) for role in self.roles)
        return Scope(self.scope, self.stage, pilots, roles, self.percent)

    def dumped(self) -> dict[str, Any]:
        """This move as JSON keeps it; ``loaded`` reads it."""
        return {
            "workflow": self.workflow, "scope": self.scope, "version": self.version,
            "stage": self.stage and str(self.stage), "seen": self.seen and str(self.seen),
            "pilots": [str(pilot) for pilot in self.pilots],
            "roles": [str(role) for role in self.roles], "percent": self.percent,
        }  # fmt: skip

    @classmethod
    def loaded(cls, kept: Mapping[str, Any]) -> "Move":
        """The move that ``dumped`` wrote."""
        return cls(
            kept["workflow"], kept["scope"], kept["stage"] and Stage(kept["stage"]),
            tuple(UUID(pilot) for pilot in kept["pilots"]), kept["seen"] and Stage(kept["seen"]),
            tuple(Role(role) for role in kept["roles"]), int(kept["percent"]), kept["version"],
        )  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What goes with a change: why, who answers for it, and whether open work may be finished."""

    because: Because = Because.UNSAID
    owner: UUID | None = None
    drains: bool = False


UNSAID = Given()


def make(desk: Desk, move: Move, given: Given) -> str:
    """Make *move* and keep it as a version; what it was and what it is, for the trail.

    Raises ``Invalid`` for an unknown workflow, place or person, for a pilot that reaches nobody and
    for a missing prerequisite; ``Stale`` when somebody changed it since it was shown.
    """
    before = locked(desk, move.workflow)
    check(desk, move)
    own = next((one for one in before if one.scope == move.scope), None)
    latest = desk.open(RolloutVersions).latest(move.workflow)
    changed = move.version is not None and move.version != (latest.number if latest else 0)
    if (own.stage if own else None) is not move.seen or changed:
        raise Stale("Somebody changed this stage since you opened it. Please look again.")
    after = with_scope(before, move.scope, move.after)
    put(desk, move.workflow, after, given)
    tell_change(desk, move.workflow, before, after, given.because)
    now = said(move.after) if move.after else "follows the wider scope"
    return f"{said(own)} -> {now}{because(given)}"


def because(given: Given) -> str:
    """How the trail says why."""
    return f", because: {given.because}" if given.because else ""


def locked(desk: Desk, workflow: str) -> State:
    """The scopes of *workflow* as of this moment; nobody else changes them until the end."""
    lock_rollouts(desk.session, desk.practice_id)
    return state_of(desk.open(Rollouts).fresh(workflow))


def put(desk: Desk, workflow: str, after: State, given: Given) -> None:
    """Let *workflow* have exactly these scopes, and keep that as a version."""
    rollouts = desk.open(Rollouts)
    rows = {row.scope: row for row in rollouts.fresh(workflow)}
    _remember_first(desk, workflow, state_of(rows.values()))
    for scope in after:
        row = rows.pop(scope.scope, None)
        _set(desk, row or _added(desk, rollouts, workflow, scope.scope), scope, given)
    for row in rows.values():
        desk.session.delete(row)
    _end_pause(desk, workflow, after)
    _keep_version(desk, workflow, after, given)


def _end_pause(desk: Desk, workflow: str, after: State) -> None:
    # Whoever switches it on again, anywhere, has ended what a limit did to the whole practice.
    if any(is_used(scope) for scope in after):
        for trip in desk.open(GuardrailTrips).going_on([workflow]):
            if not trip.scope:
                trip.resumed_by, trip.resumed_at = desk.actor.staff_id, desk.now


def _added(desk: Desk, rollouts: Rollouts, workflow: str, scope: str) -> Rollout:
    return rollouts.add(Rollout(practice_id=desk.practice_id, workflow=workflow, scope=scope))


def _set(desk: Desk, row: Rollout, scope: Scope, given: Given) -> None:
    if Scope.of(row) == scope:
        return
    row.draining = draining.begin(row, desk.now) if given.drains else {}
    row.stage, row.pilots = scope.stage, list(scope.pilots)
    row.roles, row.percent = list(scope.roles), scope.percent


def _remember_first(desk: Desk, workflow: str, found: State) -> None:
    # Stages that were set before there were versions can be gone back to as well.
    if desk.open(RolloutVersions).latest(workflow) is None:
        _version(desk, workflow, 0, found, UNSAID, actor="")


def _keep_version(desk: Desk, workflow: str, after: State, given: Given) -> None:
    desk.session.flush()
    latest = desk.open(RolloutVersions).latest(workflow)
    number = latest.number + 1 if latest else 1
    _version(desk, workflow, number, after, given, actor=desk.actor.ref)


def _version(
    desk: Desk, workflow: str, number: int, scopes: State, given: Given, actor: str
) -> None:
    version = RolloutVersion(
        practice_id=desk.practice_id, workflow=workflow, number=number, at=desk.now,
        scopes=[scope.dumped() for scope in scopes], actor=actor,
        by=desk.actor.staff_id if actor else None, owner=given.owner,
        because=str(given.because),
    )  # fmt: skip
    desk.open(RolloutVersions).add(version)


def check(desk: Desk, move: Move) -> None:
    """Raises ``Invalid`` for a move that makes no sense now, whoever asks for it."""
    if move.workflow not in WORKFLOWS:
        raise Invalid("There is no such workflow.")
    if move.scope and move.scope not in desk.open(Places).by_ref():
        raise Invalid("There is no such location, department or provider here.")
    if move.stage is None and not move.scope:
        raise Invalid("The whole practice needs a stage of its own.")
    if not 0 <= move.percent <= 100:
        raise Invalid("A share lies between 0 and 100 percent.")
    if move.stage is Stage.PILOT and not (move.pilots or move.percent):
        raise Invalid("A pilot needs at least one person.")
    if set(move.pilots) - {person.id for person in desk.open(StaffList).active()}:
        raise Invalid("Somebody in the pilot no longer works here.")
    if move.stage not in (None, Stage.OFF):
        _require_needs(desk, move)


def _require_needs(desk: Desk, move: Move) -> None:
    for needed in NEEDS.get(move.workflow, ()):
        stage = gate(desk, needed).scope((move.scope,) if move.scope else ()).stage
        if stage is Stage.OFF:
            title, other = WORKFLOWS[move.workflow], WORKFLOWS[needed]
            raise Invalid(f"{title} needs {other}. Please switch {other} on there first.")


def widens(desk: Desk, workflow: str, before: State, after: State) -> bool:
    """Whether anybody gains by it, an engine begins, or more people will in time."""
    was, now = (_gate(desk, workflow, state) for state in (before, after))
    people = readers(desk, workflow)
    for scope in {one.scope for one in (*before, *after)}:
        places = (scope,) if scope else ()
        if RANK[now.scope(places).stage] > RANK[was.scope(places).stage]:
            return True
        if any(now.shows_to(p.id, places) and not was.shows_to(p.id, places) for p in people):
            return True
    return False


def readers(desk: Desk, workflow: str) -> Sequence[Staff]:
    """Everybody whose role opens *workflow*, by name."""
    return [p for p in desk.open(StaffList).active() if may(p.role, f"{workflow}.read")]


def roles_of(people: Iterable[Staff]) -> dict[UUID, str]:
    """Who is what, as a gate asks it."""
    return {person.id: str(person.role) for person in people}


def _gate(desk: Desk, workflow: str, state: State) -> Gate:
    # What is stopped or paused now starts again one day, and then reaches whom it was given.
    now = gate(desk, workflow, roles_of(readers(desk, workflow)))
    return with_state(replace(now, stopped=frozenset(), held={}), desk.practice_id, state)


def with_state(now: Gate, practice_id: UUID, state: State) -> Gate:
    """The gate as it would be with other scopes, all else being equal."""
    like = Rollout(practice_id=practice_id, workflow=now.workflow)
    rows = tuple(scope.row(like) for scope in state)
    return replace(now, scopes=rows)
