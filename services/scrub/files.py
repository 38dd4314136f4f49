"""``foyer claims scrub``: every claim of 837P files as one JSON object with what the rules found."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from services.ehr.x12.claim import PROFESSIONAL, Claim
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.reading import rows
from services.scrub.checking import held, scrub
from services.scrub.context import Context, EarlierLine, Visit
from services.scrub.facts import billed
from services.scrub.findings import Finding

CLEAN, HELD, REFUSED = 0, 1, 2


def scrub_files(paths: Sequence[Path], today: date, out: TextIO, say: Callable[[str], None]) -> int:
    """Scrub each file, write JSON lines to *out*, and tell *say* why one is refused.

    The exit status: 0 when no claim is held, 1 when one is, 2 when a file is refused. A file is
    gone through twice, so that nothing is printed of one that turns out to be broken. A service that
    a file holds twice is found; what payers ask for and who is covered is not known here.
    """
    return max((_file(path, today, out, say) for path in paths), default=CLEAN)


def _file(path: Path, today: date, out: TextIO, say: Callable[[str], None]) -> int:
    reason = _refusal(path)
    if reason:
        say(f"{path}: {reason}")
        return REFUSED
    return _scrubbed(path, today, out)


def _refusal(path: Path) -> str:
    """Why *path* is not scrubbed; empty where it may be."""
    try:
        is_empty = not sum(1 for _ in professional_claims(path))
    except OSError:
        return "This file cannot be opened."
    except X12Fault as fault:
        return str(fault)
    return "It holds no claim." if is_empty else ""


def professional_claims(path: Path) -> Iterator[Claim]:
    """The claims of a file in turn. Raises ``X12Fault`` for anything but an 837P, and ``OSError``."""
    with path.open("rb") as file:
        for body, row in rows(file, bare=True):
            if row is not None and not (isinstance(row, Claim) and row.kind == PROFESSIONAL):
                raise body.fault("The rules are for professional claims (837P); this is another.")
            if isinstance(row, Claim):
                yield row


def _scrubbed(path: Path, today: date, out: TextIO) -> int:
    earlier: dict[Visit, tuple[EarlierLine, ...]] = defaultdict(tuple)
    context = Context(today=today, earlier=earlier)
    claims = held_claims = found = 0
    for claim in professional_claims(path):
        findings = scrub(claim, context)
        _write(_told(path, claim, findings), out)
        claims, found = claims + 1, found + len(findings)
        held_claims += held(findings)
        for visit, line in billed(claim):
            earlier[visit] += (line,)
    counts = {"claims": claims, "held": held_claims, "findings": found}
    _write({"file": str(path), "summary": True, **counts}, out)
    return HELD if held_claims else CLEAN


def _told(path: Path, claim: Claim, findings: tuple[Finding, ...]) -> dict[str, Any]:
    return {
        "file": str(path), "claim_id": claim.claim_id, "holds": held(findings),
        "findings": [_as_json(finding) for finding in findings],
    }  # fmt: skip


def _as_json(finding: Finding) -> dict[str, Any]:
    names = ("rule", "severity", "field", "line", "value", "sentence", "fix", "source")
    return {name: getattr(finding, name) for name in names}


def _write(row: dict[str, Any], out: TextIO) -> None:
    out.write(json.dumps(row, ensure_ascii=False) + "\n")
