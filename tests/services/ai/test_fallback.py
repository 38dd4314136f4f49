"""No message stays unsorted because a model is slow, down, too dear or not allowed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from services.ai import Facts, Prompt, Usage
from services.ai.claude import Claude
from services.ai.fallback import COOLING, Breaker, Fallback
from services.ai.local import LocalAssistant
from services.errors import Unsure
from services.workflows.inbox import local
from services.workflows.inbox.answer import Triage
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import GOOD, FakeClaude, Reply, fails, says


@dataclass
class Wallet:
    """A day's allowance in millionths of a dollar."""

    left: int = 10_000
    spent: list[Usage] = field(default_factory=list)

    def may_spend(self, now: datetime) -> bool:
        return self.left > 0

    def spend(self, usage: Usage) -> None:
        self.left -= usage.microdollars
        self.spent.append(usage)


@dataclass
class Practice:
    """What the practice decided, and what time it is there."""

    consents: bool = True
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def practice() -> Practice:
    return Practice()


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def embedded() -> LocalAssistant:
    return LocalAssistant({Triage: local.answer}, local.VERSION)


@pytest.fixture
def assistant(
    claude: Claude, embedded: LocalAssistant, wallet: Wallet, practice: Practice
) -> Fallback:
    return Fallback(
        preferred=claude,
        local=embedded,
        purse=wallet,
        breaker=Breaker(),
        consents=lambda: practice.consents,
        now=lambda: practice.now,
    )


Ask = Callable[[], str]


@pytest.fixture
def engine(assistant: Fallback, prompt: Prompt, facts: Facts) -> Ask:
    return lambda: assistant.ask(prompt, facts, into=Triage).engine


def test_claude_answers_while_all_is_well(
    assistant: Fallback, prompt: Prompt, facts: Facts
) -> None:
    answer = assistant.ask(prompt, facts, into=Triage)
    assert (answer.engine, answer.note) == ("claude", "")


@pytest.mark.parametrize(
    "trouble",
    [
        fails(529, "overloaded_error"),
        fails(429, "rate_limit_error"),
        says("", stop="refusal"),
        says("not JSON"),
        fake_claude.cut,
        fake_claude.is_silent,
    ],
)
def test_whatever_happens_to_claude_the_message_is_sorted_here_and_says_why(
    assistant: Fallback, fake: FakeClaude, prompt: Prompt, facts: Facts, trouble: Reply
) -> None:
    fake.patience = 1  # then a silent one hangs up
    fake.will(trouble)
    answer = assistant.ask(prompt, facts, into=Triage)
    assert (answer.engine, answer.model) == ("local", local.VERSION)
    assert answer.value.category == "refill"
    assert answer.note.startswith("Claude")
    assert answer.usage == Usage()


def test_without_consent_nothing_leaves_the_building(
    practice: Practice, engine: Ask, fake: FakeClaude
) -> None:
    practice.consents = False
    assert engine() == "local"
    assert fake.requests == []


def test_a10_when_the_allowance_is_used_up_claude_is_not_asked(
    wallet: Wallet, engine: Ask, fake: FakeClaude
) -> None:
    wallet.left = 0
    assert engine() == "local"
    assert fake.requests == []


def test_a02_after_three_failures_claude_is_left_alone_then_tried_once(
    engine: Ask, fake: FakeClaude, practice: Practice
) -> None:
    fake.will(fails(529, "overloaded_error"))
    assert [engine() for _ in range(5)] == ["local"] * 5
    assert len(fake.requests) == 3

    practice.now += COOLING
    fake.will(says(json.dumps(GOOD)))
    assert engine() == "claude"
    assert engine() == "claude"


def test_a02_a_trial_that_fails_leaves_claude_alone_again(
    engine: Ask, fake: FakeClaude, practice: Practice
) -> None:
    fake.will(fails(529, "overloaded_error"))
    for _ in range(3):
        engine()
    practice.now += COOLING
    assert [engine(), engine()] == ["local", "local"]
    assert len(fake.requests) == 4


def test_a03_claude_is_not_asked_before_the_time_it_named(
    engine: Ask, fake: FakeClaude, practice: Practice
) -> None:
    fake.will(fails(429, "rate_limit_error", retry_after="120"))
    engine()
    fake.will(says(json.dumps(GOOD)))
    practice.now += timedelta(seconds=119)
    assert engine() == "local"
    practice.now += timedelta(seconds=1)
    assert engine() == "claude"


def test_a04_refusals_do_not_make_claude_count_as_down(engine: Ask, fake: FakeClaude) -> None:
    fake.will(says("", stop="refusal"))
    assert [engine() for _ in range(4)] == ["local"] * 4
    assert len(fake.requests) == 4


def test_a_question_nobody_can_answer_here_is_said_plainly(prompt: Prompt, facts: Facts) -> None:
    with pytest.raises(Unsure, match="embedded engine"):
        LocalAssistant({}, "none").ask(prompt, facts, into=Triage)


def test_a_workflows_prompt_is_its_own_version() -> None:
    prompt = Prompt.beside(local.__file__)
    assert prompt.workflow == "inbox"
    assert prompt.digest != Prompt("inbox", prompt.text + " ").digest
