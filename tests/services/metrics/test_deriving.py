"""Facts of one item, against examples worked out by hand: weekends, daylight saving, month ends."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.audit import AuditEntry, Ending
from db.claim_events import ClaimEvent, EventKind
from db.claim_payments import ClaimPayment
from db.claims import Claim
from db.conversations import Conversation, State
from db.corrections import Correction
from db.denials import Denial
from db.fact_sources import Said
from db.facts import Mode
from db.intake import IntakeForm
from db.intake_fields import Decision
from db.suggestions import Outcome, Suggestion
from db.visits import Visit
from db.vocabulary import Category, Role, Urgency
from services.metrics.deriving import ai, billing, inbox
from services.metrics.deriving import desk as desks
from services.metrics.deriving.happening import Clocks, Happening, in_use
from services.metrics.deriving.inbox import Thread
from services.options import PracticeOptions

HERE = UUID(int=1)
FRONT, PAUL = "staff/maria", "staff/paul"
ROLES = {FRONT: Role.FRONT_DESK, PAUL: Role.PROVIDER}
CLOCKS = Clocks(PracticeOptions())  # New York, weekdays 8 to 12 and 13 to 17
FRIDAY = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)  # 16:00 in New York, daylight saving on Sunday
MONDAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 9:00 in New York by then


def conversation(**fields: Any) -> Conversation:
    own = {"thread_id": "t", "patient_id": uuid4(), "key_id": uuid4(), "first_at": FRIDAY}
    return Conversation(practice_id=HERE, waiting_since=FRIDAY, **(own | fields))


def line(verb: str, at: datetime, actor: str = FRONT, ending: Ending = Ending.DONE) -> AuditEntry:
    return AuditEntry(practice_id=HERE, seq=1, at=at, actor=actor, verb=verb, subject="x",
                      ending=ending)  # fmt: skip


def suggestion(**fields: Any) -> Suggestion:
    own = {"conversation_id": uuid4(), "key_id": uuid4(), "engine": "local", "model": "m",
           "prompt_digest": "", "source_hash": "", "created_at": FRIDAY, "category": "refill",
           "urgency": "routine", "has_draft": True}  # fmt: skip
    return Suggestion(practice_id=HERE, **(own | fields))


def told(happenings: Any) -> dict[str, int]:
    return {h.kind: h.value for h in happenings}


def answered_on_monday(**fields: Any) -> Thread:
    row = conversation(
        state=State.CLOSED, answered_at=MONDAY, closed_at=MONDAY, category=Category.REFILL,
        location="Location/1", provider="Practitioner/1", **fields,
    )  # fmt: skip
    lines = [line("inbox.read", MONDAY - timedelta(minutes=3)), line("inbox.send_reply", MONDAY)]
    return Thread(row, lines=lines, suggestions=[suggestion()], roles=ROLES)


def test_a_weekend_with_a_lost_hour_counts_two_opening_hours() -> None:
    found = told(inbox.facts(answered_on_monday(), CLOCKS))
    assert found["inbox.response_open"] == 2 * 3600  # Friday 16 to 17, Monday 8 to 9
    assert found["inbox.response"] == 64 * 3600  # 65 on the wall, less the hour that was lost
    assert found["inbox.touch_open"] == 2 * 3600 - 180
    assert found["inbox.time"] == 180
    assert found["inbox.sla"] == 1  # routine: 960 opening minutes
    assert (found["inbox.touches"], found["inbox.one_touch"], found["inbox.by_staff"]) == (1, 1, 1)


def test_the_urgency_decides_what_in_time_means() -> None:
    late = answered_on_monday(urgency=Urgency.URGENT)  # 60 opening minutes
    assert told(inbox.facts(late, CLOCKS))["inbox.sla"] == 0


def test_a_fact_belongs_to_the_practices_day_not_to_utcs() -> None:
    last_evening = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)  # 31 March, 21:30 in New York
    assert str(CLOCKS.day(last_evening)) == "2026-03-31"


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"needs_reply": True}, 0),
        ({"needs_reply": False}, None),  # thanks
        ({"state": State.CLOSED, "closed_as": "no reply needed"}, None),
        ({"state": State.WITHDRAWN}, None),
        ({"needs_reply": False, "answered_at": MONDAY}, 1),  # sent and routed on
    ],
)
def test_only_messages_that_needed_a_reply_are_counted(
    fields: dict[str, Any], needed: int | None
) -> None:
    lines = [line("inbox.send_and_route", MONDAY)] if "answered_at" in fields else []
    found = told(inbox.facts(Thread(conversation(**fields), lines=lines), CLOCKS))
    assert found.get("inbox.needed") == needed


def test_a_reply_from_elsewhere_counts_and_was_not_worked_here() -> None:
    said = [Said(UUID(int=2), "practice", FRIDAY + timedelta(minutes=30))]
    [needed] = [
        h
        for h in inbox.facts(
            Thread(conversation(), said, suggestions=[suggestion(shadow=True)]), CLOCKS
        )
        if h.kind == "inbox.response"
    ]
    assert (needed.value, needed.mode) == (1800, Mode.OFF)
    assert {h.mode for h in inbox.facts(answered_on_monday(), CLOCKS)} == {Mode.ON}


def test_what_was_undone_was_no_touch_and_no_answer() -> None:
    lines = [
        line("inbox.send_reply", FRIDAY), line("inbox.undo", FRIDAY + timedelta(seconds=9)),
        line("inbox.route", MONDAY), line("inbox.send_reply", MONDAY, PAUL),
    ]  # fmt: skip
    row = conversation(state=State.CLOSED, answered_at=MONDAY, closed_at=MONDAY)
    found = told(inbox.facts(Thread(row, lines=lines, roles=ROLES), CLOCKS))
    assert found["inbox.response_open"] == 2 * 3600
    assert (found["inbox.touches"], found["inbox.one_touch"], found["inbox.by_staff"]) == (2, 0, 0)


def test_a_pause_is_not_time_and_colleagues_do_not_add_up_across() -> None:
    at = [MONDAY + timedelta(minutes=n) for n in (0, 2, 20, 21)]
    lines = [line("a", at[0]), line("b", at[1]), line("c", at[2]), line("d", at[3], PAUL)]
    assert in_use(lines) == 120  # 2 minutes; then 18 are a pause, and the last is another's


def test_a_refused_action_is_no_touch_and_evening_work_is_after_hours() -> None:
    evening = MONDAY + timedelta(hours=10)
    row = conversation(state=State.CLOSED, answered_at=evening, closed_at=evening)
    lines = [line("inbox.send_reply", MONDAY, ending=Ending.REFUSED),
             line("inbox.send_reply", evening)]  # fmt: skip
    found = told(inbox.facts(Thread(row, lines=lines, roles=ROLES), CLOCKS))
    assert (found["inbox.touches"], found["inbox.late_touches"]) == (1, 1)


def test_what_became_of_a_draft_and_what_people_corrected() -> None:
    used = suggestion(outcome=Outcome.EDITED, decided_at=MONDAY, urgency="urgent", microdollars=7)
    correction = Correction(practice_id=HERE, conversation_id=used.conversation_id, staff_id=HERE,
                            field="category", old="refill", new="result", created_at=MONDAY)  # fmt: skip
    lines = [line("inbox.raise_urgency", MONDAY)]
    found = told(ai.facts(Thread(conversation(), (), lines, [used], [correction])))
    assert found == {
        "ai.corrected": 1, "ai.raised": 1, "ai.missed": 1, "ai.draft_used": 0,
        "ai.draft_edited": 1, "ai.draft_discarded": 0, "ai.untouched": 0, "ai.inbox_cost": 7,
    }  # fmt: skip


def test_a_correction_is_of_the_suggestion_that_stood_then() -> None:
    first, second = suggestion(), suggestion(created_at=MONDAY)
    correction = Correction(practice_id=HERE, conversation_id=HERE, staff_id=HERE, field="category",
                            old="a", new="b", created_at=MONDAY + timedelta(minutes=1))  # fmt: skip
    found = [h for h in ai.facts(Thread(conversation(), (), (), [first, second], [correction]))
             if h.kind == "ai.corrected"]  # fmt: skip
    assert [h.value for h in found] == [0, 1]


def test_in_shadow_only_agreement_is_measured() -> None:
    seen = Thread(conversation(category=Category.REFILL), suggestions=[suggestion(shadow=True)])
    assert told(ai.facts(seen)) == {
        "ai.shadow_agrees": 1, "ai.shadow_missed": 0, "ai.inbox_cost": 0
    }  # fmt: skip
    assert "ai.shadow_agrees" not in told(
        ai.facts(Thread(conversation(), suggestions=seen.suggestions))
    )


def test_in_shadow_an_urgency_is_missed_where_a_person_found_more_than_the_engine() -> None:
    def missed(engine: str, urgency: Urgency, *verbs: str) -> int:
        row = conversation(category=Category.REFILL, urgency=urgency)
        unseen = suggestion(shadow=True, urgency=engine)
        thread = Thread(row, (), [line(verb, MONDAY) for verb in verbs], [unseen])
        return told(ai.facts(thread))["ai.shadow_missed"]

    assert missed("routine", Urgency.URGENT, "inbox.raise_urgency") == 1
    assert missed("urgent", Urgency.URGENT, "inbox.raise_urgency") == 0  # the engine said so too
    assert missed("routine", Urgency.URGENT) == 0  # the red-flag rules had it, nobody raised it


def test_a_form_counts_when_it_was_written() -> None:
    form = IntakeForm(practice_id=HERE, source="check_in", source_ref="f", key_id=HERE,
                      authored_at=FRIDAY, created_at=FRIDAY, conflicts=2, engine="rules")  # fmt: skip
    assert list(desks.of_form(form, {}, ())) == []
    form.committed_at = FRIDAY + timedelta(hours=1)
    found = told(desks.of_form(form, {Decision.ACCEPTED: 9, Decision.REJECTED: 3}, ()))
    assert found == {"intake.time": 0, "intake.wait": 3600, "intake.conflicts": 2,
                     "intake.fields": 12, "intake.accepted": 9}  # fmt: skip


def test_a_visit_of_which_nobody_knows_is_neither() -> None:
    def visit(status: str) -> Visit:
        return Visit(practice_id=HERE, ehr_ref="e", patient_id=HERE, key_id=HERE, status=status,
                     starts_at=FRIDAY, seen_at=FRIDAY)  # fmt: skip

    found = [[h.value for h in desks.of_visit(visit(s), reminded=True)]
             for s in ("noshow", "finished", "planned", "cancelled")]  # fmt: skip
    assert found == [[1], [0], [], []]


def claim_told(*kinds: EventKind, payments: tuple[ClaimPayment, ...] = ()) -> list[Happening]:
    claim = Claim(practice_id=HERE, number_digest=b"", key_id=HERE, payer_id="P",
                  service_on=FRIDAY.date(), charge_cents=12_300)  # fmt: skip
    events = [
        ClaimEvent(practice_id=HERE, claim_id=claim.id, at=FRIDAY + timedelta(days=n), kind=kind,
                   code="A2" if kind is EventKind.ACCEPTED else "")
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    return list(billing.of_claim(claim, events, payments, CLOCKS))


def test_a_claim_is_clean_when_nobody_had_to_mend_it() -> None:
    scrubbed, held = EventKind.SCRUBBED, EventKind.HELD
    clean = told(claim_told(scrubbed, EventKind.RELEASED, EventKind.SUBMITTED, EventKind.ACCEPTED))
    assert (clean["claims.clean"], clean["claims.accepted"], clean["claims.charged"]) == (
        1,
        1,
        12_300,
    )
    mended = claim_told(held, EventKind.OVERRULED, EventKind.RELEASED, EventKind.SUBMITTED)
    assert told(mended)["claims.clean"] == 0
    assert "claims.clean" not in told(claim_told(EventKind.SUBMITTED))  # nobody checked it here


def test_a_reversal_is_no_answer_and_the_answers_day_is_the_practices() -> None:
    def payment(**fields: Any) -> ClaimPayment:
        own = {"file_id": HERE, "place": 1, "number_digest": b"", "key_id": HERE, "status": "1",
               "paid_on": FRIDAY.date(), "charge_cents": 100, "paid_cents": 0, "patient_cents": 0}  # fmt: skip
        return ClaimPayment(practice_id=HERE, **(own | fields))

    found = claim_told(payments=(payment(denied=True), payment(reversal=True)))
    assert [(h.kind, h.value, CLOCKS.day(h.at)) for h in found] == [
        ("claims.denied", 1, FRIDAY.date()), ("claims.remitted", 100, FRIDAY.date()),
    ]  # fmt: skip


def test_a_denial_waits_from_the_payers_day_until_somebody_acts() -> None:
    denial = Denial(practice_id=HERE, claim_id=HERE, payment_id=HERE, payer_id="P", carc="50",
                    group_code="CO", denied_cents=5_000, denied_on=FRIDAY.date())  # fmt: skip
    lines = [line("denials.opened", FRIDAY), line("denials.appeal", MONDAY)]
    found = {h.kind: h for h in billing.of_denial(denial, lines, (), CLOCKS)}
    assert found["denials.first_action"].value == 3 * 86_400 + 8 * 3600  # 9:00, an hour lost
    assert (found["denials.denied"].value, found["denials.denied"].label) == (5_000, "50")
