"""Every metric of a span as plain values, for the console and for files."""

import csv
from collections.abc import Sequence
from typing import Any, TextIO

from db.facts import MetricFact
from services.audit.exports import safe_cell
from services.container import Container
from services.desk import Actor
from services.metrics.annotations import Pinned
from services.metrics.definitions import ALL, BY_ID, NOT_MEASURED
from services.metrics.loading import BY, Narrow
from services.metrics.report import Report, Span, report, split
from services.metrics.words import said

Json = dict[str, Any]
HEADINGS = ("metric", "title", "value", "unit", "count", "before", "baseline", "target", "standing",
            "from", "to", "by", "at")  # fmt: skip
ROW_HEADINGS = ("day", "at", "kind", "value", "label", "mode", *BY, "item")


def printed(container: Container, actor: Actor, span: Span, by: str = "") -> Json:
    """All metrics with value, count and definition id; with *by* those of each place or payer too."""
    found = report(container, actor, span, Narrow())
    told: Json = {
        "from": str(span.first),
        "to": str(span.last),
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "simulated": found.simulated,
        "metrics": [_metric(row) for row in _rows(found)],
        "annotations": [_annotation(one) for one in found.annotations],
        "not_measured": [{"title": one.title, "why": one.why} for one in NOT_MEASURED],
    }
    if by:
        told["by"] = {by: _split(container, actor, span, by)}
    return told


def _metric(row: Json) -> Json:
    kept = ("metric", "title", "value", "unit", "count", "before", "baseline", "target", "standing")
    return {name: row[name] for name in kept}


def _split(container: Container, actor: Actor, span: Span, by: str) -> list[Json]:
    """One entry for each, by name: this is no ranking."""
    found = split(container, actor, span, by)
    ordered = sorted(found.items(), key=lambda one: one[1][0])
    return [
        {
            "ref": ref,
            "name": name,
            "metrics": [
                {"metric": id, "value": m.value, "unit": str(BY_ID[id].unit), "count": m.count}
                for id, m in metrics.items()
                if m.count
            ],
        }
        for ref, (name, metrics) in ordered
    ]


def table(told: Json) -> str:
    """The same as lines to read."""
    lines = [_line(one) for one in told["metrics"]]
    for by, entries in told.get("by", {}).items():
        for entry in entries:
            lines += ["", f"{by} {entry['name']}"]
            lines += [
                _line(one | {"title": BY_ID[one["metric"]].title}) for one in entry["metrics"]
            ]
    lines += ["", "Not measured:"]
    lines += [f"  {one['title']}: {one['why']}" for one in told["not_measured"]]
    return "\n".join(lines)


def _line(one: Json) -> str:
    value = said(BY_ID[one["metric"]].unit, one["value"])
    return f"{one['metric']:<24} {value:>16} {one['count']:>9,}  {one['title']}"


def write_report(found: Report, out: TextIO) -> int:
    """Every metric as CSV, then what was pinned to these days; returns how many metrics.

    Nothing is left out. An annotation is a line of its own, with who pinned it and when.
    """
    writer = csv.DictWriter(out, HEADINGS)
    writer.writeheader()
    rows = _rows(found)
    writer.writerows(
        {name: safe_cell(v) if isinstance(v, str) else v for name, v in row.items()}
        for row in (*rows, *map(_annotation_row, found.annotations))
    )
    return len(rows)


def _annotation(one: Pinned) -> Json:
    told = {"day": str(one.day), "text": one.text, "metric": one.metric, "by": one.by}
    return told | {"at": one.at.isoformat()}


def _annotation_row(one: Pinned) -> Json:
    about = f"annotation/{one.metric}" if one.metric else "annotation"
    told = {"metric": about, "title": one.text, "from": str(one.day), "to": str(one.day)}
    return told | {"by": one.by, "at": one.at.isoformat()}


def write_rows(facts: Sequence[MetricFact], out: TextIO) -> None:
    """The facts behind a number as CSV."""
    writer = csv.writer(out)
    writer.writerow(ROW_HEADINGS)
    for fact in facts:
        places = [getattr(fact, name) for name in BY]
        at = fact.at.isoformat()
        told = [fact.day, at, fact.kind, fact.value, fact.label, fact.mode, *places, fact.subject]
        writer.writerow(safe_cell(cell) if isinstance(cell, str) else cell for cell in told)


def _rows(found: Report) -> list[Json]:
    by_id = {reading.metric.id: reading for reading in found.readings}
    return [
        {
            "metric": one.id,
            "title": one.title,
            "value": by_id[one.id].now.value,
            "unit": str(one.unit),
            "count": by_id[one.id].now.count,
            "before": by_id[one.id].before.value,
            "baseline": by_id[one.id].wanted.baseline,
            "target": by_id[one.id].wanted.target,
            "standing": str(by_id[one.id].standing),
            "from": str(found.span.first),
            "to": str(found.span.last),
        }
        for one in ALL
    ]
