"""How a road is doing: what the other side says counts, our own ceiling of calls does not."""

from contextlib import suppress
from datetime import timedelta

import pytest

from db import reading
from db.connections import Connections
from services.desk import Actor
from services.ehr.ports import Road
from services.errors import EhrError, NeedsAuthorization, Throttled, Unreachable
from services.roads import on_road

USED_UP = Throttled("The limit is used up.", retry_after=timedelta(seconds=5))


@pytest.fixture
def tried(container, practice):
    """The road after a call that ended so: its state and its last error."""

    def tried(error=None):
        actor = Actor.job(practice.id, "intake.poll")
        with suppress(EhrError), on_road(container, actor, Road.FHIR_READ):
            if error:
                raise error
        with reading(container.engine) as session:
            road = Connections(session, practice.id).by_road()[Road.FHIR_READ]
        return road.state, road.last_error

    return tried


def test_a_call_that_had_to_wait_for_its_minute_is_no_fault_of_the_road(tried):
    assert tried() == ("ok", "")
    assert tried(USED_UP) == ("ok", "")


def test_an_answer_that_did_not_come_is(tried):
    """The control: and waiting does not mend it."""
    tried()
    assert tried(Unreachable("eCW did not answer.")) == ("down", "eCW did not answer.")
    assert tried(USED_UP) == ("down", "eCW did not answer.")
    assert tried(NeedsAuthorization("Ask eCW."))[0] == "needs_authorization"
