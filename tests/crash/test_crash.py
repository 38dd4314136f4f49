"""Nothing is lost, doubled or misdirected when the deliverer dies; the long run is ``make crash``."""

from pathlib import Path

import pytest

from services.sandbox import running
from tests.crash import notes
from tests.crash.harness import run


@pytest.mark.timeout(240)
def test_forty_kills_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    with running() as sandbox:
        verdict = run(sandbox, database_url, tmp_path, kills=40)
    assert (verdict.lost, verdict.doubled, verdict.misdirected) == (0, 0, 0)
    assert verdict.while_sending >= 0.3 * verdict.kills, "the kills missed the sends"


@pytest.mark.timeout(240)
def test_without_the_settle_delay_the_same_kills_send_twice(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The negative control: the harness sees a duplicate when there is one to see."""
    with running() as sandbox:
        verdict = run(sandbox, sqlite_url, tmp_path, kills=25, on_the_way=1.0, patient=False)
    assert verdict.doubled > 0


@pytest.mark.timeout(240)
def test_a_note_is_filed_once_and_in_its_place_whichever_road_dies_under_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    with running(mllp_port=0) as sandbox:
        verdicts = notes.run(sandbox, sqlite_url, tmp_path, kills=3)
    assert [str(verdict) for verdict in verdicts if not verdict.is_clean] == []
    by_wire = [verdict for verdict in verdicts if verdict.road != "note_ccda"]
    assert sum(v.while_sending for v in by_wire) >= 3, "the kills missed the sends"


@pytest.mark.timeout(240)
def test_a_note_that_nobody_waits_for_is_written_twice(sqlite_url: str, tmp_path: Path) -> None:
    """The negative control: without the settle delay the same harness sees a duplicate."""
    with running(mllp_port=0) as sandbox:
        [verdict] = notes.run(
            sandbox, sqlite_url, tmp_path, kills=2, on_the_way=4.0, patient=False,
            only=("note_sections",),
        )  # fmt: skip
    assert verdict.doubled > 0
