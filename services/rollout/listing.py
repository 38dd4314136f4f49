"""The whole rollout of one practice, ready for JSON; no patient data."""

from typing import Any

from db.guardrails import GuardrailTrips
from db.rollout import OptOuts, Rollouts
from db.rollout_changes import RolloutPlan, RolloutPlans
from services.container import Container
from services.desk import Actor, Desk, looking
from services.rollout import guardrails, scopes
from services.rollout.history import latest_number, names
from services.rollout.moves import WORKFLOWS
from services.rollout.needs import NEEDS
from services.rollout.scopes import Scope
from services.switches import stopped

Json = dict[str, Any]


def listing(container: Container, actor: Actor) -> Json:
    """Stages, switches, people left out, plans, and limits that were exceeded and not seen."""
    with looking(container, actor) as desk:
        return {
            "at": desk.now.isoformat(),
            "stopped": {
                what: {"reason": switch.reason, "by": switch.by and str(switch.by)}
                for what, switch in stopped(desk).items()
            },
            "workflows": {key: _workflow(desk, key) for key in WORKFLOWS},
            "plans": [_plan(plan) for plan in desk.open(RolloutPlans).pending()],
            "trips": [
                {
                    "workflow": trip.workflow, "measure": trip.measure, "value": trip.value,
                    "limit": trip.limit, "count": trip.count, "at": trip.at.isoformat(),
                    "says": guardrails.said(trip),
                }
                for trip in desk.open(GuardrailTrips).unseen()
            ],
        }  # fmt: skip


def _workflow(desk: Desk, key: str) -> Json:
    name = names(desk)
    state = scopes.state_of(desk.open(Rollouts).of(key))
    return {
        "title": WORKFLOWS[key],
        "needs": list(NEEDS.get(key, ())),
        "version": latest_number(desk, key),
        "scopes": [_scope(one, name) for one in state],
        "left_out": [str(row.staff_id) for row in desk.open(OptOuts).of(key)],
        "limits": {
            limit.measure: {"limit": limit.limit, "hours": limit.hours, "on": limit.is_on}
            for limit in guardrails.limits(desk, key)
        },
    }


def _scope(one: Scope, name: scopes.Names) -> Json:
    return {**one.dumped(), "place": name(one.scope), "says": scopes.said(one, name)}


def _plan(plan: RolloutPlan) -> Json:
    return {
        "id": str(plan.id), "workflow": plan.workflow, "state": str(plan.state),
        "move": plan.move, "starts_at": plan.starts_at.isoformat(),
        "stops_at": plan.stops_at and plan.stops_at.isoformat(), "because": plan.because,
    }  # fmt: skip
