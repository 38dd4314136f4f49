"""The whole installation in numbers, for ``foyer status`` and whoever watches it; no PHI."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db import reading
from db.ai_spend import AiSpends
from db.audit import AuditTrail
from db.charges import ChargeCaptures
from db.claim_payments import ClaimPayments
from db.claims import Claims
from db.conversations import Conversations, State
from db.deliveries import Deliveries
from db.denials import Denials
from db.intake import IntakeForms
from db.practices import Practice, Practices
from db.reminders import Reminders
from db.rollout import Rollouts, Switches
from db.visit_notes import VisitNotes
from db.visit_summaries import VisitSummaries
from db.x12_files import X12Files
from services import job_board
from services.container import Container
from services.desk import Actor, Desk, looking
from services.job_board import JobCard
from services.switches import WORKFLOWS

Json = dict[str, Any]


def status(container: Container) -> Json:
    """Counts, jobs, connections, stages, switches, spending and audit heads, ready for JSON.

    Moments are ISO 8601 in UTC, spans are seconds, money is US dollars. Practices go by
    their code. Raises what the database raises when it does not answer.
    """
    with reading(container.engine) as session:
        practices = Practices(session).all()
        until = job_board.worker_until(session)
    now = container.clock()
    return {
        "at": now.isoformat(),
        "worker": {"until": _moment(until), "alive": until is not None and until > now},
        "practices": {practice.code: _practice(container, practice) for practice in practices},
    }


def _practice(container: Container, practice: Practice) -> Json:
    with looking(container, Actor.job(practice.id, "status")) as desk:
        return {
            "id": str(practice.id),
            "workflows": {name: _workflow(desk, name) for name in WORKFLOWS},
            "deliveries": desk.open(Deliveries).counts(),
            "jobs": {card.job: _job(card) for card in job_board.jobs(desk)},
            "connections": _connections(desk),
            "stopped": sorted(desk.open(Switches).stopped()),
            "ai_today": _spending(desk, practice),
            "audit": _audit(desk),
        }


def _workflow(desk: Desk, name: str) -> Json:
    scopes = desk.open(Rollouts).of(name)
    stages = {scope.scope or "practice": str(scope.stage) for scope in scopes}
    return {"stages": stages} | COUNTS[name](desk)


def _inbox(desk: Desk) -> Json:
    states: dict[str, int] = {}
    urgencies: dict[str, int] = {}
    for (state, urgency), number in desk.open(Conversations).counts().items():
        states[state] = states.get(state, 0) + number
        if state == State.OPEN:
            urgencies[urgency] = number
    return {"states": states, "open_by_urgency": urgencies}


def _intake(desk: Desk) -> Json:
    return {"states": desk.open(IntakeForms).counts()}


def _reminders(desk: Desk) -> Json:
    found = desk.open(Reminders).counts()
    return {"open_states": {str(state): number for state, number in found.items()}}


def _notes(desk: Desk) -> Json:
    return {"states": {str(state): n for state, n in desk.open(VisitNotes).counts().items()}}


def _summaries(desk: Desk) -> Json:
    return {"states": {str(state): n for state, n in desk.open(VisitSummaries).counts().items()}}


def _charges(desk: Desk) -> Json:
    return {"states": {str(state): n for state, n in desk.open(ChargeCaptures).counts().items()}}


def _claims(desk: Desk) -> Json:
    unmatched = desk.open(ClaimPayments).count_unmatched(1_000)
    files = desk.open(X12Files).counts()
    return {"states": desk.open(Claims).counts(), "files": files, "unmatched_payments": unmatched}


def _denials(desk: Desk) -> Json:
    return {"states": desk.open(Denials).counts()}


def _job(card: JobCard) -> Json:
    return {
        "state": card.state,
        "last_started": _moment(card.last.started_at),
        "last_finished": _moment(card.last.finished_at),
        "last_good": _moment(card.last_good),
        "next": _moment(card.next_at),
        "late_seconds": round(card.late.total_seconds()),
        "counts": card.last.counts,
        "error": card.last.error,
    }


def _connections(desk: Desk) -> Json:
    return {
        road.road: {
            "state": road.state,
            "able": road.able,
            "reason": road.reason,
            "since": _moment(road.since),
            "last_ok": _moment(road.last_ok),
            "error": road.last_error,
            "quarantined": road.quarantined,
        }
        for road in job_board.roads(desk)
    }


def _spending(desk: Desk, practice: Practice) -> Json:
    today = desk.now.astimezone(ZoneInfo(practice.timezone)).date()
    spends = desk.open(AiSpends)
    used = {engine: spends.of(today, engine) for engine in ("local", "claude")}
    return {
        engine: {"calls": spend.calls, "dollars": spend.microdollars / 1_000_000}
        for engine, spend in used.items()
        if spend
    }


def _audit(desk: Desk) -> Json:
    head = desk.open(AuditTrail).head()
    return {
        "lines": head.seq,
        "mac": head.mac,
        "anchored_lines": head.anchored_seq,
        "anchored_at": _moment(head.anchored_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


COUNTS: Mapping[str, Callable[[Desk], Json]] = {
    "inbox": _inbox,
    "intake": _intake,
    "reminders": _reminders,
    "notes": _notes,
    "summaries": _summaries,
    "charges": _charges,
    "claims": _claims,
    "denials": _denials,
}
