"""What people who use a workflow are told when it was switched off, paused or stopped for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from db.audit import AuditTrail
from db.guardrails import GuardrailTrip, GuardrailTrips
from db.places import Places
from db.rollout import Switch
from db.staff import StaffList
from db.vocabulary import Stage
from services.desk import Desk
from services.rollout import draining, guardrails, runs
from services.rollout.draining import DRAIN_FOR
from services.rollout.gate import Gate, gate
from services.rollout.history import JOBS
from services.rollout.runs import Said
from services.switches import WORKFLOWS, stopped

UNUSED = (Stage.OFF, Stage.SHADOW)
LATER: Mapping[str, str] = {
    "inbox": "what comes in is answered in eCW",
    "intake": "new forms are typed into eCW",
    "reminders": "nobody is reminded from here of visits that come",
    "notes": "notes of new visits are written in eCW",
    "summaries": "patients get no summary of new visits from here",
    "charges": "codes of new visits are entered in eCW",
    "claims": "new claims leave from eCW and are not checked here",
    "denials": "new denials are worked in eCW",
}


def notice(desk: Desk, workflow: str) -> str:
    """Since when, by whom and why it is off for this person, and what comes of what is open.

    Empty while all is as usual, for whoever never had it, and a week after it was switched off.
    """
    now = gate(desk, workflow)
    if switch := stopped(desk).get(workflow):
        return _stopped(desk, workflow, switch)
    if lacks := now.lacks():
        return f"{WORKFLOWS[workflow]} needs {WORKFLOWS[lacks]}, which is off."
    if not now.held and all(row.stage not in UNUSED for row in now.scopes):
        return ""
    return " ".join([*_held(desk, now), *_places(desk, now)])


def _held(desk: Desk, now: Gate) -> Iterator[str]:
    """The places where a limit paused it, to whoever would have it there."""
    unheld = replace(now, held={})
    for trip in desk.open(GuardrailTrips).going_on([now.workflow]):
        if trip.scope and unheld.shows_to(desk.actor.staff_id, (trip.scope,)):
            what = f"{WORKFLOWS[now.workflow]}{_at(desk, trip.scope)}"
            until = trip.at + DRAIN_FOR
            yield f"{_limited(desk, what, trip)} {_rest(desk, now.workflow, until)}"


def _stopped(desk: Desk, workflow: str, switch: Switch) -> str:
    lines = desk.open(AuditTrail).search(
        verb="rollout.stop", subject=f"switch/{workflow}", limit=1
    )  # fmt: skip
    since = f" since {_moment(lines[0].at, desk.options.zone)}" if lines else ""
    who = desk.open(StaffList).names().get(switch.by) if switch.by else None
    by = f", by {who or 'the operator'}"
    return (
        f"{WORKFLOWS[workflow]} is stopped for everybody{since}{by}: {switch.reason}. What is open "
        "stays as it is, drafts are kept, and nothing leaves until it is started again."
    )


def _places(desk: Desk, now: Gate) -> Iterator[str]:
    """A sentence or two for each place where this person had it until lately."""
    for place, said in runs.told(desk, now.workflow).items():
        ended = _ended(desk, now, said)
        if ended:
            yield f"{_how(desk, now.workflow, place, ended)} {_open(desk, now, place)}"


def _ended(desk: Desk, now: Gate, said: Sequence[Said]) -> Said | None:
    """The change that took it from this person, where that was lately and nobody gave it back."""
    first = len(said)
    while first and said[first - 1].stage in UNUSED:
        first -= 1
    if not 0 < first < len(said) or desk.now - said[first].at >= DRAIN_FOR:
        return None
    had = said[first - 1].scope
    mine = had and (had.stage is Stage.ON or now.pilots(had, desk.actor.staff_id))
    return said[first] if mine else None


def _how(desk: Desk, workflow: str, place: str, ended: Said) -> str:
    zone = desk.options.zone
    what = f"{WORKFLOWS[workflow]}{_at(desk, place)}"
    trip = desk.open(GuardrailTrips).latest(workflow)
    if trip and trip.at == ended.at:
        return _limited(desk, what, trip)
    how = "paused" if ended.stage is Stage.SHADOW else "switched off"
    because = f" ({ended.because})" if ended.because else ""
    return f"{what} is {how} since {_moment(ended.at, zone)}, by {_who(desk, ended)}{because}."


def _limited(desk: Desk, what: str, trip: GuardrailTrip) -> str:
    zone = desk.options.zone
    why = guardrails.said(trip, zone)
    return f"{what} is paused since {_moment(trip.at, zone)}: a limit was exceeded. {why}"


def _who(desk: Desk, ended: Said) -> str:
    if ended.by is None:
        return JOBS.get(ended.actor, "the operator")
    return desk.open(StaffList).names().get(ended.by, "somebody who left")


def _at(desk: Desk, place: str) -> str:
    known = desk.open(Places).by_ref().get(place) if place else None
    return f" at {known.name}" if known else ""


def _open(desk: Desk, now: Gate, place: str) -> str:
    drain = draining.of(now.scope((place,) if place else ()))
    return _rest(desk, now.workflow, drain.until if drain else None)


def _rest(desk: Desk, workflow: str, until: datetime | None) -> str:
    if until is None or desk.now >= until:
        mine = "What was open is closed here and drafts are kept"
    else:
        day = _day(until, desk.options.zone)
        mine = f"You may finish what was open until {day}, and what is approved still leaves"
    return f"{mine}; {LATER[workflow]}."


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{_day(moment, zone)}, {moment.astimezone(zone):%H:%M}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
