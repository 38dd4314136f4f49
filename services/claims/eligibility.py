"""Asking payers whether patients are insured (270, 271): drafts' members, and who is coming soon."""

import io
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from db.claims import BEFORE, Claim, ClaimFilter, Claims
from db.connections import Connections
from db.eligibility import Covered, EligibilityCheck, EligibilityChecks
from db.practices import Practice
from db.vault import Unreadable
from db.visits import Visits
from services.claims import scrubbing
from services.claims.billed import content_of
from services.claims.coverage import member_digest
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.billing import Clearinghouse
from services.ehr.ports import Road
from services.ehr.x12 import claim as x12
from services.ehr.x12.eligibility import Eligibility
from services.ehr.x12.enquiry import EligibilityEnquiry, Person, write_eligibility_enquiry
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.reading import rows
from services.ehr.x12.writing import Submission
from services.errors import Invalid
from services.roads import on_road

AHEAD = timedelta(days=3)
MOST = 25  # questions a run: each waits for a payer
DRAFTS = 500  # drafts looked at in a run
FRESH = {True: timedelta(days=3), False: timedelta(hours=1)}  # whether the payer could answer
# AAA03: the payer cannot answer now; it says nothing of the member.
BUSY = frozenset(("42", "80"))


@dataclass(frozen=True)
class Question:
    """Whom to ask about, and for which day; ``drafts`` are scrubbed again with the answer."""

    billed: x12.Claim = field(repr=False)
    on: date
    digest: bytes = field(repr=False)
    payer_id: str
    payer_name: str
    trace: str
    drafts: tuple[UUID, ...] = ()


def ask_due(container: Container, practice: Practice, clearing: Clearinghouse) -> Counter[str]:
    """Ask what is due, a question at a time, and keep each answer before the next is asked.

    Nothing is asked where the practice cannot ask. Raises ``Unreachable``, ``Refused`` or
    ``NeedsAuthorization``: what was answered before is kept, the rest is asked by the next run.
    """
    counts: Counter[str] = Counter()
    actor = Actor.job(practice.id, "claims.eligibility")
    with working(container, actor) as desk:
        if not desk.open(Connections).of(Road.CLAIM_ENQUIRIES).able:
            return Counter(not_able=1)
        questions = list(_due(desk))
        if questions:
            desk.record("claims.eligibility_asked", "eligibility", reason=f"{len(questions)}")
    for question in questions:
        try:
            request = _written(container, practice, question)
        except Invalid:
            counts["incomplete"] += 1
            continue
        with on_road(container, actor, Road.CLAIM_ENQUIRIES):
            raw = clearing.ask(request)
        with working(container, actor) as desk:
            counts[str(_keep(desk, question, _read(raw, question)))] += 1
    return counts


def _due(desk: Desk) -> Iterator[Question]:
    """Members that nobody asked about lately: of drafts by day of service, of visits by day of visit."""
    found: dict[tuple[bytes, str, date], Question] = {}
    for claim, day in (*_drafts(desk), *_expected(desk)):
        if len(found) >= MOST:
            break
        question = _question(desk, claim, day)
        if question and _is_due(desk, question):
            key = (question.digest, question.payer_id, question.on)
            before = found.get(key, question)
            found[key] = _with(before, (*before.drafts, *_if_draft(claim)))
    yield from found.values()


def _drafts(desk: Desk) -> list[tuple[Claim, date]]:
    waiting = desk.open(Claims).worklist(ClaimFilter(states=BEFORE), DRAFTS)
    return [(claim, claim.service_on) for claim in waiting]


def _expected(desk: Desk) -> list[tuple[Claim, date]]:
    """The newest claim of each patient who comes within three days: how they were insured last."""
    coming = [v for v in desk.open(Visits).between(desk.now, desk.now + AHEAD) if v.is_on]
    newest = desk.open(Claims).newest_of({visit.patient_id for visit in coming})
    return [(newest[v.patient_id], v.starts_at.date()) for v in coming if v.patient_id in newest]


def _question(desk: Desk, claim: Claim, day: date) -> Question | None:
    try:
        billed = content_of(desk, claim)
    except Unreadable:
        return None
    if billed is None or not billed.coverage.member_id or billed.coverage.payer is None:
        return None
    digest = member_digest(desk, billed.coverage.member_id)
    payer = billed.coverage.payer.name
    return Question(billed, day, digest, payer.id, payer.last, secrets.token_hex(8).upper())


def _is_due(desk: Desk, question: Question) -> bool:
    known = desk.open(EligibilityChecks).asked(question.digest, question.payer_id, question.on)
    return known is None or desk.now - known.asked_at >= FRESH[known.covered is not Covered.FAILED]


def _if_draft(claim: Claim) -> tuple[UUID, ...]:
    return (claim.id,) if claim.state in BEFORE else ()


def _with(question: Question, drafts: Sequence[UUID]) -> Question:
    return replace(question, drafts=tuple(dict.fromkeys(drafts)))


def _written(container: Container, practice: Practice, question: Question) -> bytes:
    billed = question.billed
    mine = next(p for p in container.settings.practice if p.code == practice.code)
    subscriber, payer, dependent = billed.coverage.subscriber, billed.coverage.payer, billed.patient
    if subscriber is None or payer is None:
        raise Invalid("The claim names no subscriber or no payer.")
    at = container.clock().astimezone(ZoneInfo(mine.timezone)).replace(tzinfo=None)
    asked = EligibilityEnquiry(
        payer=payer.name, provider=msgspec.structs.replace(billed.billing.name, role="1P"), subscriber=_person(subscriber),
        trace=question.trace, on=question.on, dependent=_person(dependent) if dependent else None,
    )  # fmt: skip
    return write_eligibility_enquiry(asked, _submission(mine.claim_sender, mine.claim_receiver, at))


def _submission(sender: str, receiver: str, at: datetime) -> Submission:
    # Answered while we wait: nobody looks a control number up later, so it need not be counted.
    return Submission(sender, receiver, 1 + secrets.randbelow(999_999_998), at)


def _person(party: x12.Party) -> Person:
    return Person(party.name, party.birth_date, party.sex)


def _read(raw: bytes, question: Question) -> Eligibility | None:
    """The answer to our question; ``None`` for what cannot be read, or answers another one."""
    try:
        found = [row for _, row in rows(io.BytesIO(raw)) if isinstance(row, Eligibility)]
    except X12Fault:
        return None
    return next((one for one in found if one.trace == question.trace), None)


def _keep(desk: Desk, question: Question, answer: Eligibility | None) -> Covered:
    checks = desk.open(EligibilityChecks)
    row = checks.asked(question.digest, question.payer_id, question.on) or _new(desk, question)
    covered = _covered(answer)
    if covered is not Covered.FAILED or row.answer is None:
        row.covered, row.refusals = covered, ",".join(answer.refusals) if answer else ""
        if answer:
            row.key_id = _key(desk)  # the one before may be destroyed by now
            desk.vault.seal_into(row, answer=msgspec.json.encode(answer).decode())
    row.asked_at = desk.now
    checks.add(row)
    desk.session.flush()
    if covered is not Covered.FAILED:
        _scrub_again(desk, question)
    desk.record("claims.eligibility", row.ref, reason=str(covered))
    return covered


def _new(desk: Desk, question: Question) -> EligibilityCheck:
    return EligibilityCheck(
        practice_id=desk.practice_id, member_digest=question.digest, payer_id=question.payer_id,
        payer_name=question.payer_name, on_day=question.on, asked_at=desk.now,
        covered=Covered.FAILED, key_id=_key(desk),
    )  # fmt: skip


def _key(desk: Desk) -> UUID:
    key = desk.vault.new_key()
    desk.session.add(key)
    desk.session.flush()
    return key.id


def _covered(answer: Eligibility | None) -> Covered:
    if answer is None or BUSY & set(answer.refusals):
        return Covered.FAILED
    if answer.refusals:
        return Covered.NOT_FOUND
    return {True: Covered.ACTIVE, False: Covered.INACTIVE, None: Covered.UNSAID}[answer.is_active]


def _scrub_again(desk: Desk, question: Question) -> None:
    for id in question.drafts:
        claim = desk.open(Claims).locked(id)
        billed = content_of(desk, claim) if claim and claim.state in BEFORE else None
        if claim and billed:
            scrubbing.look_again(desk, claim, billed)
