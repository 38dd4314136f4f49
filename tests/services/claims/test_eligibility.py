"""The payer is asked by itself whether drafts' members are insured; what it says holds claims."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace as replace_row
from sqlmodel import col

from db import writing
from db.audit import AuditTrail
from db.claim_findings import ClaimFindings
from db.claims import Claim, Claims, ClaimState
from db.connections import Connections
from db.eligibility import Covered, EligibilityCheck, EligibilityChecks, shred_answers
from db.visits import Visit
from services.claims import coverage, eligibility
from services.claims.billed import content_of
from services.desk import Actor, working
from services.ehr.billing import DRAFT
from services.ehr.ports import Road
from services.ehr.x12.claim_writer import write_claims
from services.ehr.x12.writing import Submission
from services.errors import Unreachable
from services.settings import PracticeSettings
from tests.services.claims.conftest import CODE, Billing
from tests.services.conftest import Clock

WRITTEN = Submission("SENDER", "RECEIVER", 9, datetime(2026, 3, 1, 8, tzinfo=UTC), "Sample")


@dataclass(frozen=True)
class Altered:
    """The clearinghouse, whose answer is changed on its way to us."""

    clearing: Any
    change: Callable[[bytes], bytes]

    def ask(self, request: bytes) -> bytes:
        return self.change(self.clearing.ask(request))


@pytest.fixture
def drafts(billing: Billing, clock: Clock) -> Billing:
    """The claims that eCW has made and nobody has released, and a contract that lets us ask."""
    clock.now = datetime.now(UTC)
    mine = PracticeSettings.model_construct(
        code=CODE, timezone="America/New_York", claim_sender="SENDER", claim_receiver="RECEIVER"
    )
    settings = billing.container.settings.model_copy(update={"practice": (mine,)})
    able = replace(billing, container=replace(billing.container, settings=settings))
    practice = able.practice
    practice.code = CODE
    allow(able, True)
    page = able.clearing.files("")
    while not any(file.kind == DRAFT for file in page.files):
        page = able.clearing.files(page.cursor)
    for file in page.files:
        if file.kind == DRAFT:
            able.drop(able.clearing.fetch(file), kind=DRAFT)
    able.post()
    return able


def allow(billing: Billing, able: bool) -> None:
    with working(billing.container, billing.actor) as desk:
        desk.open(Connections).of(Road.CLAIM_ENQUIRIES).able = able


def ask(billing: Billing, clearing: Any = None) -> Counter[str]:
    who = clearing or billing.clearing
    return eligibility.ask_due(billing.container, billing.practice, who)


def findings(billing: Billing) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for one in billing.all(ClaimFindings):
        found.setdefault(one.claim_id, []).append(one.rule)
    return {claim: sorted(rules) for claim, rules in found.items()}


def redraft(billing: Billing, **name: str) -> Claim:
    """One draft comes again as another claim, with something else about its subscriber."""
    with working(billing.container, billing.actor) as desk:
        first = desk.open(Claims).first(desk.open(Claims).rows().order_by(col(Claim.id)))
        assert first is not None
        billed = content_of(desk, first)
    assert billed is not None
    subscriber = billed.coverage.subscriber
    assert subscriber is not None
    other = replace_row(subscriber, name=replace_row(subscriber.name, **name))
    made = replace_row(
        billed, claim_id="AGAIN1", coverage=replace_row(billed.coverage, subscriber=other)
    )
    billing.drop(write_claims([made], WRITTEN), kind=DRAFT)
    billing.post()
    return billing.claim("AGAIN1")


def checks(billing: Billing) -> list[EligibilityCheck]:
    return billing.all(EligibilityChecks)


def test_members_of_drafts_are_asked_about_once_and_the_answer_is_sealed(drafts: Billing) -> None:
    waiting = drafts.all(Claims)
    assert waiting
    before = findings(drafts)
    counts = ask(drafts)
    assert counts["active"] > 0
    assert counts.total() == len(checks(drafts))
    # Only whose plan has ended is held for it.
    ended = {c.member_digest for c in checks(drafts) if c.covered is Covered.INACTIVE}
    held = {id for id, rules in findings(drafts).items() if "coverage-dates" in rules}
    assert (len(ended), len(held)) == (counts["inactive"], counts["inactive"])
    assert {i: r for i, r in findings(drafts).items() if i not in held} == {
        i: r for i, r in before.items() if i not in held
    }
    with working(drafts.container, drafts.actor) as desk:
        billed = content_of(desk, next(claim for claim in waiting if claim.id not in held))
        assert billed is not None
        id = billed.coverage.member_id
        theirs = [(c, content_of(desk, c)) for c in waiting]
        days = {c.service_on for c, one in theirs if one and one.coverage.member_id == id}
        said = coverage.said_of(desk, [id])[id]
        assert said.covered is Covered.ACTIVE
        assert said.on in days
        assert said.first is not None
        member = id.encode()
        assert not any(member in (check.answer or b"") for check in checks(drafts))
        asked = [line.verb for line in AuditTrail(desk.session, desk.practice_id).in_order()]
    assert "claims.eligibility" in asked
    assert ask(drafts).total() == 0


def test_a_plan_that_is_not_active_holds_the_claim(drafts: Billing) -> None:
    def ended(raw: bytes) -> bytes:
        return raw.replace(b"EB*1*", b"EB*6*").replace(b"DTP*346*", b"DTP*347*")

    ready = [c for c in drafts.all(Claims) if c.state is ClaimState.READY]
    assert ready
    assert ask(drafts, Altered(drafts.clearing, ended))["inactive"] > 0
    held = {c.id: c for c in drafts.all(Claims)}
    assert {held[c.id].state for c in ready} == {ClaimState.HELD}
    assert all("coverage-dates" in findings(drafts)[c.id] for c in ready)
    # What a person saw of the claim before is not what it is now.
    assert all(held[c.id].version > c.version for c in ready)


def test_a_wrong_member_is_told_and_holds_nothing_by_guess(drafts: Billing) -> None:
    claim = redraft(drafts, id="NOSUCH99")
    counts = ask(drafts)
    assert counts["not_found"] == 1
    [check] = [c for c in checks(drafts) if c.covered is Covered.NOT_FOUND]
    assert (check.refusals, check.on_day) == ("75", claim.service_on)
    assert "coverage-dates" not in findings(drafts).get(claim.id, [])


def test_a_payer_that_cannot_answer_is_asked_again_after_an_hour(
    drafts: Billing, clock: Clock
) -> None:
    redraft(drafts, id="NOSUCH99")
    busy = Altered(drafts.clearing, lambda raw: raw.replace(b"AAA*N**75*", b"AAA*N**42*"))
    assert ask(drafts, busy)["failed"] == 1
    assert ask(drafts).total() == 0
    clock.wait(timedelta(hours=1, minutes=1))
    assert ask(drafts) == {"not_found": 1}


def test_an_answer_to_another_question_is_not_believed(drafts: Billing) -> None:
    def another(raw: bytes) -> bytes:
        return raw.replace(b"TRN*2*", b"TRN*2*X")

    counts = ask(drafts, Altered(drafts.clearing, another))
    assert set(counts) == {"failed"}
    assert {c.answer for c in checks(drafts)} == {None}


def test_while_nobody_answers_claims_stay_as_they_are(drafts: Billing) -> None:
    before = [(c.id, c.state, c.version) for c in drafts.all(Claims)]
    drafts.sandbox.control.fault("clearinghouse.realtime", "outage")
    with pytest.raises(Unreachable):
        ask(drafts)
    assert checks(drafts) == []
    assert [(c.id, c.state, c.version) for c in drafts.all(Claims)] == before
    [road] = [c for c in drafts.all(Connections) if c.road == Road.CLAIM_ENQUIRIES]
    assert road.state == "down"
    drafts.sandbox.control.mend()
    assert ask(drafts)["active"] > 0


def test_nothing_is_asked_where_the_contract_has_no_enquiries(drafts: Billing) -> None:
    allow(drafts, False)
    assert ask(drafts) == {"not_able": 1}
    assert checks(drafts) == []


def test_what_a_person_let_pass_stays_passed(drafts: Billing, manager: Actor) -> None:
    held = next(c for c in drafts.all(Claims) if c.state is ClaimState.HELD)
    with working(drafts.container, manager) as desk:
        for finding in desk.open(ClaimFindings).of(held.id):
            finding.overruled_by, finding.overruled_at = manager.staff_id, desk.now
        claim = desk.open(Claims).get(held.id)
        claim.state, claim.holds = ClaimState.READY, 0
    ask(drafts)
    [now] = [c for c in drafts.all(Claims) if c.id == held.id]
    assert (now.state, now.holds) == (ClaimState.READY, 0)


def test_who_comes_within_three_days_is_asked_about(drafts: Billing, clock: Clock) -> None:
    ask(drafts)
    [claim, *_] = drafts.all(Claims)
    someone = UUID(int=7)
    with writing(drafts.container.engine) as session:
        row = Claims(session, drafts.practice.id).get(claim.id)
        row.patient_id = someone
        session.add(row)
        for number, days in enumerate((2, 5)):
            session.add(
                Visit(
                    practice_id=drafts.practice.id, ehr_ref=f"Encounter/{number}",
                    patient_id=someone, key_id=claim.key_id, status="planned", seen_at=clock.now,
                    starts_at=clock.now + timedelta(days=days),
                )
            )  # fmt: skip
    known = {check.id for check in checks(drafts)}
    assert ask(drafts).total() == 1
    [asked] = [check for check in checks(drafts) if check.id not in known]
    assert asked.on_day == (clock.now + timedelta(days=2)).date()


def test_old_answers_are_destroyed_and_asked_for_anew(drafts: Billing, clock: Clock) -> None:
    ask(drafts)
    clock.wait(timedelta(days=40))
    with writing(drafts.container.engine) as session:
        kept = drafts.container.clock() - timedelta(days=30)
        gone = shred_answers(session, drafts.practice.id, kept, clock.now)
    assert len(gone) == len(checks(drafts))
    assert {check.answer for check in checks(drafts)} == {None}
    assert ask(drafts).total() == len(gone)
    assert None not in {check.answer for check in checks(drafts)}
