"""An open claim: findings, what was billed, what was paid, what left, and the whole timeline."""

from typing import Any
from zoneinfo import ZoneInfo

from db.claims import BEFORE, ClaimState
from db.deliveries import DeliveryState
from pages.parts.claims import blocks, words
from pages.parts.claims.blocks import Block
from services.claims import passing
from services.desk import Actor
from services.ehr.x12 import claim as x12
from services.money import dollars
from services.workflows.claims import matching, releasing
from services.workflows.claims.reading import FindingRow, OpenClaim, Paid


def claim_data(claim: OpenClaim, actor: Actor) -> dict[str, Any]:
    """Everything that the open pane draws of a claim."""
    row = claim.row
    told, tone = words.STATES[row.state]
    chips = [[told, tone], [dollars(row.charge_cents), ""]]
    if row.attempt > 1:
        chips.append([f"version {row.attempt}", ""])
    whom = row.patient or claim.patient or "Patient not known here"
    return {
        "title": whom,
        "sub": f"{row.payer} · service {words.day(row.service_on)}",
        "chips": chips,
        "moves": _moves(claim, actor),
        "blocks": [*_notices(claim), *_findings(claim, actor), _facts(claim), *_billed(claim),
                   *_payments(claim, actor), *_sent(claim), _timeline(claim)],
    }  # fmt: skip


def _moves(claim: OpenClaim, actor: Actor) -> list[Block]:
    state, found = claim.row.state, []
    if state is ClaimState.READY:
        found += blocks.move(actor, releasing.release, "release", "a", first=True)
    if state is ClaimState.RELEASED and any(
        one.delivery.state is DeliveryState.HELD for one in claim.sent
    ):
        found += blocks.move(actor, releasing.take_back, "take_back")
    if state in (ClaimState.HELD, ClaimState.REJECTED):
        first = state is ClaimState.REJECTED
        found += blocks.move(actor, releasing.fixed_in_ecw, "fixed", "f", first=first)
    if state in releasing.ASKABLE and claim.billed:
        found += blocks.move(actor, releasing.enquire, "enquire", "q")
    return found


def _notices(claim: OpenClaim) -> list[Block]:
    found = []
    if claim.row.state is ClaimState.REJECTED:
        said = words.rejection([step.event for step in claim.steps])
        if said:
            meaning, code = said
            told = f"Rejected: {meaning.sentence}"
            more = f"{meaning.fix} Nobody has judged it: this is no denial. (Code {code})"
            found.append(blocks.notice(told, more.strip(), "bad"))
    if claim.row.trouble:
        found.append(blocks.notice(claim.row.trouble, tone="plain"))
    return found


def _findings(claim: OpenClaim, actor: Actor) -> list[Block]:
    if not claim.findings:
        return []
    may_pass = claim.row.state in BEFORE
    still_open = [f for f in claim.findings if not f.by]
    zone = claim.options.zone
    items = [
        _finding(f, actor, zone, may_pass=may_pass, first=bool(still_open) and f is still_open[0])
        for f in claim.findings
    ]
    return [blocks.cards("What the rules found", items)]


def _finding(
    found: FindingRow, actor: Actor, zone: ZoneInfo, *, may_pass: bool, first: bool
) -> Block:
    where = f"Line {found.line}, {found.where}" if found.line else found.where
    value = f"{where}: {found.value}" if found.value else f"{where}: empty"
    why = f": {found.why}" if found.why else ""
    passed = f"Let pass by {found.by}, {words.moment(found.at, zone)}{why}" if found.by else ""
    lines = [
        (value, ""), (found.fix, "warned"), (passed, "told"),
        (f"Rule {found.rule}. Source: {found.source}", "told"),
    ]  # fmt: skip
    kind = ["holds", "alarm"] if found.holds else ["warns", "ask"]
    moves = []
    if may_pass and not found.by:
        more = {"finding": str(found.id)}
        key = "p" if first else ""
        moves = blocks.move(
            actor, releasing.overrule, "overrule", key, more=more, choices=[*passing.Why]
        )
    tone = "done" if found.by else "hold" if found.holds else "warn"
    return blocks.card(found.sentence, lines, tone=tone, chips=[kind], moves=moves)


def _facts(claim: OpenClaim) -> Block:
    row, billed = claim.row, claim.billed
    return blocks.facts(
        "Claim",
        [
            ("Number", row.number),
            ("Payer's number", claim.payer_control),
            ("Date of birth", claim.birth_date),
            ("Member number", billed.coverage.member_id if billed else ""),
            ("Provider", claim.provider),
            ("Location", claim.location),
            ("Charge", dollars(row.charge_cents)),
            ("Paid", dollars(row.paid_cents) if claim.paid else ""),
            ("Adjusted", dollars(claim.adjusted_cents) if claim.paid else ""),
            ("Patient's share", dollars(claim.patient_cents) if claim.paid else ""),
            ("Authorization", billed.prior_authorization if billed else ""),
            ("Referral", billed.referral if billed else ""),
            ("Known from", "" if billed else "the payer's answer; what was billed was never shown to us"),
        ],
    )  # fmt: skip


def _billed(claim: OpenClaim) -> list[Block]:
    if claim.billed is None:
        return []
    diagnoses = [(str(at), d.code) for at, d in enumerate(claim.billed.diagnoses, start=1)]
    place = claim.billed.facility if claim.billed.kind == x12.PROFESSIONAL else ""
    lines = [_line(number, line, place) for number, line in enumerate(claim.billed.lines, start=1)]
    head = ("", "Day", "Procedure", "Units", "Diagnoses", "Place", "Charge")
    return [
        blocks.table("Lines", head, lines, right=(3, 6)),
        blocks.facts("Diagnoses", diagnoses),
    ]


def _line(number: int, line: x12.BilledLine, place: str) -> list[str]:
    day = min((d.day for d in line.dates if d.qualifier == "472"), default=None)
    return [
        str(number), words.day(day) if day else "",
        " ".join([line.procedure or line.revenue_code, *line.modifiers]),
        f"{line.units:f}" if line.units is not None else "",
        ", ".join(map(str, line.pointers)), line.place or place, dollars(line.charge),
    ]  # fmt: skip


def _payments(claim: OpenClaim, actor: Actor) -> list[Block]:
    if not claim.paid:
        return []
    return [blocks.cards("What payers answered", [_payment(one, actor) for one in claim.paid])]


def _payment(one: Paid, actor: Actor) -> Block:
    paid = one.payment
    gone = "Taken back by a later reversal" if paid.reversed_by else ""
    by = f"Matched by {one.matched_by}" if one.matched_by else ""
    lines = [(gone, "warned"), (by, "told"), *adjustments(one.adjustments), (one.file, "told")]
    moves = []
    if one.matched_by:
        more = {"payment": str(paid.id), "version": str(paid.version)}
        asks = "Take this payment off the claim? It can be matched again."
        moves = blocks.move(actor, matching.unmatch, "unmatch", ask=asks, more=more)
    kind = (
        "Reversal" if paid.reversal else "Denied" if paid.denied and not paid.paid_cents else "Paid"
    )
    title = f"{words.day(paid.paid_on)}: {kind.lower()} {dollars(paid.paid_cents)} of {dollars(paid.charge_cents)} by {paid.payer_name}"
    tone = "done" if paid.reversed_by or paid.reversal else kind.lower()
    return blocks.card(title, lines, tone=tone, moves=moves)


def adjustments(found: Any) -> list[tuple[str, str]]:
    """Each adjustment as a line: where, how much, and why in plain words."""
    return [
        (f"{f'Line {a.line}' if a.line else 'Claim'}, {a.group_code}-{a.reason} {dollars(a.amount_cents)}: {words.adjustment(a)}", "")
        for a in found
    ]  # fmt: skip


def _sent(claim: OpenClaim) -> list[Block]:
    zone = claim.options.zone
    rows = [
        [
            words.SENT.get(one.delivery.kind, one.delivery.kind),
            f"{words.DELIVERIES[one.delivery.state]}{': ' + one.delivery.error if one.delivery.error else ''}",
            one.by, words.moment(one.delivery.sent_at or one.delivery.created_at, zone),
        ]
        for one in claim.sent
    ]  # fmt: skip
    return (
        [blocks.table("What left", ("What", "State", "Approved by", "When"), rows)] if rows else []
    )


def _timeline(claim: OpenClaim) -> Block:
    zone = claim.options.zone
    rows = [
        [
            words.moment(step.event.at, zone), words.step(step.event),
            "" if step.event.amount_cents is None else dollars(step.event.amount_cents),
            " · ".join(filter(None, (step.by, step.file))),
        ]
        for step in claim.steps
    ]  # fmt: skip
    head = ("When", "What happened", "Amount", "Who, file")
    return blocks.table("From charge to closed", head, rows, right=(2,))
