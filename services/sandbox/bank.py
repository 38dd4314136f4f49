"""The bank of portal messages: read once, filled in later from a patient's own chart.

The format and the placeholders are described in ``data/messages/bank/README.md``.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

MESSAGES = Path(__file__).parent / "data" / "messages"
TURN = re.compile(r"^(<<|>>) (\d+)h ", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
URGENCIES = ("emergency", "urgent", "today")


@dataclass(frozen=True)
class Turn:
    """One message of a conversation, *after* the first one was received."""

    author: str
    after: timedelta
    text: str


@dataclass(frozen=True)
class Template:
    """One conversation. ``category`` and ``urgency`` are what a careful person would say of it."""

    category: str
    subject: str
    tags: frozenset[str]
    turns: tuple[Turn, ...]
    source: str

    @property
    def urgency(self) -> str:
        """How soon a person must look."""
        return next((u for u in URGENCIES if u in self.tags), "routine")

    @property
    def needs(self) -> frozenset[str]:
        """The placeholders that must be filled."""
        texts = (self.subject, *(turn.text for turn in self.turns))
        return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))


@cache
def templates() -> tuple[Template, ...]:
    """Every message there is, in a fixed order: file by file, as written."""
    files = sorted(MESSAGES.glob("*/*.txt"))
    return tuple(
        _template(path, record)
        for path in files
        for record in path.read_text("utf-8").strip().split("\n\n")
    )


def _template(path: Path, record: str) -> Template:
    head, _, body = record.strip().partition("\n")
    subject, _, tags = head.partition(" | ")
    names = frozenset(tag.strip() for tag in tags.split(",") if tag.strip())
    return Template(path.stem, subject, names, _turns(body), path.parent.name)


def _turns(body: str) -> tuple[Turn, ...]:
    first, *rest = TURN.split(body)
    turns = [Turn("patient", timedelta(0), first.strip())]
    for mark, hours, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        author = "practice" if mark == "<<" else "patient"
        turns.append(Turn(author, timedelta(hours=int(hours)), text.strip()))
    return tuple(turns)
