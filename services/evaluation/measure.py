"""How well the embedded engine and the red-flag floor sort labelled messages, in print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from db.vocabulary import Category, Urgency
from services.evaluation.lines import BadLine, Line, read_lines
from services.evaluation.scores import Scores, Share
from services.evaluation.sort import sort_lines, sort_locally, usable

LABELS: Mapping[str, Sequence[str]] = {
    "category": [category.value for category in Category],
    "urgency": [urgency.value for urgency in Urgency],
    "needs_reply": ["true", "false"],
}


def eval_triage(path: Path, out: TextIO) -> int:
    """Sort the messages of *path* and print how the answers compare with its labels.

    Each line holds ``id``, ``text``, perhaps ``subject``, and any of the labels ``category``,
    ``urgency`` and ``needs_reply``; a question without labels is left out. Returns 0, or 1
    when a line could not be used or nothing could be measured.
    """
    told: list[str] = []
    lines = list(usable(map(_with_known_labels, read_lines(path)), told.append))
    rows = list(sort_lines(lines, sort_locally, told.append))
    compared = {name: _compared(name, lines, rows) for name in LABELS}
    for name, scores in compared.items():
        if scores.pairs:
            out.writelines(f"{line}\n" for line in report(name, scores))
    out.writelines(f"{sentence}\n" for sentence in told)
    measured = any(scores.pairs for scores in compared.values())
    if not measured:
        out.write("There is nothing to measure: no line holds a label.\n")
    return 0 if measured and not told else 1


def report(name: str, scores: Scores) -> Iterator[str]:
    """One question's figures as lines of text: accuracy, each label, and the confusion table."""
    yield f"{name}: {len(scores.pairs)} messages, right {scores.accuracy}"
    yield f"  {'':14} {'recall (95 % interval)':38} precision (95 % interval)"
    for label in scores.labels:
        recall, precision = scores.recall(label), scores.precision(label)
        if recall.all or precision.all:
            yield f"  {label:14} {recall!s:38} {precision}"
    if name == "urgency":
        yield f"  urgent or above, when it should be: {_seen_in_time(scores)}"
    yield from _table(scores)
    yield ""


def _with_known_labels(line: Line | BadLine) -> Line | BadLine:
    if isinstance(line, BadLine):
        return line
    unknown = [name for name in LABELS if name in line.extra and _label(line.extra, name) is None]
    return BadLine(line.number, f"has an unknown {unknown[0]}.") if unknown else line


def _compared(name: str, lines: Iterable[Line], rows: Iterable[Mapping[str, object]]) -> Scores:
    """Truth and answer of one question, for each line that is labelled."""
    both = (
        (_label(line.extra, name), _label(row, name)) for line, row in zip(lines, rows, strict=True)
    )
    return Scores([(truth, answer) for truth, answer in both if truth and answer], LABELS[name])


def _label(row: Mapping[str, object], name: str) -> str | None:
    label = str(row.get(name)).lower()
    return label if label in LABELS[name] else None


def _seen_in_time(scores: Scores) -> Share:
    """Of the emergencies and urgent ones, how many came out urgent or above."""
    high = {Urgency.EMERGENCY.value, Urgency.URGENT.value}
    answers = [answer for truth, answer in scores.pairs if truth in high]
    return Share(sum(answer in high for answer in answers), len(answers))


def _table(scores: Scores) -> Iterator[str]:
    used = [label for label in scores.labels if any(label in pair for pair in scores.pairs)]
    counts = scores.confusion()
    yield "  rows are the truth, columns the answers"
    yield "  " + " " * 14 + "".join(f"{label[:9]:>10}" for label in used)
    for truth in used:
        yield f"  {truth:14}" + "".join(f"{counts[truth, answer] or '.':>10}" for answer in used)
