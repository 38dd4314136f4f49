"""What a payer said about a member: for the rules that hold claims, and for the page that shows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from db.eligibility import Covered, EligibilityCheck, EligibilityChecks
from db.vault import Unreadable, blind_index
from services.desk import Desk
from services.ehr.x12.eligibility import Eligibility
from services.scrub import CoveragePeriod

# DTP01: plan begin and end, eligibility begin and end; 291 and 307 are spans of either.
BEGINS, ENDS, SPANS = ("346", "356"), ("347", "357"), ("291", "307")
SURE = (Covered.ACTIVE, Covered.INACTIVE)


@dataclass(frozen=True)
class Said:
    """The newest answer about a member: ``on`` is the day asked about; dates are ``None`` if unsaid."""

    covered: Covered
    on: date
    at: datetime
    payer: str = field(repr=False)
    plan: str = field(default="", repr=False)
    first: date | None = None
    last: date | None = None


def member_digest(desk: Desk, member_id: str) -> bytes:
    """A member's number, found again however it is punctuated."""
    bare = re.sub(r"[\W_]", "", member_id).upper()
    return blind_index(desk.container.keyring, desk.practice_id, "member", bare)


def said_of(desk: Desk, member_ids: Iterable[str]) -> Mapping[str, Said]:
    """The newest answer about each of these members, by the number as it was given. Record it."""
    digests = {member_digest(desk, id): id for id in member_ids if id}
    found: dict[str, Said] = {}
    for check in desk.open(EligibilityChecks).of(digests):
        found.setdefault(digests[check.member_digest], _said(desk, check))
    return found


def periods_of(desk: Desk, payer_id: str, member_id: str) -> tuple[CoveragePeriod, ...] | None:
    """When the payer covers the member, as it said last; ``None`` where it has not said.

    Without dates an answer counts for the day that was asked about, and no other.
    """
    checks = desk.open(EligibilityChecks).of([member_digest(desk, member_id)])
    sure = [c for c in checks if c.payer_id == payer_id and c.covered in SURE]
    return _periods(desk, sure) if sure else None


def _periods(desk: Desk, checks: Sequence[EligibilityCheck]) -> tuple[CoveragePeriod, ...] | None:
    said = _said(desk, checks[0])
    if said.first:
        return (CoveragePeriod(said.first, said.last),)
    if said.last:
        return (CoveragePeriod(date.min, said.last),)
    days = [c.on_day for c in checks if c.covered is Covered.ACTIVE]
    return tuple(CoveragePeriod(day, day) for day in days) or None


def _said(desk: Desk, check: EligibilityCheck) -> Said:
    answer = _answer(desk, check)
    first, last = _dates(answer) if answer else (None, None)
    plan = next((b.plan for b in answer.benefits if b.plan), "") if answer else ""
    return Said(check.covered, check.on_day, check.asked_at, check.payer_name, plan, first, last)


def _answer(desk: Desk, check: EligibilityCheck) -> Eligibility | None:
    try:
        text = desk.vault.read(check, "answer").text
    except Unreadable:
        return None
    return msgspec.json.decode(text, type=Eligibility) if text else None


def _dates(answer: Eligibility) -> tuple[date | None, date | None]:
    told = answer.dates
    first = [d.day for d in told if d.qualifier in BEGINS or (d.qualifier in SPANS and d.until)]
    last = [d.day for d in told if d.qualifier in ENDS]
    last += [d.until for d in told if d.qualifier in SPANS and d.until]
    return max(first, default=None), min(last, default=None)
