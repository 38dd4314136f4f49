"""Figures and how they are taken: CPU medians for one process, percentiles for waiting people."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MICROSECONDS = "us"
MILLISECONDS = "ms"
A_SECOND = "/s"


@dataclass(frozen=True)
class Scale:
    """How much to measure, and where to put it.

    ``stored`` are the numbers of conversations already there; ``messages`` how many are taken
    in on top; ``remitted`` how many claims a payment covers and ``billed`` how many lie in the books; ``facts`` are those behind the metrics; ``staff`` how many people work at the same time.
    """

    folder: Path
    stored: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    messages: int = 2_000
    rounds: int = 5
    staff: int = 50
    waiting: int = 12_000
    sessions: tuple[int, ...] = (0, 10, 25)
    on_screen: tuple[int, ...] = (1_000, 100_000)
    clicks: int = 30
    remitted: int = 20_000
    billed: int = 200_000
    facts: int = 5_000_000


@dataclass(frozen=True)
class Figure:
    """One line of the table: ``ours`` beside ``other``, in the same ``unit``.

    ``other`` is ``None`` where there is nothing to compare with, and only ``target`` says what
    is wanted.
    """

    what: str
    ours: float
    unit: str
    beside: str = ""
    other: float | None = None
    target: str = ""


def heading() -> str:
    """The first line of the table."""
    return f"{'what':<66} {'ours':>12}  {'beside':<34} {'theirs':>12} {'ratio':>8}  target"


def line(figure: Figure) -> str:
    """One line of the table."""
    other = "" if figure.other is None else f"{_number(figure.other)} {figure.unit}"
    ratio = "" if not figure.other else f"{figure.ours / figure.other:.2f}x"
    ours = f"{_number(figure.ours)} {figure.unit}"
    return (
        f"{figure.what:<66} {ours:>12}  {figure.beside:<34} {other:>12} {ratio:>8}  {figure.target}"
    )


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Median CPU seconds of this process for *work*: another tenant of the machine costs nothing."""
    return statistics.median(_cpu_once(work) for _ in range(rounds))


def _cpu_once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def cpu_of_each(work: Callable[[], object], times: int) -> list[float]:
    """CPU seconds of each of *times* repetitions."""
    return [_cpu_once(work) for _ in range(times)]


def wall_of_each(work: Callable[[], object], times: int) -> list[float]:
    """Seconds on the clock of each of *times* repetitions."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that *share* (0 to 1) of *values* do not exceed."""
    ordered: Sequence[float] = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"
