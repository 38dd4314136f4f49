"""A line of a form taken apart into questions and answers: "City: Denver  State: CO" is two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.documents.pages import Word
from services.workflows.intake.extract.dictionary import Meaning, exact_meaning, meaning_of

LONGEST_LABEL = 14  # words
# What may follow "Emergency contact: ..." without a heading of its own.
FOLLOWING = ("name", "first", "last", "phone", "phone_home", "phone_work", "relation")
FOLLOW_UP = re.compile(
    r"^\W*(?:if (?:yes|so)|please (?:list|specify|describe)|list|which|specify)\b", re.I
)
_ENDS = re.compile(r"[:?]$")


@dataclass(frozen=True)
class Statement:
    """A question, if there is one, and the words that answer it.

    ``meaning`` is ``None`` for a question we do not know. ``run_together`` is true where it
    cannot be told where the answer ends.
    """

    label: str = field(repr=False)
    meaning: Meaning | None
    words: tuple[Word, ...] = field(repr=False)
    run_together: bool = False


class Understood:
    """How questions are understood where a line stands: under which heading, after what."""

    def __init__(self, contexts: Sequence[str]) -> None:
        self.contexts = contexts

    def exactly(self, label: str) -> Meaning | None:
        """What *label* asks for, to the letter."""
        return self._first(label, exact=True)

    def loosely(self, label: str) -> Meaning | None:
        """What *label* asks for, misread letters allowed."""
        return self._first(label, exact=True) or self._first(label, exact=False)

    def _first(self, label: str, *, exact: bool) -> Meaning | None:
        ask = exact_meaning if exact else meaning_of
        found = [meaning for c in self.contexts if (meaning := ask(label, c))]
        return next(iter(found), None)


def statements(words: Sequence[Word], understood: Understood) -> list[Statement]:
    """The questions of one line with their answers; a line without a question is one answer."""
    ends = [place for place, word in enumerate(words) if _ENDS.search(word.text)]
    if not ends:
        return [Statement("", None, tuple(words))]
    starts = _starts(words, ends, understood)
    found = [Statement("", None, tuple(words[: starts[0][0]]))] if starts[0][0] else []
    for place, (start, end, meaning) in enumerate(starts):
        following = starts[place + 1] if place + 1 < len(starts) else None
        answer = words[end + 1 : following[0] if following else len(words)]
        label = " ".join(word.text for word in words[start : end + 1])
        unclear = bool(following and following[2] is None)
        found.append(Statement(label, meaning, tuple(answer), unclear and bool(answer)))
    return found


def _starts(
    words: Sequence[Word], ends: Sequence[int], understood: Understood
) -> list[tuple[int, int, Meaning | None]]:
    """Where each question begins and ends, and what it asks for."""
    found: list[tuple[int, int, Meaning | None]] = []
    free = 0
    for end in ends:
        start, meaning = _label(words, free, end, understood, is_first=not found)
        if start is not None:
            found.append((start, end, meaning))
        free = end + 1
    return found


def _label(
    words: Sequence[Word], free: int, end: int, understood: Understood, *, is_first: bool
) -> tuple[int, Meaning | None]:
    texts = [word.text for word in words]
    whole = " ".join(texts[free : end + 1])
    if is_first and end - free < LONGEST_LABEL and (meaning := understood.loosely(whole)):
        return free, meaning
    for start in range(max(free, end - LONGEST_LABEL), end + 1):
        if meaning := understood.exactly(" ".join(texts[start : end + 1])):
            return start, meaning
    # An unknown question begins a line; inside one, nobody can say where it begins.
    return (free if is_first else end), None
