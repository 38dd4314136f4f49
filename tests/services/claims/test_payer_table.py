"""The table of payers' deadlines: what a change moves is shown first, and never more than the law gives."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db import reading, writing
from db.appeal_letters import AppealLetter, LetterState
from db.audit import AuditTrail, Ending
from db.base import new_id
from db.claims import Claim, Claims
from db.denials import Denial, Denials, DenialState
from db.payer_rules import PayerRules, Purpose
from db.practices import Practice
from db.vocabulary import Role
from services.claims import arising, deadlines, payer_table
from services.claims.payer_table import Change, Effect
from services.container import Container
from services.desk import Actor, looking, working
from services.errors import Invalid, NotAllowed, Stale
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import bill
from tests.services.claims.test_revenue import denial

HARBOR, MEDICARE, ELSE = "SHH01", "SMR01", "SPC01"
OURS = Change(HARBOR, Purpose.APPEAL, 90, "Contract of 2024, section 6.2", "ours")


@pytest.fixture
def books(container: Container, practice: Practice) -> Container:
    """Three denials of one payer, one of Medicare and a closed one; each was ranked when it arose."""
    with working(container, Actor.job(practice.id, "tests")) as desk:
        deadlines.seed(desk)
        deadlines.meet(desk, MEDICARE, "Medicare", "MB")
        day = desk.today
        rows = [
            _denied(practice, 1, denied_on=day - timedelta(days=10)),
            _denied(practice, 2, denied_on=day - timedelta(days=50)),
            _denied(practice, 3, denied_on=day - timedelta(days=10), carc="16"),
            _denied(practice, 4, denied_on=day - timedelta(days=10), payer_id=MEDICARE),
            denial(practice.id, DenialState.LOST, 10_005, denied_on=day),
        ]
        desk.session.add_all(rows)
        desk.session.flush()
        for row in rows:
            arising.rank(desk, row)
    return container


def _denied(practice: Practice, number: int, **more: Any) -> Denial:
    return denial(practice.id, DenialState.OPEN, 10_000 + number, **more)


def denials(books: Container, practice: Practice) -> list[Denial]:
    with reading(books.engine) as session:
        found = Denials(session, practice.id)
        return sorted(found.all(found.rows()), key=lambda d: d.denied_cents)


def days(found: Sequence[Denial]) -> list[int | None]:
    return [(d.due_on - d.denied_on).days if d.due_on else None for d in found]


def trail(books: Container, actor: Actor, verb: str = payer_table.EDIT) -> Any:
    with looking(books, actor) as desk:
        return desk.open(AuditTrail).search(verb=verb)[0]


def named(books: Container, practice: Practice, **changed: Any) -> Change:
    """A change for a payer that has a rule of its own from the start."""
    with reading(books.engine) as session:
        rule = PayerRules(session, practice.id).for_payer(MEDICARE, Purpose.APPEAL)
        assert rule is not None
        seen = (rule.days, rule.source, rule.confidence)
    return replace(OURS, payer_id=MEDICARE, seen=seen, **changed)


def others(**changed: Any) -> Change:
    seen = deadlines.OTHERS[Purpose.APPEAL]
    return replace(OURS, payer_id="", seen=seen, **changed)


def test_what_a_change_would_do_is_counted_before_and_then_done(
    books: Container, practice: Practice, manager: Actor
) -> None:
    before = denials(books, practice)
    assert days(before) == [60, 60, 90, 125, 60]
    change = others(days=45)
    told = payer_table.effect(books, manager, change)
    assert told == Effect(new=2, sooner=2, later=0, lapsed=1)
    assert days(denials(books, practice)) == days(before), "looking changes nothing"

    assert payer_table.save(books, manager, change) == told
    after = denials(books, practice)
    assert days(after) == [45, 45, 90, 125, 60]
    assert [d.version - was.version for d, was in zip(after, before, strict=True)] == [
        1,
        1,
        0,
        0,
        0,
    ]
    assert after[0].due_from == "45 days to appeal: Contract of 2024, section 6.2 (ours)"


def test_the_ranking_of_the_next_day_finds_nothing_left_to_move(
    books: Container, practice: Practice, manager: Actor
) -> None:
    payer_table.save(books, manager, others(days=12))
    moved = denials(books, practice)
    with working(books, manager) as desk:
        for one in desk.open(Denials).all(desk.open(Denials).rows()):
            if one.is_open:
                arising.rank(desk, one)
    again = denials(books, practice)
    kept = [(d.due_on, d.due_from, d.urgency) for d in moved]
    assert [(d.due_on, d.due_from, d.urgency) for d in again] == kept
    first = min((d for d in again if d.is_open), key=lambda d: d.urgency)
    assert (first.due_on - books.clock().date()).days == 2, "what is about to lapse comes first"


def test_a_payer_gets_its_own_and_goes_back_to_all_others(
    books: Container, practice: Practice, manager: Actor
) -> None:
    _bill(books, practice, HARBOR)
    assert payer_table.save(books, manager, OURS) == Effect(new=2, later=2)
    assert days(denials(books, practice)) == [90, 90, 90, 125, 60]
    seen = (90, OURS.source, "ours")
    back = Change(HARBOR, Purpose.APPEAL, None, seen=seen)
    assert payer_table.save(books, manager, back) == Effect(new=2, sooner=2)
    assert days(denials(books, practice)) == [60, 60, 90, 125, 60]
    line = trail(books, manager)
    assert "90 days (ours) -> none of its own; 2 new last days" in line.reason


def _bill(books: Container, practice: Practice, payer: str) -> None:
    with writing(books.engine) as session:
        Claims(session, practice.id).insert_many(
            [
                Claim.values(
                    practice_id=practice.id, number_digest=new_id().bytes, key_id=new_id(),
                    payer_id=payer, payer_name="Harbor Health", charge_cents=1,
                    service_on=books.clock().date(),
                )
            ]
        )  # fmt: skip


def test_a_payer_that_nobody_billed_gets_no_deadline(
    books: Container, practice: Practice, manager: Actor
) -> None:
    with pytest.raises(Invalid, match="first claim"):
        payer_table.save(books, manager, replace(OURS, payer_id="NOBODY"))


def test_the_laws_limit_may_be_shortened_and_never_widened(
    books: Container, practice: Practice, manager: Actor
) -> None:
    with pytest.raises(Invalid, match="The law gives 125 days"):
        payer_table.effect(books, manager, named(books, practice, days=126))
    with pytest.raises(Invalid, match="fewer, not on more"):
        payer_table.save(books, manager, named(books, practice, days=126))
    assert days(denials(books, practice))[3] == 125
    assert trail(books, manager).ending is Ending.FAILED

    payer_table.save(books, manager, named(books, practice, days=100))
    assert days(denials(books, practice))[3] == 100
    with pytest.raises(Invalid, match="The law gives 125 days"):
        payer_table.save(books, manager, named(books, practice, days=126))
    back = named(books, practice)
    payer_table.save(books, manager, replace(back, days=None))
    assert days(denials(books, practice))[3] == 125


def test_a_payer_that_turns_out_to_be_medicare_is_held_to_the_law(
    books: Container, practice: Practice, manager: Actor
) -> None:
    _bill(books, practice, ELSE)
    payer_table.save(books, manager, replace(OURS, payer_id=ELSE, days=400))
    with working(books, manager) as desk:
        deadlines.meet(desk, ELSE, "Medicare", "MA")
        rule = desk.open(PayerRules).for_payer(ELSE, Purpose.APPEAL)
        assert rule is not None
        assert (rule.days, rule.lawful_days, rule.confidence) == (125, 125, "ours")
        deadlines.meet(desk, HARBOR, "Harbor Health", "CI")
        assert desk.open(PayerRules).of(HARBOR) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"days": 0}, "from 1 to 3,650"),
        ({"days": 3_651}, "from 1 to 3,650"),
        ({"source": "  "}, "where this limit is written"),
        ({"source": "x" * 201}, "where this limit is written"),
        ({"confidence": ""}, "how sure"),
        ({"confidence": "standard"}, "how sure"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_change(
    books: Container, practice: Practice, manager: Actor, changed: dict[str, Any], said: str
) -> None:
    for way in (payer_table.effect, payer_table.save):
        with pytest.raises(Invalid, match=said):
            way(books, manager, others(**changed))
    assert days(denials(books, practice)) == [60, 60, 90, 125, 60]


def test_two_people_do_not_overwrite_each_other(books: Container, manager: Actor) -> None:
    payer_table.save(books, manager, others(days=45))
    with pytest.raises(Stale):
        payer_table.save(books, manager, others(days=50))


def test_a_letter_that_was_lost_asks_the_payer_to_reconsider(
    books: Container, practice: Practice, manager: Actor
) -> None:
    medicare = denials(books, practice)[3]
    with working(books, manager) as desk:
        desk.session.add(_lost_letter(practice, medicare))
        row = desk.open(Denials).get(medicare.id)
        row.touches = 1
        arising.rank(desk, row)
    assert days(denials(books, practice))[3] == 185
    seen = deadlines.MEDICARE[Purpose.RECONSIDER]
    shorter = Change(MEDICARE, Purpose.RECONSIDER, 100, "our habit", "ours", seen)
    assert payer_table.save(books, manager, shorter) == Effect(new=1, sooner=1)


def _lost_letter(practice: Practice, of: Denial) -> AppealLetter:
    return AppealLetter(
        practice_id=practice.id, denial_id=of.id, claim_id=of.claim_id, key_id=new_id(),
        template="none", state=LetterState.LOST, made_at=of.created_at,
    )  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_a_biller_reads_the_table_and_a_lead_changes_it(
    books: Container, hire: Any, role: Role
) -> None:
    actor = hire(role, "Sample somebody")
    if role in (Role.BILLER, Role.MANAGER, Role.ADMIN):
        assert len(payer_table.table(books, actor).rules) == 7
    else:
        with pytest.raises(NotAllowed):
            payer_table.table(books, actor)
    if role in (Role.MANAGER, Role.ADMIN):
        payer_table.save(books, actor, others(days=45))
        assert "60 days (uncertain) -> 45 days (ours)" in trail(books, actor).reason
    else:
        with pytest.raises(NotAllowed):
            payer_table.save(books, actor, others(days=45))
        assert trail(books, actor).ending is Ending.REFUSED


def test_medicares_law_is_known_from_the_first_claim_that_is_billed(billing: Billing) -> None:
    billing.drop(bill(1).replace(b"SBR*P*18~", b"SBR*P*18*******MB~"), "claims.837")
    assert billing.post() == {"posted": 1}
    [claim] = billing.all(Claims)
    rules = [r for r in billing.all(PayerRules) if r.payer_id == claim.payer_id]
    assert {r.purpose: r.lawful_days for r in rules} == {
        Purpose.FILE: 365, Purpose.CORRECT: 365, Purpose.APPEAL: 125, Purpose.RECONSIDER: 185,
    }  # fmt: skip
