"""D08, D10, D12: both databases accept, refuse and return the same."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from db import reading, writing
from db.base import new_id
from db.conversations import Conversation, Conversations, State
from db.engine import Unstorable
from db.job_runs import JobRun
from db.queue import Queue, QueueFilter
from db.staff import Staff
from tests.db import rows

SLOW_IS_FINE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


class Colour(StrEnum):
    PINK = "pink"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfffy", "\0"])
def test_what_one_database_cannot_keep_both_refuse(engine: Engine, text: str) -> None:
    practice_id = rows.practice(engine)
    with pytest.raises(Unstorable) as refusal, writing(engine) as session:
        session.add(rows.conversation(practice_id, location=text))
    assert text not in str(refusal.value)
    with reading(engine) as session:
        assert session.exec(select(Conversation)).all() == []


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_the_rest_of_a_batch_can_go_on_after_a_refusal(engine: Engine, text: str) -> None:
    practice_id = rows.practice(engine)
    good, bad = (rows.conversation(practice_id).model_dump() for _ in range(2))
    with writing(engine) as session:
        conversations = Conversations(session, practice_id)
        with pytest.raises(Unstorable), session.begin_nested():
            conversations.insert_many([good, bad | {"location": text}])
        conversations.insert_many([good])
    with reading(engine) as session:
        assert len(session.exec(select(Conversation)).all()) == 1


@pytest.mark.parametrize(
    "text", ["👩‍👧‍👦", "e\u0301\u202e\ufeff", "\ufffd", "' \" \\ % _ ; --", "\x01\x7f\r\n\t"]
)
def test_odd_text_is_kept_exactly(engine: Engine, text: str) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        session.add(rows.conversation(practice_id, location=text, flags=[{"rule": text}]))
    with reading(engine) as session:
        kept = session.exec(select(Conversation)).one()
        assert (kept.location, kept.flags) == (text, [{"rule": text}])
        wanted = QueueFilter(location=text)
        assert len(Queue(session, practice_id).page(wanted, 0.5)) == 1


@pytest.mark.parametrize("text", ["%", "_", "CLINIC", "clinic ", "cl%"])
def test_a_filter_is_exact(engine: Engine, text: str) -> None:
    practice_id = rows.practice(engine)
    with writing(engine) as session:
        session.add(rows.conversation(practice_id, location="clinic"))
    with reading(engine) as session:
        assert Queue(session, practice_id).page(QueueFilter(location=text), 0.5) == []


@pytest.mark.parametrize("moment", [datetime(2026, 3, 2), "2026-02-30", "yesterday", "2026-03", 5])  # noqa: DTZ001
def test_a_moment_that_is_none_is_refused(engine: Engine, moment: Any) -> None:
    practice_id = rows.practice(engine)
    with pytest.raises((StatementError, TypeError, ValueError)), writing(engine) as session:
        session.add(rows.conversation(practice_id, due_at=moment))


@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW_IS_FINE)
def test_a_moment_comes_back_as_the_same_moment_in_utc(engine: Engine, moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return
    run = JobRun(practice_id=new_id(), job="poll", slot=str(new_id()), started_at=moment)
    with writing(engine) as session:
        session.add(run)
    with reading(engine) as session:
        found = session.get(JobRun, run.id)
        assert found is not None
        assert found.started_at == moment.astimezone(UTC)
        assert found.started_at.utcoffset() == timedelta(0)


def test_moments_of_two_time_zones_compare_as_moments(engine: Engine) -> None:
    practice_id = rows.practice(engine)
    honolulu = timezone(timedelta(hours=-10))
    with writing(engine) as session:
        hidden = {"state": State.SNOOZED, "snoozed_until": rows.MONDAY}
        session.add(rows.conversation(practice_id, **hidden))
    with reading(engine) as session:
        conversations = Conversations(session, practice_id)
        just_before = (rows.MONDAY - timedelta(microseconds=1)).astimezone(honolulu)
        assert conversations.due_again(just_before, 5) == []
        assert len(conversations.due_again(rows.MONDAY.astimezone(honolulu), 5)) == 1


@pytest.mark.parametrize("word", ["shouting", "", "OPEN", Colour.PINK])
def test_a_word_outside_the_vocabulary_is_refused(engine: Engine, word: Any) -> None:
    practice_id = rows.practice(engine)
    with pytest.raises((StatementError, ValueError)), writing(engine) as session:
        session.add(rows.conversation(practice_id, state=word))
    with reading(engine) as session:
        assert session.exec(select(Conversation)).all() == []


def test_a_missing_value_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError), writing(engine) as session:
        session.add(rows.conversation(rows.practice(engine), thread_id=None))


def test_what_failed_is_not_told_with_its_values(engine: Engine) -> None:
    practice_id = rows.practice(engine)
    twice = [Staff(practice_id=practice_id, email="synthetic@example.invalid", name="SYNTHETIC-NAME",
                   role="nurse") for _ in range(2)]  # fmt: skip
    with pytest.raises(StatementError) as failure, writing(engine) as session:
        session.add_all(twice)
    assert "SYNTHETIC-NAME" not in str(failure.value)


def test_ids_sort_as_they_were_made(engine: Engine) -> None:
    practice_id = rows.practice(engine)
    made = [_id_of_a_new_millisecond() for _ in range(20)]
    with writing(engine) as session:
        session.add_all(rows.conversation(practice_id, id=id) for id in reversed(made))
    with reading(engine) as session:
        ordered = select(Conversation.id).order_by(col(Conversation.id))
        assert list(session.exec(ordered)) == made


def test_an_id_is_a_version_seven_uuid() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert {(id.version, id.variant) for id in ids} == {(7, UUID(int=0x8 << 60).variant)}


def _id_of_a_new_millisecond() -> UUID:
    first = made = new_id()
    while made.int >> 80 == first.int >> 80:
        made = new_id()
    return made
