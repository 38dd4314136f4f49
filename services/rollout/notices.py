"""What people who use a workflow are told when it was switched off, paused or stopped for them."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from db.guardrails import GuardrailTrip, GuardrailTrips
from db.places import Places
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import draining, guardrails
from services.rollout.gate import Gate, gate
from services.switches import WORKFLOWS, stopped


def notice(desk: Desk, workflow: str) -> str:
    """A few sentences for this person, or nothing while all is as usual."""
    title, now = WORKFLOWS[workflow], gate(desk, workflow)
    if switch := stopped(desk).get(workflow):
        return f"{title} is stopped for everybody: {switch.reason}."
    if now.stage() not in (Stage.OFF, Stage.SHADOW):
        return _at_places(desk, now)
    drain = draining.of(now.scope())
    if drain is None or desk.now >= drain.until:
        return _at_places(desk, now)
    return f"{title} is {_how(desk, workflow, drain)} {_finish(desk, drain.until)}"


def _at_places(desk: Desk, now: Gate) -> str:
    """The places where a limit paused it, to whoever would have it there."""
    unheld, names = replace(now, held={}), desk.open(Places).by_ref()
    return " ".join(
        _paused(desk, trip, names[trip.scope].name if trip.scope in names else trip.scope)
        for trip in desk.open(GuardrailTrips).going_on([now.workflow])
        if trip.scope and unheld.shows_to(desk.actor.staff_id, (trip.scope,))
    )


def _paused(desk: Desk, trip: GuardrailTrip, place: str) -> str:
    said, until = guardrails.said(trip, desk.options.zone), trip.at + draining.DRAIN_FOR
    told = f"{WORKFLOWS[trip.workflow]} is paused at {place}: a limit was exceeded. {said}"
    return f"{told} {_finish(desk, until)}" if desk.now < until else told


def _how(desk: Desk, workflow: str, drain: draining.Drain) -> str:
    trip = desk.open(GuardrailTrips).latest(workflow)
    if trip and trip.at == drain.since:
        return f"paused: a limit was exceeded. {guardrails.said(trip, desk.options.zone)}"
    return "switched off."


def _finish(desk: Desk, until: datetime) -> str:
    day = _day(until, desk.options.zone)
    return f"You may finish what was open until {day}; what comes in is answered in eCW."


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
