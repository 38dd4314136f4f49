"""Visits as they were spoken, to be had by patients of the sandbox; ``data/visits/SOURCE.md`` says whose they are."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("data") / "visits" / "conversations.ndjson.gz"


@dataclass(frozen=True)
class Conversation:
    """One visit: what the chart needs for it to make sense, and who says what, ``[doctor] …`` a line.

    ``age`` is in years; ``sex`` is ``male`` or ``female``. ``conversation`` has marks for the names.
    """

    id: str
    sex: str
    age: int
    reason: str
    problems: tuple[str, ...]
    medications: tuple[str, ...]
    conversation: str

    def spoken_by(self, given: str, family: str, age: int) -> str:
        """The conversation as this patient would have it."""
        marks = {"{given}": given, "{family}": family, "{age}": str(age)}
        text = self.conversation
        for mark, word in marks.items():
            text = text.replace(mark, word)
        return text


@cache
def conversations() -> tuple[Conversation, ...]:
    """All of them, in the same order each time."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        return tuple(_conversation(json.loads(line)) for line in lines)


def fitting(sex: str, age: int) -> Conversation:
    """The one whose patient is nearest in age among those of this sex; of any sex if there is none."""
    same = [one for one in conversations() if one.sex == sex] or list(conversations())
    return min(same, key=lambda one: (abs(one.age - age), one.id))


def _conversation(row: dict[str, Any]) -> Conversation:
    lists = {name: tuple(row[name]) for name in ("problems", "medications")}
    return Conversation(**row | lists)
