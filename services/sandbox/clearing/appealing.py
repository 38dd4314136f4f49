"""Appeals: a letter arrives with its enclosures, and later the payer gives in or does not."""

import hashlib
from datetime import datetime, timedelta

from services.sandbox.clearing.enquiring import known
from services.sandbox.clearing.house import House, Sent
from services.sandbox.clearing.model import Verdict
from services.sandbox.clearing.parties import payers
from services.sandbox.clearing.pricing import verdict_on
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.statuses import standings_277
from services.sandbox.shapes import Json

# How often a payer gives in, by CARC; timely filing is decided by when the claim was received.
WON = {"197": 0.5, "50": 0.6, "97": 0.4, "16": 0.3, "252": 0.8, "119": 0.2, "151": 0.4}


def attach(house: House, key: str, meta: Json, sha256: str, at: datetime) -> Sent:
    """Take in an attachment under *key*; an appeal is decided later. *meta* names the claim."""
    sent = Sent(f"at.{len(house.attachments) + 1}", sha256)
    house.attachments[key] = sent
    record = house.records[meta["claim_id"]]
    if meta["kind"] == "appeal":
        record.appealed = "pending"
        decided = at + timedelta(seconds=house.pace.appealed)
        house.later(decided, "appeal", lambda now: _decide(house, record, now))
    return sent


def digest(raw: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def _decide(house: House, record: Record, now: datetime) -> None:
    last = record.last()
    if last and last.denied and _won(house, record, last):
        record.appealed = "won"
        house.book.give_back(last)
        again = verdict_on(last.claim, [], house.book, last.number, last.received)
        house.pay(last.claim.payer, [last.reversed(), again], now)
    else:
        record.appealed = "lost"
        house.send("277", now, lambda n: standings_277([known(record, "")], f"S{n:06}", now))


def _won(house: House, record: Record, last: Verdict) -> bool:
    if record.script and record.script.appeal:
        return record.script.appeal == "won"
    reasons = {a.code for a in last.adjustments if a.denies}
    if "29" in reasons:
        return (last.received - last.claim.day).days <= payers()[last.claim.payer].timely
    odds = min((WON.get(code, 0.1) for code in reasons), default=0)
    return house.draws(f"appeal:{record.claim.id}").random() < odds
