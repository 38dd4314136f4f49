"""A01, A02, A10, A11: engines that are away, overloaded, expensive or switched off."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from db import reading, writing
from db.ai_spend import AiSpends
from db.conversations import Triage
from db.queue import QueueFilter
from db.rollout import Switch
from db.suggestions import Outcome, Suggestion, Suggestions
from db.vocabulary import Category, Urgency
from services import wiring
from services.ai import Answer, Facts, Prompt, Usage
from services.desk import Actor
from services.errors import Unsure
from services.options import options_of
from services.purse import PracticePurse
from services.workflows.inbox.handling import raise_urgency, recategorise
from services.workflows.inbox.listing import inbox
from services.workflows.inbox.propose import TRY_AGAIN, sort_batch
from services.workflows.inbox.sending import send_reply
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import GOOD, FakeClaude, fails, says
from tests.services.workflows.conftest import Office, seen

DOLLAR = 1_000_000  # microdollars


def suggestions_of(office: Office) -> list[Suggestion]:
    with reading(office.container.engine) as session:
        found = Suggestions(session, office.practice.id)
        return list(found.all(found.rows()))


def test_a01_without_an_engine_everything_is_there_in_order_and_staff_write_by_hand(
    office: Office, front_desk: Actor
) -> None:
    """A01: visible after one poll, sorted by the red-flag rules, marked as not categorised."""
    office.assistant.down = True
    office.receive("Could I have my inhaler refilled?")
    office.receive("I have crushing chest pain right now")
    rows = inbox(office.container, front_desk, QueueFilter(), {}).rows
    assert [row.urgency for row in rows] == [Urgency.EMERGENCY, Urgency.ROUTINE]
    assert {row.triage for row in rows} == {"failed"}
    send_reply(office.container, front_desk, rows[1].target, "Written by hand.")
    office.deliver()
    assert [line["text"] for line in office.sandbox.control.ledger()] == ["Written by hand."]


def test_a02_once_the_engine_is_back_the_backlog_is_sorted_urgent_first_and_once(
    office: Office,
) -> None:
    """A02: what failed is asked about again by itself; no conversation gets two drafts."""
    office.assistant.down = True
    calm = office.receive("Could I have my inhaler refilled?")
    alarm = office.receive("I have crushing chest pain right now")
    office.assistant.down, office.assistant.asked = False, []
    office.sort()
    assert office.assistant.asked == []  # it is left alone for a while

    office.clock.wait(TRY_AGAIN + timedelta(seconds=1))
    for _ in range(3):
        office.sort()
    assert ["chest" in facts.text for facts in office.assistant.asked] == [True, False]
    assert office.conversation(calm.id).triage is Triage.DONE
    assert office.conversation(alarm.id).triage is Triage.DONE
    assert len(suggestions_of(office)) == 2


def test_a04_an_engine_that_declined_is_not_asked_again(office: Office) -> None:
    """A04: no draft, shown as not categorised, and no blind retry."""
    declining = Declining()
    message = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()
    for _ in range(3):
        sort_batch(office.container, office.practice, declining)
        office.clock.wait(TRY_AGAIN + timedelta(minutes=1))
    assert declining.asked == 1
    assert office.conversation(thread=message["thread"]["id"]).triage is Triage.FAILED


@pytest.fixture(scope="session")
def claude_server() -> Iterator[FakeClaude]:
    with fake_claude.running() as running:
        yield running


@pytest.fixture
def claude(claude_server: FakeClaude) -> FakeClaude:
    claude_server.forget()
    quoting = GOOD | {"evidence": ["refill"]}
    claude_server.will(says(json.dumps(quoting)))
    return claude_server


@pytest.fixture
def with_claude(office: Office, claude: FakeClaude) -> Office:
    """The office with Claude set up and the practice's consent on record."""
    settings = office.container.settings.model_copy(
        update={
            "ai_engine": "claude", "anthropic_api_key": _secret("sk-ant-not-a-real-key"),
            "claude_base_url": claude.url, "claude_deadline_seconds": 5,
        }
    )  # fmt: skip
    office.container = replace(office.container, settings=settings)
    with writing(office.container.engine) as session:
        session.merge(office.practice).options = {"claude_consent": True}
    office.practice.options = {"claude_consent": True}
    return office


def test_a02_while_claude_is_overloaded_the_local_engine_sorts_and_claude_is_left_alone(
    with_claude: Office, claude: FakeClaude
) -> None:
    """A02: 529 for half an hour; the circuit opens after three, nobody waits, one draft each."""
    claude.will(fails(529, "overloaded_error"))
    assistant = wiring.assistant(with_claude.container, with_claude.practice)
    for n in range(6):
        with_claude.sandbox.control.receive(f"Please refill my lisinopril, request {n}.")
    with_claude.poll()
    sort_batch(with_claude.container, with_claude.practice, assistant)
    assert len(claude.requests) == 3
    assert [s.engine for s in suggestions_of(with_claude)] == ["local"] * 6

    claude.will(says(json.dumps(GOOD | {"evidence": ["refill"]})))
    with_claude.clock.wait(timedelta(minutes=30))
    with_claude.sandbox.control.receive("Please refill my lisinopril once more.")
    with_claude.poll()
    sort_batch(with_claude.container, with_claude.practice, assistant)
    assert [s.engine for s in suggestions_of(with_claude)].count("claude") == 1


def test_a10_the_daily_cap_is_a_hard_stop_overshot_by_one_call_at_most(
    with_claude: Office, claude: FakeClaude
) -> None:
    """A10: a burst meets the cap; the rest is sorted by the local engine, at no cost."""
    _set_cap(with_claude, dollars=0.0)
    assistant = wiring.assistant(with_claude.container, with_claude.practice)
    for n in range(4):
        with_claude.sandbox.control.receive(f"Please refill my lisinopril, request {n}.")
    with_claude.poll()
    sort_batch(with_claude.container, with_claude.practice, assistant)
    assert claude.requests == []

    _set_cap(with_claude, dollars=0.000_001)  # the first call already exceeds it
    assistant = wiring.assistant(with_claude.container, with_claude.practice)
    for n in range(4):
        with_claude.sandbox.control.receive(f"Please refill my metformin, request {n}.")
    with_claude.poll()
    sort_batch(with_claude.container, with_claude.practice, assistant)
    assert len(claude.requests) == 1
    assert {s.engine for s in suggestions_of(with_claude)} == {"claude", "local"}


def test_a10_many_workers_overshoot_by_one_call_each_at_most(office: Office) -> None:
    """A10: the cap is kept in the database, for all workers together."""
    settings = office.container.settings.model_copy(update={"claude_dollars_per_day": 1.0})
    purse = PracticePurse(replace(office.container, settings=settings), office.practice)

    def work(_: int) -> None:
        while purse.may_spend(office.clock()):
            purse.spend(Usage(tokens_in=1, microdollars=DOLLAR // 20))

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    with reading(office.container.engine) as session:
        today = office.clock().astimezone(options_of(office.practice).zone).date()
        spent = AiSpends(session, office.practice.id).of(today, "claude")
    assert spent is not None
    assert 20 <= spent.calls <= 20 + 3


def test_a10_tomorrow_there_is_a_new_allowance(office: Office) -> None:
    """A10: a day is a day of the practice's own calendar."""
    purse = PracticePurse(office.container, office.practice)
    purse.spend(Usage(microdollars=int(office.container.settings.claude_dollars_per_day) * DOLLAR))
    assert not purse.may_spend(office.clock())
    assert purse.may_spend(office.clock() + timedelta(days=1))


def test_a11_the_kill_switch_stops_the_next_question_and_discards_a_late_answer(
    office: Office, front_desk: Actor
) -> None:
    """A11: pulled while an answer is on its way: no new call, and the answer is not shown."""
    talks = [office.sandbox.control.receive(f"Question {n}, please.") for n in range(5)]
    office.poll()
    slow = Slow(office.assistant, then=lambda: _stop(office, "ai"))
    sort_batch(office.container, office.practice, slow)
    assert slow.asked == 1
    assert suggestions_of(office) == []
    for talk in talks:
        row = office.conversation(thread=talk["thread"]["id"])
        assert (row.triage, row.category) == (Triage.WAITING, None)


def test_a11_without_the_switch_the_same_answers_are_kept(office: Office) -> None:
    """A11, the control."""
    for n in range(5):
        office.sandbox.control.receive(f"Question {n}, please.")
    office.poll()
    sort_batch(office.container, office.practice, Slow(office.assistant, then=lambda: None))
    assert len(suggestions_of(office)) == 5


def test_a22_an_answer_that_comes_after_a_persons_decision_changes_neither(
    office: Office, front_desk: Actor
) -> None:
    """A22: the person decides while the engine thinks; the engine may only raise urgency."""
    arrived = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()
    talk = office.conversation(thread=arrived["thread"]["id"])

    def decide() -> None:
        recategorise(office.container, front_desk, seen(talk), Category.CLINICAL)
        again = office.conversation(talk.id)
        raise_urgency(office.container, front_desk, seen(again), Urgency.TODAY)

    sort_batch(office.container, office.practice, Slow(office.assistant, then=decide))
    now = office.conversation(talk.id)
    assert (now.category, now.urgency, now.sorted_by) == (
        Category.CLINICAL, Urgency.TODAY, "staff",
    )  # fmt: skip


def test_an_answer_about_words_that_changed_meanwhile_is_not_kept(office: Office) -> None:
    """D03, A11: the patient edits while the engine thinks."""
    arrived = office.sandbox.control.receive("Could I have my inhaler refilled?")
    office.poll()

    def edit() -> None:
        office.sandbox.control.edit(arrived["id"], "Never mind the inhaler.")
        office.poll()

    sort_batch(office.container, office.practice, Slow(office.assistant, then=edit))
    assert suggestions_of(office) == []
    office.sort()
    assert [s.outcome for s in suggestions_of(office)] == [Outcome.WAITING]


@dataclass
class Slow:
    """An assistant during whose first answer something else happens."""

    assistant: Any
    then: Callable[[], object]
    asked: int = 0
    over: Event = field(default_factory=Event)

    def ask(self, prompt: Prompt, facts: Facts, into: type[Any]) -> Answer[Any]:
        self.asked += 1
        answer: Answer[Any] = self.assistant.ask(prompt, facts, into)
        if not self.over.is_set():
            self.over.set()
            self.then()
        return answer


@dataclass
class Declining:
    """An assistant that will not say anything it could be held to."""

    asked: int = 0

    def ask(self, prompt: Prompt, facts: Facts, into: type[Any]) -> Answer[Any]:
        self.asked += 1
        raise Unsure("The model declined.")


def _stop(office: Office, what: str) -> None:
    with writing(office.container.engine) as session:
        session.add(Switch(practice_id=office.practice.id, what=what, stopped=True))


def _set_cap(office: Office, dollars: float) -> None:
    settings = office.container.settings.model_copy(update={"claude_dollars_per_day": dollars})
    office.container = replace(office.container, settings=settings)


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)
