"""What a change was to the people who use a workflow, kept as one row for charts and the console."""

from db.rollout import Rollout
from db.rollout_events import HALTS, Happened, RolloutEvent, RolloutEvents
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout.gate import USED
from services.rollout.scopes import RANK, Scope, State, diff


def tell(desk: Desk, workflow: str, kind: Happened, told: str, scope: str = "") -> None:
    """Keep that this happened, and who did it."""
    event = RolloutEvent(
        practice_id=desk.practice_id, workflow=workflow, scope=scope, kind=kind, at=desk.now,
        told=told, by=desk.actor.staff_id,
    )  # fmt: skip
    desk.open(RolloutEvents).add(event)


def tell_change(desk: Desk, workflow: str, before: State, after: State, because: str = "") -> None:
    """Keep what became of every scope that was changed; *because* is from the closed list."""
    for line in diff(before, after):
        was, now = in_force(before, line.where), in_force(after, line.where)
        told = f"{was.stage} → {now.stage}" + (f" ({because})" if because else "")
        tell(desk, workflow, _kind(desk, workflow, line.where, was, now), told, line.where)


def in_force(state: State, scope: str) -> Scope:
    """What a state says there: the scope's own word, else the practice's, else off."""
    by_scope = {one.scope: one for one in state}
    return by_scope.get(scope) or by_scope.get("") or Scope(scope, Stage.OFF)


def is_used(row: Rollout | Scope) -> bool:
    """Whether people see the workflow there."""
    return row.stage in USED


def _kind(desk: Desk, workflow: str, scope: str, was: Scope, now: Scope) -> Happened:
    match is_used(was), is_used(now):
        case False, True:
            return _beginning(desk, workflow, scope)
        case True, False:
            return Happened.PAUSED if now.stage is Stage.SHADOW else Happened.STOPPED
        case True, True:
            return Happened.WIDENED if _is_wider(now, was) else Happened.NARROWED
        case _:
            return Happened.CHANGED


def _beginning(desk: Desk, workflow: str, scope: str) -> Happened:
    events = desk.open(RolloutEvents)
    last = [one for place in {scope, ""} if (one := events.latest(workflow, place))]
    newest = max(last, key=lambda one: one.at, default=None)
    return Happened.RESUMED if newest and newest.kind in HALTS else Happened.STARTED


def _is_wider(now: Scope, was: Scope) -> bool:
    if now.stage is not was.stage:
        return RANK[now.stage] > RANK[was.stage]
    return now.percent >= was.percent and {*now.pilots} >= {*was.pilots}
