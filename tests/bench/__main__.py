"""``python -m tests.bench [--only NAME] [--quick]``: a table of figures beside their peers."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.bench import (
    approving,
    browser,
    claims,
    claims_page,
    hl7,
    ingest,
    intake,
    metrics,
    metrics_page,
    notes,
    queue_page,
    redflags,
    risk,
    scrub,
    sealing,
    sessions,
    triage,
    whole_path,
    x12,
)
from tests.bench.figures import Figure, Scale, heading, line

Measure = Callable[[Scale], Iterator[Figure]]
ALL: dict[str, Measure] = {
    "ingest": ingest.measure,
    "redflags": redflags.measure,
    "triage": triage.measure,
    "whole_path": whole_path.measure,
    "queue": queue_page.measure,
    "sealing": sealing.measure,
    "claims": claims.measure,
    "claims_page": claims_page.measure,
    "approving": approving.measure,
    "browser": browser.measure,
    "sessions": sessions.measure,
    "intake": intake.measure,
    "risk": risk.measure,
    "scrub": scrub.measure,
    "x12": x12.measure,
    "hl7": hl7.measure,
    "notes": notes.measure,
    "metrics": metrics.measure,
    "metrics_page": metrics_page.measure,
}


def main() -> int:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=ALL, action="append", help="one part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it works")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print(heading())
    with tempfile.TemporaryDirectory(prefix="foyer-bench-") as folder:
        scale = quick(Path(folder)) if asked.quick else Scale(Path(folder))
        for name in asked.only or ALL:
            for figure in ALL[name](replace(scale, folder=Path(folder) / name)):
                print(line(figure), flush=True)
    return 0


def quick(folder: Path) -> Scale:
    """Small enough to run in a minute, large enough to be no fluke."""
    return Scale(
        folder, stored=(2_000, 10_000), messages=500, rounds=3, staff=10, waiting=2_000,
        sessions=(0, 3), on_screen=(200, 2_000), clicks=5, remitted=2_000, billed=5_000, facts=50_000,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
