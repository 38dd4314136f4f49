"""What people who use a workflow are told when it was switched off, paused or stopped for them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db.guardrails import GuardrailTrips
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import draining, guardrails
from services.rollout.gate import gate
from services.switches import WORKFLOWS, stopped


def notice(desk: Desk, workflow: str) -> str:
    """One or two sentences for this person, or nothing while all is as usual."""
    title, now = WORKFLOWS[workflow], gate(desk, workflow)
    if switch := stopped(desk).get(workflow):
        return f"{title} is stopped for everybody: {switch.reason}."
    if now.stage() not in (Stage.OFF, Stage.SHADOW):
        return ""
    drain = draining.of(now.scope())
    if drain is None or desk.now >= drain.until:
        return ""
    until = _day(drain.until, desk.options.zone)
    return (
        f"{title} is {_how(desk, workflow, drain)} You may finish what was open until {until}; "
        "what comes in is answered in eCW."
    )


def _how(desk: Desk, workflow: str, drain: draining.Drain) -> str:
    trip = desk.open(GuardrailTrips).latest(workflow)
    if trip and trip.at == drain.since:
        return f"paused: a limit was exceeded. {guardrails.said(trip, desk.options.zone)}"
    return "switched off."


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
