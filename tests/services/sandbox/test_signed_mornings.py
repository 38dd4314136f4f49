"""Signed notes of the sandbox: there from the start where asked for, amended, and told in the portal."""

from collections.abc import Iterator

import pytest

from services.sandbox import Running, running
from services.sandbox.seeding import seeded_world
from services.sandbox.world import SandboxConfig

FIRST, LAST = "Patient/p.117", "Patient/p.106"


@pytest.fixture(scope="module")
def morning() -> Iterator[Running]:
    with running(signed=5) as sandbox:
        yield sandbox


def test_visits_of_this_morning_are_signed_where_they_are_asked_for() -> None:
    asked = seeded_world(SandboxConfig(signed=5)).tenants["FEIGDM"]
    assert len(asked.notes.signed) == 5
    assert all(len(asked.notes.filed[visit]) == 5 for visit in asked.notes.signed)
    visits = [asked.chart.get("Encounter", visit) for visit in asked.notes.signed]
    assert {visit["status"] for visit in visits if visit} == {"finished"}
    assert seeded_world(SandboxConfig()).tenants["FEIGDM"].notes.signed == {}


def test_a_signed_note_is_amended_and_an_unsigned_one_is_not(morning: Running) -> None:
    control = morning.control
    made = control.visit(patient=FIRST, status="finished", transcript="")
    ref = f"Encounter/{made['id']}"
    with pytest.raises(RuntimeError, match="not signed"):
        control.at_visit(ref, "amend", changes={"PLAN": "Rest."})
    control.at_visit(ref, "sign", changes={"PLAN": "Walk."})
    for changes in ({}, {"NOWHERE": "x"}):
        with pytest.raises(RuntimeError, match="texts by a code"):
            control.at_visit(ref, "amend", changes=changes)
    control.at_visit(ref, "amend", changes={"PLAN": "Rest."})
    assert control.filed(ref)["sections"]["PLAN"]["text"] == "Rest."


def test_the_portal_shows_what_came_to_one_patient(morning: Running) -> None:
    control = morning.control
    control.receive("Hello.", patient=FIRST)
    control.receive("Good day.", patient="Patient/p.104")
    assert [m["body"] for m in control.portal(FIRST)] == ["Hello."]
    assert control.call("GET", f"portal?patient={LAST}")["account"] is False
    control.portal_account(LAST, account=True)
    assert control.call("GET", f"portal?patient={LAST}")["account"] is True
