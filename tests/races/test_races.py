"""Nothing begins to leave once sending is stopped; the long run is ``python -m tests.races``."""

from pathlib import Path

import pytest

from db.rollout import Switches
from services.sandbox import running
from tests.races.harness import WORKERS, run

SHORT = {"races": 3, "wait": 0.3}  # what a worker had under way is over by then, on any machine


@pytest.mark.timeout(240)
def test_pulled_during_open_sends_each_worker_ends_its_one_and_begins_no_other(
    database_url: str, tmp_path: Path
) -> None:
    with running() as sandbox:
        verdict = run(sandbox, database_url, tmp_path, **SHORT)  # type: ignore[arg-type]
    assert verdict.races == 3
    assert verdict.left >= 3
    assert verdict.most_after <= WORKERS
    assert verdict.late == 0


@pytest.mark.timeout(240)
def test_a_switch_that_nobody_asks_is_noticed(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the harness sees replies leave when nothing holds them."""
    monkeypatch.setattr(Switches, "stopped", lambda self: frozenset())
    with running() as sandbox:
        verdict = run(sandbox, sqlite_url, tmp_path, races=1, wait=1.0)
    assert verdict.after > WORKERS
