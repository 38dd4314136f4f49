"""Claude, through Anthropic's Messages API: one question, one checked answer, a bounded wait."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent
from pydantic import ValidationError

from services.ai import deadline
from services.ai.fence import fenced
from services.ai.minimum import outbound
from services.ai.port import Answer, Facts, Prompt, T, Usage
from services.errors import Unreachable, Unsure

ENGINE = "claude"
LONGEST_WAIT = timedelta(minutes=10)  # of what the other side may ask us to wait
SECOND_CAP = 6_000  # tokens of an answer that was cut at its prompt's room; thinking counts as well
CACHE_WRITE = 1.25  # a cache entry of five minutes costs a quarter more than plain input
BUSY = frozenset({"overloaded_error", "rate_limit_error", "api_error", "timeout_error"})


@dataclass(frozen=True)
class Price:
    """What a model costs, in US dollars per million tokens (or millionths per token)."""

    tokens_in: float
    tokens_out: float
    cached_in: float


@dataclass(frozen=True)
class ClaudeOptions:
    """Where Claude is, which model to ask and how long to wait in total.

    ``geo`` restricts where Anthropic may run the model; empty leaves it to the workspace.
    """

    api_key: str = field(repr=False)
    model: str
    prices: Mapping[str, Price]
    base_url: str = "https://api.anthropic.com"
    deadline: timedelta = timedelta(seconds=30)
    geo: str = ""


@dataclass
class _Heard:
    """What has arrived of one answer. ``whole`` only when the other side said it was done."""

    text: str = ""
    stop: str | None = None
    whole: bool = False
    plain_in: int = 0
    written_in: int = 0
    cached_in: int = 0
    tokens_out: int = 0

    def usage(self, price: Price) -> Usage:
        cost = self.plain_in * price.tokens_in + self.cached_in * price.cached_in
        cost += self.written_in * price.tokens_in * CACHE_WRITE + self.tokens_out * price.tokens_out
        tokens_in = self.plain_in + self.written_in
        return Usage(tokens_in, self.tokens_out, self.cached_in, round(cost))


class Claude:
    """An ``Assistant`` that asks Claude. ``spend`` is told what each call took and of which prompt."""

    def __init__(
        self,
        client: anthropic.Anthropic,
        options: ClaudeOptions,
        spend: Callable[[Usage, str], None] = lambda usage, prompt: None,
    ) -> None:
        self._client = client
        self._options = options
        self._price = options.prices[options.model]
        self._spend = spend

    def ask(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """Ask once, and once more with room if the answer was cut at its cap."""
        started = time.monotonic()
        request = self._request(prompt, outbound(prompt.workflow, facts), into)
        with deadline.within(self._options.deadline):
            heard = self._hear(prompt, request, prompt.room)
            used = heard.usage(self._price)
            if heard.stop == "max_tokens":
                heard = self._hear(prompt, request, max(SECOND_CAP, 2 * prompt.room))
                used += heard.usage(self._price)
        value = _checked(heard, facts, into)
        took = timedelta(seconds=time.monotonic() - started)
        return Answer(value, ENGINE, self._options.model, prompt.digest, used, took)

    def _request(self, prompt: Prompt, facts: Facts, into: type[T]) -> dict[str, Any]:
        schema = anthropic.transform_schema(into)
        request: dict[str, Any] = {
            "model": self._options.model,
            "system": [
                {"type": "text", "text": prompt.text, "cache_control": {"type": "ephemeral"}}
            ],
            "messages": [{"role": "user", "content": fenced(facts)}],
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
        }
        return request | ({"inference_geo": self._options.geo} if self._options.geo else {})

    def _hear(self, prompt: Prompt, request: dict[str, Any], cap: int) -> _Heard:
        heard = _Heard()
        try:
            with self._client.messages.create(**request, max_tokens=cap, stream=True) as events:
                for event in events:
                    _note(heard, event)
        except anthropic.APIStatusError as error:
            raise _refusal(error) from None
        except (anthropic.APIConnectionError, httpx2.HTTPError):
            raise Unreachable("Claude cannot be reached or did not answer in time.") from None
        except (anthropic.AnthropicError, ValueError):
            raise Unsure("Claude's answer could not be read.") from None
        finally:
            # Counted however it ended: tokens cost money even when the answer is of no use.
            self._spend(heard.usage(self._price), prompt.workflow)
        if not heard.whole:
            raise Unreachable("Claude's answer broke off half way.")
        return heard


def connect(options: ClaudeOptions) -> anthropic.Anthropic:
    """A client that never sleeps or retries by itself; share one among practices."""
    return anthropic.Anthropic(
        api_key=options.api_key,
        base_url=options.base_url,
        max_retries=0,
        timeout=options.deadline.total_seconds(),
        http_client=deadline.client(),
        open_telemetry=False,
    )


def _note(heard: _Heard, event: RawMessageStreamEvent) -> None:
    match event.type:
        case "message_start":
            usage = event.message.usage
            heard.plain_in, heard.tokens_out = usage.input_tokens, usage.output_tokens
            heard.written_in = usage.cache_creation_input_tokens or 0
            heard.cached_in = usage.cache_read_input_tokens or 0
        case "content_block_delta" if event.delta.type == "text_delta":
            heard.text += event.delta.text
        case "message_delta":
            heard.stop, heard.tokens_out = event.delta.stop_reason, event.usage.output_tokens
        case "message_stop":
            heard.whole = True


def _checked(heard: _Heard, facts: Facts, into: type[T]) -> T:
    """The answer in our shape. Raises ``Unsure``; no part of the answer is in the sentence."""
    match heard.stop:
        case "end_turn" | "stop_sequence":
            pass
        case "refusal":
            raise Unsure("Claude declined to answer.")
        case "max_tokens" | "model_context_window_exceeded":
            raise Unsure("Claude's answer was cut because it was too long.")
        case _:
            raise Unsure("Claude ended its answer in a way we do not accept.")
    try:
        return into.model_validate_json(heard.text, strict=True, context={"facts": facts})
    except ValidationError:
        raise Unsure("Claude's answer did not have the agreed shape.") from None


def _refusal(error: anthropic.APIStatusError) -> Unreachable | Unsure:
    code = error.status_code
    if code in (408, 409, 429) or code >= 500 or error.type in BUSY:
        wait = _wait(error.response.headers.get("retry-after", ""))
        return Unreachable(f"Claude is busy or out of order ({code}).", retry_after=wait)
    if code in (401, 402, 403):
        return Unreachable(f"Claude does not accept the practice's key ({code}).")
    return Unsure(f"Claude did not accept the question ({code}).")


def _wait(header: str) -> timedelta | None:
    """``retry-after`` in seconds, kept between nothing and ten minutes; ``None`` if unreadable."""
    try:
        return timedelta(seconds=min(max(float(header), 0.0), LONGEST_WAIT.total_seconds()))
    except ValueError:
        return None
