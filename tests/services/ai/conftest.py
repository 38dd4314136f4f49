"""What the tests of the assistants share: a fake Claude, an engine that asks it, one message."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import anthropic
import pytest

from services.ai import Facts, Prompt, Usage
from services.ai.claude import Claude, ClaudeOptions, Price, connect
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import FakeClaude

MODEL = "claude-for-tests"


@pytest.fixture(scope="session")
def claude_server() -> Iterator[FakeClaude]:
    with fake_claude.running() as running:
        yield running


@pytest.fixture
def fake(claude_server: FakeClaude) -> FakeClaude:
    claude_server.forget()
    return claude_server


@pytest.fixture
def spent() -> list[Usage]:
    return []


@pytest.fixture(scope="session")
def options(claude_server: FakeClaude) -> ClaudeOptions:
    return ClaudeOptions(
        api_key="sk-ant-not-a-real-key",
        model=MODEL,
        prices={MODEL: Price(tokens_in=3.0, tokens_out=15.0, cached_in=0.3)},
        base_url=claude_server.url,
        deadline=timedelta(seconds=30),  # time enough on a busy machine
    )


@pytest.fixture(scope="session")
def hurried(options: ClaudeOptions) -> ClaudeOptions:
    """The same where nobody waits long: for answers that never come."""
    return replace(options, deadline=timedelta(seconds=0.8))


@pytest.fixture(scope="session")
def line_to_claude(options: ClaudeOptions) -> anthropic.Anthropic:
    return connect(options)


@pytest.fixture
def claude(
    line_to_claude: anthropic.Anthropic, options: ClaudeOptions, fake: FakeClaude,
    spent: list[Usage],
) -> Claude:  # fmt: skip
    return Claude(line_to_claude, options, lambda usage, _: spent.append(usage))


@pytest.fixture
def prompt() -> Prompt:
    return Prompt("inbox", "Sort this message.")


@pytest.fixture
def facts() -> Facts:
    return Facts("Please refill my lisinopril.", values={"medications": "Lisinopril 10 MG"})
