"""The simulated practice's pilots can be judged, by whoever opens the demo; a real one has none."""

from datetime import timedelta

import pytest

from db import writing
from db.practices import Practice, Practices
from db.vocabulary import Stage
from services import switches
from services.desk import looking
from services.metrics.simulated import fill
from services.metrics.simulated_rollout import PILOT, WIDER, Cast
from services.rollout.history import history
from services.rollout.simulated import remember
from services.rollout.verdicts import Verdict, verdicts
from services.switches import Move

CAST = Cast(("Location/1",), ("Practitioner/1",))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Ninety days are much to write; what reads them is tested on both databases."""
    return sqlite_url


def test_the_pilot_of_the_simulated_days_made_notes_quicker(container, practice, manager):
    fill(container, practice, CAST)
    assert remember(container, practice, "Location/1") == 8
    [pilot] = verdicts(container, manager, "notes")
    assert (pilot.pilot.began, pilot.pilot.ended) == (
        container.clock() - timedelta(days=PILOT), container.clock() - timedelta(days=WIDER),
    )  # fmt: skip
    row = pilot.judged[0].together
    assert (row.verdict, pilot.simulated) == (Verdict.BETTER, True)
    assert min(row.before.count, row.after.count) > 30


def test_it_is_written_once_and_never_over_what_somebody_decided(
    container, practice, admin, manager
):
    switches.set_stage(container, admin, Move("notes", "", Stage.ON))
    assert remember(container, practice, "Location/1") == 4
    assert remember(container, practice, "Location/1") == 0
    with looking(container, manager) as desk:
        newest = history(desk, "inbox")[0]
    assert (newest.by, newest.can_return) == ("the simulated practice", False)


def test_a_real_practice_gets_none(container, practice: Practice):
    with writing(container.engine) as session:
        real = Practices(session).get(practice.id)
        real.synthetic = False
    assert remember(container, real, "Location/1") == 0
