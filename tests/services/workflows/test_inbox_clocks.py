"""Targets count while the practice is open, and stop at lunch, at night and at the weekend."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from db.conversations import Conversation, State, Turn
from db.messages import Message
from db.vocabulary import Urgency
from services.options import PracticeOptions
from services.workflows.inbox.clocks import ClockState, clocks

OPTIONS = PracticeOptions(timezone="America/New_York")
MONDAY_9 = datetime(2026, 3, 2, 14, tzinfo=UTC)  # 09:00 in New York


def asked(at: datetime = MONDAY_9) -> Conversation:
    return Conversation(
        practice_id=uuid4(), thread_id="t", patient_id=uuid4(), key_id=uuid4(),
        first_at=at, waiting_since=at, urgency=Urgency.TODAY,
    )  # fmt: skip


def said(author: str, at: datetime) -> Message:
    return Message(
        practice_id=uuid4(), conversation_id=uuid4(), key_id=uuid4(), portal_id="m",
        author=author, sent_at=at, received_at=at,
    )  # fmt: skip


def test_lunch_stops_the_clock() -> None:
    [first, resolved] = clocks(asked(), [], OPTIONS, MONDAY_9 + timedelta(hours=4))
    assert first.taken == timedelta(hours=3)
    assert first.due_at == MONDAY_9 + timedelta(hours=5)
    assert (first.state, resolved.state) == (ClockState.RUNNING, ClockState.RUNNING)


def test_a_late_first_answer_stays_missed_although_the_item_is_answered() -> None:
    answer = said("practice", MONDAY_9 + timedelta(days=1))
    first = clocks(asked(), [answer], OPTIONS, MONDAY_9 + timedelta(days=2))[0]
    assert first.state is ClockState.MISSED


def test_a_second_question_starts_the_next_answer_clock() -> None:
    row = asked()
    row.waiting_since = MONDAY_9 + timedelta(hours=6)
    answer = said("practice", MONDAY_9 + timedelta(hours=1))
    first, following, _ = clocks(row, [answer], OPTIONS, MONDAY_9 + timedelta(hours=7))
    assert first.state is ClockState.MET
    assert (following.name, following.taken) == ("Next answer", timedelta(hours=1))


def test_a_closed_conversation_is_resolved_in_time_or_not() -> None:
    row = asked()
    row.state, row.closed_at, row.turn = State.CLOSED, MONDAY_9 + timedelta(hours=2), Turn.PATIENT
    assert clocks(row, [], OPTIONS, MONDAY_9 + timedelta(days=9))[-1].state is ClockState.MET


def test_a_weekend_does_not_count() -> None:
    friday_16 = datetime(2026, 3, 6, 21, tzinfo=UTC)
    first = clocks(asked(friday_16), [], OPTIONS, friday_16 + timedelta(days=2, hours=20))[0]
    assert first.taken < timedelta(hours=6)
