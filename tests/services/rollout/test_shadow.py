"""Whether a shadow is ready: agreement with its count and range, urgencies missed, worst first."""

from datetime import timedelta

import pytest

from db.facts import Mode
from db.metric_targets import MetricTarget
from db.vocabulary import Stage
from services import switches
from services.desk import Actor, looking, working
from services.errors import Invalid
from services.metrics.deriving.happening import Happening
from services.metrics.keeping import keep
from services.rollout import shadow, staleness
from services.rollout.moves import WORKFLOWS
from services.rollout.shadow import INSTEAD, Standing
from services.switches import Because, Given, Move
from tests.services.conftest import MONDAY
from tests.services.rollout.conftest import EAST, WEST

DAY = timedelta(days=1)


@pytest.fixture
def compared(container, practice, admin, clock):
    """The inbox in shadow for ten days: ``compared("refill", agreed, of, missed)``."""
    switches.set_stage(container, admin, Move("inbox", "", Stage.SHADOW, seen=Stage.ON))
    clock.wait(10 * DAY)
    return lambda *what, **where: facts(container, practice, *what, **where)


def facts(container, practice, label, agreed, of, missed=0, location="", day=2):
    at = MONDAY + day * DAY
    made = []
    for n in range(of):
        subject = f"conversation/{label}-{location}-{n}"
        for kind, value in (("ai.shadow_agrees", n < agreed), ("ai.shadow_missed", n < missed)):
            made.append(
                Happening(kind, subject, at, int(value), label, location=location, mode=Mode.OFF)
            )
    with working(container, Actor.job(practice.id, "tests")) as desk:
        keep(desk, [one.subject for one in made], made)


def ready(container, actor, scope=""):
    with looking(container, actor) as desk:
        return shadow.readiness(desk, "inbox", scope)


def effect(container, actor, stage=Stage.PILOT, scope="", seen=Stage.SHADOW):
    with looking(container, actor) as desk:
        return switches.effect(desk, Move("inbox", scope, stage, (), seen, (), 100))


def test_agreement_has_its_count_its_range_and_its_bar(container, compared, admin):
    compared("refill", 40, 45)
    found = ready(container, admin)
    assert (found.agreed, found.compared, found.bar) == (40, 45, 0.85)
    assert shadow.agreement_said(found) == (
        "agreement 40 of 45, 89 % (between 77 % and 95 %), the bar is 85 %"
    )  # by hand, Wilson: (.8889 + .0427 ± .0967) / 1.0854


@pytest.mark.parametrize(
    ("agreed", "of", "standing"),
    [
        (29, 29, Standing.FEW), (20, 30, Standing.BELOW), (40, 45, Standing.NEAR),
        (96, 100, Standing.REACHED),
    ],
)  # fmt: skip
def test_it_says_whether_the_bar_is_reached(container, compared, admin, agreed, of, standing):
    compared("refill", agreed, of)
    assert ready(container, admin).standing is standing


def test_the_practices_own_target_is_the_bar(container, practice, compared, admin):
    compared("refill", 96, 100)
    with working(container, admin) as desk:
        own = MetricTarget(practice_id=practice.id, metric="ai.shadow_agrees", target=0.99)
        desk.session.add(own)
    assert ready(container, admin).standing is Standing.BELOW


def test_missed_urgencies_are_counted_and_the_worst_category_comes_first(
    container, compared, admin
):
    compared("appointment", 19, 20)
    compared("clinical", 5, 10, missed=2)
    found = ready(container, admin)
    assert found.missed == 2
    assert [(one.name, one.agreed, one.compared) for one in found.categories] == [
        ("clinical", 5, 10), ("appointment", 19, 20),
    ]  # fmt: skip


def test_only_the_days_in_shadow_and_the_place_itself_count(
    container, places, compared, admin, practice
):
    compared("refill", 5, 5, location=EAST)
    compared("refill", 0, 7, location=WEST)
    facts(container, practice, "result", 0, 9, day=-3)
    assert ready(container, admin).compared == 12
    switches.set_stage(container, admin, Move("inbox", WEST, Stage.SHADOW))
    facts(container, practice, "billing", 1, 3, location=WEST, day=10)
    facts(container, practice, "billing", 3, 3, location=EAST, day=10)
    found = ready(container, admin, WEST)
    assert [(one.name, one.agreed, one.compared) for one in found.categories] == [("billing", 1, 3)]


def test_below_the_bar_the_review_doubts(container, compared, admin):
    compared("refill", 20, 30, missed=1)
    assert effect(container, admin).doubts == (
        "In shadow the engine missed 1 urgency that people raised.",
        "Below the bar: agreement 20 of 30, 67 % (between 49 % and 81 %), the bar is 85 %.",
    )
    assert effect(container, admin, Stage.OFF).doubts == ()
    move = Move("inbox", "", Stage.PILOT, (), Stage.SHADOW, (), 100)
    switches.set_stage(container, admin, move, Given(Because.CHECKED))
    assert effect(container, admin, Stage.ON, seen=Stage.PILOT).doubts == ()


def test_below_the_bar_nobody_begins_without_saying_why(container, compared, admin):
    compared("refill", 20, 45)
    begin = Move("inbox", "", Stage.PILOT, (), Stage.SHADOW, (), 100)
    for silent in (Given(), Given(Because.TRIAL)):
        with pytest.raises(Invalid, match="Please say why it begins all the same"):
            switches.set_stage(container, admin, begin, silent)
    switches.set_stage(container, admin, begin, Given(Because.CHECKED))


def test_at_the_bar_nobody_is_asked_why(container, compared, admin):
    compared("refill", 100, 100)
    switches.set_stage(container, admin, Move("inbox", "", Stage.PILOT, (), Stage.SHADOW, (), 100))


def test_at_the_bar_there_is_no_doubt(container, compared, admin):
    compared("refill", 96, 100)
    assert effect(container, admin).doubts == ()


def test_other_workflows_say_plainly_that_they_have_no_number(container, practice, admin):
    assert set(INSTEAD) == set(WORKFLOWS) - {"inbox"}
    switches.set_stage(container, admin, Move("notes", "", Stage.SHADOW))
    with looking(container, admin) as desk:
        [found] = shadow.in_shadow(desk)
        doubts = switches.effect(desk, Move("notes", "", Stage.ON, seen=Stage.SHADOW)).doubts
    assert (found.workflow, found.standing, doubts) == ("notes", Standing.NONE, ())
    assert "not compared" in found.instead


def test_after_thirty_days_somebody_should_decide(container, places, admin, nurse, clock):
    def hints():
        with looking(container, admin) as desk:
            return [(one.workflow, one.place, one.said) for one in staleness.waiting(desk)]

    pilot = Move("inbox", WEST, Stage.PILOT, (nurse.staff_id,))
    switches.set_stage(container, admin, pilot)
    clock.wait(30 * DAY)
    assert hints() == []
    switches.set_stage(container, admin, Move("inbox", EAST, Stage.OFF))  # changes another place
    clock.wait(11 * DAY)
    assert hints() == [("inbox", WEST, "In pilot for 41 days: decide")]
    more = Move("inbox", WEST, Stage.PILOT, (), Stage.PILOT, (), 20)
    switches.set_stage(container, admin, more)
    assert hints() == []  # somebody has changed it


def test_on_and_off_are_decisions(container, practice, admin, clock):
    """The negative control: the practice's inbox is on for months and nobody is asked."""
    clock.wait(400 * DAY)
    with looking(container, admin) as desk:
        assert staleness.waiting(desk) == ()
