"""What models cost, by workflow: each call counted once, on the page's metrics and by the limits."""

from datetime import timedelta

import pytest

from db import reading
from db.ai_calls import AiCalls
from db.ai_spend import AiSpends
from db.vocabulary import Stage
from services import switches
from services.ai import Usage
from services.desk import looking
from services.metrics.loading import Narrow
from services.metrics.report import Span, report, rows
from services.notes.asking import PROMPT as NOTES
from services.notes.summary.asking import PROMPT as SUMMARY
from services.purse import ENGINE, WORKFLOWS, PracticePurse
from services.rollout import guardrails
from services.switches import Move
from services.workflows import ALL
from services.workflows.denials.letters.asking import PROMPT as LETTERS
from services.workflows.inbox.propose import PROMPT as INBOX
from services.workflows.intake.reading_model import PROMPT as INTAKE

DOLLAR = 1_000_000
HOUR = timedelta(hours=1)


@pytest.fixture
def purse(container, practice):
    """The practice's purse."""
    return PracticePurse(container, practice)


def numbers(container, manager, clock, narrow=None):
    today = clock().date()
    found = report(container, manager, Span(today - timedelta(days=6), today), narrow or Narrow())
    return {r.metric.id: (r.now.value, r.now.count) for r in found.readings}


def measured(container, actor, workflow):
    with looking(container, actor) as desk:
        found = {r.measure.key: r for r in guardrails.readings(desk, workflow)}["ai_cost"]
    return found.measured.value, found.measured.count


def test_each_prompt_belongs_to_a_workflow_that_there_is():
    prompts = (INBOX, INTAKE, NOTES, SUMMARY, LETTERS)
    counted = {WORKFLOWS.get(p.workflow, p.workflow) for p in prompts}
    assert counted == {"inbox", "intake", "notes", "summaries", "denials"}
    assert counted <= {workflow.key for workflow in ALL}


def test_each_workflow_has_its_own_cost_and_the_whole_has_all(
    container, practice, manager, purse, gathered, clock
):
    clock.wait(4 * HOUR)  # the practice's Monday has begun
    for prompt, cost in (
        (NOTES, 2),
        (NOTES, 3),
        (LETTERS, 5),
        (SUMMARY, 7),
        (INTAKE, 11),
        (INBOX, 13),
    ):
        purse.spend(Usage(microdollars=cost * DOLLAR), prompt.workflow)
    gathered()
    found = numbers(container, manager, clock)
    assert found["ai.notes_cost"] == (5 * DOLLAR, 2)
    assert found["ai.denials_cost"] == (5 * DOLLAR, 1)
    assert found["ai.summaries_cost"] == (7 * DOLLAR, 1)
    assert found["ai.intake_cost"] == (11 * DOLLAR, 1)
    assert found["ai.cost"][0] == 41 * DOLLAR
    assert found["ai.inbox_cost"] == (None, 0)  # it is kept by item, with the suggestion
    with reading(container.engine) as session:
        spent = AiSpends(session, practice.id).of(clock().date(), ENGINE)
    assert (spent.calls, spent.microdollars) == (6, 41 * DOLLAR)


def test_a_call_is_gathered_once_and_a_later_one_is_added(
    container, manager, purse, gathered, clock
):
    clock.wait(4 * HOUR)
    purse.spend(Usage(microdollars=DOLLAR), "notes")
    gathered()
    assert gathered() == 0
    purse.spend(Usage(microdollars=DOLLAR), "notes")
    assert gathered() > 0
    assert numbers(container, manager, clock)["ai.notes_cost"] == (2 * DOLLAR, 2)


def test_no_place_narrows_it_and_the_rows_behind_it_are_the_calls(
    container, manager, purse, gathered, clock
):
    clock.wait(4 * HOUR)
    purse.spend(Usage(microdollars=DOLLAR), "notes")
    gathered()
    here = Narrow(location="Location/1")
    assert numbers(container, manager, clock, here)["ai.notes_cost"] == (DOLLAR, 1)
    today = Span(clock().date(), clock().date())
    [row] = rows(container, manager, "ai.notes_cost", today, here, 10)
    assert (row.subject.partition("/")[0], row.at, row.label) == ("ai_call", clock(), "claude")


def test_a_limit_counts_the_workflows_own_calls_since_its_moment(
    container, practice, admin, purse, clock
):
    purse.spend(Usage(microdollars=9 * DOLLAR), "notes")
    clock.wait(25 * HOUR)  # out of the window of a day
    purse.spend(Usage(microdollars=2 * DOLLAR), "notes")
    purse.spend(Usage(microdollars=4 * DOLLAR), "letters")
    assert measured(container, admin, "notes") == (2, 1)
    assert measured(container, admin, "denials") == (4, 1)
    assert measured(container, admin, "summaries") == (0, 0)
    assert measured(container, admin, "inbox") == (0, 0)


def test_too_dear_a_workflow_is_paused_and_no_other(container, practice, admin, purse):
    for workflow in ("claims", "denials", "notes"):
        switches.set_stage(container, admin, Move(workflow, "", Stage.ON, ()))
    for workflow in ("denials", "notes"):
        guardrails.set_limit(container, admin, workflow, "ai_cost", 3, 24, 1, True)
    purse.spend(Usage(microdollars=3 * DOLLAR), "letters")
    purse.spend(Usage(microdollars=3 * DOLLAR + 1), "notes")
    assert guardrails.watch(container, practice)["paused"] == 1
    with looking(container, admin) as desk:
        assert guardrails.GuardrailTrips(desk.session, practice.id).latest("notes")
        assert not guardrails.GuardrailTrips(desk.session, practice.id).latest("denials")


def test_another_practices_calls_are_not_ours(container, practice, manager, purse):
    purse.spend(Usage(microdollars=DOLLAR), "notes")
    with reading(container.engine) as session:
        mine = AiCalls(session, practice.id).cost("notes", container.clock())
        other = AiCalls(session, manager.staff_id).cost("notes", container.clock())
    assert (mine, other) == ((DOLLAR, 1), (0, 0))
