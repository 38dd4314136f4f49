"""Every change of the rollout as CSV, for people who may; each file is on the trail."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from db.audit import AuditEntry, AuditTrail, Ending
from services.audit.exports import safe_cell
from services.desk import Desk
from services.errors import Invalid
from services.management import Deed, managed
from services.metrics.exporting import File
from services.rollout import runs
from services.rollout.history import Change, history, names
from services.rollout.moves import WORKFLOWS
from services.rollout.scopes import Names

# What changes no stage, and so is kept as no version: only the trail has it.
BESIDE = (
    "rollout.stop", "rollout.resume", "rollout.leave_out", "rollout.let_in",
    "rollout.set_guardrail", "rollout.plan", "rollout.edit_plan", "rollout.approve",
    "rollout.cancel_plan", "rollout.acknowledge",
)  # fmt: skip
MOST = 50_000  # lines of one kind; more are refused with words, never cut
PERSON = re.compile(r"\b(?:staff/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


@dataclass(frozen=True)
class Line:
    """One change at one place, as a row of the file."""

    at: str
    what: str
    subject: str
    where: str
    before: str
    after: str
    version: str
    by: str
    owner: str
    because: str


@managed("rollout.export", "Export changes as CSV")
def export_changes(desk: Desk) -> Deed[File]:
    """Every stage that was changed, with who, why and what differs; stops and plans beside them."""
    lines = sorted([*_versions(desk), *_beside(desk)], key=lambda line: line.at)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(field.name for field in fields(Line))
    writer.writerows([safe_cell(cell) for cell in vars(line).values()] for line in lines)
    return Deed("rollout", f"{len(lines)} lines", File(out.getvalue(), len(lines)))


def _versions(desk: Desk) -> Iterator[Line]:
    for workflow in WORKFLOWS:
        for change in history(desk, workflow, runs.ALL):
            yield from _lines(change)


def _lines(change: Change) -> Iterator[Line]:
    for line in change.lines:
        yield Line(
            change.at.isoformat(), "stage changed", change.workflow, line.where, line.before, line.after,
            str(change.number), change.by, change.owner, change.because,
        )  # fmt: skip


def _beside(desk: Desk) -> Iterator[Line]:
    name = names(desk)
    for verb in BESIDE:
        for entry in _entries(desk, verb):
            yield _told(entry, name)


def _entries(desk: Desk, verb: str) -> Sequence[AuditEntry]:
    found = desk.open(AuditTrail).search(verb=verb, limit=MOST + 1)
    if len(found) > MOST:
        raise Invalid("There are more changes than fit in one file. Please export the trail.")
    return [entry for entry in found if entry.ending is Ending.DONE]


def _told(entry: AuditEntry, name: Names) -> Line:
    before, arrow, after = entry.reason.partition(" -> ")
    by = entry.actor.removeprefix("staff/")
    return Line(
        entry.at.isoformat(), entry.verb.partition(".")[2].replace("_", " "), entry.subject, "",
        _named(before, name) if arrow else "", _named(after if arrow else before, name), "",
        name(by) if by != entry.actor else entry.actor, "", "",
    )  # fmt: skip


def _named(words: str, name: Names) -> str:
    """With people by name, as the page shows them."""
    return PERSON.sub(lambda found: name(found[1]), words)
