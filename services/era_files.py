"""What `foyer era parse` says of files: a line of JSON for each claim, then how the file adds up."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from services.ehr.x12.envelope import Body
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.reading import AnyRow, rows
from services.ehr.x12.remittance import Settlement
from services.ehr.x12.status import BatchStatus
from services.ehr.x12.values import dollars
from services.era_lines import batch, printed

REFUSED = 2  # the exit status where any file is


def parse_files(paths: Sequence[Path], out: TextIO, say: Callable[[str], None]) -> int:
    """Print each file of *paths* to *out*; tell *say* why one is refused. The exit status.

    A file is gone through twice, so that nothing is printed of one that turns out to be broken.
    Of one that does not balance only the summary is printed.
    """
    refusals = [f"{path}: {reason}" for path in paths if (reason := _refusal(path, out))]
    for refusal in refusals:
        say(refusal)
    return REFUSED if refusals else 0


def _refusal(path: Path, out: TextIO) -> str:
    """Print *path*, or say in a sentence why not."""
    try:
        summary = _summary(path)
        reason = "; ".join(_imbalances(summary))
        if not reason:
            _print_rows(path, out)
    except OSError:
        return "This file cannot be opened."
    except X12Fault as fault:
        return str(fault)
    _print(out, summary)
    return reason and f"It does not balance: {reason}."


def _print_rows(path: Path, out: TextIO) -> None:
    with path.open("rb") as file:
        for body, row in rows(file, bare=True):
            shown = printed(row) if row is not None else None
            if shown is not None:
                _print(out, {"file": str(path), "st": body.header.control, **shown})


def _print(out: TextIO, value: dict[str, Any]) -> None:
    out.write(json.dumps(value, ensure_ascii=False) + "\n")


def _summary(path: Path) -> dict[str, Any]:
    results: list[dict[str, Any]] = []
    findings: list[str] = []
    tally = _Tally()
    with path.open("rb") as file:
        for body, row in rows(file, bare=True):
            if isinstance(row, Settlement):
                results.append(_balance(body, row))
            elif row is not None:
                tally.add(row)
            else:
                if body.header.type != "835":
                    results.append(tally.result(body))
                findings += body.findings
                tally = _Tally()
    return {
        "file": str(path), "summary": True,
        "claims": sum(result["claims"] for result in results),
        "balanced": all(result.get("balanced", True) for result in results),
        "transactions": results, "findings": findings,
    }  # fmt: skip


class _Tally:
    """What a transaction holds that moves no money."""

    def __init__(self) -> None:
        self.claims = self.rejected = 0
        self.batches: list[dict[str, Any]] = []

    def add(self, row: AnyRow) -> None:
        """One row of it."""
        if isinstance(row, BatchStatus):
            self.batches.append(batch(row))
        elif printed(row) is not None:
            self.claims += 1
            self.rejected += bool(getattr(row, "is_rejected", False))

    def result(self, body: Body) -> dict[str, Any]:
        """Its line in the summary."""
        return {
            "st": body.header.control, "type": body.header.type, "claims": self.claims,
            "rejected": self.rejected, "batches": self.batches,
        }  # fmt: skip


def _balance(body: Body, settlement: Settlement) -> dict[str, Any]:
    adjusted = sum(a.amount for a in settlement.provider_adjustments)
    return {
        "st": body.header.control, "type": body.header.type, "claims": settlement.claims,
        "lines": settlement.lines, "balanced": settlement.balances,
        "charge": dollars(settlement.charged), "paid": dollars(settlement.paid),
        "provider_adjustments": dollars(adjusted), "payment": dollars(settlement.promised),
        "difference": dollars(settlement.difference),
        "claims_out_of_balance": _out(settlement.claims_out),
        "lines_out_of_balance": _out(settlement.lines_out),
    }  # fmt: skip


def _out(found: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [{"segment": segment, "difference": dollars(cents)} for segment, cents in found]


def _imbalances(summary: dict[str, Any]) -> Iterator[str]:
    """The first of each kind, for each transaction that does not add up."""
    for result in summary["transactions"]:
        if result.get("balanced", True):
            continue
        for kind in ("line", "claim"):
            for out in result[f"{kind}s_out_of_balance"][:1]:
                yield f"the {kind} at segment {out['segment']:,} by {out['difference']}"
        if result["difference"] != dollars(0):
            claims = f"claims {result['paid']} less {result['provider_adjustments']}"
            yield f"the payment {result['payment']} against {claims} by {result['difference']}"
