"""A watched folder: each finished file is taken, and moved to ``taken`` or ``refused``, never away."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from services.errors import Invalid

SETTLED = timedelta(seconds=5)  # a file younger than this may still be being written
BATCH = 20
LONGEST_NAME = 200  # bytes; a file system takes 255, and a reason is put beside it


def collect(folder: Path, take: Callable[[Path], bool]) -> Counter[str]:
    """Hand every finished file of *folder* to *take*, which says whether it was new.

    It raises ``Invalid`` for one that is refused; its reason is put beside it as text. Links and
    hidden files are left alone.
    """
    counts: Counter[str] = Counter()
    for file in _finished(folder):
        try:
            counts[_take(file, take)] += 1
        except OSError:
            counts["untouched"] += 1  # not ours to read or move: it must not keep others waiting
        if counts.total() - counts["untouched"] >= BATCH:
            break
    return counts


def _finished(folder: Path) -> Iterator[Path]:
    newest = time.time() - SETTLED.total_seconds()
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        is_plain = entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
        if is_plain and entry.stat(follow_symlinks=False).st_mtime <= newest:
            yield Path(entry.path)


def _take(file: Path, take: Callable[[Path], bool]) -> str:
    try:
        is_new = take(file)
    except Invalid as refusal:
        moved = _move(file, "refused")
        moved.with_name(f"{moved.name}.reason.txt").write_text(f"{refusal}\n", encoding="utf-8")
        return "refused"
    # Committed before it moves: whatever dies in between, the file comes again and is known.
    _move(file, "taken")
    return "taken" if is_new else "known"


def _move(file: Path, where: str) -> Path:
    shelf = file.parent / where
    shelf.mkdir(mode=0o700, exist_ok=True)
    target = shelf / file.name
    if target.exists() or len(os.fsencode(file.name)) > LONGEST_NAME:
        target = shelf / f"{time.time_ns()}{file.suffix[:10]}"
    return file.rename(target)
