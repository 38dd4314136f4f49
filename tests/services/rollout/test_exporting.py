"""The changes as a file: each with who, why and what differs; and the file itself is on the trail."""

import csv
import io

import pytest

from db.audit import AuditTrail
from db.vocabulary import Stage
from services import switches
from services.desk import looking
from services.errors import NotAllowed
from services.rollout.exporting import export_changes
from services.switches import Because, Given, Why
from tests.services.rollout.conftest import WEST


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_change_is_in_the_file_with_names_and_reasons(
    container, places, admin, manager, nurse, move, clock
):
    given = Given(Because.TRIAL, owner=nurse.staff_id)
    move(admin, Stage.PILOT, pilots=(nurse.staff_id,), seen=Stage.ON, given=given)
    move(admin, Stage.OFF, WEST)
    switches.stop(container, manager, "ai", Why.WRONG_DRAFTS)
    switches.leave_out(container, manager, "inbox", nurse.staff_id, Because.ABSENCE)
    made = export_changes(container, manager)
    found = rows(made.text)
    assert len(found) == made.lines == 4
    told = {(r["what"], r["where"], r["before"], r["after"]) for r in found}
    assert told == {
        ("stage changed", "Whole practice", "on", "pilot for Sample nurse"),
        ("stage changed", "Sample West", "no stage of its own", "off"),
        ("stop", "", "running", "stopped: wrong drafts"),
        ("leave out", "", "", "Sample nurse: left out, because: absence"),
    }
    [pilot] = [r for r in found if r["after"].startswith("pilot")]
    assert (pilot["by"], pilot["owner"], pilot["because"], pilot["version"]) == (
        "Sample admin", "Sample nurse", "trial", "1",
    )  # fmt: skip
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="rollout.export")
    assert (line.actor, line.reason) == (manager.ref, "4 lines")


def test_a_name_that_a_spreadsheet_would_run_is_only_text(container, practice, admin, hire, move):
    sly = hire(admin.role, "=HYPERLINK(1)")
    move(sly, Stage.OFF, seen=Stage.ON)
    assert "'=HYPERLINK(1)" in {row["by"] for row in rows(export_changes(container, admin).text)}


def test_the_front_desk_gets_no_file_and_the_refusal_is_on_record(
    container, practice, admin, front_desk
):
    with pytest.raises(NotAllowed):
        export_changes(container, front_desk)
    with looking(container, admin) as desk:
        [line] = desk.open(AuditTrail).search(verb="rollout.export")
    assert str(line.ending) == "refused"
