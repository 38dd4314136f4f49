"""Synthetic portal messages, always the same ones, and pages of them as the channel serves them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from services.ehr.ports import Author, IncomingMessage, MessagePage

ROOT = Path(__file__).parents[2]
PAGE = 100  # messages the channel puts on a page
THREADS_OF_A_PATIENT = 5


@cache
def held_back() -> tuple[dict[str, Any], ...]:
    """Labelled messages that the local engine did not learn from."""
    return _read(ROOT / "tests" / "data" / "triage" / "holdout.jsonl")


@cache
def learnt_from() -> tuple[dict[str, Any], ...]:
    """The labelled messages that the local engine learns from."""
    return _read(ROOT / "services" / "workflows" / "inbox" / "examples.jsonl")


def texts(count: int) -> list[str]:
    """*count* messages in patients' words."""
    return [str(row["text"]) for row in islice(cycle(held_back()), count)]


def pages(count: int, first: int = 0) -> list[MessagePage]:
    """*count* new threads of one message each, numbered from *first*, in whole pages."""
    messages = [_message(first + n, text) for n, text in enumerate(texts(count))]
    chunks = [messages[start : start + PAGE] for start in range(0, count, PAGE)]
    return [MessagePage(tuple(chunk), (), f"cursor-{n}", True) for n, chunk in enumerate(chunks)]


def moments(count: int) -> Iterator[datetime]:
    """Times of arrival up to now, ten seconds apart."""
    now = datetime.now(UTC)
    return (now - timedelta(seconds=10 * (count - n)) for n in range(count))


def _message(number: int, text: str) -> IncomingMessage:
    at = datetime.now(UTC)
    return IncomingMessage(
        portal_id=f"m.{number}",
        thread_id=f"t.{number}",
        version=1,
        patient_ref=f"Patient/p.{number // THREADS_OF_A_PATIENT}",
        author=Author.PATIENT,
        subject="A question",
        body=text,
        sent_at=at,
        received_at=at,
        location="Location/1",
        provider="Practitioner/1",
    )


def _read(path: Path) -> tuple[dict[str, Any], ...]:
    with path.open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)
