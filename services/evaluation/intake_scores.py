"""Fields that were read, held against what a form truly says, group by group."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.evaluation.scores import Share
from services.workflows.intake.fields import OTHER_ANSWERS, Field, group_of
from services.workflows.intake.normal.members import bare
from services.workflows.intake.normal.text import folded

CERTAIN = 0.8  # from here on a value is taken for certain
WEIGHTS = {"right": 1, "wrong and certain": -2}
# The part of an entry by which it is known, whatever its place in the list.
HEADS = {"allergies": "substance", "medications": "name", "consents": "name"}
_ENTRY = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")


class Verdict(StrEnum):
    """What became of one field."""

    RIGHT = "right"
    EMPTY = "empty"  # the form says something, and nothing was read
    WRONG = "wrong"
    WRONG_AND_CERTAIN = "wrong and certain"
    RIGHTLY_EMPTY = "rightly empty"  # unclear on the form, and left so


@dataclass(frozen=True)
class Tally:
    """How one group of fields came out."""

    group: str
    verdicts: tuple[Verdict, ...]

    def count(self, *kinds: Verdict) -> int:
        """How many came out so."""
        return sum(verdict in kinds for verdict in self.verdicts)

    @property
    def recall(self) -> Share:
        """Of all that the form says, what was read rightly."""
        right = self.count(Verdict.RIGHT)
        return Share(right, right + self.count(Verdict.EMPTY, *_MISREAD))

    @property
    def precision(self) -> Share:
        """Of all values that were read, those that are right."""
        right = self.count(Verdict.RIGHT)
        return Share(right, right + self.count(Verdict.WRONG, Verdict.WRONG_AND_CERTAIN))

    @property
    def score(self) -> int:
        """+1 for a right value, -2 for a wrong one taken for certain, 0 for everything else."""
        return sum(WEIGHTS.get(verdict, 0) for verdict in self.verdicts)


# A wrong value stands in the place of a right one; one the form has not at all does so too.
_MISREAD = (Verdict.WRONG, Verdict.WRONG_AND_CERTAIN)


def tallies(pairs: Iterable[tuple[Mapping[str, str | None], Sequence[Field]]]) -> list[Tally]:
    """One tally for each group over all forms: truth by path beside the fields that were read."""
    by_group: dict[str, list[Verdict]] = {}
    for truth, found in pairs:
        for group, verdict in verdicts(truth, found):
            by_group.setdefault(group, []).append(verdict)
    return [Tally(group, tuple(each)) for group, each in by_group.items()]


def verdicts(
    truth: Mapping[str, str | None], found: Sequence[Field]
) -> Iterator[tuple[str, Verdict]]:
    """The group and the outcome of every field of either side."""
    values = {field.path: _comparable(field.path, field.value, truth) for field in found}
    names, read = _keys(truth), _keys(values)
    expected = {key: _comparable(path, truth[path], truth) for path, key in names.items()}
    said = {read[field.path]: (values[field.path], field.confidence) for field in found}
    for key in dict.fromkeys((*expected, *said)):
        value, sure = said.get(key, (None, 0.0))
        wanted = expected.get(key)
        if group_of(key) == OTHER_ANSWERS and key not in expected:
            continue  # whether none of these is lost is counted by itself
        if wanted is not None or value is not None or key in expected:
            yield group_of(key), _verdict(wanted, value, sure)


def _verdict(wanted: str | None, value: str | None, sure: float) -> Verdict:
    if value is None:
        return Verdict.EMPTY if wanted is not None else Verdict.RIGHTLY_EMPTY
    if wanted is not None and folded(value) == folded(wanted):
        return Verdict.RIGHT
    return Verdict.WRONG_AND_CERTAIN if sure >= CERTAIN else Verdict.WRONG


def _comparable(path: str, value: str | None, truth: Mapping[str, str | None]) -> str | None:
    """*value* without what is only notation, as the truth at hand writes it."""
    if value is None:
        return None
    if path.endswith((".member_id", ".group")):
        return bare(value)
    habits = [said for name, said in truth.items() if name.startswith("social_history")]
    if path.startswith("social_history") and not any(": " in (said or "") for said in habits):
        # "Tobacco: never smoked" says what "Never smoked" does under its question.
        return value.partition(": ")[2] or value
    return value


def _keys(values: Mapping[str, str | None]) -> dict[str, str]:
    """Paths with an entry's name in the place of its index: lists match in any order."""
    return {path: _key(path, values) for path in values}


def _key(path: str, values: Mapping[str, str | None]) -> str:
    entry = _ENTRY.fullmatch(path)
    if entry is None or entry[1] == "coverage":
        return path
    group, index, leaf = entry.groups()
    name = _name(group, f"{group}[{index}]", values)
    return f"{group}[{name}]" + (f".{leaf}" if leaf else "")


def _name(group: str, entry: str, values: Mapping[str, str | None]) -> str:
    if group == "family_history":
        return folded(f"{values.get(f'{entry}.relation')} {values.get(f'{entry}.condition')}")
    return folded(values.get(f"{entry}.{HEADS[group]}" if group in HEADS else entry) or entry)
