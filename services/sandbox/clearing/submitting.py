"""A file arrives: it is kept, acknowledged, looked at, and in the end paid for, each at its moment."""

import hashlib
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.sandbox.clearing.acknowledging import accepted, acknowledgment_999, ta1
from services.sandbox.clearing.chronicle import OUT
from services.sandbox.clearing.enquiring import standing_on
from services.sandbox.clearing.house import House, Sent
from services.sandbox.clearing.judging import WHOLE, Case, Finding, findings, rejection_of
from services.sandbox.clearing.model import Claim, Rejection, Script, Verdict
from services.sandbox.clearing.pricing import verdict_on
from services.sandbox.clearing.reading import claims_in, enquiries_in
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.statuses import Receipt, receipts_277ca, standings_277
from services.sandbox.clearing.x12 import Envelope, Transaction, bare_interchange, read

Covers = dict[str, tuple[str, str]]


def submit(
    house: House, key: str, raw: bytes, name: str, at: datetime, covers: Covers
) -> tuple[Sent, list[str]]:
    """Keep a file under *key* and let the stream begin; what the sender gets, and the claim ids.

    *covers* tells, for members that the chart knows, their payer and the ISO day their coverage ends.
    """
    envelope = read(raw)
    _learn(house, covers)
    who = (_sender(envelope), envelope.control)
    if envelope.fault == "000" and who in house.seen:
        envelope.fault = "025"
    house.seen.add(who)
    kind = "276" if any(t.kind == "276" for t in envelope.transactions) else "837"
    file = house.cabinet.keep(name or f"submitted_{at:%Y%m%d%H%M%S}.x12", kind, at, raw)
    sent = Sent(file.id, hashlib.sha256(raw).hexdigest(), envelope.control)
    house.submissions[key] = sent
    soon = at + timedelta(seconds=house.pace.acknowledged)
    house.later(soon, "999", lambda now: _acknowledge(house, envelope, now))
    good = accepted(envelope)
    looked = at + timedelta(seconds=house.pace.received)
    for transaction in good:
        _schedule(house, transaction, at, looked)
    return sent, [c.id for t in good if t.kind == "837" for c in claims_in(t)]


def _schedule(house: House, transaction: Transaction, at: datetime, looked: datetime) -> None:
    if transaction.kind == "276":
        house.later(looked, "277", lambda now: _answer(house, transaction, now))
        return
    claims = claims_in(transaction)
    wait = timedelta(seconds=max(house.pace.paid - house.pace.received, 0))
    for claim in claims:
        _enter(house, claim)
    batch = (transaction.segments[1] + [""] * 4)[3]
    house.later(looked, "277ca", lambda now: _look_at(house, claims, batch, at, wait, now))


def _enter(house: House, claim: Claim) -> None:
    record = house.records.setdefault(claim.id, Record(claim))
    if claim.order == 1:
        patient = record.claim.patient or _patient(house, claim)
        record.claim = replace(claim, patient=patient, encounter=record.claim.encounter)
        record.sent += 1
        record.rejection = None


def _patient(house: House, claim: Claim) -> str:
    same = (r.claim.patient for r in house.records.values() if r.claim.member == claim.member)
    return next(same, "")


def _learn(house: House, covers: Covers) -> None:
    for member, (payer, end) in covers.items():
        house.book.members[member] = payer
        house.book.ends[payer, member] = date.fromisoformat(end)


def _sender(envelope: Envelope) -> str:
    return envelope.isa[6] if len(envelope.isa) > 6 else ""


def _acknowledge(house: House, envelope: Envelope, now: datetime) -> None:
    wanted = len(envelope.isa) > 14 and envelope.isa[14] == "1"
    if envelope.fault != "000" or wanted:
        house.cabinet.file(
            "ta1", now, lambda n: bare_interchange([ta1(envelope, now)], OUT.turned(), now, n)
        )
    if envelope.fault == "000":
        house.send("999", now, lambda _: acknowledgment_999(envelope))


def _answer(house: House, transaction: Transaction, now: datetime) -> None:
    standings = [standing_on(house, asked) for asked in enquiries_in(transaction)]
    house.send("277", now, lambda n: standings_277(standings, f"S{n:06}", now))


def _look_at(
    house: House,
    claims: list[Claim],
    batch: str,
    received: datetime,
    wait: timedelta,
    now: datetime,
) -> None:
    receipts = [_receive(house, claim, received.date()) for claim in claims]
    house.send("277ca", now, lambda n: receipts_277ca(receipts, batch, f"R{n:06}", now))
    by_payer: dict[str, list[Verdict]] = defaultdict(list)
    for receipt in receipts:
        if receipt.rejection is None:
            by_payer[receipt.claim.payer] += _judge(house, receipt, received.date())
    for payer, verdicts in sorted(by_payer.items()):
        _pay_later(house, payer, verdicts, now + wait)


def _pay_later(house: House, payer: str, verdicts: list[Verdict], at: datetime) -> None:
    house.later(at, "835", lambda now: house.pay(payer, verdicts, now))


def _receive(house: House, claim: Claim, day: date) -> Receipt:
    record = house.records[claim.id]
    script = record.script
    rejection = rejection_of(claim, house.book, day) or _unknown_original(house, claim)
    if script and claim.frequency == "1":
        rejection = script.rejection if script.result == "rejected" else None
    if claim.order == 1:
        record.rejection = rejection
    if rejection:
        return Receipt(claim, rejection, "")
    number = house.book.number(claim.payer, day)
    if claim.order == 1:
        record.number = number
    return Receipt(claim, None, number)


def _unknown_original(house: House, claim: Claim) -> Rejection | None:
    if claim.frequency not in ("7", "8"):
        return None
    known = {v.number for v in house.records[claim.id].verdicts}
    return None if claim.original in known else Rejection("A3", "464")


def _judge(house: House, receipt: Receipt, day: date) -> list[Verdict]:
    claim, record = receipt.claim, house.records[receipt.claim.id]
    before = record.last(claim.order)
    back = [before.reversed()] if before and claim.frequency in ("7", "8") else []
    if before and back:
        house.book.give_back(before)
    if claim.frequency == "8":
        return back
    dice = house.draws(f"{claim.id}:{claim.frequency}:{claim.order}:{record.sent}")
    found = findings(Case(claim, day, house.book, dice))
    if record.script and claim.frequency == "1":
        found = scripted(record.script)
    house.book.enter(claim)
    return [*back, verdict_on(claim, found, house.book, receipt.number, day)]


def scripted(script: Script) -> list[Finding]:
    """What a rehearsal asked the payer to say."""
    if script.result != "denied":
        return []
    return [
        Finding(
            script.line - 1 if script.line else WHOLE, script.group, script.carc, script.remarks
        )
    ]
