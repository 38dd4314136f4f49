"""Every metric has its workflows and, where there is one, its limit; what does not bear on it is not drawn."""

from datetime import timedelta

import pytest

from db import writing
from db.rollout_events import Happened, RolloutEvent
from services import switches
from services.metrics.bearing import LIMITED, SWITCHES, workflows_of
from services.metrics.definitions import ALL, BY_ID
from services.metrics.definitions.definition import Unit
from services.metrics.loading import Narrow
from services.metrics.report import Span, series
from services.rollout import guardrails, measures
from services.switches import STOPPABLE, Because, Given, Why

UNITS = {Unit.SHARE: "share", Unit.SECONDS: "hours", Unit.MICRODOLLARS: "dollars",
         Unit.COUNT: "count"}  # fmt: skip


@pytest.fixture
def span(clock):
    today = clock().date()
    return Span(today - timedelta(days=9), today + timedelta(days=9))


@pytest.fixture
def told(container, practice, manager, clock, span):
    """What is marked on a metric's chart after these things happened, a day apart."""

    def told(*happened, metric="ai.corrected"):
        with writing(container.engine) as session:
            for day, (workflow, kind, scope) in enumerate(happened):
                session.add(
                    RolloutEvent(practice_id=practice.id, workflow=workflow, scope=scope, kind=kind,
                                 at=clock() + timedelta(days=day), told="why")
                )  # fmt: skip
        return series(container, manager, metric, span, Narrow())

    return told


def test_every_metric_has_workflows_that_exist():
    for metric in ALL:
        assert set(workflows_of(metric.id)) <= set(STOPPABLE), metric.id
        assert set(SWITCHES) < set(workflows_of(metric.id))


def test_every_limit_on_a_chart_exists_and_is_of_the_charts_unit():
    for id, limited in LIMITED.items():
        measure = measures.named(limited.workflow, limited.measure)
        assert measure is not None, id
        assert UNITS[BY_ID[id].unit] == measure.unit, id
        assert limited.workflow in workflows_of(id)


def test_only_what_bears_on_a_metric_is_marked(told):
    found = told(("inbox", Happened.STARTED, ""), ("notes", Happened.STARTED, ""))
    assert [event.workflow for event in found.events] == ["inbox"]
    assert [event.workflow for event in told(metric="notes.time").events] == ["notes"]


def test_a_pause_is_a_span_from_its_begin_to_its_end_and_no_event(told, clock):
    found = told(
        ("inbox", Happened.LIMIT, ""), ("inbox", Happened.CHANGED, ""), ("inbox", Happened.RESUMED, "")
    )  # fmt: skip
    [pause] = found.pauses
    assert (pause.first, pause.last) == (clock().date(), clock().date() + timedelta(days=2))
    assert pause.told.startswith("Inbox triage paused by itself on 2026-03-02. why. Started again")
    assert [event.kind for event in found.events] == [Happened.CHANGED, Happened.RESUMED]


def test_a_pause_that_nobody_ended_goes_on_and_another_place_does_not_end_it(told):
    found = told(("inbox", Happened.LIMIT, "Location/2"), ("inbox", Happened.RESUMED, ""))
    [pause] = found.pauses
    assert pause.last is None
    assert pause.told.endswith("It goes on.")


def test_a_pause_by_a_person_and_the_kill_switch_of_ai_are_spans_too(
    container, practice, manager, admin, span
):
    switches.pause(container, manager, "inbox", Given(Because.TROUBLE))
    switches.stop(container, manager, "ai", Why.VENDOR)
    found = series(container, manager, "ai.corrected", span, Narrow())
    assert [pause.kind for pause in found.pauses] == [Happened.PAUSED, Happened.STOPPED]
    assert "paused on 2026-03-02 (by Sample manager). trouble in practice." in found.pauses[0].told


def test_the_limit_in_force_is_drawn_and_one_that_is_off_is_not(
    container, manager, admin, told, span
):
    assert told().limit.value == 0.15
    assert told(metric="intake.accepted").limit.value == 0.75
    assert told(metric="intake.accepted").limit.below
    assert told(metric="notes.time").limit is None
    guardrails.set_limit(container, admin, "inbox", "correction_rate", 0.2, 72, 5, True)
    assert (told().limit.value, told().limit.window) == (0.2, "3 days")
    guardrails.set_limit(container, admin, "inbox", "correction_rate", 0.2, 72, 5, False)
    assert told().limit is None
