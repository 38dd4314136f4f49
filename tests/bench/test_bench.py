"""The bench runs: each of its quick parts gives figures, beside something, in the table's shape."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import (
    claims,
    hl7,
    ingest,
    intake,
    metrics,
    notes,
    queue_page,
    redflags,
    scrub,
    sealing,
    whole_path,
    x12,
)
from tests.bench.__main__ import quick
from tests.bench.figures import Figure, Scale, heading, line, percentile

# Those that need a browser, fifty processes or a trained engine are too slow for the suite.
PARTS = (
    claims, hl7, ingest, *intake.PARTS, metrics, notes, queue_page, redflags, scrub, sealing, whole_path,
    x12,
)  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Scale:
    """As little as shows that it works."""
    return replace(
        quick(tmp_path),
        stored=(100, 200),
        messages=100,
        rounds=1,
        waiting=200,
        on_screen=(20, 200),
        remitted=200,
        facts=2_000,
    )


@pytest.mark.parametrize("measure", [part.measure for part in PARTS], ids=lambda m: m.__module__)
def test_each_part_says_what_it_measured_and_beside_what(
    measure: Callable[[Scale], Iterator[Figure]], small: Scale
) -> None:
    figures = list(measure(small))
    assert figures
    assert all(figure.ours > 0 for figure in figures)
    assert all(figure.beside for figure in figures if figure.other is not None)


def test_the_table_shows_ours_theirs_and_the_ratio() -> None:
    shown = line(Figure("triage: one message, p50", 2.0, "ms", "bare model", 4.0, "<= 3 ms"))
    assert all(word in shown for word in ("2 ms", "bare model", "4 ms", "0.50x", "<= 3 ms"))
    assert len(heading().split("target")[0]) == len(shown.split("<= 3 ms")[0])


def test_a_percentile_is_a_value_that_occurred() -> None:
    assert percentile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert percentile([5.0, 1.0, 3.0], 0.99) == 5.0
