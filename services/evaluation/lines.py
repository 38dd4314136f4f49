"""Messages from a JSON-lines file, one by one; a bad line is told by its number, not by its text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST = 100_000  # characters of one message


@dataclass(frozen=True)
class Line:
    """One usable line: the message, and whatever else the line holds (such as labels)."""

    number: int
    id: str
    text: str = field(repr=False)
    subject: str = field(repr=False)
    extra: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be used, and why, without any of its text."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.number}: {self.reason}"


def read_lines(path: Path) -> Iterator[Line | BadLine]:
    """Every line of *path* that is not blank, in order. Raises ``OSError`` if it cannot be read."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                yield _parsed(number, raw)


def _parsed(number: int, raw: bytes) -> Line | BadLine:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(number, "is not UTF-8 text.")
    except (ValueError, RecursionError):
        return BadLine(number, "is not JSON.")
    if not isinstance(row, dict):
        return BadLine(number, "is not a JSON object.")
    return _checked(number, row)


def _checked(number: int, row: dict[str, Any]) -> Line | BadLine:
    id, text, subject = row.pop("id", None), row.pop("text", None), row.pop("subject", None)
    if isinstance(id, bool) or not isinstance(id, str | int) or id == "":
        return BadLine(number, 'has no "id".')
    if not isinstance(text, str) or not text.strip():
        return BadLine(number, 'has no "text".')
    if not isinstance(subject, str | None):
        return BadLine(number, 'has a "subject" that is not text.')
    if len(text) > LONGEST:
        return BadLine(number, f'has a "text" of more than {LONGEST:,} characters.')
    return Line(number, str(id), text, subject or "", row)
