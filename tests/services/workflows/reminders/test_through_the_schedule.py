"""From eCW's own schedule: the visits that intake reads are the visits we remind of."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from db.reminders import Reminder, ReminderState
from services import chart_sync
from services.desk import Actor
from services.workflows.intake import poll as intake
from services.workflows.reminders import approving
from tests.services.workflows.conftest import patient_of
from tests.services.workflows.reminders.conftest import Reminding, shown


@pytest.fixture
def newcomer(reminding: Reminding) -> dict[str, Any]:
    """A new patient on eCW's schedule, with a visit in two days."""
    office = reminding.office
    chart_sync.sync_places(office.container, office.practice, office.ehr.directory)
    return dict(office.sandbox.control.newcomer(fields=12))


def read_schedule(reminding: Reminding) -> None:
    """The intake job runs and, as its time has come, reads the schedule whole."""
    office = reminding.office
    office.clock.wait(timedelta(minutes=6))
    intake.poll(office.container, office.practice, office.ehr.forms)
    for _ in range(3):  # names are fetched ten a run
        reminding.poll()


def of(reminding: Reminding, newcomer: dict[str, Any]) -> list[Reminder]:
    """What would be said to the newcomer the day before, and is still open.

    In some hours of the day the one of three days before is not too late either.
    """
    found = [r for r in reminding.all() if r.is_open and r.lead_days == 1]
    return [r for r in found if patient_of(reminding.office, r) == newcomer["patient"]]


def encounter(reminding: Reminding, newcomer: dict[str, Any], **changes: Any) -> None:
    """Somebody changes the visit in eCW."""
    [reminder] = of(reminding, newcomer)
    start = changes.pop("start", reminder.visit_at)
    stored = {
        "resourceType": "Encounter",
        "id": newcomer["encounter"].partition("/")[2],
        "status": "planned",
        "class": {"code": "AMB"},
        "subject": {"reference": newcomer["patient"]},
        "participant": [{"individual": {"reference": reminder.provider}}],
        "period": {"start": start.astimezone(UTC).isoformat()},
        **changes,
    }
    reminding.office.sandbox.control.call("POST", "resources", {"resource": stored})


def test_a_newcomers_visit_becomes_a_reminder_to_the_newcomer(
    reminding: Reminding, newcomer: dict[str, Any], front_desk: Actor
) -> None:
    read_schedule(reminding)
    [reminder] = of(reminding, newcomer)
    approving.approve(reminding.office.container, front_desk, shown(reminder))
    reminding.office.clock.wait(reminder.send_at - reminding.now)
    reminding.send()
    [line] = reminding.office.sandbox.control.ledger()
    assert (line["patient"], line["text"]) == (newcomer["patient"], reminding.text(reminder))


def test_a_visit_that_somebody_cancels_in_ecw_takes_its_reminder_with_it(
    reminding: Reminding, newcomer: dict[str, Any]
) -> None:
    read_schedule(reminding)
    encounter(reminding, newcomer, status="cancelled")
    read_schedule(reminding)
    assert of(reminding, newcomer) == []


def test_a_visit_that_somebody_moves_in_ecw_is_proposed_at_its_new_time(
    reminding: Reminding, newcomer: dict[str, Any]
) -> None:
    read_schedule(reminding)
    [before] = of(reminding, newcomer)
    later = before.visit_at + timedelta(hours=3)
    encounter(reminding, newcomer, start=later)
    read_schedule(reminding)
    [after] = of(reminding, newcomer)
    assert (after.visit_at, after.state) == (later, ReminderState.PROPOSED)
