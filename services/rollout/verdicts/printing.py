"""The verdicts of a workflow as plain values and as lines, for the console."""

from collections.abc import Sequence
from typing import Any

from services.rollout.moves import WORKFLOWS
from services.rollout.verdicts.judging import Judged, Row
from services.rollout.verdicts.telling import PilotVerdict
from services.rollout.verdicts.words import counts, sentence

Json = dict[str, Any]


def printed(workflow: str, found: Sequence[PilotVerdict]) -> Json:
    """Every pilot with its metrics; people by name, which is no ranking."""
    return {
        "workflow": workflow,
        "title": WORKFLOWS[workflow],
        "pilots": [_pilot(one) for one in found],
    }


def table(told: Json) -> str:
    """The same as lines to read."""
    lines = [line for one in told["pilots"] for line in _lines(one)]
    return "\n".join(lines) or f"{told['title']} is in no pilot and was in none lately."


def _pilot(one: PilotVerdict) -> Json:
    return {
        "scope": one.pilot.scope,
        "place": one.place,
        "began": one.pilot.began.isoformat(),
        "ended": one.pilot.ended and one.pilot.ended.isoformat(),
        "compared": [
            {"who": unit.name, "from": str(unit.span.first), "to": str(unit.span.last),
             "before_from": str(unit.span.before.first), "before_to": str(unit.span.before.last)}
            for unit in one.units
        ],
        "not_told_apart": list(one.unknown),
        "instead": one.instead,
        "simulated": one.simulated,
        "metrics": [_judged(judged) for judged in one.judged],
    }  # fmt: skip


def _judged(judged: Judged) -> Json:
    metric = judged.metric
    return {
        "metric": metric.id, "title": metric.title, "unit": str(metric.unit),
        "good": str(metric.good), "target": judged.target, "baseline": judged.baseline,
        **_row(judged, judged.together),
        "each": [{"who": row.who, **_row(judged, row)} for row in judged.each],
    }  # fmt: skip


def _row(judged: Judged, row: Row) -> Json:
    change = row.change
    return {
        "verdict": str(row.verdict), "says": sentence(judged, row),
        "cases": counts(judged, row), "least": row.least,
        "before": {"value": row.before.value, "count": row.before.count},
        "after": {"value": row.after.value, "count": row.after.count},
        "change": change and {"value": change.value, "low": change.low, "high": change.high},
    }  # fmt: skip


def _lines(pilot: Json) -> list[str]:
    until = f" until {pilot['ended'][:10]}" if pilot["ended"] else ""
    who = ", ".join(one["who"] for one in pilot["compared"])
    lines = [f"{pilot['place']}, pilot since {pilot['began'][:10]}{until}: {who}"]
    if pilot["instead"]:
        lines.append(f"  {pilot['instead']}")
    for one in pilot["metrics"]:
        lines.append(f"  {one['title']}: {one['says']} [{one['cases']}]")
        lines += [f"    {row['who']}: {row['says']} [{row['cases']}]"
                  for row in one["each"]]  # fmt: skip
    return lines
