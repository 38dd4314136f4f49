"""Whoever had a workflow is told since when, by whom and why it is off, and what comes of what is open."""

from datetime import timedelta

import pytest

from db.vocabulary import Role, Stage
from services import switches
from services.desk import looking
from services.rollout import guardrails
from services.rollout.measures import Measured
from services.rollout.moves import WORKFLOWS
from services.rollout.notices import LATER, notice
from services.switches import Because, Given, Move, Why
from tests.services.rollout.conftest import WEST

DAY = timedelta(days=1)


@pytest.fixture
def told(container):
    """What somebody reads above the work."""

    def told(actor, workflow="notes"):
        with looking(container, actor) as desk:
            return notice(desk, workflow)

    return told


@pytest.fixture
def provider(hire):
    """A provider."""
    return hire(Role.PROVIDER)


@pytest.fixture
def notes_on(container, practice, admin, clock):
    """Notes are on for everybody."""
    switches.set_stage(container, admin, Move("notes", "", Stage.ON))
    clock.wait(DAY)


def off(container, admin, stage=Stage.OFF, seen=Stage.ON, drains=True, **fields):
    given = Given(Because.TROUBLE, drains=drains)
    switches.set_stage(container, admin, Move("notes", "", stage, seen=seen, **fields), given)


def test_while_all_is_as_usual_nothing_is_said(told, notes_on, provider):
    assert told(provider) == ""
    assert told(provider, "intake") == ""  # nobody ever had it


def test_switched_off_it_says_since_when_by_whom_why_and_until_when_to_finish(
    container, notes_on, admin, provider, told, clock
):
    off(container, admin)
    clock.wait(DAY)
    assert told(provider) == (
        "Notes is switched off since Tue 3 Mar, 04:00, by Sample admin (trouble in practice). You "
        "may finish what was open until Tue 10 Mar, and what is approved still leaves; notes of "
        "new visits are written in eCW."
    )
    clock.wait(6 * DAY)
    assert told(provider) == ""


def test_cut_means_closed_and_that_is_said(container, notes_on, admin, provider, told):
    off(container, admin, drains=False)
    assert "What was open is closed here and drafts are kept; notes of new" in told(provider)


def test_a_pause_by_a_limit_names_the_limit(container, practice, notes_on, told, provider):
    with looking(container, provider) as desk:
        reading = guardrails.readings(desk, "notes")[0]
    broken = guardrails.Reading(reading.measure, reading.limit, Measured(0.97, 40), reading.since)
    actor = guardrails.Actor.job(practice.id, guardrails.JOB)
    guardrails.pause_for.by_house(container, actor, "notes", broken)
    said = told(provider)
    assert said.startswith("Notes is paused since Tue 3 Mar, 04:00: a limit was exceeded. Notes ")
    assert "97% in 40 cases" in said
    assert "You may finish what was open until" in said


def test_a_stop_says_by_whom_and_that_nothing_is_lost(container, notes_on, manager, told, provider):
    switches.stop(container, manager, "notes", Why.WRONG_DRAFTS)
    assert told(provider) == (
        "Notes is stopped for everybody since Tue 3 Mar, 04:00, by Sample manager: wrong drafts. "
        "What is open stays as it is, drafts are kept, and nothing leaves until it is started "
        "again."
    )


def test_whoever_never_had_it_is_told_nothing(
    container, practice, admin, hire, provider, told, clock
):
    other = hire(Role.PROVIDER, "Sample other")
    switches.set_stage(container, admin, Move("notes", "", Stage.PILOT, (provider.staff_id,)))
    off(container, admin, Stage.SHADOW, Stage.PILOT)
    assert told(provider).startswith("Notes is paused since Mon 2 Mar, 04:00, by Sample admin")
    assert told(other) == ""


def test_one_place_is_named_and_on_again_ends_it(
    container, places, notes_on, admin, provider, told
):
    switches.set_stage(container, admin, Move("notes", WEST, Stage.ON))
    move = Move("notes", WEST, Stage.OFF, seen=Stage.ON)
    switches.set_stage(container, admin, move, Given(drains=True))
    assert told(provider).startswith("Notes at Sample West is switched off since Tue 3 Mar, 04:00")
    switches.set_stage(container, admin, Move("notes", WEST, Stage.ON, seen=Stage.OFF))
    assert told(provider) == ""


def test_denials_without_claims_say_what_is_missing(container, practice, admin, hire, told):
    biller = hire(Role.BILLER)
    for workflow in ("claims", "denials"):
        switches.set_stage(container, admin, Move(workflow, "", Stage.ON))
    switches.set_stage(container, admin, Move("claims", "", Stage.OFF, seen=Stage.ON))
    assert told(biller, "denials") == "Denials needs Claims, which is off."


def test_every_workflow_says_what_becomes_of_what_comes():
    assert set(LATER) == set(WORKFLOWS)
