"""The whole rollout of one practice, ready for JSON; no patient data."""

from typing import Any

from db.guardrails import Guardrail, Guardrails, GuardrailTrip, GuardrailTrips
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
    """Stages, switches, people left out, plans, limits, and what was paused by one or not seen yet."""
    with looking(container, actor) as desk:
        return {
            "at": desk.now.isoformat(),
            "stopped": {
                what: {"reason": switch.reason, "by": switch.by and str(switch.by)}
                for what, switch in stopped(desk).items()
            },
            "workflows": {key: _workflow(desk, key) for key in WORKFLOWS},
            "plans": [_plan(plan) for plan in desk.open(RolloutPlans).pending()],
            "trips": [_trip(trip, names(desk)) for trip in desk.open(GuardrailTrips).unseen()],
            "paused": [
                _trip(trip, names(desk)) for trip in desk.open(GuardrailTrips).going_on(WORKFLOWS)
            ],
        }


def _workflow(desk: Desk, key: str) -> Json:
    name = names(desk)
    state = scopes.state_of(desk.open(Rollouts).of(key))
    return {
        "title": WORKFLOWS[key],
        "needs": list(NEEDS.get(key, ())),
        "version": latest_number(desk, key),
        "scopes": [_scope(one, name) for one in state],
        "left_out": [str(row.staff_id) for row in desk.open(OptOuts).of(key)],
        "limits": {limit.measure: _limit(limit) for limit in guardrails.limits(desk, key)},
        "limits_of_places": {
            scope: {row.measure: _limit(row) for row in rows.values()}
            for scope in sorted(desk.open(Guardrails).scopes(key) - {""})
            if (rows := desk.open(Guardrails).by_measure(key, scope))
        },
    }


def _limit(limit: Guardrail) -> Json:
    return {
        "limit": limit.limit, "hours": limit.hours, "at_least": limit.at_least, "on": limit.is_on,
    }  # fmt: skip


def _trip(trip: GuardrailTrip, name: scopes.Names) -> Json:
    return {
        "id": str(trip.id), "workflow": trip.workflow, "scope": trip.scope,
        "place": name(trip.scope), "measure": trip.measure, "value": trip.value,
        "limit": trip.limit, "count": trip.count, "at": trip.at.isoformat(),
        "says": guardrails.said(trip),
    }  # fmt: skip


def _scope(one: Scope, name: scopes.Names) -> Json:
    return {**one.dumped(), "place": name(one.scope), "says": scopes.said(one, name)}


def _plan(plan: RolloutPlan) -> Json:
    return {
        "id": str(plan.id), "workflow": plan.workflow, "state": str(plan.state),
        "move": plan.move, "starts_at": plan.starts_at.isoformat(),
        "stops_at": plan.stops_at and plan.stops_at.isoformat(), "because": plan.because,
    }  # fmt: skip
