"""Changes that begin and end by themselves, and those that a second person has to approve."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from db.practices import Practice
from db.rollout_changes import PENDING, PlanState, RolloutPlan, RolloutPlans, lock_rollouts
from db.vocabulary import Stage
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import FoyerError, Invalid, NotAllowed, Stale
from services.management import Deed, managed
from services.rollout import moves, scopes
from services.rollout.events import tell_change
from services.rollout.moves import Because, Given, Move
from services.rollout.scopes import RANK, Scope
from services.rollout.wanted import Earlier, Wanted, dumped, given_of

JOB = "rollout.scheduled"
GRACE = timedelta(minutes=2)  # a moment that passed while the form was open means now


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall clock time at the practice; the first one where an hour comes twice.

    Raises ``Invalid`` for a time that the clocks skip that day.
    """
    local = datetime.combine(day, at, zone)
    made = datetime.fromtimestamp(local.timestamp(), zone)
    if made.time() != at:
        raise Invalid(f"The clocks go forward that day: {at:%H:%M} does not come. Choose another.")
    return made


@managed("rollout.plan", "Plan it")
def plan(desk: Desk, wanted: Wanted) -> Deed[UUID]:
    """Let a change begin, and perhaps end, at a moment; where configured, once it is approved.

    Raises ``Invalid`` for a move that makes no sense and for moments that do not fit.
    """
    row = RolloutPlan(
        practice_id=desk.practice_id, workflow=wanted.move.workflow,
        starts_at=desk.now, asked_by=desk.actor.staff_id,
    )  # fmt: skip
    _fill(desk, row, wanted)
    desk.open(RolloutPlans).add(row)
    return Deed(_subject(row), f"planned as {row.state}: {_words(row)}", row.id)


@managed("rollout.edit_plan", "Change the plan")
def edit(desk: Desk, id: UUID, version: int, wanted: Wanted) -> Deed[None]:
    """Plan something else instead; an approval that was given is void.

    Raises ``Stale`` when somebody changed it meanwhile or it has begun, ``Invalid`` for what is
    planned already.
    """
    return _edited(desk, _editable(desk, id, version), wanted)


@managed("rollout.edit_plan", "Go back to this")
def go_back(desk: Desk, id: UUID, version: int, to: int) -> Deed[None]:
    """Plan again what was planned at an earlier version; an approval that was given is void."""
    row = _editable(desk, id, version)
    kept = next((one for one in row.earlier if one["version"] == to), None)
    if kept is None:
        raise Invalid("There is no such version of this plan.")
    return _edited(desk, row, Earlier.loaded(kept).wanted)


@managed("rollout.approve", "Approve")
def approve(desk: Desk, id: UUID, version: int) -> Deed[None]:
    """Agree to what is planned, as a second person; it begins when its time comes.

    Raises ``NotAllowed`` for whoever asked, and ``Stale`` when it was changed meanwhile.
    """
    row = _taken(desk, id, version)
    if row.state is not PlanState.ASKED:
        raise Stale("This is approved already.")
    if desk.actor.staff_id in (None, row.asked_by):
        raise NotAllowed("approve what you asked for yourself")
    row.state, row.digest = PlanState.READY, digest(row)
    row.approved_by, row.approved_at = desk.actor.staff_id, desk.now
    return Deed(_subject(row), f"approved: {_words(row)}", None)


@managed("rollout.cancel_plan", "Call it off")
def cancel(desk: Desk, id: UUID, version: int) -> Deed[None]:
    """Call a plan off. What it has begun stays as it is now. Raises ``Stale``."""
    row = _taken(desk, id, version)
    before, row.state = row.state, PlanState.CANCELLED
    row.settled_at, row.outcome = desk.now, "called off"
    return Deed(_subject(row), f"{before} -> cancelled: {_words(row)}", None)


@managed("rollout.begin", "Begin")
def begin(desk: Desk, id: UUID) -> Deed[None]:
    """Make the change whose time has come. Raises what ``moves.make`` raises, and ``Stale``."""
    row = _due(desk, id, PlanState.READY)
    _require_as_approved(desk, row)
    move = Move.loaded(row.move)
    own = _own(desk, move)
    how = moves.make(desk, move, given_of(row))
    row.before = own.dumped() if own else {}
    row.begun_at = desk.now
    row.state = PlanState.RUNNING if row.stops_at else PlanState.DONE
    row.settled_at = None if row.stops_at else desk.now
    return Deed(_subject(row), how, None)


@managed("rollout.end", "End")
def end(desk: Desk, id: UUID) -> Deed[None]:
    """Let the scope be again what it was before the plan began.

    Where somebody changed it since, an end takes away and never gives.
    """
    row = _due(desk, id, PlanState.RUNNING)
    move = Move.loaded(row.move)
    own, back = _own(desk, move), Scope.loaded(row.before) if row.before else None
    row.state, row.settled_at = PlanState.DONE, desk.now
    if own != move.after and _rank(own) <= _rank(back):
        row.outcome = "somebody narrowed it before it ended, and it stays so"
        return Deed(_subject(row), f"ended: stays {scopes.said(own)}", None)
    state = moves.locked(desk, row.workflow)
    given = Given(Because(row.because), row.owner, drains=True)
    after = scopes.with_scope(state, move.scope, back)
    moves.put(desk, row.workflow, after, given)
    tell_change(desk, row.workflow, state, after, given.because)
    return Deed(_subject(row), f"ended: {scopes.said(own)} -> {scopes.said(back)}", None)


def run_due(container: Container, practice: Practice) -> Counter[str]:
    """Begin and end what is due. What cannot be done is said on the plan, and not tried again."""
    actor = Actor.job(practice.id, JOB)
    counts: Counter[str] = Counter()
    with looking(container, actor) as desk:
        due = [(row.id, row.state) for row in desk.open(RolloutPlans).due(desk.now)]
    for id, state in due:
        verb = begin if state is PlanState.READY else end
        try:
            verb.by_house(container, actor, id)
            counts["begun" if verb is begin else "ended"] += 1
        except FoyerError as error:
            counts["failed"] += _give_up(container, actor, id, state, str(error))
    return counts


def digest(row: RolloutPlan) -> str:
    """What was approved, so that it is found out when it is another by then."""
    moments = (row.starts_at, row.stops_at)
    what = [row.move, *(m and m.astimezone(UTC).isoformat() for m in moments)]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _editable(desk: Desk, id: UUID, version: int) -> RolloutPlan:
    row = _taken(desk, id, version)
    if row.state is PlanState.RUNNING:
        raise Stale("This has begun already. Please change the stage itself.")
    return row


def _edited(desk: Desk, row: RolloutPlan, wanted: Wanted) -> Deed[None]:
    was_approved, before, kept = row.approved_by is not None, _words(row), dumped(desk, row)
    waits = row.starts_at <= desk.now  # for approval alone: it begins as soon as it may
    if waits and wanted.starts_at and wanted.starts_at <= desk.now:
        wanted = replace(wanted, starts_at=None)
    if _same(row, wanted, None if waits else row.starts_at):
        raise Invalid("This is what is planned already.")
    row.asked_by, row.earlier = desk.actor.staff_id, [*row.earlier, kept]
    _fill(desk, row, wanted)
    void = ", approval void" if was_approved else ""
    return Deed(_subject(row), f"{before} -> {_words(row)}{void}", None)


def _same(row: RolloutPlan, wanted: Wanted, starts: datetime | None) -> bool:
    planned = (Move.loaded(row.move), starts, row.stops_at, row.because, row.owner)
    given = wanted.given
    return planned == (wanted.move, wanted.starts_at, wanted.stops_at, given.because, given.owner)


def _fill(desk: Desk, row: RolloutPlan, wanted: Wanted) -> None:
    moves.check(desk, wanted.move)
    starts = max(wanted.starts_at or desk.now, desk.now)
    if wanted.starts_at and wanted.starts_at < desk.now - GRACE:
        raise Invalid("This moment has passed. Please choose a later one.")
    if wanted.stops_at and wanted.stops_at <= starts:
        raise Invalid("It would end before it begins. Please choose a later end.")
    row.workflow, row.move = wanted.move.workflow, wanted.move.dumped()
    row.starts_at, row.stops_at = starts, wanted.stops_at
    row.because, row.owner = str(wanted.given.because), wanted.given.owner
    row.approved_by = row.approved_at = None
    row.state = PlanState.ASKED if _asks(desk, wanted.move) else PlanState.READY
    row.digest = "" if row.state is PlanState.ASKED else digest(row)


def _asks(desk: Desk, move: Move) -> bool:
    before = moves.locked(desk, move.workflow)
    after = scopes.with_scope(before, move.scope, move.after)
    return desk.options.second_approver and moves.widens(desk, move.workflow, before, after)


def _require_as_approved(desk: Desk, row: RolloutPlan) -> None:
    if row.digest != digest(row):
        raise Stale("This is not what was approved. Please plan it again.")
    if row.approved_by is None and _asks(desk, Move.loaded(row.move)):
        raise Stale("A second person has to approve this by now. Please plan it again.")


def _taken(desk: Desk, id: UUID, version: int) -> RolloutPlan:
    lock_rollouts(desk.session, desk.practice_id)
    row = desk.open(RolloutPlans).locked(id)
    if row is None or row.state not in PENDING:
        raise Stale("This plan is settled already.")
    if row.version != version:
        raise Stale("Somebody changed this plan since you opened it. Please look again.")
    row.version += 1
    return row


def _due(desk: Desk, id: UUID, state: PlanState) -> RolloutPlan:
    lock_rollouts(desk.session, desk.practice_id)
    row = desk.open(RolloutPlans).locked(id)
    if row is None or row.state is not state:
        raise Stale("Another worker was first.")
    row.version += 1
    return row


def _give_up(container: Container, actor: Actor, id: UUID, state: PlanState, why: str) -> int:
    with working(container, actor) as desk:
        row = desk.open(RolloutPlans).locked(id)
        if row is None or row.state is not state:
            return 0
        row.state, row.settled_at, row.outcome = PlanState.FAILED, desk.now, why
        desk.record("rollout.plan_failed", _subject(row))
        return 1


def _own(desk: Desk, move: Move) -> Scope | None:
    state = moves.locked(desk, move.workflow)
    return next((one for one in state if one.scope == move.scope), None)


def _rank(scope: Scope | None) -> int:
    return RANK[scope.stage] if scope else RANK[Stage.OFF] - 1


def _subject(row: RolloutPlan) -> str:
    return f"rollout_plan/{row.id}"


def _words(row: RolloutPlan) -> str:
    move = Move.loaded(row.move)
    what = scopes.said(move.after) if move.after else "follow the wider scope"
    until = f" until {row.stops_at:%Y-%m-%d %H:%M} UTC" if row.stops_at else ""
    where = f"/{move.scope}" if move.scope else ""
    return f"{row.workflow}{where} {what} from {row.starts_at:%Y-%m-%d %H:%M} UTC{until}"
