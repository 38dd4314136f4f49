"""The year told day by day: batches go out, acknowledgments and remittances come in, claims are mended."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from services.sandbox.clearing.acknowledging import acknowledgment_999
from services.sandbox.clearing.billing import claims_837
from services.sandbox.clearing.book import Book
from services.sandbox.clearing.cabinet import Cabinet
from services.sandbox.clearing.insured import Insurance
from services.sandbox.clearing.judging import WHOLE, Case, Finding, findings, rejection_of
from services.sandbox.clearing.mending import corrected, curable, secondary, spoilt
from services.sandbox.clearing.model import Claim, Levy, Remittance, Verdict
from services.sandbox.clearing.parties import CLEARINGHOUSE_ID, PRACTICE_ID, payers
from services.sandbox.clearing.planning import GROUP_PAYER, Planned
from services.sandbox.clearing.pricing import CROSSED_OVER, verdict_on
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.remitting import remittance_835
from services.sandbox.clearing.statuses import Receipt, receipts_277ca
from services.sandbox.clearing.x12 import Parties, interchange, read

OUT = Parties(PRACTICE_ID, CLEARINGHOUSE_ID)
MONDAY = 0
SPOILT, REWORKED = 0.035, 0.8
SENT_AT, PAID_AT = time(15, 0), time(11, 0)
TAKER, TAKEN_BACK_BEFORE = "SNM01", timedelta(150)
Chain = tuple[Verdict, ...]


@dataclass
class Chronicle:
    """The state of the year while it is told, and all that came of it."""

    cabinet: Cabinet
    book: Book
    insured: dict[str, list[Insurance]]
    draws: random.Random
    records: dict[str, Record] = field(default_factory=dict)
    ready: list[tuple[date, Planned]] = field(default_factory=list)
    coming: dict[tuple[date, str, str], list[Chain]] = field(
        default_factory=lambda: defaultdict(list)
    )
    carried: dict[str, Levy] = field(default_factory=dict)

    def tell(self, plans: Iterable[Planned], first: date, until: date) -> None:
        """Live through the days from *first* until the day before *until*."""
        self.ready = [(plan.ready, plan) for plan in plans]
        self.records = {p.claim.id: Record(p.claim) for _, p in self.ready}
        for day in (first + timedelta(n) for n in range((until - first).days)):
            if day == until - TAKEN_BACK_BEFORE:
                self._take_back(day)
            for key in sorted(k for k in self.coming if k[0] == day):
                self._pay(*key)
            if day.weekday() == MONDAY:
                self._send(day)
        self.records = {i: r for i, r in self.records.items() if r.sent}

    def _take_back(self, day: date) -> None:
        """A payer finds that another one should have paid: a reversal larger than that day's payments."""
        paid = [v for r in self.records.values() if (v := r.last()) and v.claim.payer == TAKER]
        old = max(paid, key=lambda v: (v.paid, v.claim.id), default=None)
        if old is None:
            return
        finding = Finding(WHOLE, "CO", "22", ("MA04",))
        self.book.give_back(old)
        fresh = verdict_on(old.claim, [finding], self.book, old.number, old.received)
        self.coming[day, TAKER, "taken back"].append((old.reversed(), fresh))

    def _send(self, day: date) -> None:
        batch = sorted(
            (plan for at, plan in self.ready if at <= day), key=lambda p: (p.claim.day, p.claim.id)
        )
        self.ready = [(at, plan) for at, plan in self.ready if at > day]
        if not batch:
            return
        sent = [self._as_sent(plan) for plan in batch]
        raw = self._file_837(sent, _at(day, SENT_AT))
        receipts = [
            self._receive(plan, claim, day) for plan, claim in zip(batch, sent, strict=True)
        ]
        self._acknowledge(raw, receipts, day)

    def _as_sent(self, plan: Planned) -> Claim:
        first = plan.claim.frequency == "1" and plan.claim.order == 1 and not plan.lot
        fresh = first and self.records[plan.claim.id].sent == 0
        return (
            spoilt(plan.claim, self.draws) if fresh and self.draws.random() < SPOILT else plan.claim
        )

    def _file_837(self, claims: list[Claim], at: datetime) -> bytes:
        def build(control: int) -> bytes:
            body = claims_837(claims, f"B{control:06}", at)
            return interchange("837", [body], OUT, at, control)

        return self.cabinet.file("837", at, build).raw

    def _acknowledge(self, raw: bytes, receipts: list[Receipt], day: date) -> None:
        taken, looked_at = _at(day, SENT_AT) + timedelta(seconds=4), _at(day, time(15, 20))
        back, envelope = OUT.turned(), read(raw)
        batch = envelope.transactions[0].segments[1][3]
        self.cabinet.file(
            "999", taken,
            lambda n: interchange("999", [acknowledgment_999(envelope)], back, taken, n),
        )  # fmt: skip
        self.cabinet.file(
            "277ca", looked_at,
            lambda n: interchange(
                "277ca", [receipts_277ca(receipts, batch, f"R{n:06}", looked_at)], back, looked_at, n
            ),
        )  # fmt: skip

    def _receive(self, plan: Planned, claim: Claim, day: date) -> Receipt:
        record = self.records[claim.id]
        primary = claim.order == 1
        record.sent += primary
        rejection = rejection_of(claim, self.book, day)
        if primary:
            record.claim, record.rejection = claim, rejection
        if rejection:
            if self.draws.random() < REWORKED:
                self.ready.append((day + timedelta(7), plan))
            return Receipt(claim, rejection, "")
        number = self.book.number(claim.payer, day)
        if primary:
            record.number = number
        self._judge(plan, claim, number, day)
        return Receipt(claim, None, number)

    def _judge(self, plan: Planned, claim: Claim, number: str, day: date) -> None:
        before = self.records[claim.id].last(claim.order)
        if before and claim.frequency == "7":
            self.book.give_back(before)
        case = Case(claim, day, self.book, self.draws)
        found = findings(case) if plan.findings is None else plan.findings
        verdict = verdict_on(claim, found, self.book, number, day)
        self.book.enter(claim)
        payday = plan.payday or payday_of(claim.payer, day)
        self.coming[payday, claim.payer, plan.lot].append(self._chain(claim, verdict))

    def _chain(self, claim: Claim, verdict: Verdict) -> Chain:
        before = self.records[claim.id].last(claim.order)
        return (before.reversed(), verdict) if before and claim.frequency == "7" else (verdict,)

    def _pay(self, day: date, payer: str, lot: str) -> None:
        verdicts = [v for chain in self.coming.pop((day, payer, lot)) for v in chain]
        verdicts = [self._crossed(v, day) for v in verdicts]
        trace = f"{payer[1:3]}{day:%y%m%d}{len(self.cabinet.files):04}"
        slip = 7 if lot == "unbalanced" else 0
        paid = Remittance(payer, day, trace, tuple(verdicts), (), slip)
        paid = replace(paid, levies=tuple(self._levies(paid)))
        filed = file_835(self.cabinet, paid, _at(day, PAID_AT))
        for verdict in verdicts:
            if slip:
                self.records[verdict.claim.id].quarantined = filed
                continue
            self.records[verdict.claim.id].verdicts.append(verdict)
            if not verdict.reversal:
                self._follow_up(verdict, day)

    def _crossed(self, verdict: Verdict, day: date) -> Verdict:
        """A Medicare claim with a second insurance goes on to it by itself."""
        claim, second = verdict.claim, self._second(verdict)
        if second is None or not payers()[claim.payer].sequestered:
            return verdict
        following = secondary(claim, verdict, second.payer, second.member, second.group, day)
        number = self.book.number(second.payer, day)
        answer = verdict_on(following, [], self.book, number, day + timedelta(1))
        self.coming[payday_of(second.payer, day), second.payer, ""].append((answer,))
        return replace(verdict, status=CROSSED_OVER)

    def _second(self, verdict: Verdict) -> Insurance | None:
        claim = verdict.claim
        known = self.records[claim.id].last(2)
        if claim.order > 1 or verdict.reversal or not verdict.paid or not verdict.owed or known:
            return None
        ones = self.insured.get(claim.patient, [])
        return next((one for one in ones if one.order == 2 and one.covers(claim.day)), None)

    def _follow_up(self, verdict: Verdict, day: date) -> None:
        claim = verdict.claim
        group = claim.payer == GROUP_PAYER and any(a.code == "197" for a in verdict.adjustments)
        worked = group or self.draws.random() < REWORKED
        lot = verdict.denied and curable(verdict) and claim.order == 1 and claim.frequency == "1"
        ready = day + timedelta(8 if group else self.draws.randint(8, 24))
        if lot and worked:
            self.ready.append((ready, Planned(corrected(claim, verdict, self.draws), ready)))
        second = None if verdict.status == CROSSED_OVER else self._second(verdict)
        if second:
            two = secondary(claim, verdict, second.payer, second.member, second.group, day)
            self.ready.append((day + timedelta(3), Planned(two, day + timedelta(3))))

    def _levies(self, paid: Remittance) -> Iterator[Levy]:
        """Interest now and then, a recoupment now and then, and what is carried to the next payment."""
        forward = carry(paid, self.carried)
        yield from forward
        left = paid.payment - sum(levy.amount for levy in forward)
        if left > 5_000 and self.draws.random() < 0.06:
            yield Levy("L6", paid.trace, -self.draws.randint(12, 480))
        elif left > 20_000 and self.draws.random() < 0.04:
            yield Levy("WO", paid.trace, self.draws.randint(1_500, 9_000))


def carry(paid: Remittance, carried: dict[str, Levy]) -> list[Levy]:
    """What the last payment could not take (FB), and what this one cannot: no payment is below zero."""
    before = carried.pop(paid.payer, None)
    taken = [replace(before, amount=-before.amount)] if before else []
    left = paid.payment - sum(levy.amount for levy in taken)
    if left >= 0:
        return taken
    carried[paid.payer] = Levy("FB", paid.trace, left)
    return [*taken, carried[paid.payer]]


def file_835(cabinet: Cabinet, paid: Remittance, at: datetime) -> str:
    """File one remittance; the file's id."""
    back = OUT.turned()

    def build(control: int) -> bytes:
        return interchange("835", [remittance_835(paid)], back, at, control)

    return cabinet.file("835", at, build).id


def payday_of(payer: str, received: date) -> date:
    """When a claim received on a day is paid: after the payer's turnaround, on its weekday."""
    ready = received + timedelta(payers()[payer].turnaround)
    weekday = [*payers()].index(payer) % 5
    return ready + timedelta((weekday - ready.weekday()) % 7)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)
