"""``python -m tests.crash --kills 1000``: the long run, on each database that is there."""

import argparse
import sys
import tempfile
from pathlib import Path

from services.sandbox import running
from tests import databases
from tests.crash.harness import Verdict, run


def main() -> int:
    """Print a verdict for each database; 1 when anything was lost, doubled or misdirected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    verdicts = {"SQLite": _on_sqlite(asked.kills, asked.seed)}
    if databases.postgres_is_running():
        verdicts["PostgreSQL"] = _on_postgres(asked.kills, asked.seed)
    else:
        print("PostgreSQL is not running: not measured there.")
    for name, verdict in verdicts.items():
        print(f"{name}: {verdict}")
    return int(any(v.lost or v.doubled or v.misdirected for v in verdicts.values()))


def _on_sqlite(kills: int, seed: int) -> Verdict:
    with tempfile.TemporaryDirectory() as name, running() as sandbox:
        folder = Path(name)
        url = databases.sqlite_copy(databases.sqlite_template(folder), folder)
        return run(sandbox, url, folder, kills, seed=seed)


def _on_postgres(kills: int, seed: int) -> Verdict:
    with (
        tempfile.TemporaryDirectory() as name,
        running() as sandbox,
        databases.postgres_schema() as url,
    ):
        return run(sandbox, url, Path(name), kills, seed=seed)


if __name__ == "__main__":
    sys.exit(main())
