"""``python -m tests.races --races 100``: the long run, on each database that is there."""

import argparse
import sys
import tempfile
from pathlib import Path

from services.sandbox import running
from tests import databases
from tests.races.harness import LIMIT, Verdict, run


def main() -> int:
    """Print a verdict for each database; 1 when anything left later than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=100)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--wait", type=float, default=LIMIT + 1, help="seconds after each stop")
    asked = parser.parse_args()
    verdicts = {"SQLite": _on_sqlite(asked)}
    print(f"SQLite: {verdicts['SQLite']}", flush=True)
    if databases.postgres_is_running():
        verdicts["PostgreSQL"] = _on_postgres(asked)
        print(f"PostgreSQL: {verdicts['PostgreSQL']}")
    else:
        print("PostgreSQL is not running: not measured there.")
    return int(any(verdict.late for verdict in verdicts.values()))


def _on_sqlite(asked: argparse.Namespace) -> Verdict:
    with tempfile.TemporaryDirectory() as name, running() as sandbox:
        folder = Path(name)
        url = databases.sqlite_copy(databases.sqlite_template(folder), folder)
        return run(sandbox, url, folder, asked.races, seed=asked.seed, wait=asked.wait)


def _on_postgres(asked: argparse.Namespace) -> Verdict:
    with (
        tempfile.TemporaryDirectory() as name,
        running() as sandbox,
        databases.postgres_schema() as url,
    ):
        return run(sandbox, url, Path(name), asked.races, seed=asked.seed, wait=asked.wait)


if __name__ == "__main__":
    sys.exit(main())
