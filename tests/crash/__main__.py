"""``python -m tests.crash --kills 1000``: the long run, on each database that is there.

With ``--notes`` the kills are shared among the roads of a note.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from services.sandbox import running
from tests import databases
from tests.crash import notes
from tests.crash.harness import run


def main() -> int:
    """Print a verdict for each database; 1 when anything was lost, doubled or misdirected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--notes", action="store_true", help="kill during sends of notes")
    asked = parser.parse_args()
    if asked.notes:
        return _of_notes(asked.kills // len(notes.ROADS), asked.seed)
    verdicts = []
    for name, opened in _databases():
        with opened as (url, folder), running() as sandbox:
            verdicts.append(run(sandbox, url, folder, asked.kills, seed=asked.seed))
        print(f"{name}: {verdicts[-1]}")
    return int(any(v.lost or v.doubled or v.misdirected for v in verdicts))


def _of_notes(kills: int, seed: int) -> int:
    """A verdict for each road on each database; 1 unless every note was filed once in its place."""
    verdicts = []
    for name, opened in _databases():
        with opened as (url, folder), running(mllp_port=0) as sandbox:
            found = notes.run(sandbox, url, folder, kills, seed=seed)
        for verdict in found:
            print(f"{name}: {verdict}")
        verdicts += found
    return int(not all(verdict.is_clean for verdict in verdicts))


def _databases() -> Iterator[tuple[str, AbstractContextManager[tuple[str, Path]]]]:
    yield "SQLite", _sqlite()
    if databases.postgres_is_running():
        yield "PostgreSQL", _postgres()
    else:
        print("PostgreSQL is not running: not measured there.")


@contextmanager
def _sqlite() -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield databases.sqlite_copy(databases.sqlite_template(folder), folder), folder


@contextmanager
def _postgres() -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory() as name, databases.postgres_schema() as url:
        yield url, Path(name)


if __name__ == "__main__":
    sys.exit(main())
