"""Sort a file of messages with an engine and the red-flag floor, line by line and in order."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from services.ai import Assistant, Facts
from services.ai.claude import Claude, connect
from services.ai.redflags import Flag, assess
from services.errors import Misconfigured, Unreachable, Unsure
from services.evaluation.lines import BadLine, Line, read_lines
from services.settings import Settings
from services.workflows.inbox import local
from services.workflows.inbox.answer import Triage, floored
from services.workflows.inbox.propose import PROMPT

BATCH = 512  # lines held at a time, whatever the size of the file

Tell = Callable[[str], object]
"""Takes sentences about lines that were not sorted as asked."""
Engine = Callable[[Sequence[Line], Tell], Iterator[Triage]]
"""Sorts lines, one triage for each."""


def triage_file(engine: str, source: Path, target: Path, settings: Settings) -> int:
    """Sort every message of *source* into *target* with ``local`` or ``claude``.

    One line is written for each usable one, in order; the others are told on the error output
    by number. A message Claude cannot sort is told too, and sorted by the embedded engine.
    Returns 0 when all went as asked, 1 when something was told, 2 when a file cannot be used.
    Raises ``Misconfigured`` when Claude is asked for and not set up.
    """
    chosen = _claude(settings) if engine == "claude" else sort_locally
    told: list[str] = []
    try:
        with target.open("w", encoding="utf-8") as out:
            for row in sort_lines(usable(read_lines(source), told.append), chosen, told.append):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}.\n")
        return 2
    sys.stderr.writelines(f"{sentence}\n" for sentence in told)
    return 1 if told else 0


def sort_lines(lines: Iterable[Line], engine: Engine, tell: Tell) -> Iterator[dict[str, object]]:
    """The rows of the output, one for each of *lines*, in order."""
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        for line, triage in zip(batch, engine(batch, tell), strict=True):
            flags = assess(line.text, line.subject)
            yield _row(line, floored(triage, flags), flags)


def usable(lines: Iterable[Line | BadLine], tell: Tell) -> Iterator[Line]:
    """Those of *lines* that can be sorted; the others are told."""
    for line in lines:
        if isinstance(line, BadLine):
            tell(str(line))
        else:
            yield line


def sort_locally(lines: Sequence[Line], tell: Tell) -> Iterator[Triage]:
    """The embedded engine's answers, before the floor. It has nothing to tell."""
    yield from local.answer_many([Facts(line.text, line.subject) for line in lines])


def sort_with(assistant: Assistant) -> Engine:
    """An engine that asks *assistant*, and the embedded one where that fails."""

    def sort(lines: Sequence[Line], tell: Tell) -> Iterator[Triage]:
        for line in lines:
            facts = Facts(line.text, line.subject)
            try:
                yield assistant.ask(PROMPT, facts, into=Triage).value
            except (Unsure, Unreachable) as error:
                tell(f"Line {line.number}: sorted by the embedded engine. {error}")
                yield local.answer(facts)

    return sort


def _claude(settings: Settings) -> Engine:
    # Imported late: wiring knows every adapter, and the embedded engine needs none of them.
    from services.wiring import claude_options

    if not settings.anthropic_api_key.get_secret_value():
        raise Misconfigured(["anthropic_api_key: is missing, and the engine is claude."])
    if settings.claude_model not in settings.claude_prices:
        raise Misconfigured(["claude_prices: has no price for claude_model."])
    options = claude_options(settings)
    return sort_with(Claude(connect(options), options))


def _row(line: Line, triage: Triage, flags: Sequence[Flag]) -> dict[str, object]:
    return {
        "id": line.id,
        "category": triage.category,
        "urgency": triage.urgency,
        "needs_reply": triage.needs_reply,
        "red_flags": list(dict.fromkeys(flag.family for flag in flags)),
        "evidence": triage.evidence,
        "confidence": triage.confidence,
    }
