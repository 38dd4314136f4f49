"""Remittances and statuses to rows: CPU beside a loop by hand and other libraries, and memory."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from services.ehr.x12 import rows
from tests.bench import x12_by_hand
from tests.bench.figures import A_SECOND, MILLISECONDS, Figure, Scale, cpu
from tests.bench.payments import write_remittance, write_statuses

MEGABYTES = "MB"
PEAK = """
import sys
from pathlib import Path
from services.ehr.x12 import rows
with open(sys.argv[1], "rb") as file:
    for _ in rows(file):
        pass
[line] = [l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM")]
print(int(line.split()[1]) / 1000)
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """20,000 claims in 20 transactions and in one; 2,000 statuses."""
    scale.folder.mkdir(parents=True, exist_ok=True)
    many, one = scale.folder / "many.edi", scale.folder / "one.edi"
    write_remittance(many, scale.remitted, transactions=20)
    write_remittance(one, scale.remitted, transactions=1)
    yield from _remittances(many, scale)
    for path, how in ((many, "20 transactions"), (one, "one transaction")):
        what = f"835, {scale.remitted:,} claims in {how}: peak memory"
        yield Figure(what, _peak(path), MEGABYTES, target="<= 80 MB")
    yield from _statuses(scale)


def _remittances(path: Path, scale: Scale) -> Iterator[Figure]:
    what = f"835 to rows, checked and balanced: {scale.remitted:,} claims"
    ours = _milliseconds(lambda: _read(path), scale.rounds)
    yield Figure("835: claims", scale.remitted / ours * 1000, A_SECOND)
    by_hand = _milliseconds(lambda: x12_by_hand.every_field(path), scale.rounds)
    yield Figure(what, ours, MILLISECONDS, "by hand, same fields, no checks", by_hand, "<= 1.5x")
    least = _milliseconds(lambda: x12_by_hand.adjustments_only(path), scale.rounds)
    yield Figure(what, ours, MILLISECONDS, "by hand, claim, line, CAS only", least)
    for name, module, target, work in PEERS:
        yield _beside(what, ours, name, module, target, lambda work=work: work(path))


def _beside(
    what: str, ours: float, name: str, module: str, target: str, work: Callable[[], object]
) -> Figure:
    try:
        importlib.import_module(module)
    except ImportError:
        return Figure(what, ours, MILLISECONDS, f"{name}: not installed", None, target)
    return Figure(what, ours, MILLISECONDS, name, _milliseconds(work, 1), target)


def _statuses(scale: Scale) -> Iterator[Figure]:
    path = scale.folder / "statuses.edi"
    count = scale.remitted // 10
    write_statuses(path, count)
    ours = _milliseconds(lambda: _read(path), scale.rounds)
    by_hand = _milliseconds(lambda: x12_by_hand.statuses(path), scale.rounds)
    what = f"277 to rows, checked: {count:,} claims"
    yield Figure(what, ours, MILLISECONDS, "by hand, same fields, no checks", by_hand, "<= 1.5x")


def _read(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in rows(file))


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    return cpu(work, rounds) * 1000


def _peak(path: Path) -> float:
    run = [sys.executable, "-c", PEAK, str(path)]
    return float(subprocess.run(run, capture_output=True, check=True).stdout)


def _oxedi(path: Path) -> Any:
    return importlib.import_module("oxedi").parse_file(str(path))


def _openx12(path: Path) -> Any:
    return importlib.import_module("openx12").x835.parse(path.read_text())


def _edi_835_parser(path: Path) -> Any:
    """It reads folders of text files."""
    folder = path.parent / "texts"
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / "many.txt")
    return importlib.import_module("edi_835_parser").parse(str(folder))


PEERS: tuple[tuple[str, str, str, Callable[[Path], Any]], ...] = (
    ("oxedi (Rust, all in memory)", "oxedi", "<= 3.5x", _oxedi),
    ("openx12", "openx12", "<= 0.5x", _openx12),
    ("edi-835-parser", "edi_835_parser", "<= 0.33x", _edi_835_parser),
)
