"""How a pilot of three goes: too early, better, worse or no clear change, each by their own past."""

from datetime import timedelta

import numpy as np
import pytest

from db import writing
from db.facts import Mode
from db.note_preferences import NotePreference
from db.vocabulary import Role, Stage
from services import switches
from services.desk import Actor, working
from services.errors import Invalid, NotAllowed
from services.metrics.definitions import ALL, BY_ID
from services.metrics.definitions.definition import Good, Unit
from services.metrics.deriving.happening import Happening
from services.metrics.keeping import keep
from services.rollout.moves import WORKFLOWS
from services.rollout.verdicts import Verdict, judging, printing, verdicts, words
from services.rollout.verdicts.judging import Sides
from services.rollout.verdicts.table import TABLE, kind_of
from services.switches import Given, Move
from tests.services.conftest import MONDAY
from tests.services.rollout.conftest import EAST, WEST

DAY = timedelta(days=1)
PEOPLE = ("Sample Adams", "Sample Brown", "Sample Clark")
BEFORE = [*range(540, 660, 10), 700, 720]  # 14 notes of ten minutes


@pytest.fixture
def providers(container, practice, hire):
    """Three providers whom the EHR knows by a reference."""
    found = {}
    for number, name in enumerate(PEOPLE, start=1):
        found[f"Practitioner/{number}"] = hire(Role.PROVIDER, name)
    with writing(container.engine) as session:
        for ref, actor in found.items():
            session.add(
                NotePreference(
                    practice_id=practice.id, staff_id=actor.staff_id, provider=ref,
                    changed_at=MONDAY,
                )
            )  # fmt: skip
    return found


@pytest.fixture
def pilot(container, admin, providers, clock):
    """Notes in pilot for the three, twenty days ago."""
    people = tuple(actor.staff_id for actor in providers.values())
    switches.set_stage(container, admin, Move("notes", "", Stage.PILOT, people))
    clock.wait(19 * DAY)


@pytest.fixture
def happened(container, practice):
    """Facts of one kind of one provider: ``happened("notes.time", ref, values, mode, day)``."""

    def happened(kind, ref, values, mode, at, **fields):
        made = [
            Happening(kind, f"visit_note/{kind}-{ref}-{at:%m%d}-{n}", at, value, provider=ref,
                      mode=mode, **fields)
            for n, value in enumerate(values)
        ]  # fmt: skip
        with working(container, Actor.job(practice.id, "tests")) as desk:
            keep(desk, [one.subject for one in made], made)

    return happened


def told(container, actor, metric, workflow="notes"):
    [pilot] = verdicts(container, actor, workflow)
    return next(one for one in pilot.judged if one.metric.id == metric)


def notes(happened, providers, after, before=BEFORE):
    for ref in providers:
        happened("notes.time", ref, before, Mode.OFF, MONDAY - 3 * DAY)
        happened("notes.time", ref, after, Mode.ON, MONDAY + 3 * DAY)


def test_forty_notes_of_three_providers_are_better_with_an_interval(
    container, manager, pilot, providers, happened
):
    notes(happened, providers, [value // 2 for value in BEFORE])
    found = told(container, manager, "notes.time")
    row = found.together
    assert (row.verdict, row.before.count, row.after.count) == (Verdict.BETTER, 42, 42)
    assert (row.before.value, row.after.value, row.change.value) == (605, 302.5, -302.5)
    assert row.change.low < -302.5 < row.change.high < 0
    said = words.sentence(found, row)
    assert said.startswith("Better: 5 min 2 s instead of 10 min 5 s, -5 min 2 s (between -")
    assert words.counts(found, row) == "42 cases since, 42 before"
    assert [one.who for one in found.each] == list(PEOPLE)  # by name, whoever is fastest
    assert {one.verdict for one in found.each} == {Verdict.BETTER}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [([2 * value for value in BEFORE], Verdict.WORSE), (BEFORE, Verdict.SAME)],
)
def test_it_may_be_worse_or_show_no_clear_change(
    container, manager, pilot, providers, happened, after, verdict
):
    notes(happened, providers, after)
    assert told(container, manager, "notes.time").together.verdict is verdict


def test_twelve_notes_are_too_early_however_good_they_look(
    container, manager, pilot, providers, happened
):
    notes(happened, providers, [60, 60, 61, 62])
    found = told(container, manager, "notes.time")
    assert words.sentence(found, found.together) == "Too early: 12 of 30 cases"
    assert words.sentence(found, found.each[0]) == "Too early: 4 of 10 cases"
    assert found.together.change is None


def test_few_notes_of_before_are_too_few_as_well_and_none_is_said(
    container, manager, pilot, providers, happened
):
    for ref in providers:
        happened("notes.time", ref, BEFORE, Mode.ON, MONDAY + 3 * DAY)
    found = told(container, manager, "notes.time")
    assert words.sentence(found, found.together) == (
        "Nothing to compare with: Foyer knows no cases of before. The baseline in force, not "
        "measured here, is 10 min"
    )
    happened("notes.time", "Practitioner/1", BEFORE, Mode.OFF, MONDAY - DAY)
    found = told(container, manager, "notes.time")
    assert words.sentence(found, found.together) == "Too early: 14 of 30 cases"


def test_only_their_own_notes_of_the_same_length_of_time_by_hand_count_as_before(
    container, manager, pilot, providers, happened
):
    notes(happened, providers, BEFORE)
    happened("notes.time", "Practitioner/9", BEFORE, Mode.OFF, MONDAY - DAY)  # somebody else's
    happened("notes.time", "Practitioner/1", BEFORE, Mode.ON, MONDAY - DAY)  # drafted already
    happened("notes.time", "Practitioner/1", BEFORE, Mode.OFF, MONDAY - 21 * DAY)  # too long ago
    happened("notes.time", "Practitioner/1", BEFORE, Mode.OFF, MONDAY + DAY)  # by hand meanwhile
    row = told(container, manager, "notes.time").together
    assert (row.before.count, row.after.count) == (42, 42)


def test_who_joined_later_is_compared_from_then_on(
    container, admin, manager, providers, hire, happened, clock
):
    first, *_, late = (actor.staff_id for actor in providers.values())
    switches.set_stage(container, admin, Move("notes", "", Stage.PILOT, (first,)))
    clock.wait(10 * DAY)
    both = Move("notes", "", Stage.PILOT, (first, late), Stage.PILOT)
    switches.set_stage(container, admin, both)
    clock.wait(9 * DAY)
    [pilot] = verdicts(container, manager, "notes")
    assert [(u.name, (u.span.last - u.span.first).days) for u in pilot.units] == [
        ("Sample Adams", 19), ("Sample Clark", 9),
    ]  # fmt: skip


def test_after_its_end_a_pilot_is_told_for_two_months(
    container, admin, manager, pilot, providers, happened, clock
):
    notes(happened, providers, [value // 2 for value in BEFORE])
    clock.wait(DAY)
    switches.set_stage(container, admin, Move("notes", "", Stage.ON, seen=Stage.PILOT))
    clock.wait(59 * DAY)
    [one] = verdicts(container, manager, "notes")
    assert (one.pilot.ended, one.units[0].span.last) == (
        MONDAY + 20 * DAY,
        (MONDAY + 20 * DAY).date(),
    )
    assert told(container, manager, "notes.time").together.verdict is Verdict.BETTER
    clock.wait(2 * DAY)
    assert verdicts(container, manager, "notes") == ()


def test_whoever_is_no_provider_is_known_by_what_they_decided(
    container, practice, admin, manager, nurse, front_desk, clock
):
    people = (nurse.staff_id,)
    switches.set_stage(container, admin, Move("inbox", "", Stage.PILOT, people, Stage.ON))
    clock.wait(5 * DAY)
    for who, number in ((nurse, 12), (front_desk, 7)):
        with working(container, who) as desk:
            made = []
            for n in range(number):
                subject = f"conversation/{who.staff_id}-{n}"
                made.append(Happening("inbox.sla", subject, MONDAY + DAY, 1, mode=Mode.ON))
                desk.record("inbox.send_reply", subject)
            keep(desk, [one.subject for one in made], made)
    found = told(container, manager, "inbox.sla", "inbox")
    assert found.together.after.count == 12
    assert words.sentence(found, found.together) == "Too early: 12 of 30 cases"


def test_a_pilot_of_a_place_is_compared_as_a_place(
    container, places, admin, manager, clock, happened
):
    move = Move("inbox", WEST, Stage.PILOT, (), None, (), 100)
    switches.set_stage(container, admin, move)
    clock.wait(19 * DAY)
    for place, early in ((WEST, 0), (EAST, 1)):
        happened("inbox.sla", "", [early] * 40, Mode.OFF, MONDAY - DAY, location=place)
        happened("inbox.sla", "", [1] * 40, Mode.ON, MONDAY + DAY, location=place)
    [pilot] = verdicts(container, manager, "inbox")
    assert (pilot.place, [unit.name for unit in pilot.units]) == ("Sample West", ["Sample West"])


def test_what_only_an_engine_makes_is_held_against_its_target(
    container, practice, admin, manager, clock, happened
):
    move = Move("inbox", "", Stage.PILOT, (), Stage.ON, (), 100)
    switches.set_stage(container, admin, move)
    clock.wait(19 * DAY)
    for wrong_ones, verdict in ((2, Verdict.WITHIN), (10, Verdict.UNCLEAR), (40, Verdict.BEYOND)):
        values = [0] * (80 - wrong_ones) + [1] * wrong_ones
        happened("ai.corrected", "", values, Mode.ON, MONDAY + DAY)
        found = told(container, manager, "ai.corrected", "inbox")
        assert found.together.verdict is verdict
    assert words.sentence(found, found.together) == (
        "Beyond its target: 50.0 % (between 39.3 % and 60.7 %), wanted at most 10.0 %"
    )
    assert words.counts(found, found.together) == "80 cases since"


def test_only_those_who_may_read_metrics_see_it_and_the_house(
    container, practice, pilot, compliance, front_desk, admin
):
    for actor in (compliance, front_desk):
        with pytest.raises(NotAllowed):
            verdicts(container, actor, "notes")
    assert verdicts(container, admin, "notes")
    assert verdicts(container, Actor.job(practice.id, "operator"), "notes")
    with pytest.raises(Invalid):
        verdicts(container, admin, "nothing")


def test_the_console_prints_it_by_name_and_says_where_no_number_tells(
    container, practice, manager, admin, pilot, providers, happened, nurse
):
    notes(happened, providers, [value // 2 for value in BEFORE])
    table = printing.table(printing.printed("notes", verdicts(container, manager, "notes")))
    assert table.splitlines()[0] == (
        "Whole practice, pilot since 2026-03-02: Sample Adams, Sample Brown, Sample Clark"
    )
    assert "Note time in Foyer: Better: 5 min 2 s instead of 10 min 5 s" in table
    assert "Sample Brown: Better" in table
    nobody = printing.table(printing.printed("charges", verdicts(container, manager, "charges")))
    assert nobody == "Charges is in no pilot and was in none lately."
    switches.set_stage(
        container, admin, Move("summaries", "", Stage.PILOT, (nurse.staff_id,)), Given()
    )
    said = printing.table(printing.printed("summaries", verdicts(container, manager, "summaries")))
    assert "Foyer counts no result of summaries." in said


def test_every_workflow_says_what_it_is_judged_by_and_each_number_has_a_better_way():
    assert set(TABLE) == set(WORKFLOWS)
    for looked in TABLE.values():
        assert looked.instead or looked.changes
        for metric in (*looked.past, *looked.bars):
            assert metric in ALL
            assert metric.good is not Good.NEITHER
            assert metric.unit in (Unit.SECONDS, Unit.SHARE)
        assert {kind_of(bar) for bar in looked.bars} <= {"ai.corrected", "ai.untouched"}


def wrong(metric, draw, tries=80):
    """How often three people of whom nothing changed are said to be better or worse."""
    said = 0
    for seed in range(tries):
        dice = np.random.default_rng(seed)
        sides = [Sides(name, draw(dice, pace), draw(dice, pace)) for pace, name in
                 enumerate(PEOPLE, start=1)]  # fmt: skip
        row = judging.compared(BY_ID[metric], sides, None).together
        said += row.verdict in (Verdict.BETTER, Verdict.WORSE)
    return said / tries


NULLS = {
    "notes.time": lambda dice, pace: (dice.lognormal(0, 0.6, 14) * 300 * pace).astype(np.int64),
    "denials.first_action": lambda dice, pace: dice.integers(1, 5, 14) * 86_400,
    "inbox.sla": lambda dice, pace: (dice.random(14) < 0.95 - 0.1 * pace).astype(np.int64),
}


@pytest.mark.parametrize("metric", NULLS)
def test_where_nothing_changed_it_is_seldom_called_better_or_worse(metric):
    """One in twenty is what an interval of 95 % promises, and of 80 some more by chance."""
    assert wrong(metric, NULLS[metric]) <= 0.08


def test_an_interval_too_narrow_would_be_found_out(monkeypatch):
    """The negative control: with intervals of 50 % the null is called changed half the time."""
    monkeypatch.setattr("services.rollout.intervals.SURE", 0.5)
    assert wrong("inbox.sla", NULLS["inbox.sla"], 60) > 0.2
