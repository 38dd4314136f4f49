"""The rules look at a claim before it leaves; what they find is kept, and may hold it."""

import msgspec

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_findings import ClaimFinding, ClaimFindings
from db.claims import Claim, Claims, ClaimState
from db.payer_rules import PayerRules as Deadlines
from db.payer_rules import Purpose
from services.claims import coverage
from services.desk import Desk
from services.ehr.x12 import claim as x12
from services.scrub import (
    Context,
    CoveragePeriod,
    EarlierLine,
    Finding,
    Member,
    PayerRules,
    Severity,
    Visit,
    facts,
    scrub,
)


def look_at(desk: Desk, claim: Claim, billed: x12.Claim) -> None:
    """Scrub *claim*, which has not left yet; what was found before is looked at anew."""
    found = scrub(billed, context_of(desk, claim, billed))
    findings = desk.open(ClaimFindings)
    findings.forget(claim.id)
    for one in found:
        findings.add(_row(desk, claim, one))
    claim.holds = sum(one.severity is Severity.HOLD for one in found)
    claim.state = ClaimState.HELD if claim.holds else ClaimState.READY
    _event(desk, claim)


def look_again(desk: Desk, claim: Claim, billed: x12.Claim) -> None:
    """Scrub a draft anew because more is known of it; what a person let pass stays passed."""
    before = desk.open(ClaimFindings).of(claim.id)
    told = [(f.rule, f.field, f.line) for f in before]
    passed = {place: f for place, f in zip(told, before, strict=True) if f.overruled_by}
    kept = {p: (f.overruled_by, f.overruled_at, f.overruled_for) for p, f in passed.items()}
    look_at(desk, claim, billed)
    desk.session.flush()
    found = desk.open(ClaimFindings).of(claim.id)
    for one in found:
        by, at, why = kept.get((one.rule, one.field, one.line), (None, None, ""))
        one.overruled_by, one.overruled_at, one.overruled_for = by, at, why
    claim.holds = sum(f.severity == Severity.HOLD and f.overruled_by is None for f in found)
    claim.state = ClaimState.HELD if claim.holds else ClaimState.READY
    if sorted((f.rule, f.field, f.line) for f in found) != sorted(told):
        claim.version += 1  # what a person saw of it is not what is known now


def context_of(desk: Desk, claim: Claim, billed: x12.Claim) -> Context:
    """What the practice knows beside the claim; what it does not know is left out."""
    rule = desk.open(Deadlines).for_payer(claim.payer_id, Purpose.FILE)
    needs = desk.options.authorization_for.get(claim.payer_id, ())
    payer = PayerRules(timely_days=rule.days if rule else None, authorization_for=frozenset(needs))
    return Context(
        today=desk.today,
        payers={claim.payer_id: payer},
        coverage=_coverage(desk, billed),
        earlier=_earlier(desk, claim, billed),
    )


def _coverage(desk: Desk, billed: x12.Claim) -> dict[Member, tuple[CoveragePeriod, ...]]:
    """What the payer said of the member, where it was asked and answered."""
    member = facts.member(billed)
    known = coverage.periods_of(desk, member.payer, member.member_id) if member.member_id else None
    return {} if known is None else {member: known}


def _earlier(desk: Desk, claim: Claim, billed: x12.Claim) -> dict[Visit, tuple[EarlierLine, ...]]:
    """The same patient's services of the same day, on claims that still stand."""
    if claim.patient_id is None:
        return {}
    lines: dict[Visit, tuple[EarlierLine, ...]] = {}
    for other in desk.open(Claims).same_day(claim.patient_id, claim.service_on):
        if other.id == claim.id or other.purged_at:
            continue
        sealed = desk.vault.read(other, "content")
        if not sealed.text:
            continue
        told = msgspec.json.decode(sealed.text, type=x12.Claim)
        for visit, line in facts.billed(told):
            lines[visit] = (*lines.get(visit, ()), line)
    return lines


def _row(desk: Desk, claim: Claim, found: Finding) -> ClaimFinding:
    row = ClaimFinding(
        practice_id=desk.practice_id, claim_id=claim.id, key_id=claim.key_id, rule=found.rule,
        severity=str(found.severity), field=found.field, line=found.line or 0,
    )  # fmt: skip
    told = {"value": found.value, "sentence": found.sentence, "fix": found.fix}
    desk.vault.seal_into(row, **told)
    return row


def _event(desk: Desk, claim: Claim) -> None:
    kind = EventKind.HELD if claim.holds else EventKind.SCRUBBED
    desk.open(ClaimEvents).add(
        ClaimEvent(practice_id=desk.practice_id, claim_id=claim.id, at=desk.now, kind=kind)
    )
