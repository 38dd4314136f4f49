"""Answers before any money: 999 and TA1 (could it be read), 277CA (was it taken), 277 (where is it)."""

from collections.abc import Sequence
from datetime import datetime

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claims import Claim, Claims, ClaimState
from db.x12_files import X12File
from services.claims import arising, names
from services.claims.payments import when
from services.desk import Desk
from services.ehr.x12.acknowledgement import Acknowledgement
from services.ehr.x12.status import ClaimStatus, Verdict

# States that an acknowledgement may still change: what was adjudicated stays.
EARLY = (
    ClaimState.RELEASED, ClaimState.SUBMITTED, ClaimState.ACCEPTED, ClaimState.REJECTED,
    ClaimState.PENDING, ClaimState.CORRECTED,
)  # fmt: skip
OF_CATEGORY = {"A": ClaimState.ACCEPTED, "P": ClaimState.PENDING, "R": ClaimState.PENDING}


def post_statuses(
    desk: Desk, file: X12File, batch: Sequence[tuple[int, ClaimStatus]], at: datetime
) -> int:
    """Post claim statuses; one for a claim nobody knows tells us nothing and is passed over."""
    digests = [names.number_digest(desk, status.claim_id) for _, status in batch]
    claims = desk.open(Claims).by_numbers(digests)
    for digest, (place, status) in zip(digests, batch, strict=True):
        claim = claims.get(digest)
        if claim:
            _post_status(desk, file, claim, place, status, at)
    return sum(digest in claims for digest in digests)


def _post_status(
    desk: Desk, file: X12File, claim: Claim, place: int, status: ClaimStatus, at: datetime
) -> None:
    verdict = _worst(status)
    on = next((r.on for r in status.reports if r.on), None)
    moment = max(at, when(on)) if on and when(on).date() == at.date() else (when(on) if on else at)
    kind = _kind(status)
    if status.payer_claim_id:
        desk.vault.seal_into(claim, payer_control=status.payer_claim_id)
    _move(claim, kind, verdict.category, moment)
    arising.told(desk, claim, kind, verdict.category)
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=moment, kind=kind,
            code=_code(verdict), file_id=file.id, place=place,
        )
    )  # fmt: skip


def _worst(status: ClaimStatus) -> Verdict:
    """The verdict that sends it back, on the claim or on a line; else the first."""
    reports = [*status.reports, *(r for line in status.lines for r in line.reports)]
    verdicts = (v for report in reports for v in report.verdicts if v.is_rejection)
    return next(verdicts, status.verdict) if status.is_rejected else status.verdict


def _code(verdict: Verdict) -> str:
    return ":".join(part for part in (verdict.category, verdict.status, verdict.entity) if part)


def _kind(status: ClaimStatus) -> EventKind:
    if status.is_rejected:
        return EventKind.REJECTED
    category = status.verdict.category[:1]
    if status.is_acknowledgement or category == "A":
        return EventKind.ACCEPTED
    return EventKind.FINALIZED if category == "F" else EventKind.PENDING


def _move(claim: Claim, kind: EventKind, category: str, at: datetime) -> None:
    claim.version += 1
    if claim.state not in EARLY or (claim.answered_at and claim.answered_at > at):
        return
    if kind is EventKind.REJECTED:
        claim.state = ClaimState.REJECTED
    elif category[:1] in OF_CATEGORY:
        claim.state = OF_CATEGORY[category[:1]]


def post_acknowledgements(
    desk: Desk, file: X12File, batch: Sequence[tuple[int, Acknowledgement]], at: datetime
) -> int:
    """Post what a 999 or TA1 says to every claim of the transaction it speaks of."""
    told = 0
    for place, one in batch:
        if one.level != "transaction" or not one.control:
            continue
        events = desk.open(ClaimEvents)
        for number, sent in enumerate(events.submitted_as(f"{one.group_control}/{one.control}")):
            claim = desk.open(Claims).locked(sent.claim_id)
            if claim and not events.has(sent.claim_id, file.id):
                _acknowledge(desk, file, claim, one, at, place * 100_000 + number)
                told += 1
    return told


def _acknowledge(
    desk: Desk, file: X12File, claim: Claim, one: Acknowledgement, at: datetime, place: int
) -> None:
    kind = EventKind.REJECTED if one.is_rejected else EventKind.ACKNOWLEDGED
    if one.is_rejected and claim.state in EARLY:
        claim.state, claim.version = ClaimState.REJECTED, claim.version + 1
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=claim.id, at=at, kind=kind,
            code=f"999:{','.join(one.codes)}" if one.codes else "999", file_id=file.id, place=place,
        )
    )  # fmt: skip
