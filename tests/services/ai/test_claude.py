"""Whatever Claude's end of the wire does, staff get a checked answer or one plain sentence, in time."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import anthropic
import pytest

from services.ai import Facts, Prompt, Usage
from services.ai.claude import LONGEST_WAIT, SECOND_CAP, Claude, ClaudeOptions, connect
from services.errors import Unreachable, Unsure
from services.workflows.inbox.answer import Triage
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import GOOD, FakeClaude, Reply, fails, says


def test_a_good_answer_is_taken_with_its_tokens_and_its_price(
    claude: Claude, prompt: Prompt, facts: Facts, spent: list[Usage]
) -> None:
    answer = claude.ask(prompt, facts, into=Triage)
    assert answer.value.category == "refill"
    assert (answer.engine, answer.model) == ("claude", "claude-for-tests")
    assert answer.prompt_digest == prompt.digest
    # 100 plain and 200 newly cached tokens at 3 (cached ones a quarter more), 1,000 read, 40 out.
    expected = Usage(300, 40, 1000, round(100 * 3 + 200 * 3.75 + 1000 * 0.3 + 40 * 15))
    assert answer.usage == expected
    assert spent == [expected]


def test_the_purse_hears_which_prompt_it_paid_for(
    options: ClaudeOptions, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    heard: list[str] = []
    paying = Claude(connect(options), options, lambda _, prompt: heard.append(prompt))
    paying.ask(prompt, facts, into=Triage)
    assert heard == [prompt.workflow]


def test_the_question_is_cached_fenced_without_tools_and_bound_to_a_schema(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    claude.ask(prompt, facts, into=Triage)
    [request] = fake.requests
    assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
    schema = request["output_config"]["format"]["schema"]
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(GOOD)
    assert "tools" not in request
    assert "Please refill my lisinopril." in request["messages"][0]["content"]


def test_a01_claude_that_nobody_can_reach_is_one_plain_sentence(
    options: ClaudeOptions, prompt: Prompt, facts: Facts
) -> None:
    nowhere = replace(options, base_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="cannot be reached"):
        Claude(connect(nowhere), nowhere).ask(prompt, facts, into=Triage)


@pytest.mark.parametrize(
    "slow", [fake_claude.drips, fake_claude.drips_headers, fake_claude.is_silent]
)
def test_a01_an_answer_that_drips_stalls_or_never_begins_ends_at_the_deadline(
    hurried: ClaudeOptions, fake: FakeClaude, prompt: Prompt, facts: Facts, slow: Reply
) -> None:
    fake.will(slow)
    started = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        Claude(connect(hurried), hurried).ask(prompt, facts, into=Triage)
    assert time.monotonic() - started < 8  # it would go on for 20 s


def test_a01_a_timeout_of_each_read_alone_would_not_have_ended_the_drip(
    hurried: ClaudeOptions, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    # The control: the same limit, kept by the SDK's own client instead of ours.
    fake.patience = 2 * hurried.deadline.total_seconds()
    fake.will(fake_claude.drips_headers)
    plain = anthropic.Anthropic(
        api_key=hurried.api_key,
        base_url=hurried.base_url,
        max_retries=0,
        timeout=hurried.deadline.total_seconds(),
    )
    started = time.monotonic()
    with pytest.raises(Unreachable):
        Claude(plain, hurried).ask(prompt, facts, into=Triage)
    assert time.monotonic() - started > 1.5 * hurried.deadline.total_seconds()


@pytest.mark.parametrize("status", [500, 503, 529])
def test_a02_an_overloaded_claude_is_asked_once_and_not_again(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts, status: int
) -> None:
    fake.will(fails(status, "overloaded_error"))
    with pytest.raises(Unreachable, match=str(status)):
        claude.ask(prompt, facts, into=Triage)
    assert len(fake.requests) == 1


def test_a02_overload_reported_inside_an_answer_is_no_answer(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    fake.will(fake_claude.fails_while_answering("overloaded_error"))
    with pytest.raises(Unreachable):
        claude.ask(prompt, facts, into=Triage)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("4294967295", LONGEST_WAIT),
        ("1e400", LONGEST_WAIT),
        ("-5", timedelta(0)),
        ("soon", None),
        ("nan", None),
    ],
)
def test_a03_a_rate_limit_is_passed_on_at_once_with_a_bounded_wait(
    claude: Claude,
    fake: FakeClaude,
    prompt: Prompt,
    facts: Facts,
    header: str,
    wait: timedelta | None,
) -> None:
    fake.will(fails(429, "rate_limit_error", retry_after=header))
    started = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        claude.ask(prompt, facts, into=Triage)
    assert caught.value.retry_after == wait
    assert len(fake.requests) == 1
    assert time.monotonic() - started < 20  # the shortest wait asked for is longer by far


def test_a04_a_refusal_is_no_draft_and_is_not_asked_again(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    fake.will(says("", stop="refusal"))
    with pytest.raises(Unsure, match="declined"):
        claude.ask(prompt, facts, into=Triage)
    assert len(fake.requests) == 1


def test_a05_an_answer_cut_at_its_cap_is_asked_for_once_more_with_room(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts, spent: list[Usage]
) -> None:
    fake.will(says(json.dumps(GOOD)[:60], stop="max_tokens"), says(json.dumps(GOOD)))
    answer = claude.ask(prompt, facts, into=Triage)
    assert answer.value.category == "refill"
    assert [request["max_tokens"] for request in fake.requests][-1] == SECOND_CAP
    assert answer.usage == spent[0] + spent[1]


def test_a05_an_answer_cut_twice_is_discarded_even_if_it_could_be_read(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    fake.will(says(json.dumps(GOOD), stop="max_tokens"))
    with pytest.raises(Unsure, match="too long"):
        claude.ask(prompt, facts, into=Triage)
    assert len(fake.requests) == 2


@pytest.mark.parametrize(
    "text",
    [
        "I think this is a refill.",
        "",
        json.dumps(GOOD | {"note": "extra"}),
        json.dumps(GOOD | {"category": "refills"}),
        json.dumps(GOOD | {"urgency": "now"}),
        json.dumps(GOOD | {"confidence": "0.9"}),
        json.dumps(GOOD | {"confidence": 7}),
        json.dumps(GOOD | {"needs_reply": "yes"}),
        json.dumps(GOOD | {"evidence": []}),
        json.dumps(GOOD | {"evidence": ["words nobody wrote"]}),
        json.dumps({key: GOOD[key] for key in GOOD if key != "urgency"}),
        json.dumps(GOOD) + json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD)}\n```",
        json.dumps([GOOD]),
    ],
    ids=lambda text: text[:30],
)
def test_a06_an_answer_of_another_shape_is_no_answer(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts, text: str
) -> None:
    fake.will(says(text))
    with pytest.raises(Unsure) as caught:
        claude.ask(prompt, facts, into=Triage)
    assert "lisinopril" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a06_what_is_not_in_the_message_is_dropped_from_the_quotes(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    quotes = ["refill my lisinopril", "as soon as possible"]
    fake.will(
        says(json.dumps(GOOD | {"evidence": quotes, "used_facts": ["medications", "made_up"]}))
    )
    value = claude.ask(prompt, facts, into=Triage).value
    assert value.evidence == ["refill my lisinopril"]
    assert value.used_facts == ["medications"]


def test_a_draft_where_no_reply_is_needed_is_not_kept(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    fake.will(says(json.dumps(GOOD | {"needs_reply": False})))
    assert claude.ask(prompt, facts, into=Triage).value.draft is None


@pytest.mark.parametrize("broken", [fake_claude.cut, fake_claude.reset])
def test_a17_an_answer_that_breaks_off_never_becomes_a_draft_but_is_paid_for(
    claude: Claude,
    fake: FakeClaude,
    prompt: Prompt,
    facts: Facts,
    spent: list[Usage],
    broken: Reply,
) -> None:
    fake.will(broken)
    with pytest.raises(Unreachable):
        claude.ask(prompt, facts, into=Triage)
    assert [usage.tokens_in for usage in spent] == [300]


def test_a_web_page_in_place_of_an_answer_is_an_outage(
    claude: Claude, fake: FakeClaude, prompt: Prompt, facts: Facts
) -> None:
    fake.will(fake_claude.shows_a_web_page)
    with pytest.raises(Unreachable):
        claude.ask(prompt, facts, into=Triage)


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [(401, "authentication_error", Unreachable), (400, "invalid_request_error", Unsure)],
)
def test_a_key_or_a_question_that_claude_does_not_accept_is_said_plainly(
    claude: Claude,
    fake: FakeClaude,
    prompt: Prompt,
    facts: Facts,
    status: int,
    kind: str,
    error: type[Exception],
) -> None:
    fake.will(fails(status, kind))
    with pytest.raises(error, match=str(status)):
        claude.ask(prompt, facts, into=Triage)


def test_the_key_is_in_no_representation(options: ClaudeOptions) -> None:
    assert options.api_key not in repr(options)
